/* tests/unit/runner_devices.c - drivers good, empty and broken are named; what is remembered of devices;
 * the sensors' process, true and false.
 */
#include "tests/unit/runner_help.h"
#include "tests/unit/sys_tree.h"

#include "runner/client/devices.h"
#include "runner/client/remember.h"
#include "runner/client/sensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char vendors[PATH_MAX];

struct probed {
	struct zn_loop *loop;
	struct zn_probe *probe;
	enum zn_err err;
	char sentence[ZN_COMPLAINT_BYTES_MAX];
	uint32_t devices_count, drivers_count;
	struct zn_device devices[ZN_DEVICES_MAX];
	struct zn_driver drivers[ZN_DRIVERS_MAX];
	struct zn_machine machine;
};

static struct probed probed;

static void on_probed(void *user, const struct zn_probe_result *result)
{
	(void)user;
	probed.err = result->err;
	snprintf(probed.sentence, sizeof probed.sentence, "%s", result->sentence);
	probed.devices_count = result->devices_count;
	probed.drivers_count = result->drivers_count;
	memcpy(probed.devices, result->devices, result->devices_count * sizeof *result->devices);
	memcpy(probed.drivers, result->drivers, result->drivers_count * sizeof *result->drivers);
	probed.machine = result->machine;
	zn_probe_destroy(probed.probe);
	zn_loop_stop(probed.loop);
}

static void look(void)
{
	struct zn_probe_options options = {.cache_dir = bench_cache};
	memset(&probed, 0, sizeof probed);
	assert_int_equal(zn_loop_create(&probed.loop), ZN_ERR_OK);
	assert_int_equal(zn_devices_probe(&probed.probe, probed.loop, &options, on_probed, NULL),
		ZN_ERR_OK);
	assert_int_equal(zn_loop_run(probed.loop), ZN_ERR_OK);
	zn_loop_destroy(probed.loop);
}

static const struct zn_driver *driver(const char *name)
{
	for (uint32_t i = 0; i < probed.drivers_count; i++)
		if (strcmp(probed.drivers[i].name, name) == 0)
			return &probed.drivers[i];
	fail_msg("no driver %s was named", name);
	return NULL;
}

static void put_icd(const char *name, const char *library)
{
	sys_put(vendors, name, library);
}

static int make_vendors(void **state)
{
	(void)state;
	return !zn_path_make(vendors, "%s/vendors", bench_cache) ||
	       zn_directory_make(vendors) != ZN_ERR_OK ||
	       setenv("OCL_ICD_VENDORS", vendors, 1) != 0;
}

static int remove_vendors(void **state)
{
	(void)state;
	return unsetenv("OCL_ICD_VENDORS") != 0 || zn_directory_remove(vendors) != ZN_ERR_OK;
}

static void broken_and_empty_drivers_are_named_beside_a_good_one(void **state)
{
	(void)state;
	put_icd("a-missing.icd", "/nowhere/libOpenCL.so");
	put_icd("b-empty-file.icd", "");
	put_icd("c-alien.icd", "libc.so.6");
	put_icd("d-no-platform.icd", ZN_MODULES "/libnoplatform_driver.so");
	put_icd("e-pocl.icd", "libpocl.so.2");
	put_icd("not-one.txt", "/nowhere/libOther.so");
	look();
	assert_int_equal(probed.err, ZN_ERR_OK);
	assert_int_equal(driver("a-missing.icd")->state, ZN_DRIVER_BROKEN);
	assert_non_null(strstr(driver("a-missing.icd")->reason, "/nowhere/libOpenCL.so"));
	assert_int_equal(driver("b-empty-file.icd")->state, ZN_DRIVER_BROKEN);
	assert_non_null(strstr(driver("c-alien.icd")->reason, "is no OpenCL driver"));
	assert_int_equal(driver("d-no-platform.icd")->state, ZN_DRIVER_EMPTY);
	if (driver("e-pocl.icd")->state == ZN_DRIVER_BROKEN) {
		print_message("SKIP: this machine has no PoCL of that name\n");
		skip();
	}
	assert_true(driver("e-pocl.icd")->is_file);
	assert_int_equal(driver("e-pocl.icd")->state, ZN_DRIVER_GOOD);
	const struct zn_driver *platform = driver("Portable Computing Language");
	assert_false(platform->is_file);
	assert_int_equal(platform->devices, 1);
	assert_int_equal(probed.devices_count, 1);
	assert_int_equal(probed.drivers_count, 6);
	assert_true(probed.machine.cores > 0 && probed.machine.nodes > 0);
}

