/* runner/main.c - zennet-runner: the only program that loads OpenCL drivers and foreign code. */
#include "runner/channel.h"
#include "runner/harden.h"
#include "runner/inspect.h"
#include "runner/serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int usage(FILE *to, int status)
{
	fputs("zennet-runner is started by zennet, one per compute device; it is of no use by "
	      "itself.\n"
	      "  zennet-runner probe           --scratch DIR [--sandbox LEVEL]\n"
	      "  zennet-runner build INDEX     --scratch DIR [--sandbox LEVEL] [--class N] [--gpu] "
	      "[--threads N]\n"
	      "                                [--idle] [--cpu-s N]\n"
	      "  zennet-runner run INDEX       the same without --cpu-s\n"
	      "  zennet-runner sensors         --scratch DIR [--sys DIR]\n"
	      "  zennet-runner inspect cpu|gpu --driver PATH --scratch DIR [--sandbox LEVEL]\n"
	      "It speaks over a message socket at descriptor 3 (runner/pipe.h). To see this "
	      "machine's\n"
	      "devices, use: zennet devices\n",
		to);
	return status;
}

static bool number(uint32_t *out, const char *text)
{
	char *end;
	if (text == NULL || *text < '0' || *text > '9')
		return false;
	unsigned long value = strtoul(text, &end, 10);
	*out = (uint32_t)value;
	return *end == '\0' && value <= UINT32_MAX;
}

static bool is_stage(enum zn_sandbox_stage *out, const char *word)
{
	static const char *const words[] = {[ZN_STAGE_PROBE] = "probe",
		[ZN_STAGE_BUILDER] = "build",
		[ZN_STAGE_RUN] = "run",
		[ZN_STAGE_SENSORS] = "sensors"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(word, words[i]) == 0) {
			*out = (enum zn_sandbox_stage)i;
			return true;
		}
	return false;
}

static bool options(struct zn_runner_place *place, const char **sys_root, int argc, char **argv,
	int from)
{
	uint32_t level = ZN_SANDBOX_FULL, class = 0;
	for (int i = from; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;
		if (strcmp(argv[i], "--gpu") == 0)
			place->gpu = true;
		else if (strcmp(argv[i], "--idle") == 0)
			place->idle_priority = true;
		else if (strcmp(argv[i], "--scratch") == 0 && value != NULL && value[0] == '/')
			place->scratch_dir = argv[++i];
		else if (strcmp(argv[i], "--sys") == 0 && value != NULL && value[0] == '/')
			*sys_root = argv[++i];
		else if ((strcmp(argv[i], "--threads") == 0 &&
				 number(&place->cpu_threads, value)) ||
			 (strcmp(argv[i], "--cpu-s") == 0 && number(&place->build_cpu_s, value)) ||
			 (strcmp(argv[i], "--class") == 0 && number(&class, value)) ||
			 (strcmp(argv[i], "--sandbox") == 0 && number(&level, value)))
			i++;
		else
			return false;
	}
	place->level_max = level < ZN_SANDBOX_FULL ? (enum zn_sandbox_level)level : ZN_SANDBOX_FULL;
	place->class = (uint8_t) class;
	return class <= ZN_DEVICE_OTHER && level >= ZN_SANDBOX_NONE && place->scratch_dir != NULL;
}

/* argv: inspect cpu|gpu --driver PATH, and then options. */
static int inspect(int argc, char **argv)
{
	struct zn_runner_place place = {.stage = ZN_STAGE_BUILDER};
	const char *unused;
	bool as_gpu = argc > 2 && strcmp(argv[2], "gpu") == 0;
	if (argc < 5 || (!as_gpu && strcmp(argv[2], "cpu") != 0) ||
		strcmp(argv[3], "--driver") != 0 || argv[4][0] != '/' ||
		!options(&place, &unused, argc, argv, 5) || !zn_channel_is_there())
		return usage(stderr, 2);
	if (!zn_inspect_choose(argv[4]) || !zn_runner_harden(&place))
		return 1;
	zn_inspect_serve(&place, as_gpu);
}

int main(int argc, char **argv)
{
	struct zn_runner_place place = {0};
	const char *sys_root = "/sys";
	uint32_t index = 0;
	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	if (argc > 1 && strcmp(argv[1], "inspect") == 0)
		return inspect(argc, argv);
	if (argc < 2 || !is_stage(&place.stage, argv[1]))
		return usage(stderr, 2);
	bool probe = place.stage == ZN_STAGE_PROBE, sensors = place.stage == ZN_STAGE_SENSORS;
	bool indexed = !probe && !sensors;
	if ((indexed && !number(&index, argc > 2 ? argv[2] : NULL)) ||
		!options(&place, &sys_root, argc, argv, indexed ? 3 : 2) || !zn_channel_is_there())
		return usage(stderr, 2);
	if (!zn_runner_harden(&place))
		return 1;
	if (sensors)
		zn_serve_sensors(sys_root);
	if (probe)
		zn_serve_probe(&place);
	if (place.stage == ZN_STAGE_BUILDER)
		zn_serve_build(index, &place);
	zn_serve_device(index, &place);
}
