#include "runner/pipe.h"

#include "core/assert.h"
#include "core/err.h"

#include <string.h>

#define ERR_MAX ZN_ERR_DISK_FULL

static void load_code(struct zn_codec *codec, struct zn_pipe_load *load)
{
	zn_codec_u64(codec, &load->tag);
	zn_codec_bool(codec, &load->self_test);
	zn_codec_u64(codec, &load->binary_bytes);
	zn_codec_bool(codec, &load->exact);
	zn_codec_range_u8(codec, &load->width, 0, 16);
	zn_codec_bool(codec, &load->fp64);
	zn_codec_u32(codec, &load->slot_bytes);
	zn_codec_u32(codec, &load->group_items);
	zn_codec_u32(codec, &load->local_bytes);
	zn_codec_u32(codec, &load->chunk_items_max);
	zn_codec_u32(codec, &load->input_bytes_max);
	zn_codec_u32(codec, &load->params_bytes);
	zn_codec_u64(codec, &load->shared_bytes);
	zn_codec_count(codec, &load->sources_count, ZN_SOURCES_MAX);
	for (uint32_t i = 0; i < load->sources_count; i++) {
		zn_codec_u32(codec, &load->source_bytes[i]);
		zn_codec_text(codec, load->source_names[i], ZN_PIPE_NAME_BYTES_MAX);
	}
	if (codec->reading && !codec->failed && !zn_pipe_load_is_valid(load))
		zn_codec_fail(codec);
}

static void run_code(struct zn_codec *codec, struct zn_pipe_run *run)
{
	zn_codec_u64(codec, &run->tag);
	zn_codec_range_u8(codec, &run->lane, 0, ZN_RUNS_QUEUED_MAX - 1);
	zn_codec_range_u8(codec, &run->form, ZN_PIPE_RANGE, ZN_PIPE_LIST);
	zn_codec_u64(codec, &run->first);
	zn_codec_u32(codec, &run->count);
	zn_codec_u32(codec, &run->input_bytes);
	if (run->first > ZN_JOB_ITEMS_MAX || run->count == 0 || run->count > ZN_CHUNK_ITEMS_MAX)
		zn_codec_fail(codec);
}

static void device_code(struct zn_codec *codec, struct zn_device *device)
{
	zn_codec_u32(codec, &device->index);
	zn_codec_u32(codec, &device->class_index);
	zn_codec_range_u8(codec, &device->class, ZN_DEVICE_CPU, ZN_DEVICE_OTHER);
	zn_codec_range_u8(codec, &device->exact, ZN_EXACT_UNKNOWN, ZN_EXACT_NO);
	zn_codec_range_u8(codec, &device->sandbox, ZN_SANDBOX_NONE, ZN_SANDBOX_FULL);
	zn_codec_bool(codec, &device->fp64);
	zn_codec_bool(codec, &device->shares_memory);
	zn_codec_u32(codec, &device->compute_units);
	zn_codec_u32(codec, &device->clock_mhz);
	zn_codec_u32(codec, &device->width);
	zn_codec_u32(codec, &device->group_items_max);
	zn_codec_u64(codec, &device->memory_bytes);
	zn_codec_u64(codec, &device->alloc_bytes_max);
	zn_codec_u64(codec, &device->local_bytes);
	zn_codec_u64(codec, &device->constant_bytes);
	zn_codec_text(codec, device->platform, ZN_DEVICE_TEXT_BYTES_MAX);
	zn_codec_text(codec, device->name, ZN_DEVICE_TEXT_BYTES_MAX);
	zn_codec_text(codec, device->vendor, ZN_DEVICE_TEXT_BYTES_MAX);
	zn_codec_text(codec, device->driver, ZN_DEVICE_TEXT_BYTES_MAX);
	zn_codec_text(codec, device->version, ZN_DEVICE_TEXT_BYTES_MAX);
	zn_codec_text(codec, device->exact_reason, ZN_DEVICE_REASON_BYTES_MAX);
	zn_codec_text(codec, device->pci, ZN_PCI_TEXT_BYTES_MAX);
}