static void oclgrind_is_a_device_too(void **state)
{
	(void)state;
	const char *library = "/usr/lib/oclgrind/liboclgrind-rt-icd.so";
	if (!zn_file_exists(library)) {
		print_message("SKIP: oclgrind is not installed\n");
		skip();
	}
	put_icd("oclgrind.icd", library);
	look();
	assert_int_equal(probed.err, ZN_ERR_OK);
	assert_int_equal(probed.devices_count, 1);
	assert_int_equal(driver("Oclgrind")->state, ZN_DRIVER_GOOD);
}

static void a_driver_that_crashes_is_blamed(void **state)
{
	(void)state;
	put_icd("crash.icd", ZN_MODULES "/libcrash_driver.so");
	look();
	assert_int_equal(probed.err, ZN_ERR_DEVICE);
	assert_non_null(strstr(probed.sentence, "crashed"));
	assert_int_equal(driver("crash.icd")->state, ZN_DRIVER_BROKEN);
	assert_non_null(strstr(driver("crash.icd")->reason, "while the drivers were loaded"));
}

static void a_vendors_variable_may_name_one_file(void **state)
{
	(void)state;
	char path[PATH_MAX];
	put_icd("one.icd", "/nowhere/libOpenCL.so");
	assert_true(zn_path_make(path, "%s/one.icd", vendors));
	assert_int_equal(setenv("OCL_ICD_VENDORS", path, 1), 0);
	look();
	assert_int_equal(probed.err, ZN_ERR_OK);
	assert_int_equal(probed.drivers_count, 1);
	assert_int_equal(driver("one.icd")->state, ZN_DRIVER_BROKEN);
}

/* --- what is remembered --- */

static void a_changed_driver_is_said_once(void **state)
{
	(void)state;
	char path[PATH_MAX];
	struct zn_complaint notes[2];
	struct zn_device devices[2] = {{.exact = ZN_EXACT_YES, .name = "a", .driver = "1"},
		{.exact = ZN_EXACT_UNKNOWN, .name = "b", .driver = "1"}};
	assert_true(zn_path_make(path, "%s/devices.json", bench_cache));
	for (int i = 0; i < 2; i++) {
		zn_devices_remember(notes, devices, 2, path);
		assert_string_equal(notes[0].text, "");
		assert_string_equal(notes[1].text, "");
	}
	strcpy(devices[0].driver, "2");
	zn_devices_remember(notes, devices, 2, path);
	assert_string_equal(notes[0].text,
		"its driver changed (2, was 1): tested again, exact as before");
	zn_devices_remember(notes, devices, 2, path);
	assert_string_equal(notes[0].text, "");
	devices[0].exact = ZN_EXACT_NO;
	zn_devices_remember(notes, devices, 2, path);
	assert_string_equal(notes[0].text, "it is not exact now and was not under the same driver");
	strcpy(devices[0].version, "3");
	devices[0].exact = ZN_EXACT_YES;
	zn_devices_remember(notes, devices, 2, path);
	assert_non_null(strstr(notes[0].text, "tested again, exact, which it was not before"));
}

static void a_damaged_memory_is_forgotten(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "{", "[]", "{\"devices\": 5}",
		"{\"devices\": [1, {}, {\"name\": 7}, {\"name\": \"a\"}]}"};
	char path[PATH_MAX];
	struct zn_complaint note;
	struct zn_device device = {.exact = ZN_EXACT_YES, .name = "x", .driver = "1"};
	assert_true(zn_path_make(path, "%s/damaged.json", bench_cache));
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		assert_int_equal(zn_file_replace(path, texts[i], strlen(texts[i]), 0600),
			ZN_ERR_OK);
		zn_devices_remember(&note, &device, 1, path);
		assert_string_equal(note.text, "");
		strcpy(device.driver, "2");
		zn_devices_remember(&note, &device, 1, path);
		assert_non_null(strstr(note.text, "its driver changed"));
		strcpy(device.driver, "1");
	}
}

/* --- the sensors' process --- */

struct sensing {
	struct zn_loop *loop;
	struct zn_sensors *sensors;
	uint32_t rounds_wanted;
	bool gone;
	struct zn_readings readings;
	char sentence[ZN_COMPLAINT_BYTES_MAX];
};

static struct sensing sensing;

