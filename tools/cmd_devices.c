/* tools/cmd_devices.c - `zennet devices`: the compute devices of this machine, its drivers, sensors. */
#include "io/json.h"
#include "tools/commands.h"
#include "tools/describe.h"
#include "tools/options.h"
#include "tools/probe.h"

#include <inttypes.h>
#include <stdio.h>

#define NAME "devices"
#define MIB  (1024 * 1024)

const char zn_cmd_devices_help[] = "usage: zennet devices [--json] [--quick]\n"
				   "\n"
				   "  Lists what zennet-runner finds: the machine, each OpenCL "
				   "device with its limits and whether\n"
				   "  it gives the known answers that exact work needs, drivers "
				   "that give no device and why, cards\n"
				   "  without a driver, temperature and power where they are "
				   "readable.\n"
				   "  --quick   do not run the known answers\n"
				   "  --json    for programs (docs/DEVICES.md)\n"
				   "\n"
				   "examples:\n"
				   "  zennet devices\n"
				   "  zennet devices --json\n";

static struct zn_json *device_json(const struct zn_device *device, const char *change)
{
	static const char *const exact[] = {"?", "untested", "yes", "no"};
	struct zn_json *object = zn_json_object_create();

	zn_json_add_number(object, "index", device->index);
	zn_json_add_string(object, "class", zn_tool_device_class(device));
	zn_json_add_string(object, "name", device->name);
	zn_json_add_string(object, "vendor", device->vendor);
	zn_json_add_string(object, "platform", device->platform);
	zn_json_add_string(object, "driver", device->driver);
	zn_json_add_string(object, "version", device->version);
	zn_json_add_string(object, "pci", device->pci);
	zn_json_add_number(object, "compute_units", device->compute_units);
	zn_json_add_number(object, "clock_mhz", device->clock_mhz);
	zn_json_add_number(object, "width", device->width);
	zn_json_add_number(object, "group_items_max", device->group_items_max);
	zn_json_add_u64_text(object, "memory_bytes", device->memory_bytes);
	zn_json_add_u64_text(object, "alloc_bytes_max", device->alloc_bytes_max);
	zn_json_add_u64_text(object, "local_bytes", device->local_bytes);
	zn_json_add_u64_text(object, "constant_bytes", device->constant_bytes);
	zn_json_add_bool(object, "fp64", device->fp64);
	zn_json_add_string(object, "exact",
		exact[device->exact <= ZN_EXACT_NO ? device->exact : 0]);
	if (device->exact_reason[0] != '\0')
		zn_json_add_string(object, "exact_reason", device->exact_reason);
	if (change[0] != '\0')
		zn_json_add_string(object, "changed", change);
	return object;
}

static struct zn_json *machine_json(const struct zn_machine *machine)
{
	struct zn_json *object = zn_json_object_create();
	struct zn_json *gpus = zn_json_array_create();

	zn_json_add_string(object, "cpu", machine->cpu);
	zn_json_add_number(object, "sockets", machine->sockets);
	zn_json_add_number(object, "numa_nodes", machine->nodes);
	zn_json_add_number(object, "cores", machine->cores);
	zn_json_add_number(object, "threads", machine->threads);
	zn_json_add_u64_text(object, "l1_bytes", machine->l1_bytes);
	zn_json_add_u64_text(object, "l2_bytes", machine->l2_bytes);
	zn_json_add_u64_text(object, "l3_bytes", machine->l3_bytes);
	zn_json_add_number(object, "l3_count", machine->l3_count);
	zn_json_add_u64_text(object, "memory_bytes", machine->memory_bytes);
	for (uint32_t i = 0; i < machine->gpus_count; i++) {
		struct zn_json *gpu = zn_json_object_create();
		zn_json_add_string(gpu, "pci", machine->gpus[i].pci);
		zn_json_add_number(gpu, "vendor", machine->gpus[i].vendor);
		zn_json_add_number(gpu, "device", machine->gpus[i].device);
		zn_json_add_number(gpu, "numa_node", machine->gpus[i].node);
		zn_json_add(gpus, NULL, gpu);
	}
	zn_json_add(object, "gpus", gpus);
	return object;
}

