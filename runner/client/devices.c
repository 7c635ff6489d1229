#include "runner/client/devices.h"

#include "core/limits.h"
#include "runner/client/process.h"
#include "runner/client/runner.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define MESSAGES_MAX (2 * (ZN_DEVICES_MAX + ZN_DRIVERS_MAX))

struct zn_probe {
	struct zn_loop *loop;
	struct zn_process process;
	struct zn_timer timeout;
	zn_probe_done_fn *done;
	void *user;
	struct zn_device devices[ZN_DEVICES_MAX];
	uint32_t devices_count;
	struct zn_driver drivers[ZN_DRIVERS_MAX];
	uint32_t drivers_count;
	struct zn_machine machine;
	uint32_t messages; /* a probe has at most two per device and driver */
	bool self_test;
	uint32_t testing; /* index of the device whose runner is at it */
	struct zn_runner *runner;
	struct zn_timer next;
	char program[PATH_MAX], cache_dir[PATH_MAX];
	bool finished, calling, destroyed;
};

static void stop(struct zn_probe *probe, struct zn_complaint *how)
{
	zn_timer_stop(&probe->timeout);
	zn_timer_stop(&probe->next);
	zn_runner_destroy(probe->runner);
	probe->runner = NULL;
	if (probe->process.child.pid > 0)
		zn_loop_unwatch(probe->loop, probe->process.child.channel);
	zn_process_end(&probe->process, how);
}

/* Those that never came back from being loaded: one of them took the probe down. */
static void blame_loading(struct zn_probe *probe)
{
	for (uint32_t i = 0; i < probe->drivers_count; i++)
		if (probe->drivers[i].state == ZN_DRIVER_LOADING) {
			probe->drivers[i].state = ZN_DRIVER_BROKEN;
			strcpy(probe->drivers[i].reason,
				"the probe ended while the drivers were loaded; one of those that "
				"say so did it");
		}
}

static void finish(struct zn_probe *probe, enum zn_err err, const char *sentence)
{
	struct zn_complaint how = {0};
	probe->finished = true;
	stop(probe, &how);
	if (err != ZN_ERR_OK)
		blame_loading(probe);
	if (sentence == NULL)
		sentence = how.text;
	/* a driver that crashed in its test has been listed before, and is not to be trusted */
	for (uint32_t i = 0; err != ZN_ERR_OK && i < probe->devices_count; i++)
		if (probe->devices[i].exact == ZN_EXACT_UNKNOWN) {
			probe->devices[i].exact = ZN_EXACT_NO;
			zn_pipe_clean(probe->devices[i].exact_reason,
				ZN_DEVICE_REASON_BYTES_MAX + 1, sentence, ZN_COMPLAINT_BYTES_MAX,
				false);
		}
	struct zn_probe_result result = {.err = err,
		.devices = probe->devices,
		.devices_count = probe->devices_count,
		.drivers = probe->drivers,
		.drivers_count = probe->drivers_count,
		.machine = probe->machine,
		.sentence = err == ZN_ERR_OK ? "" : sentence};
	probe->calling = true;
	probe->done(probe->user, &result);
	probe->calling = false;
	if (probe->destroyed)
		free(probe);
}

static void test_next(void *user);

static void on_tested(void *user, const struct zn_device *device)
{
	struct zn_probe *probe = user;
	probe->devices[probe->testing].exact = device->exact;
	memcpy(probe->devices[probe->testing].exact_reason, device->exact_reason,
		sizeof device->exact_reason);
	probe->testing++;
	zn_timer_start(&probe->next, probe->loop, 0, test_next, probe);
}

static void on_gone(void *user, enum zn_err err, const char *sentence)
{
	struct zn_probe *probe = user;
	struct zn_device *device = &probe->devices[probe->testing++];
	(void)err;
	if (device->exact == ZN_EXACT_UNKNOWN) {
		device->exact = ZN_EXACT_NO;
		zn_pipe_clean(device->exact_reason, sizeof device->exact_reason, sentence,
			strlen(sentence), false);
	}
	zn_timer_start(&probe->next, probe->loop, 0, test_next, probe);
}

/* Each in a runner of its own, as it will work later: a driver that crashes takes down nothing else. */
static void test_next(void *user)
{
	struct zn_probe *probe = user;
	zn_runner_destroy(probe->runner);
	probe->runner = NULL;
	if (probe->testing == probe->devices_count) {
		finish(probe, ZN_ERR_OK, NULL);
		return;
	}
	const struct zn_device *device = &probe->devices[probe->testing];
	const struct zn_runner_options options = {.program = probe->program,
		.cache_dir = probe->cache_dir,
		.device_index = device->index,
		.device_class = device->class,
		.class_index = device->class_index,
		.handlers = {.ready = on_tested, .gone = on_gone, .user = probe}};
	enum zn_err err = zn_runner_create(&probe->runner, probe->loop, &options);
	if (err != ZN_ERR_OK)
		finish(probe, err, zn_err_sentence(err));
}

