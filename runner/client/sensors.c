#include "runner/client/sensors.h"

#include "core/limits.h"
#include "runner/client/process.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define MESSAGES_PER_TURN_MAX 4

struct zn_sensors {
	struct zn_loop *loop;
	struct zn_sensors_options options; /* paths are not kept */
	struct zn_process process;
	struct zn_timer silence;
	uint32_t round;
	bool gone, calling, destroyed;
};

static void stop(struct zn_sensors *sensors, struct zn_complaint *how)
{
	zn_timer_stop(&sensors->silence);
	if (sensors->process.child.pid > 0)
		zn_loop_unwatch(sensors->loop, sensors->process.child.channel);
	zn_process_end(&sensors->process, how);
}

/* False when it has been freed. */
static bool called(struct zn_sensors *sensors)
{
	sensors->calling = false;
	if (!sensors->destroyed)
		return true;
	free(sensors);
	return false;
}

static void end(struct zn_sensors *sensors, const char *sentence)
{
	struct zn_complaint how = {0};
	sensors->gone = true;
	stop(sensors, &how);
	sensors->calling = true;
	if (sensors->options.gone != NULL)
		sensors->options.gone(sensors->options.user,
			sentence != NULL ? sentence : how.text);
	(void)called(sensors);
}

static void on_silence(void *user)
{
	end(user, "the sensors did not answer");
}

static bool take(struct zn_sensors *sensors, const struct zn_readings *readings)
{
	zn_timer_start(&sensors->silence, sensors->loop, ZN_SENSORS_SILENCE_MS, on_silence,
		sensors);
	sensors->round++;
	sensors->calling = true;
	if (sensors->options.readings != NULL)
		sensors->options.readings(sensors->options.user, readings);
	return called(sensors);
}

static void on_readable(void *user, uint32_t epoll_events)
{
	static struct zn_pipe_message message;
	struct zn_sensors *sensors = user;
	(void)epoll_events;
	for (int i = 0; i < MESSAGES_PER_TURN_MAX; i++) {
		enum zn_process_heard heard = zn_process_receive(&sensors->process, &message);
		if (heard == ZN_HEARD_NOTHING)
			return;
		if (heard == ZN_HEARD_CLOSED) {
			end(sensors, NULL);
			return;
		}
		if (heard != ZN_HEARD_MESSAGE || message.kind != ZN_PIPE_SENSORS ||
			message.readings.round != sensors->round + 1) {
			end(sensors, "the sensors answered rubbish");
			return;
		}
		if (!take(sensors, &message.readings))
			return;
	}
}

enum zn_err zn_sensors_create(struct zn_sensors **out, struct zn_loop *loop,
	const struct zn_sensors_options *options)
{
	*out = NULL;
	struct zn_sensors *sensors = calloc(1, sizeof *sensors);
	if (sensors == NULL)
		return ZN_ERR_MEMORY;
	sensors->loop = loop;
	sensors->options = *options;
	struct zn_process_options starting = {.program = options->program,
		.cache_dir = options->cache_dir,
		.arguments = {"sensors", options->sys_root != NULL ? "--sys" : NULL,
			options->sys_root}};
	enum zn_err err = zn_process_start(&sensors->process, &starting);
	sensors->options.program = sensors->options.cache_dir = sensors->options.sys_root = NULL;
	if (err == ZN_ERR_OK)
		err = zn_loop_watch(loop, sensors->process.child.channel, EPOLLIN, on_readable,
			sensors);
	if (err != ZN_ERR_OK) {
		zn_process_end(&sensors->process, NULL);
		free(sensors);
		return err;
	}
	zn_timer_start(&sensors->silence, loop, ZN_SENSORS_SILENCE_MS, on_silence, sensors);
	*out = sensors;
	return ZN_ERR_OK;
}

void zn_sensors_destroy(struct zn_sensors *sensors)
{
	if (sensors == NULL || sensors->destroyed)
		return;
	sensors->destroyed = true;
	if (!sensors->gone)
		stop(sensors, NULL);
	sensors->gone = true;
	if (!sensors->calling)
		free(sensors);
}

static bool is_of(const struct zn_sensor *sensor, const struct zn_device *device)
{
	if (device->class == ZN_DEVICE_CPU)
		return sensor->of == ZN_SENSOR_OF_CPU;
	return sensor->of == ZN_SENSOR_OF_GPU &&
	       (device->pci[0] == '\0' || sensor->pci[0] == '\0' ||
		       strcmp(device->pci, sensor->pci) == 0);
}

bool zn_readings_of(int32_t *milli, const char **name, const struct zn_readings *readings,
	enum zn_sensor_kind kind, const struct zn_device *device)
{
	const struct zn_sensor *hottest = NULL;
	int64_t sum = 0;
	for (uint32_t i = 0; i < readings->count; i++) {
		const struct zn_sensor *sensor = &readings->list[i];
		if (sensor->kind != kind || !is_of(sensor, device))
			continue;
		sum += sensor->milli;
		if (hottest == NULL || sensor->milli > hottest->milli)
			hottest = sensor;
	}
	if (hottest == NULL)
		return false;
	if (kind == ZN_SENSOR_POWER)
		*milli = sum > INT32_MAX ? INT32_MAX : (int32_t)sum;
	else
		*milli = hottest->milli;
	if (name != NULL)
		*name = hottest->name;
	return true;
}