static struct zn_json *driver_json(const struct zn_driver *driver)
{
	static const char *const states[] = {"?", "loading", "good", "empty", "broken"};
	struct zn_json *object = zn_json_object_create();

	zn_json_add_string(object, driver->is_file ? "file" : "platform", driver->name);
	zn_json_add_string(object, "state",
		states[driver->state <= ZN_DRIVER_BROKEN ? driver->state : 0]);
	if (!driver->is_file) {
		zn_json_add_string(object, "vendor", driver->vendor);
		zn_json_add_string(object, "version", driver->version);
		zn_json_add_number(object, "devices", driver->devices);
	}
	if (driver->reason[0] != '\0')
		zn_json_add_string(object, "reason", driver->reason);
	return object;
}

static struct zn_json *sensors_json(const struct zn_readings *readings)
{
	static const char *const of[] = {"?", "CPU", "GPU", "other"};
	struct zn_json *object = zn_json_object_create();
	struct zn_json *list = zn_json_array_create();

	for (uint32_t i = 0; i < readings->count; i++) {
		const struct zn_sensor *sensor = &readings->list[i];
		struct zn_json *reading = zn_json_object_create();
		zn_json_add_string(reading, "name", sensor->name);
		zn_json_add_string(reading, "of", of[sensor->of]);
		zn_json_add_string(reading, "pci", sensor->pci);
		zn_json_add_number(reading,
			sensor->kind == ZN_SENSOR_TEMPERATURE ? "celsius" : "watts",
			sensor->milli / 1000.0);
		zn_json_add(list, NULL, reading);
	}
	zn_json_add(object, "readings", list);
	zn_json_add_string(object, "no_temperature", readings->temperature_note);
	zn_json_add_string(object, "no_power", readings->power_note);
	return object;
}

static int show_json(const struct zn_tool_probe *probe)
{
	struct zn_json *root = zn_json_object_create();
	struct zn_json *devices = zn_json_array_create();
	struct zn_json *drivers = zn_json_array_create();

	zn_json_add(root, "machine", machine_json(&probe->machine));
	for (uint32_t i = 0; i < probe->devices_count; i++)
		zn_json_add(devices, NULL, device_json(&probe->devices[i], probe->changes[i].text));
	zn_json_add(root, "devices", devices);
	for (uint32_t i = 0; i < probe->drivers_count; i++)
		zn_json_add(drivers, NULL, driver_json(&probe->drivers[i]));
	zn_json_add(root, "drivers", drivers);
	zn_json_add(root, "sensors", sensors_json(&probe->readings));
	if (probe->note.text[0] != '\0')
		zn_json_add_string(root, "note", probe->note.text);
	return zn_json_show(NAME, root);
}

static void show_machine(const struct zn_machine *machine)
{
	if (machine->cpu[0] != '\0')
		printf("%s\n", machine->cpu);
	printf("   %" PRIu32 " socket%s, %" PRIu32 " cores, %" PRIu32 " threads, %" PRIu64
	       " MiB of memory",
		machine->sockets, machine->sockets == 1 ? "" : "s", machine->cores,
		machine->threads, machine->memory_bytes / MIB);
	if (machine->nodes > 1)
		printf(" in %" PRIu32 " nodes", machine->nodes);
	if (machine->l1_bytes > 0 && machine->l2_bytes > 0)
		printf("\n   caches: L1 %" PRIu64 " KiB, L2 %" PRIu64 " KiB a core, L3 %" PRIu32
		       " x %" PRIu64 " KiB",
			machine->l1_bytes / 1024, machine->l2_bytes / 1024, machine->l3_count,
			machine->l3_bytes / 1024);
	puts("\n");
}

