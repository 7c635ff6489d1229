#include "runner/client/build.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define WATCHDOG_MS       50
#define MESSAGES_SEEN_MAX 4 /* OPENED and BUILT are all that there is to say */

void zn_build_stop(struct zn_build *build)
{
	if (!build->under_way)
		return;
	build->under_way = false;
	zn_timer_stop(&build->watchdog);
	if (build->process.child.pid > 0)
		zn_loop_unwatch(build->loop, build->process.child.channel);
	zn_process_end(&build->process, NULL);
	zn_runner_memory_free(&build->binary);
}

/* The last thing that is done with `build` in a callback. */
static void answer(struct zn_build *build, struct zn_build_result *result)
{
	zn_build_stop(build);
	build->done(build->user, result);
	free(result->binary);
}

static void fail(struct zn_build *build, enum zn_err err, const char *sentence)
{
	struct zn_build_result result = {.err = err, .sentence = sentence};
	answer(build, &result);
}

static void crashed(struct zn_build *build)
{
	struct zn_complaint how = {0}, why;
	zn_loop_unwatch(build->loop, build->process.child.channel);
	zn_process_end(&build->process, &how);
	if (build->asked)
		zn_complain(&why, "the compiler did not survive this source: %.200s", how.text);
	else
		why = how;
	fail(build, build->asked ? ZN_ERR_BUILD : ZN_ERR_DEVICE, why.text);
}

static bool same_device(const struct zn_device *a, const struct zn_device *b)
{
	return a->class == b->class && a->compute_units == b->compute_units &&
	       strcmp(a->platform, b->platform) == 0 && strcmp(a->name, b->name) == 0 &&
	       strcmp(a->vendor, b->vendor) == 0 && strcmp(a->driver, b->driver) == 0 &&
	       strcmp(a->version, b->version) == 0;
}

/* Returns a sentence when it cannot be. */
static const char *ask(struct zn_build *build, const struct zn_device *device)
{
	static struct zn_pipe_message message;
	const int fds[2] = {build->request.job_memory_fd, build->binary.fd};
	if (build->asked || !same_device(device, &build->request.device))
		return "the builder opened another device";
	message.kind = ZN_PIPE_BUILD;
	message.load = build->request.load;
	if (zn_process_send(&build->process, &message, fds, 2) != ZN_ERR_OK)
		return "the builder took no order";
	build->asked = true;
	zn_process_heard_from(&build->process);
	return NULL;
}

static void built(struct zn_build *build, const struct zn_pipe_loaded *report)
{
	struct zn_build_result result = {.err = (enum zn_err)report->err,
		.sentence = report->sentence,
		.log = report->log,
		.log_bytes = report->log_bytes,
		.build_ms = report->build_ms};
	if (!build->asked || (result.err == ZN_ERR_OK && report->binary_bytes == 0)) {
		fail(build, ZN_ERR_BUILD, "the builder answered rubbish");
		return;
	}
	if (result.err == ZN_ERR_DEVICE || result.err == ZN_ERR_TIMEOUT)
		result.err =
			ZN_ERR_BUILD; /* it was opened well: it is this source that it cannot */
	if (result.err == ZN_ERR_OK) {
		/* out of its reach first: it could change it while it is being hashed */
		result.binary_bytes = report->binary_bytes;
		result.binary = malloc(result.binary_bytes);
		if (result.binary == NULL)
			result.err = ZN_ERR_MEMORY;
		else
			memcpy(result.binary, build->binary.mapped, result.binary_bytes);
	}
	answer(build, &result);
}

static void on_readable(void *user, uint32_t epoll_events)
{
	static struct zn_pipe_message message;
	struct zn_build *build = user;
	(void)epoll_events;
	for (int i = 0; i < MESSAGES_SEEN_MAX; i++) {
		const char *why = NULL;
		switch (zn_process_receive(&build->process, &message)) {
		case ZN_HEARD_NOTHING:
			return;
		case ZN_HEARD_CLOSED:
			crashed(build);
			return;
		case ZN_HEARD_RUBBISH:
			why = "the builder answered rubbish";
			break;
		case ZN_HEARD_MESSAGE:
			if (message.kind == ZN_PIPE_BUILT) {
				built(build, &message.loaded);
				return;
			}
			if (message.kind == ZN_PIPE_FAILED)
				why = message.failed;
			else if (message.kind == ZN_PIPE_OPENED)
				why = ask(build, &message.device);
			else
				why = "the builder answered rubbish";
		}
		if (why != NULL) {
			fail(build, build->asked ? ZN_ERR_BUILD : ZN_ERR_DEVICE, why);
			return;
		}
	}
}

static void on_watchdog(void *user)
{
	struct zn_build *build = user;
	uint64_t cpu_ms, wall_ms, memory = zn_process_memory(&build->process);
	struct zn_complaint why;
	zn_process_silence(&build->process, &cpu_ms, &wall_ms);
	if (build->request.memory_bytes_max != 0 && memory > build->request.memory_bytes_max)
		zn_complain(&why,
			"the compiler was stopped: it took %llu MiB of memory, and may "
			"have %llu MiB",
			(unsigned long long)(memory >> 20),
			(unsigned long long)(build->request.memory_bytes_max >> 20));
	else if (cpu_ms > build->request.cpu_ms_max || wall_ms > ZN_BUILD_WALL_MS)
		zn_complain(&why, "the compiler was stopped: it worked for %.1f s%s without an end",
			(double)(cpu_ms > build->request.cpu_ms_max ? cpu_ms : wall_ms) / 1000,
			cpu_ms > build->request.cpu_ms_max ? " of CPU time" : "");
	else {
		zn_timer_start(&build->watchdog, build->loop, WATCHDOG_MS, on_watchdog, build);
		return;
	}
	fail(build, build->asked ? ZN_ERR_BUILD : ZN_ERR_DEVICE, why.text);
}

enum zn_err zn_build_start(struct zn_build *build, struct zn_loop *loop,
	const struct zn_build_request *request, zn_build_done_fn *done, void *user)
{
	void *mapped = NULL;
	*build = (struct zn_build){.loop = loop,
		.request = *request,
		.process = {.child = {.pidfd = -1, .channel = -1}, .words_fd = -1},
		.under_way = true,
		.done = done,
		.user = user};
	/* as large as a binary may be; pages that nobody writes cost nothing */
	enum zn_err err =
		zn_shared_memory_create(&build->binary.fd, &mapped, ZN_CACHED_BINARY_BYTES_MAX);
	build->binary.mapped = mapped;
	build->binary.bytes = ZN_CACHED_BINARY_BYTES_MAX;
	if (err == ZN_ERR_OK)
		err = zn_process_start(&build->process, &request->process);
	if (err == ZN_ERR_OK)
		err = zn_loop_watch(loop, build->process.child.channel, EPOLLIN, on_readable,
			build);
	if (err != ZN_ERR_OK) {
		zn_build_stop(build);
		return err;
	}
	zn_timer_start(&build->watchdog, loop, WATCHDOG_MS, on_watchdog, build);
	return ZN_ERR_OK;
}
