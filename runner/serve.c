#include "runner/serve.h"

#include "runner/builder.h"
#include "runner/drivers.h"
#include "runner/machine.h"
#include "runner/nvml.h"
#include "runner/selftest.h"
#include "runner/sensors.h"
#include "runner/slices.h"

#include <sys/mman.h>
#include <unistd.h>

static struct zn_pipe_message message;
static struct zn_compute_list list;
static struct zn_compute compute;

void zn_serve_probe(struct zn_runner_place *place)
{
	zn_drivers_announce();
	zn_compute_list_all(&list);
	zn_drivers_tell();
	for (uint32_t i = 0; i < list.count; i++) {
		message.kind = ZN_PIPE_DEVICE;
		zn_compute_describe_listed(&message.device, &list, i);
		zn_channel_send(&message);
	}
	message.kind = ZN_PIPE_MACHINE;
	zn_machine_look(&message.machine);
	(void)zn_runner_fence(place); /* a trial, since nothing else tells what is allowed here */
	message.machine.sandbox = (uint8_t)place->level;
	zn_channel_send(&message);
	_exit(0);
}

static void open_device(uint32_t index, const struct zn_runner_place *place)
{
	zn_compute_list_all(&list);
	/* by class, since a GPU's driver lists nothing where its nodes are hidden */
	uint32_t at = place->class == 0 ? index : zn_compute_find(&list, place->class, index);
	const char *why = zn_compute_open(&compute, &list, at);
	if (why != NULL)
		zn_channel_fail("device %u cannot be used: %s", index, why);
	compute.about.index = index;
	compute.about.sandbox = (uint8_t)place->level;
	message.kind = ZN_PIPE_OPENED;
	message.device = compute.about;
	zn_channel_send(&message);
}

void zn_serve_build(uint32_t index, const struct zn_runner_place *place)
{
	static struct zn_pipe_message answer;
	struct zn_pipe_fds fds;
	open_device(index, place);
	while (!zn_channel_receive(&message, &fds, -1))
		continue;
	if (message.kind != ZN_PIPE_BUILD)
		_exit(1); /* our driver program does not do that */
	answer.kind = ZN_PIPE_BUILT;
	zn_builder_build(&answer.loaded, &compute, &message.load, &fds);
	zn_channel_send(&answer);
	_exit(0);
}

/* False: the driver does not take the binary. */
static bool test(const struct zn_pipe_load *load, int binary_fd)
{
	static struct zn_pipe_load known;
	static struct zn_recipe_text texts[ZN_SOURCES_MAX];
	static struct zn_recipe recipe;
	if (load->binary_bytes == 0) {
		zn_selftest_run(&compute, NULL);
		return true;
	}
	zn_recipe_of_self_test(&known, texts);
	zn_recipe_of_load(&recipe, &known, NULL);
	uint8_t *binary = zn_job_map(binary_fd, load->binary_bytes, PROT_READ);
	cl_program program =
		binary == NULL ? NULL
			       : zn_program_load(&compute, &recipe, binary, load->binary_bytes);
	if (binary != NULL)
		munmap(binary, load->binary_bytes);
	if (program == NULL)
		return false;
	zn_selftest_run(&compute, program);
	clReleaseProgram(program);
	return true;
}

static void test_device(void)
{
	struct zn_pipe_fds fds;
	bool tested = false;
	while (!tested) {
		while (!zn_channel_receive(&message, &fds, -1))
			continue;
		if (message.kind != ZN_PIPE_TEST)
			_exit(1); /* our driver program does not do that */
		tested = test(&message.load, fds.fd[0]);
		zn_channel_close_fds(&fds);
		message.kind = ZN_PIPE_REJECTED;
		if (!tested)
			zn_channel_send(&message);
	}
	message.kind = ZN_PIPE_READY;
	message.device = compute.about;
	zn_channel_send(&message);
}

static void load(struct zn_slicer *slicer, const struct zn_runner_place *place,
	const struct zn_pipe_fds *fds)
{
	static struct zn_pipe_message answer;
	if (slicer->job->loaded)
		_exit(1); /* our driver program does not do that: what ran here is not trusted */
	answer.kind = ZN_PIPE_LOADED;
	answer.loaded.log_bytes = 0;
	answer.loaded.sentence[0] = '\0';
	answer.loaded.binary_bytes = 0;
	answer.loaded.tag = message.load.tag;
	uint64_t began_ns = zn_runner_now_ns();
	enum zn_err err =
		zn_job_load(slicer->job, slicer->compute, &message.load, fds, &answer.loaded);
	answer.loaded.build_ms = (uint32_t)((zn_runner_now_ns() - began_ns) / 1000000);
	answer.loaded.err = (uint8_t)err;
	if (err == ZN_ERR_MALFORMED)
		answer.kind = ZN_PIPE_REJECTED;
	else if (err == ZN_ERR_OK)
		zn_sandbox_lock_down(place->level, place->gpu);
	zn_channel_send(&answer);
}

static void act(struct zn_slicer *slicer, const struct zn_runner_place *place,
	struct zn_pipe_fds *fds)
{
	switch (message.kind) {
	case ZN_PIPE_LOAD:
		load(slicer, place, fds);
		break;
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
	zn_channel_close_fds(fds);
}

void zn_serve_device(uint32_t index, const struct zn_runner_place *place)
{
	static struct zn_job job;
	static struct zn_slicer slicer = {.compute = &compute, .job = &job};
	open_device(index, place);
	test_device();
	int wait_ms = -1;
	for (;;) {
		struct zn_pipe_fds fds;
		while (zn_channel_receive(&message, &fds, wait_ms)) {
			act(&slicer, place, &fds);
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
