#include "runner/serve.h"

#include "runner/drivers.h"
#include "runner/machine.h"
#include "runner/nvml.h"
#include "runner/selftest.h"
#include "runner/sensors.h"
#include "runner/slices.h"

#include <unistd.h>

static struct zn_pipe_message message;
static struct zn_compute_list list;

void zn_serve_probe(const char *cache_dir, bool self_test)
{
	zn_drivers_announce();
	zn_compute_list_all(&list);
	zn_drivers_tell();
	for (uint32_t i = 0; i < list.count; i++) {
		message.kind = ZN_PIPE_DEVICE;
		zn_compute_describe(&message.device, list.platforms[i], list.devices[i], i);
		zn_channel_send(&message);
	}
	/* a driver that crashes here has been listed at least */
	for (uint32_t i = 0; self_test && i < list.count; i++) {
		struct zn_compute compute;
		const char *why = zn_compute_open(&compute, &list, i);
		if (why == NULL)
			zn_selftest_run(&compute, cache_dir);
		message.kind = ZN_PIPE_DEVICE;
		message.device = compute.about;
		if (why != NULL) {
			zn_compute_describe(&message.device, list.platforms[i], list.devices[i], i);
			message.device.exact = ZN_EXACT_NO;
			zn_pipe_clean(message.device.exact_reason,
				sizeof message.device.exact_reason, why, ZN_DEVICE_REASON_BYTES_MAX,
				false);
		}
		zn_channel_send(&message);
		zn_compute_close(&compute);
	}
	message.kind = ZN_PIPE_MACHINE;
	zn_machine_look(&message.machine);
	zn_channel_send(&message);
	_exit(0);
}

static void load(struct zn_slicer *slicer, const char *cache_dir, struct zn_pipe_fds fds)
{
	static struct zn_pipe_message answer;
	if (!zn_slicer_is_empty(slicer))
		_exit(1); /* our driver program does not do that */
	answer.kind = ZN_PIPE_LOADED;
	answer.loaded.log_bytes = 0;
	answer.loaded.sentence[0] = '\0';
	answer.loaded.cached = false;
	answer.loaded.build_ms = 0;
	answer.loaded.tag = message.load.tag;
	answer.loaded.err = zn_job_load(slicer->job, slicer->compute, cache_dir, &message.load, fds,
		&answer.loaded);
	zn_channel_send(&answer);
}

static void act(struct zn_slicer *slicer, const char *cache_dir, struct zn_pipe_fds fds)
{
	switch (message.kind) {
	case ZN_PIPE_LOAD:
		load(slicer, cache_dir, fds);
		return;
	case ZN_PIPE_RUN:
		if (!zn_slicer_take(slicer, &message.run))
			zn_channel_fail("a run broke the rules of the pipe");
		break;
	case ZN_PIPE_PAUSE:
	case ZN_PIPE_RESUME:
		zn_slicer_pause(slicer, message.kind == ZN_PIPE_PAUSE);
		break;
	case ZN_PIPE_CANCEL:
		zn_slicer_cancel(slicer, message.cancel_tag);
		break;
	case ZN_PIPE_DUTY:
		zn_duty_set(&slicer->duty, message.duty_percent);
		break;
	}
	if (fds.job >= 0)
		close(fds.job);
	if (fds.lanes >= 0)
		close(fds.lanes);
}

void zn_serve_device(uint32_t index, const char *cache_dir)
{
	static struct zn_compute compute;
	static struct zn_job job;
	static struct zn_slicer slicer = {.compute = &compute, .job = &job};
	zn_compute_list_all(&list);
	const char *why = zn_compute_open(&compute, &list, index);
	if (why != NULL)
		zn_channel_fail("device %u cannot be used: %s", index, why);
	zn_selftest_run(&compute, cache_dir);
	message.kind = ZN_PIPE_READY;
	message.device = compute.about;
	zn_channel_send(&message);
	int wait_ms = -1;
	for (;;) {
		struct zn_pipe_fds fds;
		while (zn_channel_receive(&message, &fds, wait_ms)) {
			act(&slicer, cache_dir, fds);
			wait_ms = 0;
		}
		wait_ms = zn_slicer_step(&slicer);
	}
}

void zn_serve_sensors(const char *sys_root)
{
	static struct zn_sensor_place place;
	if (!zn_sensors_open(&place, sys_root))
		_exit(2);
	zn_nvml_open();
	for (;;) {
		struct zn_pipe_fds fds;
		message.kind = ZN_PIPE_SENSORS;
		zn_sensors_read(&message.readings, &place, zn_runner_now_ns());
		zn_nvml_read(&message.readings);
		zn_readings_note(&message.readings, &place);
		zn_channel_send(&message);
		if (zn_channel_receive(&message, &fds,
			    place.round == 1 ? ZN_SENSORS_FIRST_MS : ZN_SENSORS_MS))
			_exit(1); /* it takes no orders */
	}
}
