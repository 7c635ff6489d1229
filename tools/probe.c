#include "tools/probe.h"

#include <string.h>

static void probed(void *user, const struct zn_probe_result *result)
{
	struct zn_tool_probe *probe = user;

	probe->err = result->err;
	probe->machine = result->machine;
	zn_complain(&probe->note, "%s", result->sentence);
	probe->devices_count =
		result->devices_count < ZN_DEVICES_MAX ? result->devices_count : ZN_DEVICES_MAX;
	if (probe->devices_count > 0)
		memcpy(probe->devices, result->devices,
			probe->devices_count * sizeof probe->devices[0]);
	probe->done = true;
	zn_loop_stop(probe->loop);
}

bool zn_tool_probe(struct zn_complaint *complaint, struct zn_tool_probe *out, bool self_test)
{
	struct zn_probe_options options = {.self_test = self_test};
	struct zn_probe *probe = NULL;

	memset(out, 0, sizeof *out);
	enum zn_err err = zn_loop_create(&out->loop);
	if (err == ZN_ERR_OK)
		err = zn_devices_probe(&probe, out->loop, &options, probed, out);
	if (err == ZN_ERR_OK)
		err = zn_loop_run(out->loop);
	zn_probe_destroy(probe);
	zn_loop_destroy(out->loop);
	out->loop = NULL;
	if (err == ZN_ERR_NOT_FOUND)
		return zn_complain(complaint,
			"zennet-runner is not beside this program; build or install both together");
	if (err != ZN_ERR_OK)
		return zn_complain(complaint, "zennet-runner could not be started: %s",
			zn_err_sentence(err));
	if (out->err != ZN_ERR_OK && out->devices_count == 0)
		return zn_complain(complaint, "the devices could not be asked for: %s",
			out->note.text[0] != '\0' ? out->note.text : zn_err_sentence(out->err));
	return true;
}

const char *zn_tool_device_class(const struct zn_device *device)
{
	switch (device->class) {
	case ZN_DEVICE_CPU:
		return "CPU";
	case ZN_DEVICE_GPU:
		return "GPU";
	default:
		return "accelerator";
	}
}
