/* worker/outputs.c - outputs from the runner to the delivery: hashed, on disk, journalled. */
#include "worker/inside.h"

#include "core/assert.h"
#include "io/files.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An output on its way through the pool. */
struct task {
	struct zn_worker *worker;
	uint64_t generation;
	int64_t deal_id;
	uint64_t chunk;
	uint8_t *bytes;
	size_t count;
	struct zn_manifest *manifest; /* only where units are counted */
	uint64_t units;
	char path[PATH_MAX]; /* "": it goes into the journal whole */
	struct zn_hash root;
	enum zn_err err;
};

static bool path_of(char out[PATH_MAX], const struct zn_worker *worker, int64_t deal_id,
	uint64_t chunk)
{
	return zn_path_make(out, "%s/worker/outputs/%lld-%llu", worker->options.home,
		(long long)deal_id, (unsigned long long)chunk);
}

static struct zn_output *find(struct zn_worker *worker, uint64_t chunk)
{
	for (int i = 0; i < ZN_OUTPUTS_MAX; i++)
		if (worker->outputs[i].used && worker->outputs[i].chunk == chunk)
			return &worker->outputs[i];
	return NULL;
}

static struct zn_output *take(struct zn_worker *worker)
{
	for (int i = 0; i < ZN_OUTPUTS_MAX; i++)
		if (!worker->outputs[i].used)
			return &worker->outputs[i];
	return NULL;
}

static void work(void *user)
{
	struct task *task = user;
	task->err =
		zn_content_id(&task->root, task->bytes, task->count) ? ZN_ERR_OK : ZN_ERR_MEMORY;
	if (task->manifest != NULL)
		task->units = zn_manifest_units(task->manifest, task->bytes, task->count);
	if (task->err == ZN_ERR_OK && task->path[0] != '\0')
		task->err = zn_file_write(task->path, task->bytes, task->count, 0600);
}

static void finish(struct task *task)
{
	struct zn_worker *worker = task->worker;
	struct zn_worker_event event = {.kind = ZN_WORKER_OUTPUT,
		.chunk = task->chunk,
		.output_root = task->root,
		.output_bytes = task->count,
		.units = task->units};
	bool inline_bytes = task->path[0] == '\0';
	struct zn_output *output = task->err == ZN_ERR_OK ? take(worker) : NULL;
	if (output == NULL) {
		zn_worker_say(worker, "a chunk's output could not be stored: %s",
			zn_err_sentence(task->err));
		event.kind = ZN_WORKER_RUN_FAILED;
		zn_worker_queue(worker, &event);
		return;
	}
	/* Committed before a delivery speaks of it. */
	zn_worker_journal_output(worker->journal, task->deal_id, task->chunk, &task->root,
		task->count, task->units, inline_bytes ? task->bytes : NULL);
	*output = (struct zn_output){.used = true, .chunk = task->chunk, .count = task->count};
	if (inline_bytes) {
		output->bytes = task->bytes;
		task->bytes = NULL;
	}
	zn_worker_queue(worker, &event);
}

static void done(void *user)
{
	struct task *task = user;
	if (task->generation == task->worker->generation)
		finish(task);
	else if (task->path[0] != '\0')
		unlink(task->path);
	free(task->manifest);
	free(task->bytes);
	free(task);
}

/* The deal may be another one while the pool still counts. */
static bool counting_begin(struct task *task)
{
	const struct zn_manifest *manifest = &task->worker->deal.manifest;
	task->units = 1;
	if (manifest->counter_at == ZN_COUNTER_NONE)
		return true;
	task->manifest = malloc(sizeof *task->manifest);
	if (task->manifest != NULL)
		*task->manifest = *manifest;
	return task->manifest != NULL;
}

void zn_worker_output_store(struct zn_worker *worker, uint64_t chunk, uint8_t *bytes, size_t count)
{
	struct zn_worker_event failed = {.kind = ZN_WORKER_RUN_FAILED, .chunk = chunk};
	struct task *task = malloc(sizeof *task);
	bool small = count <= ZN_OUTPUT_INLINE_BYTES_MAX;
	if (task == NULL) {
		free(bytes);
		zn_worker_queue(worker, &failed);
		return;
	}
	*task = (struct task){.worker = worker,
		.generation = worker->generation,
		.deal_id = worker->where.id,
		.chunk = chunk,
		.bytes = bytes,
		.count = count};
	if (!counting_begin(task) ||
		(!small && !path_of(task->path, worker, task->deal_id, chunk))) {
		free(task->manifest);
		free(bytes);
		free(task);
		zn_worker_queue(worker, &failed);
		return;
	}
	if (!small && zn_loop_submit(worker->loop, work, done, task) == ZN_ERR_OK)
		return;
	work(task); /* shorter than a trip through the pool */
	done(task);
}

