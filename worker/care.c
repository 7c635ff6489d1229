/* worker/care.c - the owner's machine stays cool: readings in, pauses and the duty cycle out. */
#include "worker/inside.h"

#define AGAIN_MS     1000 /* after sensors that went away; doubling */
#define AGAIN_MS_MAX 60000

static void start(void *user);

void zn_worker_pause_apply(struct zn_worker *worker)
{
	bool held = worker->care.cap.held;
	if (held)
		worker->prepare.disturbed = true;
	if (worker->runner == NULL)
		return;
	if (worker->paused || held)
		zn_runner_pause(worker->runner);
	else
		zn_runner_resume(worker->runner);
}

void zn_worker_duty_apply(struct zn_worker *worker)
{
	/* what is timed is the device at work; its rests are reckoned in afterwards */
	if (worker->runner != NULL)
		zn_runner_set_duty(worker->runner,
			worker->prepare.timing ? 100 : worker->care.cap.duty_percent);
}

static void step(struct zn_worker *worker, const struct zn_cap_reading *reading)
{
	struct zn_care *care = &worker->care;
	struct zn_cap before = care->cap;
	zn_cap_step(&care->cap, &care->limits, reading);
	if (care->cap.held != before.held) {
		zn_worker_say(worker, "%s%s", care->cap.held ? "resting: " : "going on",
			care->cap.sentence.text);
		zn_worker_pause_apply(worker);
	}
	if (care->cap.duty_percent != before.duty_percent)
		zn_worker_duty_apply(worker);
	zn_worker_status_touch(worker);
}

static bool is_missing(const struct zn_care *care, const char **why,
	const struct zn_readings *readings)
{
	if (care->limits.temperature_max != 0 && !care->last.has_temperature)
		*why = readings->temperature_note[0] != '\0' ? readings->temperature_note
							     : "no sensor here is this device's";
	else if (care->limits.power_max != 0 && !care->last.has_power)
		*why = readings->power_note[0] != '\0' ? readings->power_note
						       : "no reading here is this device's";
	else
		return false;
	return true;
}

static void on_readings(void *user, const struct zn_readings *readings)
{
	struct zn_worker *worker = user;
	struct zn_care *care = &worker->care;
	struct zn_cap_reading *last = &care->last;
	*last = (struct zn_cap_reading){0};
	last->has_temperature = zn_readings_of(&last->temperature, NULL, readings,
		ZN_SENSOR_TEMPERATURE, &worker->device);
	last->has_power =
		zn_readings_of(&last->power, NULL, readings, ZN_SENSOR_POWER, &worker->device);
	if (readings->round < 2)
		return; /* power that is counted as energy is not known yet */
	bool missing = is_missing(care, &last->why_not, readings);
	if (missing && !care->seen) {
		zn_worker_fail(worker, "%s cannot be kept: %s; leave it out",
			care->limits.temperature_max != 0 && !last->has_temperature
				? "--temperature-max"
				: "--power-max",
			last->why_not);
		return;
	}
	care->seen = true;
	care->again_ms = AGAIN_MS;
	step(worker, last);
	last->why_not = NULL; /* was borrowed */
}

static void on_gone(void *user, const char *sentence)
{
	struct zn_worker *worker = user;
	struct zn_care *care = &worker->care;
	zn_sensors_destroy(care->sensors);
	care->sensors = NULL;
	care->last = (struct zn_cap_reading){.why_not = sentence};
	step(worker, &care->last);
	care->last.why_not = NULL;
	zn_timer_start(&care->again, worker->loop, care->again_ms, start, worker);
	care->again_ms = care->again_ms * 2 < AGAIN_MS_MAX ? care->again_ms * 2 : AGAIN_MS_MAX;
}

static void start(void *user)
{
	struct zn_worker *worker = user;
	const struct zn_sensors_options options = {.program = worker->options.runner_program,
		.sys_root = worker->options.sys_root,
		.readings = on_readings,
		.gone = on_gone,
		.user = worker};
	enum zn_err err = zn_sensors_create(&worker->care.sensors, worker->loop, &options);
	if (err != ZN_ERR_OK)
		on_gone(worker, zn_err_sentence(err));
}

void zn_worker_care_begin(struct zn_worker *worker)
{
	struct zn_care *care = &worker->care;
	uint32_t duty = worker->options.duty_percent;
	care->limits =
		(struct zn_cap_limits){.temperature_max =
					       (int32_t)worker->options.temperature_c_max * 1000,
			.power_max = (int32_t)worker->options.power_w_max * 1000,
			.duty_percent = duty != 0 ? duty : 100};
	care->again_ms = AGAIN_MS;
	zn_cap_begin(&care->cap, &care->limits);
}

void zn_worker_care_watch(struct zn_worker *worker)
{
	if (worker->care.limits.temperature_max != 0 || worker->care.limits.power_max != 0)
		start(worker);
}

void zn_worker_care_end(struct zn_worker *worker)
{
	zn_timer_stop(&worker->care.again);
	zn_sensors_destroy(worker->care.sensors);
	worker->care.sensors = NULL;
}
