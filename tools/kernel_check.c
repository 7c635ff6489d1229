#include "tools/kernel_check.h"

#include "tools/kernel_inside.h"
#include "tools/probe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_ITEMS_MAX 4096
#define FEW_ITEMS      64
#define TRIED_NS       UINT64_C(2000000000) /* a run; about six of them on each device */
#define CHUNK_NS       1e9                  /* what a chunk aims at */

void zn_kernel_tell(struct zn_kernel_check *check, const struct zn_kernel_step *step)
{
	if (check->options->on_step != NULL)
		check->options->on_step(step);
}

/* --- one chunk: what is run of it ----------------------------------------------------------------- */

uint32_t zn_kernel_unit(const struct zn_kernel_check *check)
{
	uint32_t group = check->kernel->plan.manifest.group_items;
	return group != 0 ? group : 1;
}

static uint32_t whole_units(const struct zn_kernel_check *check, uint64_t items)
{
	uint32_t unit = zn_kernel_unit(check);
	uint64_t units = items / unit;
	return (uint32_t)(units > 0 ? units * unit : unit);
}

bool zn_kernel_part_open(struct zn_kernel_part *part, struct zn_kernel_check *check, int which)
{
	*part = (struct zn_kernel_part){.which = which,
		.chunk = which == 0 ? 0 : check->kernel->plan.chunks - 1};
	zn_manifest_chunk(&part->first, &part->items, &check->kernel->plan.manifest, part->chunk);
	if (part->items > ZN_KERNEL_TRIED_ITEMS_MAX)
		part->items = whole_units(check, ZN_KERNEL_TRIED_ITEMS_MAX);
	return zn_kernel_case_input(check->kernel, part->chunk, &part->input, &part->input_bytes,
		check->complaint);
}

void zn_kernel_part_close(struct zn_kernel_part *part)
{
	free(part->input);
	part->input = NULL;
}

struct zn_run_request zn_kernel_part_request(const struct zn_kernel_part *part, uint32_t from,
	uint32_t count)
{
	return (struct zn_run_request){.first = part->first + from,
		.count = count,
		.input = part->input,
		.input_bytes = part->input_bytes,
		.chunk_first = part->first};
}

struct zn_runner_job zn_kernel_job(const struct zn_kernel_check *check)
{
	const struct zn_manifest *manifest = &check->kernel->plan.manifest;
	uint32_t items_max = manifest->chunk_items < ZN_KERNEL_TRIED_ITEMS_MAX
				     ? manifest->chunk_items
				     : whole_units(check, ZN_KERNEL_TRIED_ITEMS_MAX);
	struct zn_runner_job job = zn_plan_runner_job(&check->kernel->plan, items_max);
	job.fp64 = (manifest->options & ZN_OPTION_FP64) != 0;
	job.group_items = manifest->group_items;
	job.local_bytes = manifest->local_bytes;
	job.input_bytes_max = manifest->input_bytes_max;
	return job;
}

/* --- comparing ------------------------------------------------------------------------------------ */

/* Slot `at[i]` of `right` against slot i of `left` (at NULL: the same slots). */
bool zn_kernel_equal(struct zn_kernel_check *check, const struct zn_kernel_part *part,
	const uint8_t *right, const uint8_t *left, uint32_t count, const uint64_t *at,
	const char *how)
{
	uint32_t slot = check->kernel->plan.manifest.slot_bytes;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t place = at != NULL ? at[i] - part->first : i;
		const uint8_t *a = right + place * slot, *b = left + (uint64_t)i * slot;
		if (memcmp(a, b, slot) == 0)
			continue;
		uint32_t byte = 0;
		while (a[byte] == b[byte])
			byte++;
		zn_kernel_report_find(check->report, "", 0,
			"item %" PRIu64 " comes out differently %s (byte %" PRIu32
			" of its slot): a slot may depend on nothing but its item and the inputs",
			part->first + place, how, byte);
		return false;
	}
	return true;
}

