/* runner/client/stage.c - a run process on its way to ready, and from one job to the next. */
#include "runner/client/internal.h"

#include "runner/client/cache.h"
#include "runner/recipe.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The nodes of GPUs go to their own runners only. Whoever does not know the device's class gets them
 * where there are any. */
static bool is_gpu(const struct zn_runner_options *options)
{
	static const char *const nodes[] = {"/dev/nvidiactl", "/dev/dri", "/dev/kfd"};
	bool any = false;
	for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
		any = any || access(nodes[i], F_OK) == 0;
	return options->device_class != 0 ? options->device_class != ZN_DEVICE_CPU : any;
}

void zn_runner_describe_process(struct zn_process_options *out, struct zn_runner_words *words,
	const struct zn_runner *runner, const char *verb, uint64_t cpu_s)
{
	const struct zn_runner_options *options = &runner->options;
	bool classed = options->device_class != 0;
	const char **to = out->arguments;
	*out = (struct zn_process_options){.program = runner->program,
		.cache_dir = runner->cache_dir,
		.sandbox_max = options->sandbox_max};
	if (options->inspector != NULL) {
		*to++ = "inspect";
		*to++ = options->inspect_as_gpu ? "gpu" : "cpu";
		*to++ = "--driver";
		*to++ = options->inspector;
		out->words_fd = options->words_fd;
		return;
	}
	snprintf(words->index, sizeof words->index, "%u",
		classed ? options->class_index : options->device_index);
	snprintf(words->threads, sizeof words->threads, "%u", options->cpu_threads);
	snprintf(words->class, sizeof words->class, "%u", options->device_class);
	snprintf(words->cpu_s, sizeof words->cpu_s, "%u", (unsigned int)cpu_s);
	*to++ = verb;
	*to++ = words->index;
	*to++ = "--threads";
	*to++ = words->threads;
	*to++ = "--class";
	*to++ = words->class;
	*to++ = "--cpu-s";
	*to++ = words->cpu_s;
	if (options->idle_priority)
		*to++ = "--idle";
	if (is_gpu(options))
		*to++ = "--gpu";
	*to = NULL;
}

static bool send_test(struct zn_runner *runner)
{
	static struct zn_pipe_message message;
	const int fd = runner->wanted.memory.fd;
	message.kind = ZN_PIPE_TEST;
	message.load = runner->wanted.load;
	runner->stage = ZN_RUN_TESTING;
	zn_process_heard_from(&runner->process);
	if (zn_process_send(&runner->process, &message, &fd, fd >= 0 ? 1 : 0) != ZN_ERR_OK)
		return zn_runner_fail(runner, ZN_ERR_DEVICE, "the runner took no order");
	return true;
}

/* The known answers' sources, as a job's memory would hold them. */
static bool want_test(struct zn_runner *runner)
{
	struct zn_recipe_text texts[ZN_SOURCES_MAX];
	struct zn_wanted_binary *wanted = &runner->wanted;
	struct zn_pipe_layout layout;
	zn_runner_forget_binary(runner);
	zn_recipe_of_self_test(&wanted->load, texts);
	zn_pipe_layout_of(&layout, &wanted->load);
	enum zn_err err = zn_runner_memory_make(&wanted->sources, layout.job_bytes, true);
	if (err != ZN_ERR_OK)
		return zn_runner_fail(runner, err, zn_err_sentence(err));
	for (uint32_t i = 0; i < wanted->load.sources_count; i++)
		memcpy(wanted->sources.mapped + layout.source_at[i], texts[i].text, texts[i].bytes);
	return zn_runner_want_binary(runner, &wanted->sources);
}