static void driver_code(struct zn_codec *codec, struct zn_driver *driver)
{
	zn_codec_u32(codec, &driver->index);
	zn_codec_range_u8(codec, &driver->state, ZN_DRIVER_LOADING, ZN_DRIVER_BROKEN);
	zn_codec_bool(codec, &driver->is_file);
	zn_codec_u32(codec, &driver->devices);
	zn_codec_text(codec, driver->name, ZN_DEVICE_TEXT_BYTES_MAX);
	zn_codec_text(codec, driver->vendor, ZN_DEVICE_TEXT_BYTES_MAX);
	zn_codec_text(codec, driver->version, ZN_DEVICE_TEXT_BYTES_MAX);
	zn_codec_text(codec, driver->reason, ZN_DEVICE_REASON_BYTES_MAX);
}

/* Values travel with an offset, since the codec knows no sign. */
static void sensor_code(struct zn_codec *codec, struct zn_sensor *sensor)
{
	uint32_t value = (uint32_t)((int64_t)sensor->milli - ZN_SENSOR_MILLI_MIN);
	zn_codec_range_u8(codec, &sensor->kind, ZN_SENSOR_TEMPERATURE, ZN_SENSOR_POWER);
	zn_codec_range_u8(codec, &sensor->of, ZN_SENSOR_OF_CPU, ZN_SENSOR_OF_OTHER);
	zn_codec_u32(codec, &value);
	zn_codec_text(codec, sensor->name, ZN_SENSOR_NAME_BYTES_MAX);
	zn_codec_text(codec, sensor->pci, ZN_PCI_TEXT_BYTES_MAX);
	if (value > (uint32_t)(ZN_SENSOR_MILLI_MAX - ZN_SENSOR_MILLI_MIN))
		zn_codec_fail(codec);
	else
		sensor->milli = ZN_SENSOR_MILLI_MIN + (int32_t)value;
}

static void readings_code(struct zn_codec *codec, struct zn_readings *readings)
{
	zn_codec_u32(codec, &readings->round);
	zn_codec_text(codec, readings->temperature_note, ZN_DEVICE_REASON_BYTES_MAX);
	zn_codec_text(codec, readings->power_note, ZN_DEVICE_REASON_BYTES_MAX);
	zn_codec_count(codec, &readings->count, ZN_SENSORS_MAX);
	for (uint32_t i = 0; i < readings->count; i++)
		sensor_code(codec, &readings->list[i]);
}

static void machine_code(struct zn_codec *codec, struct zn_machine *machine)
{
	zn_codec_range_u8(codec, &machine->sandbox, ZN_SANDBOX_NONE, ZN_SANDBOX_FULL);
	zn_codec_u32(codec, &machine->sockets);
	zn_codec_u32(codec, &machine->cores);
	zn_codec_u32(codec, &machine->threads);
	zn_codec_u64(codec, &machine->l1_bytes);
	zn_codec_u64(codec, &machine->l2_bytes);
	zn_codec_u64(codec, &machine->l3_bytes);
	zn_codec_u64(codec, &machine->memory_bytes);
	zn_codec_u32(codec, &machine->nodes);
	zn_codec_u32(codec, &machine->l3_count);
	zn_codec_text(codec, machine->cpu, ZN_DEVICE_TEXT_BYTES_MAX);
	zn_codec_count(codec, &machine->gpus_count, ZN_GPUS_MAX);
	for (uint32_t i = 0; i < machine->gpus_count; i++) {
		struct zn_pci_gpu *gpu = &machine->gpus[i];
		zn_codec_text(codec, gpu->pci, ZN_PCI_TEXT_BYTES_MAX);
		zn_codec_u16(codec, &gpu->vendor);
		zn_codec_u16(codec, &gpu->device);
		zn_codec_u32(codec, &gpu->node);
	}
}