/* Run and take the output; NULL with a finding when the run failed. */
static uint8_t *run(struct zn_kernel_check *check, const struct zn_run_request *request)
{
	uint8_t *output = zn_kernel_bench_run(&check->bench, request);
	if (output == NULL)
		zn_kernel_report_find(check->report, "", 0,
			"the kernel did not come to its end: %s", check->bench.sentence);
	return output;
}

static bool run_and_compare(struct zn_kernel_check *check, const struct zn_kernel_part *part,
	const uint8_t *right, const struct zn_run_request *request, uint32_t from, const char *how)
{
	uint32_t slot = check->kernel->plan.manifest.slot_bytes;
	uint8_t *output = run(check, request);
	bool same = output != NULL &&
		    zn_kernel_equal(check, part,
			    request->items != NULL ? right : right + (uint64_t)from * slot, output,
			    request->count, request->items, how);
	free(output);
	return same;
}

/* Items spread over the first `items` of the part, whole groups, out of order. */
uint32_t zn_kernel_part_spread(const struct zn_kernel_check *check,
	const struct zn_kernel_part *part, uint64_t *items, uint32_t items_count,
	uint32_t items_max)
{
	uint32_t unit = zn_kernel_unit(check), units = items_count / unit;
	uint32_t wanted = items_max / unit < units ? items_max / unit : units;
	for (uint32_t u = 0; u < wanted; u++) {
		/* the last one first, the first one last */
		uint64_t place =
			wanted > 1 ? (uint64_t)(wanted - 1 - u) * (units - 1) / (wanted - 1) : 0;
		for (uint32_t i = 0; i < unit; i++)
			items[u * unit + i] = part->first + place * unit + i;
	}
	return wanted * unit;
}

static bool compare_cuts(struct zn_kernel_check *check, const struct zn_kernel_part *part,
	const uint8_t *right, uint32_t count)
{
	static uint64_t items[LIST_ITEMS_MAX];
	uint32_t half = whole_units(check, count / 2);
	struct zn_run_request request = zn_kernel_part_request(part, 0, count);
	bool good = run_and_compare(check, part, right, &request, 0, "when it is computed again");
	if (good && half < count) {
		request = zn_kernel_part_request(part, 0, half);
		good = run_and_compare(check, part, right, &request, 0,
			"when the chunk is cut in two");
		request = zn_kernel_part_request(part, half, count - half);
		good = good && run_and_compare(check, part, right, &request, half,
				       "when the chunk is cut in two");
	}
	request = zn_kernel_part_request(part, 0,
		zn_kernel_part_spread(check, part, items, count, LIST_ITEMS_MAX));
	request.items = items;
	return good &&
	       run_and_compare(check, part, right, &request, 0, "in a list of single items");
}

/* How many items take TRIED_NS, learnt from a few of them; 0 when they do not end. */
static uint32_t items_for(struct zn_kernel_check *check, const struct zn_kernel_part *part,
	double *item_ns)
{
	uint32_t few = part->items < FEW_ITEMS ? part->items : FEW_ITEMS;
	struct zn_run_request request = zn_kernel_part_request(part, 0, whole_units(check, few));
	uint8_t *output = run(check, &request);
	if (output == NULL)
		return 0;
	free(output);
	*item_ns = (double)check->bench.device_ns / request.count;
	uint64_t most = (uint64_t)((double)TRIED_NS / (*item_ns > 1 ? *item_ns : 1));
	return most >= part->items ? part->items : whole_units(check, most);
}

/* --- a device ------------------------------------------------------------------------------------- */

