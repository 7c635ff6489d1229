/* tools/kernel_inspect.c - a few items under oclgrind, in the shape of a CPU and of a GPU. */
#include "io/clock.h"
#include "runner/client/inspect.h"
#include "tools/kernel_inside.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool inspect_findings(struct zn_kernel_check *check, int log)
{
	static struct zn_inspect_finding found[ZN_INSPECT_FINDINGS_MAX];
	struct zn_kernel_report *report = check->report;
	uint32_t count = zn_inspect_log_read(found, log);
	for (uint32_t i = 0; i < count; i++) {
		bool known = false;
		for (uint32_t k = 0; k < report->findings_count && !known; k++)
			known = report->findings[k].line == found[i].line &&
				strcmp(report->findings[k].file, found[i].file) == 0;
		if (known)
			continue;
		if (found[i].other_line != 0 && found[i].other_line != found[i].line)
			zn_kernel_report_find(report, found[i].file, found[i].line,
				"item %" PRIu64 ": %s; the other is line %" PRIu32, found[i].item,
				found[i].what, found[i].other_line);
		else
			zn_kernel_report_find(report, found[i].file, found[i].line,
				"item %" PRIu64 ": %s", found[i].item, found[i].what);
	}
	return count == 0;
}

enum inspected { INSPECT_CLEAN, INSPECT_FOUND, INSPECT_CUT };

/* Some of `units` groups: a quarter of them first ones, a quarter last ones, the others between. */
static uint32_t pick(uint32_t at, uint32_t wanted, uint32_t units)
{
	uint32_t quarter = wanted / 4;
	if (wanted >= units || at < quarter)
		return at;
	if (at < 2 * quarter)
		return units - 2 * quarter + at;
	return quarter + (uint32_t)((uint64_t)(at - 2 * quarter) * (units - 2 * quarter) /
				    (wanted - 2 * quarter));
}

static enum inspected inspect_run(struct zn_kernel_check *check, const struct zn_kernel_part *part,
	uint32_t groups, uint32_t *items_done)
{
	static uint64_t items[ZN_INSPECT_GROUPS_MAX * ZN_GROUP_ITEMS_MAX];
	uint32_t unit = zn_kernel_unit(check), known = check->known_items[part->which];
	uint32_t units = (known != 0 ? known : part->items) / unit;
	uint32_t wanted = groups < units ? groups : units;
	for (uint32_t i = 0; i < wanted * unit; i++)
		items[i] = part->first + (uint64_t)pick(i / unit, wanted, units) * unit + i % unit;
	struct zn_run_request request = zn_kernel_part_request(part, 0, wanted * unit);
	request.items = items;
	uint8_t *output = zn_kernel_bench_run(&check->bench, &request);
	*items_done += output != NULL ? request.count : check->bench.items_done;
	bool same = output == NULL || known == 0 ||
		    zn_kernel_equal(check, part, check->known[part->which], output, request.count,
			    items, "under oclgrind than on this machine's device");
	free(output);
	return output == NULL ? INSPECT_CUT : same ? INSPECT_CLEAN : INSPECT_FOUND;
}

/* One first, to see how long it takes; then as many as fit ZN_INSPECT_AIM_MS. */
static enum inspected inspect_runs(struct zn_kernel_check *check, const struct zn_kernel_part *part,
	uint32_t *items_done)
{
	uint64_t begun_ns = zn_clock_monotonic_ns();
	enum inspected result = inspect_run(check, part, 1, items_done);
	uint64_t took_ns = zn_clock_monotonic_ns() - begun_ns + 1;
	uint64_t fit = ZN_INSPECT_AIM_MS * UINT64_C(1000000) / took_ns;
	if (result != INSPECT_CLEAN || fit <= 1)
		return result;
	return inspect_run(check, part,
		fit < ZN_INSPECT_GROUPS_MAX ? (uint32_t)fit : ZN_INSPECT_GROUPS_MAX, items_done);
}

static enum inspected inspect(struct zn_kernel_check *check, int which, bool as_gpu,
	uint32_t *items_done)
{
	struct zn_kernel_part part = {0};
	enum inspected result = INSPECT_CUT;
	struct zn_runner_job job = zn_kernel_job(check);
	if (zn_kernel_part_open(&part, check, which) &&
		zn_kernel_bench_open(&check->bench, 0, check->options->inspector, as_gpu) &&
		zn_kernel_bench_load(&check->bench, &job))
		result = inspect_runs(check, &part, items_done);
	zn_kernel_bench_close(&check->bench);
	if (!inspect_findings(check, check->bench.words_fd))
		result = INSPECT_FOUND;
	zn_kernel_part_close(&part);
	return result;
}

void zn_kernel_inspect(struct zn_kernel_check *check)
{
	enum inspected worst = INSPECT_CLEAN;
	uint32_t items_done = 0;
	if (check->options->inspector == NULL) {
		zn_kernel_tell(check,
			zn_kernel_report_step(check->report, ZN_KERNEL_SKIPPED, "oclgrind",
				"not installed, so nothing looked for accesses out of bounds, "
				"races "
				"and values never set; on Debian: apt-get install oclgrind"));
		return;
	}
	if (check->build_failed) {
		zn_kernel_tell(check, zn_kernel_report_step(check->report, ZN_KERNEL_SKIPPED,
					      "oclgrind", "not tried, since it does not build"));
		return;
	}
	for (int tried = 0; tried < 4 && worst == INSPECT_CLEAN; tried++)
		if (tried < 2 || check->kernel->plan.chunks > 1)
			worst = inspect(check, tried / 2, tried % 2 != 0, &items_done);
	if (worst == INSPECT_CLEAN)
		zn_kernel_tell(check,
			zn_kernel_report_step(check->report, ZN_KERNEL_GOOD, "oclgrind",
				"%" PRIu32
				" items in the shapes of a CPU and a GPU: the same bytes; "
				"nothing out of bounds, no race, no value that was never set",
				items_done));
	else if (worst == INSPECT_FOUND)
		zn_kernel_tell(check, zn_kernel_report_step(check->report, ZN_KERNEL_BAD,
					      "oclgrind", "see below"));
	else
		zn_kernel_tell(check, zn_kernel_report_step(check->report, ZN_KERNEL_SKIPPED,
					      "oclgrind", "it stopped after %" PRIu32 " items: %s",
					      items_done, check->bench.sentence));
}