static void loaded_code(struct zn_codec *codec, struct zn_pipe_loaded *loaded)
{
	zn_codec_u64(codec, &loaded->tag);
	zn_codec_range_u8(codec, &loaded->err, ZN_ERR_OK, ERR_MAX);
	zn_codec_u64(codec, &loaded->binary_bytes);
	if (loaded->binary_bytes > ZN_CACHED_BINARY_BYTES_MAX)
		zn_codec_fail(codec);
	zn_codec_u32(codec, &loaded->build_ms);
	zn_codec_text(codec, loaded->sentence, ZN_PIPE_SENTENCE_BYTES_MAX);
	zn_codec_blob(codec, loaded->log, &loaded->log_bytes, ZN_BUILD_LOG_BYTES_MAX);
}

static void done_code(struct zn_codec *codec, struct zn_pipe_done *done)
{
	zn_codec_u64(codec, &done->tag);
	zn_codec_range_u8(codec, &done->err, ZN_ERR_OK, ERR_MAX);
	zn_codec_u32(codec, &done->items);
	zn_codec_u64(codec, &done->device_ns);
	zn_codec_text(codec, done->sentence, ZN_PIPE_SENTENCE_BYTES_MAX);
}

static void message_code(struct zn_codec *codec, struct zn_pipe_message *message, uint8_t least,
	uint8_t most)
{
	zn_codec_header(codec, ZN_PIPE_RECORD, ZN_PIPE_VERSION);
	zn_codec_range_u8(codec, &message->kind, least, most);
	switch (message->kind) {
	case ZN_PIPE_LOAD:
	case ZN_PIPE_BUILD:
	case ZN_PIPE_TEST:
		load_code(codec, &message->load);
		break;
	case ZN_PIPE_RUN:
		run_code(codec, &message->run);
		break;
	case ZN_PIPE_CANCEL:
		zn_codec_u64(codec, &message->cancel_tag);
		break;
	case ZN_PIPE_DEVICE:
	case ZN_PIPE_READY:
	case ZN_PIPE_OPENED:
		device_code(codec, &message->device);
		break;
	case ZN_PIPE_MACHINE:
		machine_code(codec, &message->machine);
		break;
	case ZN_PIPE_DRIVER:
		driver_code(codec, &message->driver);
		break;
	case ZN_PIPE_SENSORS:
		readings_code(codec, &message->readings);
		break;
	case ZN_PIPE_DUTY:
		zn_codec_range_u8(codec, &message->duty_percent, ZN_DUTY_PERCENT_MIN, 100);
		break;
	case ZN_PIPE_FAILED:
		zn_codec_text(codec, message->failed, ZN_PIPE_SENTENCE_BYTES_MAX);
		break;
	case ZN_PIPE_LOADED:
	case ZN_PIPE_BUILT:
		loaded_code(codec, &message->loaded);
		break;
	case ZN_PIPE_PROGRESS:
		zn_codec_u64(codec, &message->progress.tag);
		zn_codec_u32(codec, &message->progress.items_done);
		break;
	case ZN_PIPE_DONE:
		done_code(codec, &message->done);
		break;
	case ZN_PIPE_PAUSE:
	case ZN_PIPE_RESUME:
	case ZN_PIPE_PAUSED:
	case ZN_PIPE_REJECTED:
		break;
	default:
		zn_codec_fail(codec);
	}
}

size_t zn_pipe_encode(uint8_t *bytes, struct zn_pipe_message *message)
{
	struct zn_codec codec = zn_codec_writer(bytes, ZN_PIPE_MESSAGE_BYTES_MAX);
	message_code(&codec, message, ZN_PIPE_LOAD, ZN_PIPE_SENSORS);
	ZN_ASSERT(zn_codec_done(&codec));
	return codec.used;
}

