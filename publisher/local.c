/* publisher/local.c - `zennet job local`: the same job on this machine, without ledger or network. */
#include "io/clock.h"
#include "io/files.h"
#include "publisher/inside.h"
#include "publisher/render/preview.h"
#include "publisher/result_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define RUNS     2 /* so that the device never waits */
#define FRAME_MS 500

struct local {
	const struct zn_publisher_options *options;
	struct zn_job_file file;
	struct zn_plan plan;
	struct zn_results results;
	struct zn_loop *loop;
	struct zn_runner *runner;
	struct zn_timer show;
	struct zn_job_file kept;       /* that outputs are just kept, before a command reads them */
	struct zn_result_file *result; /* of a kernel job */
	char outputs[PATH_MAX];        /* where they are kept; empty: nowhere */
	uint64_t next, done, units;
	uint64_t begun_ns;
	uint32_t frame_rows;
	bool terminal, interrupted;
	struct zn_complaint trouble;
};

static void fail(struct local *local, const char *sentence)
{
	if (local->trouble.text[0] == '\0')
		zn_complain(&local->trouble, "%s", sentence);
	zn_loop_stop(local->loop);
}

/* --- seen --- */

static void progress(struct local *local, const char *end)
{
	FILE *to = local->options->to;
	double seconds = (double)(zn_clock_monotonic_ns() - local->begun_ns) / 1e9;
	if (local->options->json)
		fprintf(to, "{\"chunks\":%" PRIu64 ",\"accepted\":%" PRIu64 "}\n",
			local->plan.chunks, local->done);
	else
		fprintf(to, "%" PRIu64 " of %" PRIu64 " chunks in %.1f s%s", local->done,
			local->plan.chunks, seconds, end);
	fflush(to);
}

static void frame(struct local *local)
{
	FILE *to = local->options->to;
	const uint8_t *rgb = zn_results_picture(&local->results);
	struct winsize size;
	uint32_t columns = 80, width = local->results.film.width,
		 height = local->results.film.height;
	if (local->frame_rows > 0)
		fprintf(to, "\033[%uA\033[J", local->frame_rows);
	local->frame_rows = 0;
	if (rgb != NULL && ioctl(fileno(to), TIOCGWINSZ, &size) == 0 && size.ws_col > 8) {
		columns = size.ws_col;
		while (columns > 8 && zn_preview_rows(columns, width, height) + 3 > size.ws_row)
			columns -= 4;
		size_t room = zn_preview_bytes_max(columns, width, height);
		char *text = malloc(room);
		if (text != NULL && zn_preview_make(text, room, rgb, width, height, columns) > 0) {
			fputs(text, to);
			local->frame_rows += zn_preview_rows(columns, width, height);
		}
		free(text);
	}
	progress(local, "\033[K\n");
	local->frame_rows++;
}

static void show(void *user)
{
	struct local *local = user;
	if (local->terminal && !local->options->json)
		frame(local);
	else
		progress(local, "\n");
	zn_timer_start(&local->show, local->loop, local->terminal ? FRAME_MS : ZN_SHOW_MS, show,
		local);
}

/* --- run --- */

static void ask_more(struct local *local);

static void keep(struct local *local, uint64_t chunk, const struct zn_run_result *result)
{
	struct zn_complaint complaint;
	uint64_t first;
	uint32_t items;
	zn_manifest_chunk(&first, &items, &local->plan.manifest, chunk);
	if (local->plan.is_render) {
		zn_results_add(&local->results, chunk, result->output, result->output_bytes);
		return;
	}
	if (local->plan.manifest.counter_at != ZN_COUNTER_NONE)
		local->units += zn_manifest_units(&local->plan.manifest, result->output,
			result->output_bytes);
	/* One runner answers in the order of asking, so outputs come in order. */
	if (!zn_result_file_add(local->result, first, result->output, result->output_bytes,
		    &complaint))
		fail(local, complaint.text);
}

static void on_run(void *user, struct zn_run_result *result)
{
	struct local *local = user;
	if (result->err != ZN_ERR_OK)
		return; /* gone says why */
	keep(local, result->tag, result);
	if (local->trouble.text[0] != '\0')
		return;
	if (++local->done == local->plan.chunks)
		zn_loop_stop(local->loop);
	else
		ask_more(local);
}

