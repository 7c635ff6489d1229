#include "worker/search.h"

#include "core/limits.h"

static const uint64_t ns_per_ms = 1000000;

const char *zn_search_refusal_sentence(enum zn_search_refusal refusal)
{
	switch (refusal) {
	case ZN_SEARCH_OK:
		return "it suits";
#define X(name, sentence)                                                                          \
	case ZN_SEARCH_##name:                                                                     \
		return sentence;
		ZN_SEARCH_REFUSALS(X)
#undef X
	}
	return "?";
}

static const struct zn_search_memory *find(const struct zn_search *search,
	const struct zn_hash *job_id)
{
	for (size_t i = 0; i < ZN_SEARCH_REMEMBERED_MAX; i++)
		if (search->jobs[i].used && zn_hash_equal(&search->jobs[i].job_id, job_id))
			return &search->jobs[i];
	return NULL;
}

/* The job's own place, else a free one, else the one that nothing happened to for longest. */
static struct zn_search_memory *take(struct zn_search *search, const struct zn_hash *job_id,
	uint64_t now_ns)
{
	struct zn_search_memory *found = (struct zn_search_memory *)find(search, job_id);
	if (found == NULL) {
		found = &search->jobs[0];
		for (size_t i = 1; i < ZN_SEARCH_REMEMBERED_MAX && found->used; i++)
			if (!search->jobs[i].used || search->jobs[i].touched_ns < found->touched_ns)
				found = &search->jobs[i];
		*found = (struct zn_search_memory){.job_id = *job_id, .used = true};
	}
	found->touched_ns = now_ns;
	return found;
}

static bool class_suits(const struct zn_announcement *announcement, const struct zn_device *device)
{
	unsigned int ours =
		device->class == ZN_DEVICE_CPU ? ZN_DEVICE_CLASS_CPU : ZN_DEVICE_CLASS_GPU;
	return (announcement->device_classes & ours) != 0;
}

static enum zn_search_refusal needs_check(const struct zn_announcement *announcement,
	const struct zn_device *device)
{
	if (!class_suits(announcement, device))
		return ZN_SEARCH_DEVICE;
	if ((announcement->features & ZN_FEATURE_FP64) != 0 && !device->fp64)
		return ZN_SEARCH_FP64;
	if ((announcement->features & ZN_FEATURE_FOREIGN) != 0 &&
		device->sandbox < ZN_SANDBOX_PARTIAL)
		return ZN_SEARCH_SANDBOX;
	if ((announcement->features & ZN_FEATURE_EXACT) != 0 && device->exact != ZN_EXACT_YES)
		return ZN_SEARCH_EXACT;
	if (announcement->memory_bytes > device->memory_bytes)
		return ZN_SEARCH_MEMORY;
	return ZN_SEARCH_OK;
}

enum zn_search_refusal zn_search_check(const struct zn_search *search, const struct zn_job *job,
	const struct zn_device *device, uint64_t ledger_s, uint64_t now_ns)
{
	const struct zn_announcement *announcement = &job->announcement;
	if (zn_announcement_check(announcement, ledger_s) != ZN_ANNOUNCEMENT_OK)
		return ZN_SEARCH_ANNOUNCEMENT;
	if (announcement->unit != ZN_UNIT_CHUNK)
		return ZN_SEARCH_UNIT;
	if (search->builtin_only && (announcement->features & ZN_FEATURE_FOREIGN) != 0)
		return ZN_SEARCH_FOREIGN;
	enum zn_search_refusal refusal = needs_check(announcement, device);
	if (refusal != ZN_SEARCH_OK)
		return refusal;
	if (announcement->deadline_s != 0 && announcement->deadline_s <= ledger_s)
		return ZN_SEARCH_OVER;
	const struct zn_search_memory *memory = find(search, &job->id);
	if (memory != NULL && memory->dropped)
		return ZN_SEARCH_DROPPED;
	if (memory != NULL && memory->not_before_ns > now_ns)
		return ZN_SEARCH_WAITING;
	return ZN_SEARCH_OK;
}

bool zn_search_better(const struct zn_job *job, const struct zn_job *best)
{
	if (best == NULL)
		return true;
	if (job->announcement.price_zat != best->announcement.price_zat)
		return job->announcement.price_zat > best->announcement.price_zat;
	return job->announced_height > best->announced_height;
}

void zn_search_drop(struct zn_search *search, const struct zn_hash *job_id, uint64_t now_ns)
{
	take(search, job_id, now_ns)->dropped = true;
}

void zn_search_back_off(struct zn_search *search, const struct zn_hash *job_id, uint64_t least_ms,
	uint64_t now_ns, uint64_t random)
{
	struct zn_search_memory *memory = take(search, job_id, now_ns);
	uint64_t wait_ms = least_ms;
	for (uint32_t i = 0; i < memory->failures && wait_ms < ZN_SEARCH_BACK_OFF_MS_MAX; i++)
		wait_ms *= 2;
	if (wait_ms > ZN_SEARCH_BACK_OFF_MS_MAX)
		wait_ms = ZN_SEARCH_BACK_OFF_MS_MAX;
	wait_ms += random % (wait_ms / 2 + 1);
	memory->failures++;
	memory->not_before_ns = now_ns + wait_ms * ns_per_ms;
}