static void listed(struct zn_probe *probe, const struct zn_machine *machine)
{
	probe->machine = *machine;
	if (!probe->self_test) {
		finish(probe, ZN_ERR_OK, NULL);
		return;
	}
	zn_loop_unwatch(probe->loop, probe->process.child.channel);
	zn_process_end(&probe->process, NULL);
	test_next(probe);
}

static bool take_device(struct zn_probe *probe, const struct zn_device *device)
{
	if (device->index > probe->devices_count || device->index >= ZN_DEVICES_MAX)
		return false;
	if (device->index == probe->devices_count)
		probe->devices_count++;
	probe->devices[device->index] = *device;
	return ++probe->messages <= MESSAGES_MAX;
}

static bool take_driver(struct zn_probe *probe, const struct zn_driver *driver)
{
	if (driver->index > probe->drivers_count || driver->index >= ZN_DRIVERS_MAX)
		return false;
	if (driver->index == probe->drivers_count)
		probe->drivers_count++;
	probe->drivers[driver->index] = *driver;
	return ++probe->messages <= MESSAGES_MAX;
}

static void on_readable(void *user, uint32_t epoll_events)
{
	static struct zn_pipe_message message;
	struct zn_probe *probe = user;
	(void)epoll_events;
	for (uint32_t i = 0; i <= MESSAGES_MAX; i++) {
		enum zn_process_heard heard = zn_process_receive(&probe->process, &message);
		if (heard == ZN_HEARD_NOTHING)
			return;
		if (heard == ZN_HEARD_CLOSED) {
			finish(probe, ZN_ERR_DEVICE, NULL);
			return;
		}
		if (heard == ZN_HEARD_MESSAGE && message.kind == ZN_PIPE_MACHINE) {
			listed(probe, &message.machine);
			return;
		}
		if (heard == ZN_HEARD_MESSAGE && message.kind == ZN_PIPE_DRIVER &&
			take_driver(probe, &message.driver))
			continue;
		if (heard != ZN_HEARD_MESSAGE || message.kind != ZN_PIPE_DEVICE ||
			!take_device(probe, &message.device)) {
			finish(probe, ZN_ERR_MALFORMED, "the runner answered rubbish");
			return;
		}
	}
}

static void on_timeout(void *user)
{
	finish(user, ZN_ERR_TIMEOUT, "the drivers took too long to list their devices");
}

enum zn_err zn_devices_probe(struct zn_probe **out, struct zn_loop *loop,
	const struct zn_probe_options *options, zn_probe_done_fn *done, void *user)
{
	*out = NULL;
	struct zn_probe *probe = calloc(1, sizeof *probe);
	if (probe == NULL)
		return ZN_ERR_MEMORY;
	probe->machine.sandbox = ZN_SANDBOX_NONE;
	probe->loop = loop;
	probe->done = done;
	probe->user = user;
	struct zn_process_options starting = {.program = options->program,
		.cache_dir = options->cache_dir,
		.sandbox_max = options->sandbox_max,
		.arguments = {"probe"}};
	probe->self_test = options->self_test;
	enum zn_err err = zn_process_program(probe->program, options->program);
	if (err == ZN_ERR_OK)
		err = zn_process_cache_dir(probe->cache_dir, options->cache_dir);
	if (err == ZN_ERR_OK)
		err = zn_process_start(&probe->process, &starting);
	if (err == ZN_ERR_OK)
		err = zn_loop_watch(loop, probe->process.child.channel, EPOLLIN, on_readable,
			probe);
	if (err != ZN_ERR_OK) {
		zn_process_end(&probe->process, NULL);
		free(probe);
		return err;
	}
	uint32_t timeout_ms = options->timeout_ms != 0 ? options->timeout_ms : ZN_PROBE_TIMEOUT_MS;
	zn_timer_start(&probe->timeout, loop, timeout_ms, on_timeout, probe);
	*out = probe;
	return ZN_ERR_OK;
}

void zn_probe_destroy(struct zn_probe *probe)
{
	if (probe == NULL || probe->destroyed)
		return;
	probe->destroyed = true;
	if (!probe->finished)
		stop(probe, NULL);
	if (!probe->calling)
		free(probe);
}
