#include "publisher/results.h"

#include "core/limits.h"
#include "io/clock.h"
#include "io/files.h"
#include "publisher/render/png.h"
#include "publisher/result_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_same(const struct stat *out, const char *path)
{
	struct stat state;
	return path[0] != '\0' && stat(path, &state) == 0 && state.st_dev == out->st_dev &&
	       state.st_ino == out->st_ino;
}

static bool is_word(const struct stat *out, const struct zn_job_file *file, const char *word)
{
	char path[PATH_MAX];
	return word[0] != '\0' && zn_job_file_path(path, file, word) && is_same(out, path);
}

static bool is_among(const struct stat *out, const struct zn_job_file *file,
	const struct zn_words *words)
{
	for (uint32_t i = 0; i < words->count; i++)
		if (is_word(out, file, zn_words_at(words, i)))
			return true;
	return false;
}

static bool is_read(const struct stat *out, const struct zn_job_file *file)
{
	const struct zn_job_file_kernel *kernel = &file->kernel;
	return is_among(out, file, &kernel->sources) || is_among(out, file, &kernel->inputs) ||
	       is_among(out, file, &kernel->params_files) || is_word(out, file, kernel->shared) ||
	       is_same(out, file->render.scene) || is_same(out, file->render.environment);
}

const char *zn_results_out_fault(const char *out, const struct zn_job_file *file,
	const char *job_path)
{
	struct stat state;
	char directory[PATH_MAX];
	bool exists = stat(out, &state) == 0;
	if (exists && !S_ISREG(state.st_mode))
		return "there is something else than a file; it would be replaced by the result";
	if (exists && job_path != NULL && is_same(&state, job_path))
		return "this is the job file, which the result would replace; name another";
	if (exists && is_read(&state, file))
		return "the job reads this file, which the result would replace; name another";
	if (!zn_path_make(directory, "%s", out))
		return "this path is too long";
	char *slash = strrchr(directory, '/');
	if (slash == NULL)
		strcpy(directory, ".");
	else
		slash[slash == directory] = '\0';
	return access(directory, W_OK | X_OK) == 0 ? NULL : "its directory cannot be written to";
}

enum zn_err zn_results_init(struct zn_results *results, struct zn_loop *loop,
	const struct zn_plan *plan, const char *out, double exposure)
{
	memset(results, 0, sizeof *results);
	results->loop = loop;
	results->plan = plan;
	results->exposure = exposure;
	if (!zn_path_make(results->out, "%s", out))
		return ZN_ERR_TOO_LARGE;
	if (!plan->is_render)
		return ZN_ERR_OK;
	enum zn_err err = zn_film_init(&results->film, &plan->render);
	if (err != ZN_ERR_OK)
		return err;
	results->rgb = calloc((size_t)plan->render.width * plan->render.height, 3);
	results->changed = true;
	return results->rgb == NULL ? ZN_ERR_MEMORY : ZN_ERR_OK;
}

void zn_results_finish(struct zn_results *results)
{
	zn_timer_stop(&results->timer);
	zn_film_finish(&results->film);
	free(results->rgb);
	results->rgb = NULL;
}

/* --- the picture --- */

static void write_picture(void *user)
{
	struct zn_results *results = user;
	results->written =
		zn_png_write(results->out, results->rgb, results->film.width, results->film.height);
}

static void write_soon(struct zn_results *results);

static void picture_written(void *user)
{
	struct zn_results *results = user;
	results->writing = false;
	results->written_ns = zn_clock_monotonic_ns();
	if (results->stale)
		write_soon(results);
	results->stale = false;
}

static void tonemap(struct zn_results *results)
{
	if (results->changed)
		zn_film_tonemap(results->rgb, &results->film, results->exposure);
	results->changed = false;
}

static void write_now(void *user)
{
	struct zn_results *results = user;
	tonemap(results);
	results->writing =
		zn_loop_submit(results->loop, write_picture, picture_written, results) == ZN_ERR_OK;
}

static void write_soon(struct zn_results *results)
{
	uint64_t since_ms = (zn_clock_monotonic_ns() - results->written_ns) / 1000000;
	if (results->writing) {
		results->stale = true;
		return;
	}
	if (!results->timer.armed)
		zn_timer_start(&results->timer, results->loop,
			since_ms >= ZN_PICTURE_MS ? 0 : ZN_PICTURE_MS - since_ms, write_now,
			results);
}

