/* tests/unit/runner_sensors.c - recorded machines replayed: what is a reading, and what is not. */
#include "runner/sensors.h"

#include "runner/client/sensors.h"
#include "tests/unit/sys_tree.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define S_NS UINT64_C(1000000000)

static char root[64];
static struct zn_sensor_place place;
static struct zn_readings readings;

static int make_root(void **state)
{
	(void)state;
	strcpy(root, "/tmp/zn-sensors-XXXXXX");
	return mkdtemp(root) == NULL || !zn_sensors_open(&place, root);
}

static int remove_root(void **state)
{
	(void)state;
	return zn_directory_remove(root) != ZN_ERR_OK;
}

static void look(uint64_t now_ns)
{
	zn_sensors_read(&readings, &place, now_ns);
	zn_readings_note(&readings, &place);
}

static void assert_sensor(uint32_t at, const char *name, int32_t milli, uint8_t of)
{
	assert_true(at < readings.count);
	assert_string_equal(readings.list[at].name, name);
	assert_int_equal(readings.list[at].milli, milli);
	assert_int_equal(readings.list[at].of, of);
}

static void a_desktop_has_readings_of_processor_card_and_the_rest(void **state)
{
	(void)state;
	sys_make(root, "desktop");
	look(S_NS);
	assert_int_equal(readings.count, 7);
	assert_sensor(0, "nvme Composite", 38850, ZN_SENSOR_OF_OTHER);
	assert_sensor(1, "k10temp Tctl", 61375, ZN_SENSOR_OF_CPU);
	assert_sensor(2, "k10temp Tccd1", 58250, ZN_SENSOR_OF_CPU);
	assert_sensor(3, "amdgpu edge", 47000, ZN_SENSOR_OF_GPU);
	assert_sensor(4, "amdgpu junction", 52000, ZN_SENSOR_OF_GPU);
	assert_sensor(5, "amdgpu power1", 31000, ZN_SENSOR_OF_GPU);
	assert_sensor(6, "nct6775 SYSTIN", 36000, ZN_SENSOR_OF_OTHER);
	assert_int_equal(readings.list[5].kind, ZN_SENSOR_POWER);
	assert_string_equal(readings.list[3].pci, "0000:0b:00.0");
	assert_string_equal(readings.list[1].pci, "");
	assert_string_equal(readings.temperature_note, "");
	assert_string_equal(readings.power_note, "");
}

static void energy_that_wraps_around_is_still_power(void **state)
{
	(void)state;
	sys_make(root, "desktop");
	look(S_NS);
	sys_put(root, "class/powercap/intel-rapl:0/energy_uj", "62389013");
	look(2 * S_NS);
	/* 2,610,987 uJ to the end of the range and 62,389,013 after it in a second: 65 W */
	assert_int_equal(readings.count, 8);
	assert_sensor(7, "rapl package-0", 65000, ZN_SENSOR_OF_CPU);
	sys_put(root, "class/powercap/intel-rapl:0/energy_uj", "112389013");
	look(4 * S_NS);
	assert_sensor(7, "rapl package-0", 25000, ZN_SENSOR_OF_CPU);
	/* backwards, with a range that cannot be: no reading, and the next one is right again */
	sys_put(root, "class/powercap/intel-rapl:0/max_energy_range_uj", "5");
	sys_put(root, "class/powercap/intel-rapl:0/energy_uj", "1000000");
	look(5 * S_NS);
	assert_int_equal(readings.count, 7);
	sys_put(root, "class/powercap/intel-rapl:0/energy_uj", "31000000");
	look(6 * S_NS);
	assert_sensor(7, "rapl package-0", 30000, ZN_SENSOR_OF_CPU);
	/* a counter that was set back by a sleep looks like a wrap of 65 kJ: absurd */
	sys_put(root, "class/powercap/intel-rapl:0/max_energy_range_uj", "65532610987");
	sys_put(root, "class/powercap/intel-rapl:0/energy_uj", "30999999");
	look(7 * S_NS);
	assert_int_equal(readings.count, 7);
}

static void two_sockets_are_hottest_and_summed(void **state)
{
	(void)state;
	struct zn_device cpu = {.class = ZN_DEVICE_CPU}, gpu = {.class = ZN_DEVICE_GPU};
	int32_t milli;
	const char *name;
	sys_make(root, "server");
	look(S_NS);
	assert_int_equal(readings.count, 3);
	assert_non_null(strstr(readings.power_note, "second look"));
	sys_put(root, "class/powercap/intel-rapl:0/energy_uj", "101000000");
	sys_put(root, "class/powercap/intel-rapl:1/energy_uj", "55000000");
	look(2 * S_NS);
	assert_int_equal(readings.count, 5);
	assert_true(zn_readings_of(&milli, &name, &readings, ZN_SENSOR_TEMPERATURE, &cpu));
	assert_int_equal(milli, 74000);
	assert_string_equal(name, "coretemp Package id 1");
	assert_true(zn_readings_of(&milli, NULL, &readings, ZN_SENSOR_POWER, &cpu));
	assert_int_equal(milli, 150000);
	assert_false(zn_readings_of(&milli, NULL, &readings, ZN_SENSOR_TEMPERATURE, &gpu));
}