bool zn_worker_output_copy(struct zn_worker *worker, uint64_t chunk, uint8_t *bytes, size_t count)
{
	const struct zn_output *output = find(worker, chunk);
	char path[PATH_MAX];
	uint8_t *read = NULL;
	size_t got = 0;
	if (output == NULL || output->count != count)
		return false;
	if (output->bytes != NULL) {
		memcpy(bytes, output->bytes, count);
		return true;
	}
	if (!path_of(path, worker, worker->where.id, chunk) ||
		zn_file_read(&read, &got, path, count) != ZN_ERR_OK)
		return false;
	if (got == count)
		memcpy(bytes, read, count);
	free(read);
	return got == count;
}

void zn_worker_output_lost(struct zn_worker *worker, uint64_t chunk)
{
	struct zn_worker_event event = {.kind = ZN_WORKER_RUN_FAILED, .chunk = chunk};
	zn_worker_say(worker, "the stored output of chunk %llu cannot be read: it is made again",
		(unsigned long long)chunk);
	zn_worker_output_drop(worker, chunk);
	zn_worker_queue(worker, &event);
}

void zn_worker_output_drop(struct zn_worker *worker, uint64_t chunk)
{
	struct zn_output *output = find(worker, chunk);
	if (output == NULL)
		return;
	if (output->bytes == NULL && worker->dropped_count < ZN_WORKER_ACTIONS_MAX)
		worker->dropped[worker->dropped_count++] = chunk;
	free(output->bytes);
	*output = (struct zn_output){0};
	zn_worker_journal_output_drop(worker->journal, worker->where.id, chunk);
}

void zn_worker_outputs_dropped(struct zn_worker *worker)
{
	char path[PATH_MAX];
	for (uint32_t i = 0; i < worker->dropped_count; i++)
		if (path_of(path, worker, worker->where.id, worker->dropped[i]))
			unlink(path);
	worker->dropped_count = 0;
}

void zn_worker_outputs_clear(struct zn_worker *worker)
{
	for (int i = 0; i < ZN_OUTPUTS_MAX; i++) {
		free(worker->outputs[i].bytes);
		worker->outputs[i] = (struct zn_output){0};
	}
}

/* A file that does not hold what was stated is as good as lost: its chunk is not paid. */
static bool file_holds(const struct zn_worker *worker, const struct zn_kept_output *kept)
{
	char path[PATH_MAX];
	uint8_t *bytes = NULL;
	size_t count = 0;
	struct zn_hash root;
	if (!path_of(path, worker, worker->where.id, kept->chunk) ||
		zn_file_read(&bytes, &count, path, kept->count) != ZN_ERR_OK)
		return false;
	bool holds = count == kept->count && zn_content_id(&root, bytes, count) &&
		     zn_hash_equal(&root, &kept->root);
	free(bytes);
	return holds;
}

static bool on_kept(void *user, const struct zn_kept_output *kept)
{
	struct zn_worker *worker = user;
	struct zn_output *output = take(worker);
	if (output == NULL || worker->deal.chunks_count >= worker->deal.terms.window_chunks)
		return false;
	if (kept->count > ZN_CHUNK_OUTPUT_BYTES_MAX ||
		(kept->bytes == NULL && !file_holds(worker, kept)))
		return true;
	*output = (struct zn_output){.used = true, .chunk = kept->chunk, .count = kept->count};
	if (kept->bytes != NULL) {
		output->bytes = malloc(kept->count);
		if (output->bytes == NULL) {
			output->used = false;
			return false;
		}
		memcpy(output->bytes, kept->bytes, kept->count);
	}
	zn_worker_deal_restore_output(&worker->deal, kept->chunk, kept->count, &kept->root,
		kept->units);
	return true;
}

enum zn_err zn_worker_outputs_restore(struct zn_worker *worker)
{
	return zn_worker_journal_outputs(worker->journal, worker->where.id, on_kept, worker);
}
