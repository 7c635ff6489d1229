#include "tools/probe.h"

#include "runner/client/remember.h"

#include <string.h>

static void stop_if_all(const struct zn_tool_probe *probe)
{
	if (probe->done && probe->read)
		zn_loop_stop(probe->loop);
}

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
	probe->drivers_count =
		result->drivers_count < ZN_DRIVERS_MAX ? result->drivers_count : ZN_DRIVERS_MAX;
	if (probe->drivers_count > 0)
		memcpy(probe->drivers, result->drivers,
			probe->drivers_count * sizeof probe->drivers[0]);
	probe->done = true;
	stop_if_all(probe);
}

/* The first round lacks what is counted as energy. */
static void on_readings(void *user, const struct zn_readings *readings)
{
	struct zn_tool_probe *probe = user;

	probe->readings = *readings;
	probe->read = readings->round >= 2;
	stop_if_all(probe);
}

static void on_no_readings(void *user, const char *sentence)
{
	struct zn_tool_probe *probe = user;

	(void)sentence;
	probe->read = true;
	stop_if_all(probe);
}

/* Without sensors there are still devices. */
static struct zn_sensors *sense(struct zn_tool_probe *out)
{
	const struct zn_sensors_options options = {.readings = on_readings,
		.gone = on_no_readings,
		.user = out};
	struct zn_sensors *sensors = NULL;

	strcpy(out->readings.temperature_note, "the sensors could not be asked");
	strcpy(out->readings.power_note, "the sensors could not be asked");
	if (zn_sensors_create(&sensors, out->loop, &options) != ZN_ERR_OK)
		out->read = true;
	return sensors;
}

bool zn_tool_probe(struct zn_complaint *complaint, struct zn_tool_probe *out, bool self_test)
{
	struct zn_probe_options options = {.self_test = self_test};
	struct zn_probe *probe = NULL;
	struct zn_sensors *sensors = NULL;

	memset(out, 0, sizeof *out);
	enum zn_err err = zn_loop_create(&out->loop);
	if (err == ZN_ERR_OK)
		err = zn_devices_probe(&probe, out->loop, &options, probed, out);
	if (err == ZN_ERR_OK) {
		sensors = sense(out);
		err = zn_loop_run(out->loop);
	}
	zn_sensors_destroy(sensors);
	zn_probe_destroy(probe);
	zn_loop_destroy(out->loop);
	out->loop = NULL;
	zn_devices_remember(out->changes, out->devices, out->devices_count, NULL);
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

bool zn_tool_gpu_is_driven(const struct zn_tool_probe *probe, const struct zn_pci_gpu *gpu)
{
	for (uint32_t i = 0; i < probe->devices_count; i++) {
		const struct zn_device *device = &probe->devices[i];
		if (device->class != ZN_DEVICE_CPU &&
			(device->pci[0] == '\0' || strcmp(device->pci, gpu->pci) == 0))
			return true;
	}
	return false;
}

const char *zn_tool_pci_vendor(uint16_t vendor)
{
	switch (vendor) {
	case 0x1002:
		return "AMD";
	case 0x8086:
		return "Intel";
	case 0x10de:
		return "NVIDIA";
	default:
		return "";
	}
}