/* The outputs of all devices are held against those of the first. */
static bool compare_known(struct zn_kernel_check *check, const struct zn_kernel_part *part,
	uint8_t **output, uint32_t count, const char *device)
{
	char how[ZN_DEVICE_TEXT_BYTES_MAX + 64];
	if (check->known[part->which] == NULL) {
		check->known[part->which] = *output;
		check->known_items[part->which] = count;
		*output = NULL;
		snprintf(check->known_by, sizeof check->known_by, "%s", device);
		return true;
	}
	uint32_t both = check->known_items[part->which];
	snprintf(how, sizeof how, "on %s than on %s", device, check->known_by);
	return zn_kernel_equal(check, part, check->known[part->which], *output,
		both < count ? both : count, NULL, how);
}

struct tried {
	uint32_t items;
	double item_ns;
};

static bool try_part(struct zn_kernel_check *check, int which, const char *device,
	struct tried *tried)
{
	struct zn_kernel_part part;
	bool good = false;
	uint8_t *output = NULL;
	double item_ns = 0;
	if (!zn_kernel_part_open(&part, check, which)) {
		zn_kernel_report_find(check->report, "", 0, "%s", check->complaint->text);
		return false;
	}
	uint32_t count = items_for(check, &part, &item_ns);
	if (count > 0) {
		struct zn_run_request request = zn_kernel_part_request(&part, 0, count);
		output = run(check, &request);
		good = output != NULL;
		if (good && count > FEW_ITEMS)
			item_ns = (double)check->bench.device_ns / count;
	}
	good = good && compare_cuts(check, &part, output, count);
	good = good && compare_known(check, &part, &output, count, device);
	tried->items += count;
	if (which == 0)
		tried->item_ns = item_ns;
	free(output);
	zn_kernel_part_close(&part);
	return good;
}

/* Other vector widths of a CPU: the same source for another machine. */
static bool try_width(struct zn_kernel_check *check, uint32_t width, const char *device)
{
	char shape[64];
	struct tried tried = {0};
	struct zn_runner_job job = zn_kernel_job(check);
	job.width = width;
	if (!zn_kernel_bench_load(&check->bench, &job)) {
		zn_kernel_report_log(check->report, check->bench.log, device);
		return false;
	}
	snprintf(shape, sizeof shape, "vectors of %" PRIu32, width);
	return try_part(check, 0, shape, &tried);
}

static void advise(char *out, size_t out_bytes, const struct zn_kernel_check *check,
	const struct tried *tried)
{
	double chunk_s = tried->item_ns * check->kernel->plan.manifest.chunk_items / 1e9;
	out[0] = '\0';
	if (check->kernel->job_path[0] != '\0' && chunk_s > 30)
		snprintf(out, out_bytes,
			"; a chunk takes %.0f s here, one second is better: \"chunk_items\": "
			"%" PRIu32,
			chunk_s, whole_units(check, (uint64_t)(CHUNK_NS / tried->item_ns)));
}

static void check_device(struct zn_kernel_check *check, const struct zn_device *device)
{
	static const uint32_t widths[] = {1, 8, 16};
	char what[ZN_DEVICE_TEXT_BYTES_MAX + 16], advice[120];
	struct zn_kernel_report *report = check->report;
	struct tried tried = {0};
	struct zn_runner_job job = zn_kernel_job(check);
	snprintf(what, sizeof what, "%s %s", zn_tool_device_class(device), device->name);
	if (device->exact != ZN_EXACT_YES) {
		zn_kernel_tell(check,
			zn_kernel_report_step(report, ZN_KERNEL_SKIPPED, what,
				"not tried, it does no exact work: %s", device->exact_reason));
		return;
	}
	bool good = zn_kernel_bench_open(&check->bench, device->index, NULL, false) &&
		    zn_kernel_bench_load(&check->bench, &job);
	uint32_t build_ms = check->bench.build_ms;
	if (!good && check->bench.load_err == ZN_ERR_BUILD) {
		zn_kernel_report_log(report, check->bench.log, device->name);
		check->build_failed = true;
	} else if (!good) {
		zn_kernel_report_find(report, "", 0, "%s: %s", device->name, check->bench.sentence);
	}
	good = good && try_part(check, 0, device->name, &tried);
	good = good && (check->kernel->plan.chunks < 2 || try_part(check, 1, device->name, &tried));
	advise(advice, sizeof advice, check, &tried);
	for (size_t i = 0; good && device->class == ZN_DEVICE_CPU && i < 3; i++)
		good = try_width(check, widths[i], device->name);
	zn_kernel_bench_close(&check->bench);
	if (!good)
		zn_kernel_tell(check,
			zn_kernel_report_step(report, ZN_KERNEL_BAD, what, "see below"));
	else
		zn_kernel_tell(check,
			zn_kernel_report_step(report, ZN_KERNEL_GOOD, what,
				"built in %.1f s; %" PRIu32
				" items of %.3g us each: range, list, two cuts, again%s: the same "
				"bytes%s",
				build_ms / 1e3, tried.items, tried.item_ns / 1e3,
				device->class == ZN_DEVICE_CPU ? ", vectors of 1, 8, 16" : "",
				advice));
}