static void on_readings(void *user, const struct zn_readings *readings)
{
	(void)user;
	sensing.readings = *readings;
	if (readings->round == sensing.rounds_wanted) {
		zn_sensors_destroy(sensing.sensors);
		zn_loop_stop(sensing.loop);
	}
}

static void on_gone(void *user, const char *sentence)
{
	(void)user;
	sensing.gone = true;
	snprintf(sensing.sentence, sizeof sensing.sentence, "%s", sentence);
	zn_sensors_destroy(sensing.sensors);
	zn_loop_stop(sensing.loop);
}

static void sense(const char *program, const char *sys_root, uint32_t rounds)
{
	const struct zn_sensors_options options = {.program = program,
		.cache_dir = bench_cache,
		.sys_root = sys_root,
		.readings = on_readings,
		.gone = on_gone};
	memset(&sensing, 0, sizeof sensing);
	sensing.rounds_wanted = rounds;
	assert_int_equal(zn_loop_create(&sensing.loop), ZN_ERR_OK);
	assert_int_equal(zn_sensors_create(&sensing.sensors, sensing.loop, &options), ZN_ERR_OK);
	assert_int_equal(zn_loop_run(sensing.loop), ZN_ERR_OK);
	zn_loop_destroy(sensing.loop);
}

static void a_recorded_machine_is_read_through_the_process(void **state)
{
	(void)state;
	char root[PATH_MAX];
	assert_true(zn_path_make(root, "%s/sys", bench_cache));
	sys_make(root, "desktop");
	sense(NULL, root, 2);
	assert_false(sensing.gone);
	assert_int_equal(sensing.readings.round, 2);
	assert_true(sensing.readings.count >= 7);
	assert_string_equal(sensing.readings.list[1].name, "k10temp Tctl");
	assert_int_equal(sensing.readings.list[1].milli, 61375);
	assert_string_equal(sensing.readings.temperature_note, "");
}

static void a_makers_library_is_asked_where_it_is(void **state)
{
	(void)state;
	const char *before = getenv("LD_LIBRARY_PATH");
	assert_int_equal(setenv("LD_LIBRARY_PATH", ZN_MODULES "/nvml", 1), 0);
	sense(NULL, "/nowhere", 1);
	if (before != NULL)
		setenv("LD_LIBRARY_PATH", before, 1);
	else
		unsetenv("LD_LIBRARY_PATH");
	assert_false(sensing.gone);
	assert_int_equal(sensing.readings.count, 2);
	assert_string_equal(sensing.readings.list[0].name, "Some card");
	assert_string_equal(sensing.readings.list[0].pci, "0000:0a:00.0");
	assert_int_equal(sensing.readings.list[0].milli, 64000);
	assert_int_equal(sensing.readings.list[1].milli, 250500);
	assert_int_equal(sensing.readings.list[1].kind, ZN_SENSOR_POWER);
	assert_int_equal(sensing.readings.list[1].of, ZN_SENSOR_OF_GPU);
}

static void sensors_that_talk_rubbish_or_end_are_gone(void **state)
{
	(void)state;
	static const struct {
		const char *way, *words;
	} rows[] = {{"/noise", "rubbish"}, {"/again", "rubbish"}, {"/other", "rubbish"},
		{"/ends", "ended by itself (status 3)"}};
	char program[PATH_MAX], directory[PATH_MAX];
	assert_int_equal(zn_path_program_directory(directory), ZN_ERR_OK);
	assert_true(zn_path_make(program, "%s/sensors_fake", directory));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		sense(program, rows[i].way, 99);
		assert_true(sensing.gone);
		assert_non_null(strstr(sensing.sentence, rows[i].words));
	}
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, make_vendors, remove_vendors)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(broken_and_empty_drivers_are_named_beside_a_good_one),
		CASE(oclgrind_is_a_device_too),
		CASE(a_driver_that_crashes_is_blamed),
		CASE(a_vendors_variable_may_name_one_file),
		cmocka_unit_test(a_changed_driver_is_said_once),
		cmocka_unit_test(a_damaged_memory_is_forgotten),
		cmocka_unit_test(a_recorded_machine_is_read_through_the_process),
		cmocka_unit_test(a_makers_library_is_asked_where_it_is),
		cmocka_unit_test(sensors_that_talk_rubbish_or_end_are_gone),
	};
	return cmocka_run_group_tests(tests, bench_cache_make, bench_cache_remove);
}