static void show_device(const struct zn_device *device, const char *change)
{
	printf("%" PRIu32 "  %s  %s\n", device->index, zn_tool_device_class(device), device->name);
	printf("   %s, driver %s (%s)\n", device->platform, device->driver, device->version);
	if (device->pci[0] != '\0')
		printf("   PCI %s\n", device->pci);
	printf("   %" PRIu32 " compute units", device->compute_units);
	if (device->clock_mhz > 0)
		printf(", %" PRIu32 " MHz", device->clock_mhz);
	printf(", %" PRIu64 " MiB%s\n", device->memory_bytes / MIB, device->fp64 ? ", fp64" : "");
	printf("   at most %" PRIu64 " MiB a buffer, %" PRIu64 " KiB of local memory, %" PRIu32
	       " work-items a group\n",
		device->alloc_bytes_max / MIB, device->local_bytes / 1024, device->group_items_max);
	if (device->exact == ZN_EXACT_YES)
		puts("   gives all known answers: may do exact work");
	else if (device->exact == ZN_EXACT_NO)
		printf("   may not do exact work: %s\n", device->exact_reason);
	else
		puts("   not tested");
	if (change[0] != '\0')
		printf("   %s\n", change);
}

static void show_drivers(const struct zn_tool_probe *probe)
{
	for (uint32_t i = 0; i < probe->drivers_count; i++) {
		const struct zn_driver *driver = &probe->drivers[i];
		if (driver->state != ZN_DRIVER_GOOD)
			printf("driver   %s %s: %s\n", driver->is_file ? "file" : "platform",
				driver->name, driver->reason);
	}
	for (uint32_t i = 0; i < probe->machine.gpus_count; i++) {
		const struct zn_pci_gpu *gpu = &probe->machine.gpus[i];
		if (!zn_tool_gpu_is_driven(probe, gpu))
			printf("driver   the card at PCI %s (%s%s%04x:%04x) has no OpenCL driver\n",
				gpu->pci, zn_tool_pci_vendor(gpu->vendor),
				zn_tool_pci_vendor(gpu->vendor)[0] != '\0' ? " " : "", gpu->vendor,
				gpu->device);
	}
}

static void show_sensors(const struct zn_readings *readings)
{
	for (uint32_t i = 0; i < readings->count; i++) {
		const struct zn_sensor *sensor = &readings->list[i];
		printf("sensor   %6.1f %s  %s%s%s\n", sensor->milli / 1000.0,
			sensor->kind == ZN_SENSOR_TEMPERATURE ? "C" : "W", sensor->name,
			sensor->pci[0] != '\0' ? ", PCI " : "", sensor->pci);
	}
	if (readings->temperature_note[0] != '\0')
		printf("sensor   %s\n", readings->temperature_note);
	if (readings->power_note[0] != '\0')
		printf("sensor   %s\n", readings->power_note);
}

int zn_cmd_devices(int argc, char **argv)
{
	static struct zn_tool_probe probe;
	struct zn_complaint complaint = {0};
	bool json = false, quick = false;
	size_t words_count;
	const struct zn_option options[] = {
		{.name = "json", .kind = ZN_OPTION_FLAG, .out = &json},
		{.name = "quick", .kind = ZN_OPTION_FLAG, .out = &quick},
	};

	if (!zn_options_parse(&complaint, NULL, &words_count, 0, 0, argc, argv, options,
		    sizeof options / sizeof options[0]))
		return zn_command_fail(ZN_EXIT_USAGE, NAME, "%s", complaint.text);
	if (!zn_tool_probe(&complaint, &probe, !quick))
		return zn_command_fail(ZN_EXIT_FAILED, NAME, "%s", complaint.text);
	if (json)
		return show_json(&probe);
	show_machine(&probe.machine);
	for (uint32_t i = 0; i < probe.devices_count; i++)
		show_device(&probe.devices[i], probe.changes[i].text);
	putchar('\n');
	show_drivers(&probe);
	show_sensors(&probe.readings);
	if (probe.note.text[0] != '\0')
		printf("note: %s\n", probe.note.text);
	if (probe.devices_count == 0)
		return zn_command_fail(ZN_EXIT_FAILED, NAME,
			"no OpenCL device was found; for the CPU install pocl-opencl-icd, for a "
			"GPU "
			"its maker's OpenCL driver");
	return ZN_EXIT_OK;
}