bool zn_runner_opened(struct zn_runner *runner, const struct zn_device *device)
{
	const struct zn_runner_options *options = &runner->options;
	bool classed = options->device_class != 0;
	uint32_t index = classed ? options->class_index : options->device_index;
	bool other = device->index != index ||
		     (classed && device->class != options->device_class) ||
		     (runner->ready && strcmp(device->name, runner->device.name) != 0);
	if (runner->stage != ZN_RUN_OPENING || runner->build.under_way || other)
		return zn_runner_fail(runner, ZN_ERR_MALFORMED, "the runner opened another device");
	runner->device = *device;
	runner->device.index = options->device_index;
	zn_process_heard_from(&runner->process);
	if (options->inspector != NULL) {
		runner->stage = ZN_RUN_TESTING; /* it says READY at once */
		return true;
	}
	return want_test(runner);
}

bool zn_runner_binary_is_there(struct zn_runner *runner)
{
	return runner->stage == ZN_RUN_READY ? zn_runner_send_load(runner) : send_test(runner);
}

bool zn_runner_binary_failed(struct zn_runner *runner, enum zn_err err, const char *sentence)
{
	struct zn_load_result result = {.err = err, .sentence = sentence};
	if (err == ZN_ERR_DEVICE)
		return zn_runner_fail(runner, ZN_ERR_DEVICE, sentence);
	if (runner->stage == ZN_RUN_READY)
		return zn_runner_answer_load(runner, &result);
	zn_runner_memory_free(&runner->wanted.memory);
	runner->wanted.load.binary_bytes = 0; /* the device's compiler fails its own test */
	return send_test(runner);
}

bool zn_runner_tested(struct zn_runner *runner, const struct zn_device *device)
{
	if (runner->stage != ZN_RUN_TESTING)
		return zn_runner_fail(runner, ZN_ERR_MALFORMED,
			"the runner said what nobody asked for");
	runner->stage = ZN_RUN_READY;
	runner->device.exact = device->exact;
	memcpy(runner->device.exact_reason, device->exact_reason,
		sizeof runner->device.exact_reason);
	zn_process_heard_from(&runner->process);
	zn_runner_forget_binary(runner);
	zn_runner_send_orders(runner);
	zn_runner_go_on(runner);
	if (runner->ready)
		return true;
	runner->ready = true;
	if (runner->options.handlers.ready == NULL)
		return true;
	zn_runner_enter(runner);
	runner->options.handlers.ready(runner->options.handlers.user, &runner->device);
	return zn_runner_leave(runner);
}

/* A driver can change without a new version number: then what the cache has is old. */
bool zn_runner_rejected(struct zn_runner *runner)
{
	struct zn_wanted_binary *wanted = &runner->wanted;
	bool test = runner->stage == ZN_RUN_TESTING;
	if (runner->build.under_way || (!test && !runner->load_sent))
		return zn_runner_fail(runner, ZN_ERR_MALFORMED,
			"the runner said what nobody asked for");
	zn_process_heard_from(&runner->process);
	zn_cache_forget(runner->cache_dir, &wanted->key);
	if (!wanted->cached && test)
		return zn_runner_fail(runner, ZN_ERR_DEVICE,
			"the driver does not take the binary that it made itself");
	if (!wanted->cached) /* a builder that its source took over could have sent anything */
		return zn_runner_binary_failed(runner, ZN_ERR_BUILD,
			"the driver does not take what the compiler made of this source");
	runner->load_sent = false;
	return zn_runner_want_binary(runner, test ? &wanted->sources : &runner->job_memory);
}

static void on_next(void *user)
{
	struct zn_runner *runner = user;
	if (runner->gone || !runner->loading || runner->load_sent || runner->build.under_way)
		return;
	if (!runner->used) {
		if (runner->stage == ZN_RUN_READY)
			(void)!zn_runner_begin_load(runner);
		return;
	}
	zn_runner_stop(runner, NULL);
	enum zn_err err = zn_runner_start(runner);
	if (err != ZN_ERR_OK)
		(void)!zn_runner_fail(runner, ZN_ERR_DEVICE, zn_err_sentence(err));
}

void zn_runner_go_on(struct zn_runner *runner)
{
	zn_timer_start(&runner->next, runner->loop, 0, on_next, runner);
}