const uint8_t *zn_results_picture(struct zn_results *results)
{
	if (results->rgb == NULL)
		return NULL;
	/* The pool reads the pixels while they are written. */
	if (!results->writing)
		tonemap(results);
	return results->rgb;
}

/* --- chunks --- */

static bool change(struct zn_results *results, uint64_t chunk, const uint8_t *bytes, size_t count,
	bool add)
{
	uint64_t first;
	uint32_t items;
	if (!results->plan->is_render)
		return true;
	zn_manifest_chunk(&first, &items, &results->plan->manifest, chunk);
	return add ? zn_film_add(&results->film, first, items, bytes, count)
		   : zn_film_subtract(&results->film, first, items, bytes, count);
}

bool zn_results_plausible(const struct zn_results *results, uint64_t chunk, const uint8_t *bytes,
	size_t count)
{
	uint64_t first;
	uint32_t items;
	zn_manifest_chunk(&first, &items, &results->plan->manifest, chunk);
	return !results->plan->is_render ||
	       zn_film_plausible(&results->film, first, items, bytes, count);
}

bool zn_results_add(struct zn_results *results, uint64_t chunk, const uint8_t *bytes, size_t count)
{
	if (!change(results, chunk, bytes, count, true))
		return false;
	results->changed = true;
	if (results->plan->is_render)
		write_soon(results);
	return true;
}

bool zn_results_subtract(struct zn_results *results, uint64_t chunk, const uint8_t *bytes,
	size_t count)
{
	if (!change(results, chunk, bytes, count, false))
		return false;
	results->changed = true;
	if (results->plan->is_render)
		write_soon(results);
	return true;
}

/* --- the end --- */

struct copy {
	struct zn_results *results;
	struct zn_store *store;
	struct zn_result_file *to;
	zn_damaged_fn *damaged;
	void *user;
	struct zn_complaint *complaint;
	uint64_t bad;
	bool failed;
};

/* After a damaged one the rest is only looked at, so that all of them are done again at once. */
static bool copy_output(void *user, const struct zn_stored_result *result)
{
	struct copy *copy = user;
	uint64_t first;
	uint32_t items;
	uint8_t *bytes = NULL;
	enum zn_err err = zn_store_output(&bytes, copy->store, result);
	if (err == ZN_ERR_CORRUPT) {
		copy->bad++;
		copy->damaged(copy->user, result->chunk);
		return true;
	}
	if (err != ZN_ERR_OK) {
		copy->failed = true;
		return zn_complain(copy->complaint, "%s", zn_err_sentence(err));
	}
	zn_manifest_chunk(&first, &items, &copy->results->plan->manifest, result->chunk);
	if (copy->bad == 0 &&
		!zn_result_file_add(copy->to, first, bytes, (size_t)result->bytes, copy->complaint))
		copy->failed = true;
	free(bytes);
	return !copy->failed;
}

static enum zn_err write_outputs(struct zn_results *results, struct copy *copy,
	const struct zn_job_file *file)
{
	copy->to = zn_result_file_begin(results->out, file, copy->complaint);
	if (copy->to == NULL)
		return ZN_ERR_IO;
	enum zn_err err = zn_store_results(copy->store, copy_output, copy);
	if (err != ZN_ERR_OK)
		zn_complain(copy->complaint, "%s", zn_err_sentence(err));
	else if (copy->failed)
		err = ZN_ERR_IO;
	else if (copy->bad > 0)
		err = ZN_ERR_CORRUPT;
	else if (!zn_result_file_end(copy->to, copy->complaint))
		err = ZN_ERR_IO;
	zn_result_file_destroy(copy->to);
	return err;
}

static enum zn_err picture_write(struct zn_results *results)
{
	if (results->writing) /* of a picture just before this one: the pool is at it */
		return ZN_ERR_BUSY;
	tonemap(results);
	write_picture(results);
	return results->written;
}

enum zn_err zn_results_write(struct zn_results *results, struct zn_store *store,
	const struct zn_job_file *file, zn_damaged_fn *damaged, void *user,
	struct zn_complaint *complaint)
{
	struct copy copy = {.results = results,
		.store = store,
		.damaged = damaged,
		.user = user,
		.complaint = complaint};
	zn_timer_stop(&results->timer);
	if (!results->plan->is_render)
		return store == NULL ? ZN_ERR_OK : write_outputs(results, &copy, file);
	enum zn_err err = picture_write(results);
	if (err != ZN_ERR_OK)
		zn_complain(complaint, "%s", zn_err_sentence(err));
	return err;
}
