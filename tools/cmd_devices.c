/* tools/cmd_devices.c - `zennet devices`: the compute devices of this machine. */
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
				   "  Lists what zennet-runner finds, and whether each device "
				   "gives the known answers that exact\n"
				   "  work needs.\n"
				   "  --quick   do not run the known answers\n"
				   "  --json    for programs\n"
				   "\n"
				   "examples:\n"
				   "  zennet devices\n"
				   "  zennet devices --json\n";

static struct zn_json *device_json(const struct zn_device *device)
{
	static const char *const exact[] = {"?", "untested", "yes", "no"};
	struct zn_json *object = zn_json_object_create();

	zn_json_add_number(object, "index", device->index);
	zn_json_add_string(object, "class", zn_tool_device_class(device));
	zn_json_add_string(object, "name", device->name);
	zn_json_add_string(object, "platform", device->platform);
	zn_json_add_string(object, "driver", device->driver);
	zn_json_add_number(object, "compute_units", device->compute_units);
	zn_json_add_number(object, "clock_mhz", device->clock_mhz);
	zn_json_add_u64_text(object, "memory_bytes", device->memory_bytes);
	zn_json_add_bool(object, "fp64", device->fp64);
	zn_json_add_string(object, "exact",
		exact[device->exact <= ZN_EXACT_NO ? device->exact : 0]);
	if (device->exact_reason[0] != '\0')
		zn_json_add_string(object, "exact_reason", device->exact_reason);
	return object;
}

static int show_json(const struct zn_tool_probe *probe)
{
	struct zn_json *root = zn_json_object_create();
	struct zn_json *machine = zn_json_object_create();
	struct zn_json *list = zn_json_array_create();

	zn_json_add_string(machine, "cpu", probe->machine.cpu);
	zn_json_add_number(machine, "cores", probe->machine.cores);
	zn_json_add_number(machine, "threads", probe->machine.threads);
	zn_json_add_u64_text(machine, "memory_bytes", probe->machine.memory_bytes);
	zn_json_add(root, "machine", machine);
	for (uint32_t i = 0; i < probe->devices_count; i++)
		zn_json_add(list, NULL, device_json(&probe->devices[i]));
	zn_json_add(root, "devices", list);
	if (probe->note.text[0] != '\0')
		zn_json_add_string(root, "note", probe->note.text);
	return zn_json_show(NAME, root);
}

static void show_device(const struct zn_device *device)
{
	printf("%" PRIu32 "  %s  %s\n", device->index, zn_tool_device_class(device), device->name);
	printf("   %s, driver %s\n", device->platform, device->driver);
	printf("   %" PRIu32 " compute units", device->compute_units);
	if (device->clock_mhz > 0)
		printf(", %" PRIu32 " MHz", device->clock_mhz);
	printf(", %" PRIu64 " MiB%s\n", device->memory_bytes / MIB, device->fp64 ? ", fp64" : "");
	if (device->exact == ZN_EXACT_YES)
		puts("   gives all known answers: may do exact work");
	else if (device->exact == ZN_EXACT_NO)
		printf("   may not do exact work: %s\n", device->exact_reason);
	else
		puts("   not tested");
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
	if (probe.machine.cpu[0] != '\0')
		printf("%s, %" PRIu32 " cores, %" PRIu32 " threads, %" PRIu64 " MiB\n\n",
			probe.machine.cpu, probe.machine.cores, probe.machine.threads,
			probe.machine.memory_bytes / MIB);
	for (uint32_t i = 0; i < probe.devices_count; i++)
		show_device(&probe.devices[i]);
	if (probe.note.text[0] != '\0')
		printf("note: %s\n", probe.note.text);
	if (probe.devices_count == 0)
		return zn_command_fail(ZN_EXIT_FAILED, NAME,
			"no OpenCL device was found; for the CPU install pocl-opencl-icd, for a "
			"GPU "
			"its maker's OpenCL driver");
	return ZN_EXIT_OK;
}