static void a_card_is_found_by_its_place(void **state)
{
	(void)state;
	struct zn_device card = {.class = ZN_DEVICE_GPU, .pci = "0000:0b:00.0"};
	int32_t milli;
	sys_make(root, "desktop");
	look(S_NS);
	assert_true(zn_readings_of(&milli, NULL, &readings, ZN_SENSOR_TEMPERATURE, &card));
	assert_int_equal(milli, 52000);
	assert_true(zn_readings_of(&milli, NULL, &readings, ZN_SENSOR_POWER, &card));
	assert_int_equal(milli, 31000);
	strcpy(card.pci, "0000:0c:00.0");
	assert_false(zn_readings_of(&milli, NULL, &readings, ZN_SENSOR_POWER, &card));
	card.pci[0] = '\0'; /* a driver that does not tell: any card */
	assert_true(zn_readings_of(&milli, NULL, &readings, ZN_SENSOR_POWER, &card));
}

static void absurd_and_broken_values_are_no_readings(void **state)
{
	(void)state;
	sys_make(root, "odd");
	for (uint64_t i = 1; i < 4; i++) {
		look(i * S_NS);
		assert_int_equal(readings.count, 0);
		assert_non_null(strstr(readings.temperature_note, "no sound value"));
		assert_non_null(strstr(readings.power_note, "the system shows none"));
	}
}

static void an_empty_system_has_no_sensor_and_says_so(void **state)
{
	(void)state;
	look(S_NS);
	assert_int_equal(readings.count, 0);
	assert_string_equal(readings.temperature_note,
		"no temperature sensor is readable here: the system shows none");
	assert_non_null(strstr(readings.power_note, "no power reading is to be had here"));
	assert_true(zn_sensors_open(&place, "/nowhere"));
	look(S_NS);
	assert_int_equal(readings.count, 0);
}

static void unreadable_counters_are_said_to_be_for_root(void **state)
{
	(void)state;
	char path[PATH_MAX];
	if (geteuid() == 0 && seteuid(65534) != 0) {
		print_message("SKIP: the test cannot stop being root\n");
		skip();
	}
	bool was_root = getuid() == 0;
	if (was_root)
		assert_int_equal(seteuid(0), 0);
	sys_make(root, "server");
	for (int i = 0; i < 2; i++) {
		assert_true(
			zn_path_make(path, "%s/class/powercap/intel-rapl:%d/energy_uj", root, i));
		assert_int_equal(chmod(path, 0), 0);
	}
	assert_true(zn_path_make(path, "chmod -R go+rX %s/class/hwmon %s", root, root));
	assert_int_equal(system(path), 0);
	assert_true(zn_path_make(path, "chmod 0 %s/class/powercap/intel-rapl:?/energy_uj", root));
	assert_int_equal(system(path), 0);
	if (was_root)
		assert_int_equal(seteuid(65534), 0);
	look(S_NS);
	look(2 * S_NS);
	if (was_root)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(readings.count, 3);
	assert_non_null(strstr(readings.power_note, "for root only"));
}

static void more_chips_than_there_is_room_for_are_cut(void **state)
{
	(void)state;
	char path[128];
	for (int i = 0; i < 20; i++) {
		snprintf(path, sizeof path, "class/hwmon/hwmon%d/name", i);
		sys_put(root, path,
			i % 2 ? "coretemp"
			      : "a\033[31mchip with a very long name "
				"indeed, which nobody needs to see whole");
		for (int j = 1; j < 8; j++) {
			snprintf(path, sizeof path, "class/hwmon/hwmon%d/temp%d_input", i, j);
			sys_put(root, path, "30000");
		}
	}
	look(S_NS);
	assert_int_equal(readings.count, ZN_SENSORS_MAX);
	assert_non_null(strstr(readings.list[0].name, "a?[31mchip"));
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_desktop_has_readings_of_processor_card_and_the_rest),
		CASE(energy_that_wraps_around_is_still_power),
		CASE(two_sockets_are_hottest_and_summed),
		CASE(a_card_is_found_by_its_place),
		CASE(absurd_and_broken_values_are_no_readings),
		CASE(an_empty_system_has_no_sensor_and_says_so),
		CASE(unreadable_counters_are_said_to_be_for_root),
		CASE(more_chips_than_there_is_room_for_are_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