static void ask_more(struct local *local)
{
	while (zn_runner_pending(local->runner) < RUNS && local->next < local->plan.chunks) {
		struct zn_run_request request = {.tag = local->next};
		struct zn_complaint complaint;
		uint8_t *input = NULL;
		zn_manifest_chunk(&request.first, &request.count, &local->plan.manifest,
			local->next);
		if (local->plan.inputs.count > 0 &&
			!zn_inputs_read(&input, &request.input_bytes, &local->plan.inputs,
				local->next, &complaint)) {
			fail(local, complaint.text);
			return;
		}
		request.input = input;
		request.chunk_first = request.first;
		enum zn_err err = zn_runner_run(local->runner, &request, on_run, local);
		free(input);
		if (err != ZN_ERR_OK)
			return;
		local->next++;
	}
}

static void on_ready(void *user, const struct zn_device *device)
{
	struct local *local = user;
	if (!local->options->json)
		fprintf(local->options->to, "%s on %s\n", local->plan.what, device->name);
}

static void on_loaded(void *user, const struct zn_load_result *result)
{
	struct local *local = user;
	local->begun_ns = zn_clock_monotonic_ns();
	if (result->err == ZN_ERR_BUILD && result->log[0] != '\0')
		fprintf(stderr, "%s\n", result->log);
	if (result->err == ZN_ERR_OK)
		ask_more(local);
	else
		fail(local, result->sentence);
}

static void on_gone(void *user, enum zn_err err, const char *sentence)
{
	(void)err;
	fail(user, sentence);
}

static void on_interrupt(void *user)
{
	struct local *local = user;
	local->interrupted = true;
	zn_loop_stop(local->loop);
}

static bool out_path(struct local *local, char out[PATH_MAX])
{
	const char *path = local->options->job_path, *end = strrchr(path, '.');
	int stem = end != NULL && strchr(end, '/') == NULL ? (int)(end - path) : (int)strlen(path);
	if (local->options->out != NULL)
		return zn_path_make(out, "%s", local->options->out);
	if (local->file.out[0] != '\0')
		return zn_path_make(out, "%s", local->file.out);
	return zn_path_make(out, "%.*s.%s", stem, path, local->plan.is_render ? "png" : "bin");
}

/* A command may be wrong, and what was computed before it is dear: its outputs are kept first. */
static bool result_begin(struct local *local, const char *out)
{
	const struct zn_job_file *file = &local->file;
	if (file->kernel.reduce.kind == ZN_REDUCE_COMMAND) {
		if (!zn_path_make(local->outputs, "%s.outputs", out))
			return zn_complain(&local->trouble, "%s: this path is too long", out);
		out = local->outputs;
		local->kept.kernel.slot_bytes = file->kernel.slot_bytes;
		file = &local->kept;
	}
	local->result = zn_result_file_begin(out, file, &local->trouble);
	return local->result != NULL;
}

static bool outputs_feed(struct local *local, FILE *from)
{
	static uint8_t bytes[1 << 16];
	size_t room = sizeof bytes - sizeof bytes % local->file.kernel.slot_bytes, got;
	while ((got = fread(bytes, 1, room, from)) > 0)
		if (!zn_result_file_add(local->result, 0, bytes, got, &local->trouble))
			return false;
	return ferror(from) == 0 ||
	       zn_complain(&local->trouble, "%s cannot be read", local->outputs);
}

static void command_run(struct local *local)
{
	FILE *from = fopen(local->outputs, "rb");
	struct zn_complaint why;
	zn_result_file_destroy(local->result);
	local->result = NULL;
	if (from == NULL) {
		zn_complain(&local->trouble, "%s cannot be read", local->outputs);
		return;
	}
	local->result = zn_result_file_begin(local->results.out, &local->file, &local->trouble);
	bool good = local->result != NULL && outputs_feed(local, from) &&
		    zn_result_file_end(local->result, &local->trouble);
	fclose(from);
	if (good) {
		unlink(local->outputs);
		return;
	}
	why = local->trouble;
	zn_complain(&local->trouble, "%s; the outputs of all items are in %s", why.text,
		local->outputs);
}

