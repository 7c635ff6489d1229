/* tests/unit/runner_pipe.c - the messages between the runner and its driver. */
#include "runner/pipe.h"

#include "core/err.h"
#include "tests/test.h"

#include <string.h>

static uint8_t bytes[ZN_PIPE_MESSAGE_BYTES_MAX], again[ZN_PIPE_MESSAGE_BYTES_MAX];
static struct zn_pipe_message message, decoded;

static void make(uint8_t kind)
{
	memset(&message, 0, sizeof message);
	message.kind = kind;
	switch (kind) {
	case ZN_PIPE_LOAD:
	case ZN_PIPE_BUILD:
	case ZN_PIPE_TEST:
		message.load = (struct zn_pipe_load){.tag = 5,
			.exact = true,
			.width = 8,
			.slot_bytes = 24,
			.chunk_items_max = 1000,
			.input_bytes_max = 9,
			.params_bytes = 12,
			.shared_bytes = 1 << 20,
			.sources_count = 2,
			.source_bytes = {100, 200},
			.source_names = {"a.cl", "b.cl"}};
		break;
	case ZN_PIPE_RUN:
		message.run =
			(struct zn_pipe_run){.tag = 1, .lane = 3, .form = ZN_PIPE_LIST, .count = 7};
		break;
	case ZN_PIPE_DEVICE:
	case ZN_PIPE_READY:
	case ZN_PIPE_OPENED:
		message.device = (struct zn_device){.index = 3,
			.class = ZN_DEVICE_GPU,
			.exact = ZN_EXACT_NO,
			.sandbox = ZN_SANDBOX_PARTIAL,
			.name = "x",
			.exact_reason = "it is odd"};
		break;
	case ZN_PIPE_MACHINE:
		message.machine = (struct zn_machine){.sandbox = ZN_SANDBOX_FULL,
			.cores = 4,
			.gpus_count = 2,
			.gpus = {{"0000:0a:00.0", 0x10de, 0x2330, 0}, {"0001:0b:00.0", 1, 2, 1}}};
		break;
	case ZN_PIPE_DRIVER:
		message.driver = (struct zn_driver){.index = 1,
			.state = ZN_DRIVER_BROKEN,
			.is_file = true,
			.name = "x.icd",
			.reason = "it is no driver"};
		break;
	case ZN_PIPE_SENSORS:
		message.readings = (struct zn_readings){.round = 3,
			.count = 2,
			.list = {{ZN_SENSOR_TEMPERATURE, ZN_SENSOR_OF_CPU, -49999, "cold", ""},
				{ZN_SENSOR_POWER, ZN_SENSOR_OF_GPU, ZN_SENSOR_MILLI_MAX, "hot",
					"0000:0a:00.0"}},
			.power_note = "none"};
		break;
	case ZN_PIPE_DUTY:
		message.duty_percent = 55;
		break;
	case ZN_PIPE_LOADED:
	case ZN_PIPE_BUILT:
		message.loaded.err = ZN_ERR_BUILD;
		message.loaded.log_bytes = ZN_BUILD_LOG_BYTES_MAX;
		memset(message.loaded.sentence, 's', ZN_PIPE_SENTENCE_BYTES_MAX);
		break;
	}
}

static void every_message_comes_back_as_it_was_sent(void **state)
{
	(void)state;
	static const uint8_t kinds[] = {ZN_PIPE_LOAD, ZN_PIPE_RUN, ZN_PIPE_PAUSE, ZN_PIPE_RESUME,
		ZN_PIPE_CANCEL, ZN_PIPE_DEVICE, ZN_PIPE_MACHINE, ZN_PIPE_READY, ZN_PIPE_FAILED,
		ZN_PIPE_LOADED, ZN_PIPE_PROGRESS, ZN_PIPE_DONE, ZN_PIPE_PAUSED, ZN_PIPE_BUILD,
		ZN_PIPE_TEST, ZN_PIPE_OPENED, ZN_PIPE_BUILT, ZN_PIPE_REJECTED, ZN_PIPE_DUTY,
		ZN_PIPE_DRIVER, ZN_PIPE_SENSORS};
	for (size_t i = 0; i < sizeof kinds; i++) {
		make(kinds[i]);
		size_t count = zn_pipe_encode(bytes, &message);
		bool from_runner = kinds[i] >= ZN_PIPE_DEVICE;
		assert_true(zn_pipe_decode(&decoded, bytes, count, from_runner));
		assert_int_equal(zn_pipe_encode(again, &decoded), count);
		assert_memory_equal(again, bytes, count);
		assert_false(zn_pipe_decode(&decoded, bytes, count, !from_runner));
		for (size_t cut = 0; cut < count && cut < 400; cut++)
			assert_false(zn_pipe_decode(&decoded, bytes, cut, from_runner));
		bytes[count] = 0;
		assert_false(zn_pipe_decode(&decoded, bytes, count + 1, from_runner));
	}
}

