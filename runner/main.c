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
	      "  zennet-runner probe        --scratch DIR [--cache DIR] [--self-test]\n"
	      "  zennet-runner run INDEX    --scratch DIR [--cache DIR] [--threads N] [--idle]\n"
	      "  zennet-runner inspect cpu|gpu --driver PATH --scratch DIR\n"
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

int main(int argc, char **argv)
{
	struct zn_runner_place place = {0};
	bool self_test = false, bad = argc < 2;
	bool run = !bad && strcmp(argv[1], "run") == 0;
	bool inspect = !bad && strcmp(argv[1], "inspect") == 0, as_gpu = false;
	const char *driver = NULL;
	uint32_t index = 0;
	if (!bad && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	if (!run && !inspect && !bad && strcmp(argv[1], "probe") != 0)
		bad = true;
	if (inspect) {
		as_gpu = argc > 2 && strcmp(argv[2], "gpu") == 0;
		bad = argc < 3 || (!as_gpu && strcmp(argv[2], "cpu") != 0);
	}
	if (run && !number(&index, argc > 2 ? argv[2] : NULL))
		bad = true;
	for (int i = run || inspect ? 3 : 2; !bad && i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;
		if (strcmp(argv[i], "--self-test") == 0)
			self_test = true;
		else if (strcmp(argv[i], "--idle") == 0)
			place.idle_priority = true;
		else if (inspect && strcmp(argv[i], "--driver") == 0 && value != NULL &&
			 value[0] == '/')
			driver = argv[++i];
		else if (strcmp(argv[i], "--cache") == 0 && value != NULL && value[0] == '/')
			place.cache_dir = argv[++i];
		else if (strcmp(argv[i], "--scratch") == 0 && value != NULL && value[0] == '/')
			place.scratch_dir = argv[++i];
		else if (strcmp(argv[i], "--threads") == 0 && number(&place.cpu_threads, value))
			i++;
		else
			bad = true;
	}
	if (bad || place.scratch_dir == NULL || (inspect && driver == NULL) || !zn_channel_is_there())
		return usage(stderr, 2);
	if (!zn_runner_harden(&place))
		return 1;
	if (inspect)
		zn_inspect_serve(driver, as_gpu);
	if (run)
		zn_serve_device(index, place.cache_dir);
	zn_serve_probe(place.cache_dir, self_test);
}