bool zn_pipe_decode(struct zn_pipe_message *out, const uint8_t *bytes, size_t count,
	bool from_runner)
{
	struct zn_codec codec = zn_codec_reader(bytes, count);
	out->kind = 0;
	if (from_runner)
		message_code(&codec, out, ZN_PIPE_DEVICE, ZN_PIPE_SENSORS);
	else
		message_code(&codec, out, ZN_PIPE_LOAD, ZN_PIPE_DUTY);
	return zn_codec_done(&codec);
}

bool zn_pipe_load_is_valid(const struct zn_pipe_load *load)
{
	if (load->sources_count == 0 || load->sources_count > ZN_SOURCES_MAX)
		return false;
	for (uint32_t i = 0; i < load->sources_count; i++)
		if (load->source_bytes[i] > ZN_SOURCE_BYTES_MAX)
			return false;
	if (load->group_items > ZN_GROUP_ITEMS_MAX || load->local_bytes > ZN_LOCAL_BYTES_MAX ||
		load->local_bytes % 16 != 0 || (load->group_items == 0 && load->local_bytes != 0) ||
		(load->group_items != 0 && load->chunk_items_max % load->group_items != 0))
		return false;
	return load->slot_bytes > 0 && load->slot_bytes <= ZN_SLOT_BYTES_MAX &&
	       load->chunk_items_max > 0 && load->chunk_items_max <= ZN_CHUNK_ITEMS_MAX &&
	       (uint64_t)load->slot_bytes * load->chunk_items_max <= ZN_CHUNK_OUTPUT_BYTES_MAX &&
	       load->input_bytes_max <= ZN_CHUNK_INPUT_BYTES_MAX &&
	       load->params_bytes <= ZN_PARAMS_BYTES_MAX &&
	       load->binary_bytes <= ZN_CACHED_BINARY_BYTES_MAX &&
	       load->shared_bytes <= ZN_SHARED_BYTES_MAX;
}

/* Give a part its place: *at, and as much room as it has bytes, in whole pages. */
static uint64_t place(uint64_t *end, uint64_t *at, uint64_t bytes)
{
	if (bytes < ZN_PIPE_LEAST_BYTES)
		bytes = ZN_PIPE_LEAST_BYTES;
	uint64_t room = (bytes + ZN_PIPE_PAGE_BYTES - 1) / ZN_PIPE_PAGE_BYTES * ZN_PIPE_PAGE_BYTES;
	*at = *end;
	*end += room;
	return room;
}

void zn_pipe_layout_of(struct zn_pipe_layout *out, const struct zn_pipe_load *load)
{
	ZN_ASSERT(zn_pipe_load_is_valid(load));
	*out = (struct zn_pipe_layout){0};
	for (uint32_t i = 0; i < load->sources_count; i++)
		place(&out->job_bytes, &out->source_at[i], load->source_bytes[i]);
	out->params_room = place(&out->job_bytes, &out->params_at, load->params_bytes);
	out->shared_room =
		place(&out->job_bytes, &out->shared_at, ZN_HEAD_BYTES + load->shared_bytes);
	out->input_room =
		place(&out->lane_bytes, &out->input_at, ZN_HEAD_BYTES + load->input_bytes_max);
	out->items_room = place(&out->lane_bytes, &out->items_at,
		(uint64_t)load->chunk_items_max * sizeof(uint64_t));
	out->output_room = place(&out->lane_bytes, &out->output_at,
		(uint64_t)load->chunk_items_max * load->slot_bytes);
	out->lanes_bytes = out->lane_bytes * ZN_RUNS_QUEUED_MAX;
}

size_t zn_pipe_clean(char *out, size_t out_bytes, const void *text, size_t text_bytes, bool lines)
{
	const unsigned char *from = text;
	size_t used = 0;
	while (used < text_bytes && used + 1 < out_bytes && from[used] != 0) {
		unsigned char byte = from[used];
		bool kept =
			(byte >= 0x20 && byte <= 0x7e) || (lines && (byte == '\n' || byte == '\t'));
		out[used++] = kept ? (char)byte : '?';
	}
	out[used] = '\0';
	return used;
}