static void a_load_with_a_size_above_its_limit_is_refused(void **state)
{
	(void)state;
	make(ZN_PIPE_LOAD);
	const struct zn_pipe_load good = message.load;
	struct zn_pipe_load rows[10];
	for (size_t i = 0; i < 10; i++)
		rows[i] = good;
	rows[0].slot_bytes = 0;
	rows[1].slot_bytes = ZN_SLOT_BYTES_MAX + 1;
	rows[2].chunk_items_max = 0;
	rows[3].chunk_items_max = ZN_CHUNK_ITEMS_MAX + 1;
	rows[4].chunk_items_max = ZN_CHUNK_OUTPUT_BYTES_MAX / 24 + 1;
	rows[5].input_bytes_max = ZN_CHUNK_INPUT_BYTES_MAX + 1;
	rows[6].params_bytes = ZN_PARAMS_BYTES_MAX + 1;
	rows[7].shared_bytes = ZN_SHARED_BYTES_MAX + 1;
	rows[8].sources_count = 0;
	rows[9].source_bytes[1] = ZN_SOURCE_BYTES_MAX + 1;
	assert_true(zn_pipe_load_is_valid(&good));
	for (size_t i = 0; i < 10; i++) {
		assert_false(zn_pipe_load_is_valid(&rows[i]));
		message.load = rows[i];
		size_t count = zn_pipe_encode(bytes, &message);
		assert_false(zn_pipe_decode(&decoded, bytes, count, false));
	}
}

static void a_duty_cycle_out_of_range_is_refused(void **state)
{
	(void)state;
	for (int percent = 0; percent < 256; percent++) {
		make(ZN_PIPE_DUTY);
		size_t count = zn_pipe_encode(bytes, &message);
		bytes[count - 1] = (uint8_t)percent;
		assert_int_equal(zn_pipe_decode(&decoded, bytes, count, false),
			percent >= ZN_DUTY_PERCENT_MIN && percent <= 100);
	}
}

/* What lies behind round, two notes, count, and a sensor's kind and owner. */
static void a_reading_that_cannot_be_is_refused(void **state)
{
	(void)state;
	make(ZN_PIPE_SENSORS);
	size_t count = zn_pipe_encode(bytes, &message);
	size_t at = 3 + 4 + 2 + 2 + strlen("none") + 4;
	assert_true(zn_pipe_decode(&decoded, bytes, count, true));
	assert_int_equal(decoded.readings.list[0].milli, -49999);
	static const struct {
		size_t at;
		uint8_t value;
	} rows[] = {{0, 0}, {0, 3}, {1, 0}, {1, 4}, {5, 0xff}, {5, 0x01}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t kept = bytes[at + rows[i].at];
		bytes[at + rows[i].at] = rows[i].value;
		assert_false(zn_pipe_decode(&decoded, bytes, count, true));
		bytes[at + rows[i].at] = kept;
	}
	assert_true(zn_pipe_decode(&decoded, bytes, count, true));
	bytes[at - 4] = ZN_SENSORS_MAX + 1;
	assert_false(zn_pipe_decode(&decoded, bytes, count, true));
}

static void parts_lie_apart_and_on_pages(void **state)
{
	(void)state;
	struct zn_pipe_layout layout;
	make(ZN_PIPE_LOAD);
	message.load.shared_bytes = 0;
	zn_pipe_layout_of(&layout, &message.load);
	assert_int_equal(layout.source_at[0], 0);
	assert_int_equal(layout.source_at[1], 4096);
	assert_int_equal(layout.params_at, 8192);
	assert_int_equal(layout.shared_at, 12288);
	assert_int_equal(layout.shared_room, 4096);
	assert_int_equal(layout.job_bytes, 16384);
	assert_int_equal(layout.items_at, 4096);
	assert_int_equal(layout.items_room, 8192);
	assert_int_equal(layout.output_at, 12288);
	assert_int_equal(layout.output_room, 24576);
	assert_int_equal(layout.lane_bytes, 36864);
	assert_int_equal(layout.lanes_bytes, 36864 * ZN_RUNS_QUEUED_MAX);
}

static void texts_are_cleaned_and_cut(void **state)
{
	(void)state;
	char out[8];
	assert_int_equal(zn_pipe_clean(out, sizeof out, "a\033b\nc\xff", 6, false), 6);
	assert_string_equal(out, "a?b?c?");
	assert_int_equal(zn_pipe_clean(out, sizeof out, "a\tb\nc\rdefgh", 11, true), 7);
	assert_string_equal(out, "a\tb\nc?d");
	assert_int_equal(zn_pipe_clean(out, sizeof out, "ab\0cd", 5, false), 2);
	assert_int_equal(zn_pipe_clean(out, 1, "ab", 2, false), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_comes_back_as_it_was_sent),
		cmocka_unit_test(a_load_with_a_size_above_its_limit_is_refused),
		cmocka_unit_test(a_duty_cycle_out_of_range_is_refused),
		cmocka_unit_test(a_reading_that_cannot_be_is_refused),
		cmocka_unit_test(parts_lie_apart_and_on_pages),
		cmocka_unit_test(texts_are_cleaned_and_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