static enum zn_err start(struct local *local)
{
	struct zn_runner_options options = {.program = local->options->runner,
		.handlers = {.ready = on_ready, .gone = on_gone, .user = local}};
	struct zn_runner_job job =
		zn_plan_runner_job(&local->plan, local->plan.manifest.chunk_items);
	char out[PATH_MAX];
	if (!out_path(local, out))
		return ZN_ERR_TOO_LARGE;
	enum zn_err err = zn_results_init(&local->results, local->loop, &local->plan, out,
		local->file.render.exposure);
	if (err != ZN_ERR_OK)
		return err;
	if (!local->plan.is_render && !result_begin(local, out))
		return ZN_ERR_IO;
	err = zn_runner_create(&local->runner, local->loop, &options);
	return err == ZN_ERR_OK ? zn_runner_load(local->runner, &job, on_loaded, local) : err;
}

static void write_out(struct local *local)
{
	enum zn_err err = ZN_ERR_OK;
	if (local->plan.is_render) {
		zn_timer_stop(&local->results.timer);
		zn_loop_destroy(local->loop); /* waits for a picture that is being written */
		local->loop = NULL;
		local->results.writing = false;
		err = zn_results_write(&local->results, NULL, NULL, NULL, NULL, NULL);
	} else if (zn_result_file_end(local->result, &local->trouble) &&
		   local->outputs[0] != '\0') {
		command_run(local);
	}
	if (err != ZN_ERR_OK)
		zn_complain(&local->trouble, "%s: %s", local->results.out, zn_err_sentence(err));
}

static int run(struct local *local)
{
	if (!zn_job_file_read(&local->file, local->options->job_path, &local->trouble) ||
		!zn_plan_make(&local->plan, &local->file, NULL, &local->trouble))
		return 1;
	char out[PATH_MAX];
	const char *fault = out_path(local, out) ? zn_results_out_fault(out, &local->file,
							   local->options->job_path)
						 : NULL;
	if (fault != NULL) {
		zn_complain(&local->trouble, "--out %s: %s", out, fault);
		return 1;
	}
	enum zn_err err = zn_loop_create(&local->loop);
	if (err == ZN_ERR_OK)
		err = zn_loop_on_interrupt(local->loop, on_interrupt, local);
	if (err == ZN_ERR_OK)
		err = start(local);
	if (err != ZN_ERR_OK && local->trouble.text[0] == '\0')
		zn_complain(&local->trouble,
			"the job cannot run here: %s; `zennet doctor` says what to do",
			zn_err_sentence(err));
	if (err != ZN_ERR_OK)
		return 1;
	local->terminal = isatty(fileno(local->options->to)) != 0;
	zn_timer_start(&local->show, local->loop, ZN_SHOW_MS, show, local);
	err = zn_loop_run(local->loop);
	zn_timer_stop(&local->show);
	zn_runner_destroy(local->runner);
	if (local->trouble.text[0] != '\0')
		return 1;
	if (local->interrupted) {
		zn_complain(&local->trouble, "stopped; a local job keeps nothing");
		return 1;
	}
	show(local);
	zn_timer_stop(&local->show);
	write_out(local);
	if (local->trouble.text[0] != '\0')
		return 1;
	if (local->options->json)
		return 0;
	if (local->plan.manifest.counter_at != ZN_COUNTER_NONE)
		fprintf(local->options->to, "counted: %" PRIu64 " metered units\n", local->units);
	fprintf(local->options->to, "%s: %s\n", local->plan.what, local->results.out);
	return 0;
}

int zn_publisher_local(const struct zn_publisher_options *options)
{
	struct local *local = calloc(1, sizeof *local);
	if (local == NULL) {
		fprintf(stderr, "zennet job: out of memory\n");
		return 1;
	}
	local->options = options;
	local->begun_ns = zn_clock_monotonic_ns();
	int status = run(local);
	if (local->trouble.text[0] != '\0')
		fprintf(stderr, "zennet job: %s\n", local->trouble.text);
	zn_loop_destroy(local->loop);
	zn_result_file_destroy(local->result);
	zn_results_finish(&local->results);
	zn_plan_finish(&local->plan);
	free(local);
	return status;
}