/* --- the whole ------------------------------------------------------------------------------------ */

static void check_devices(struct zn_kernel_check *check)
{
	static struct zn_tool_probe probe;
	if (!zn_tool_probe(check->complaint, &probe, true)) {
		zn_kernel_tell(check, zn_kernel_report_step(check->report, ZN_KERNEL_BAD, "devices",
					      "%s", check->complaint->text));
		zn_kernel_report_find(check->report, "", 0, "%s", check->complaint->text);
		return;
	}
	for (uint32_t i = 0; i < probe.devices_count; i++)
		check_device(check, &probe.devices[i]);
	if (probe.devices_count == 0)
		zn_kernel_tell(check,
			zn_kernel_report_step(check->report, ZN_KERNEL_SKIPPED, "devices",
				"none is here; `zennet doctor` says what to do"));
}

static void tell_job(struct zn_kernel_check *check)
{
	const struct zn_manifest *manifest = &check->kernel->plan.manifest;
	bool one = check->kernel->plan.chunks == 1;
	zn_kernel_tell(check,
		zn_kernel_report_step(check->report, ZN_KERNEL_GOOD, "job",
			"%s form, %" PRIu64 " items in %" PRIu64 " chunk%s, a slot of %" PRIu32
			" bytes%s",
			manifest->form == ZN_FORM_CHUNK ? "chunk" : "map", manifest->items,
			check->kernel->plan.chunks, one ? "" : "s", manifest->slot_bytes,
			check->kernel->job_path[0] == '\0'
				? ": assumed, there is no job file beside the source"
				: ""));
}

static bool try_all(struct zn_kernel_check *check, struct zn_kernel_case *kernel)
{
	if (!zn_kernel_screen(check->report, kernel, check->complaint))
		return false;
	zn_kernel_tell(check, &check->report->steps[0]);
	/* what the screen refuses is not built, here as little as by a worker */
	if (check->report->findings_count > 0)
		return true;
	if (!zn_kernel_case_plan(kernel, check->complaint))
		return false;
	tell_job(check);
	check_devices(check);
	zn_kernel_inspect(check);
	return true;
}

bool zn_kernel_check(struct zn_kernel_report *out, struct zn_kernel_case *kernel,
	const struct zn_kernel_check_options *options, struct zn_complaint *complaint)
{
	struct zn_kernel_check *check = calloc(1, sizeof *check);
	*out = (struct zn_kernel_report){0};
	if (check == NULL)
		return zn_complain(complaint, "out of memory");
	check->report = out;
	check->kernel = kernel;
	check->options = options;
	check->complaint = complaint;
	bool good = zn_kernel_bench_init(&check->bench, options->runner)
			    ? try_all(check, kernel)
			    : zn_complain(complaint, "out of memory");
	zn_kernel_bench_finish(&check->bench);
	free(check->known[0]);
	free(check->known[1]);
	free(check);
	return good;
}
