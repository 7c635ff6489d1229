#include "publisher/check.h"

#include "core/assert.h"
#include "market/verdict.h"
#include "publisher/inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct zn_check {
	struct zn_check *next;
	struct zn_peer *peer; /* its deal waits for this, so it stays */
	uint32_t index;       /* of the statement */
	uint32_t recomputed;  /* items: the drawn ones, or all of their groups */
	uint32_t drawn_count;
	uint32_t drawn[]; /* in the chunk, ascending */
};

#define RESTART_MS 500 /* a driver that just crashed may need a breath; twice as long each time */

static void begin(void *user);

static void pump_soon(struct zn_checks *checks);

/* --- the runner's life --- */

static void take_back(struct zn_checks *checks, struct zn_check_run *run)
{
	struct zn_check *last = run->first;
	if (last == NULL)
		return;
	while (last->next != NULL)
		last = last->next;
	last->next = checks->first;
	if (checks->first == NULL)
		checks->last = last;
	checks->first = run->first;
	run->first = NULL;
}

static void fail(struct zn_checks *checks, const char *sentence)
{
	snprintf(checks->sentence, sizeof checks->sentence, "%s", sentence);
	checks->loaded = false;
	for (int i = 0; i < ZN_RUNS_QUEUED_MAX; i++)
		take_back(checks, &checks->runs[i]);
	zn_runner_destroy(checks->runner);
	checks->runner = NULL;
	if (checks->starts < ZN_CHECK_RUNNER_STARTS_MAX) {
		zn_timer_start(&checks->restart, checks->publisher->loop,
			(uint64_t)RESTART_MS << (checks->starts - 1), begin, checks);
		return;
	}
	checks->failed = true;
	zn_publisher_trouble(checks->publisher, "this machine cannot check results: %s",
		checks->sentence);
}

static void on_gone(void *user, enum zn_err err, const char *sentence)
{
	(void)err;
	fail(user, sentence);
}

static void on_ready(void *user, const struct zn_device *device)
{
	struct zn_checks *checks = user;
	snprintf(checks->device, sizeof checks->device, "%s", device->name);
}

static void on_loaded(void *user, const struct zn_load_result *result)
{
	struct zn_checks *checks = user;
	if (result->err == ZN_ERR_BUILD && result->log[0] != '\0')
		fprintf(stderr, "%s\n", result->log);
	if (result->err != ZN_ERR_OK) {
		/* What does not build or fit will not the next time either. */
		if (result->err != ZN_ERR_DEVICE && result->err != ZN_ERR_TIMEOUT)
			checks->starts = ZN_CHECK_RUNNER_STARTS_MAX;
		if (result->err == ZN_ERR_DEVICE)
			return; /* on_gone says it */
		fail(checks, result->sentence);
		return;
	}
	checks->loaded = true;
	zn_loop_stop(checks->publisher->loop); /* whoever waits for it looks again */
	pump_soon(checks);
}

static enum zn_err runner_start(struct zn_checks *checks)
{
	struct zn_runner_options options = {.program = checks->publisher->options.runner,
		.handlers = {.ready = on_ready, .gone = on_gone, .user = checks}};
	struct zn_runner_job job = zn_plan_runner_job(&checks->publisher->plan, checks->items_max);
	checks->starts++;
	enum zn_err err = zn_runner_create(&checks->runner, checks->publisher->loop, &options);
	if (err == ZN_ERR_OK)
		err = zn_runner_load(checks->runner, &job, on_loaded, checks);
	return err;
}

static void begin(void *user)
{
	struct zn_checks *checks = user;
	enum zn_err err = runner_start(checks);
	if (err != ZN_ERR_OK)
		fail(checks, zn_err_sentence(err));
}

enum zn_err zn_checks_start(struct zn_checks *checks, struct zn_publisher *publisher)
{
	const struct zn_manifest *manifest = &publisher->plan.manifest;
	uint32_t wanted = publisher->job.policy.check_items;
	uint32_t most = ZN_CHECK_RUN_BYTES_MAX / manifest->slot_bytes;
	if (manifest->form == ZN_FORM_CHUNK)
		wanted *= manifest->group_items;
	if (wanted > manifest->chunk_items) /* so its slots fit a delivery */
		wanted = manifest->chunk_items;
	if (most > ZN_CHECK_RUN_ITEMS_MAX)
		most = ZN_CHECK_RUN_ITEMS_MAX;
	*checks = (struct zn_checks){.publisher = publisher,
		.items_max = most < wanted ? wanted : most};
	checks->listed = calloc(checks->items_max, sizeof *checks->listed);
	checks->places = calloc(checks->items_max, sizeof *checks->places);
	if (checks->listed == NULL || checks->places == NULL)
		return ZN_ERR_MEMORY;
	return runner_start(checks);
}

void zn_checks_finish(struct zn_checks *checks)
{
	zn_timer_stop(&checks->restart);
	zn_timer_stop(&checks->pump);
	for (int i = 0; i < ZN_RUNS_QUEUED_MAX; i++)
		take_back(checks, &checks->runs[i]);
	zn_runner_destroy(checks->runner);
	checks->runner = NULL;
	free(checks->listed);
	free(checks->places);
	checks->listed = NULL;
	checks->places = NULL;
	while (checks->first != NULL) {
		struct zn_check *check = checks->first;
		checks->first = check->next;
		free(check);
	}
}

/* --- verdicts --- */

/* The items to recompute, in the chunk, into checks->places. */
static uint32_t spread(struct zn_checks *checks, const struct zn_check *check)
{
	const struct zn_manifest *manifest = &checks->publisher->plan.manifest;
	if (manifest->form == ZN_FORM_CHUNK)
		return zn_check_groups(checks->places, check->drawn, check->drawn_count,
			manifest->group_items);
	memcpy(checks->places, check->drawn, check->drawn_count * sizeof check->drawn[0]);
	return check->drawn_count;
}

static void checked(struct zn_checks *checks, struct zn_check *check, const uint8_t *recomputed)
{
	struct zn_publisher *publisher = checks->publisher;
	struct zn_peer *peer = check->peer;
	const struct zn_statement *statement = &peer->deal.delivery[check->index];
	const uint8_t *output = peer->incoming->outputs + peer->incoming->places[check->index];
	uint32_t count = spread(checks, check);
	uint32_t agree = zn_check_compare(output, recomputed, checks->places, count,
		publisher->plan.manifest.slot_bytes);
	/* Of a group only the drawn items were drawn: the bound that follows counts no others. */
	uint32_t items = agree < count ? agree + 1 : agree;
	struct zn_publisher_event event = {.kind = ZN_PUBLISHER_CHECKED,
		.index = check->index,
		.items = items < check->drawn_count ? items : check->drawn_count,
		.good = agree == count};
	checks->items += event.items;
	/* Of a chunk that is in use already too: whose result it is may be refused before this one's
	 * verdict, and then this one is added. */
	if (event.good && !zn_results_plausible(&publisher->results, statement->chunk, output,
				  (size_t)statement->output_bytes))
		event.good = false;
	free(check);
	zn_peer_step(publisher, peer, &event, NULL);
}

static void on_run(void *user, struct zn_run_result *result)
{
	struct zn_check_run *run = user;
	struct zn_checks *checks = run->checks;
	uint32_t slot_bytes = checks->publisher->plan.manifest.slot_bytes;
	const uint8_t *at = result->output;
	if (result->err != ZN_ERR_OK) {
		take_back(checks, run);
		return; /* on_gone follows */
	}
	struct zn_check *check = run->first;
	run->first = NULL;
	checks->starts = 1; /* it works: what crashes now and then is no broken device */
	checks->device_ns += result->device_ns;
	while (check != NULL) {
		struct zn_check *next = check->next;
		size_t bytes = (size_t)check->recomputed * slot_bytes;
		checked(checks, check, at);
		at += bytes;
		check = next;
	}
	pump_soon(checks);
}

/* --- the queue --- */

static uint64_t chunk_of(const struct zn_check *check)
{
	return check->peer->deal.delivery[check->index].chunk;
}

static uint32_t fill(struct zn_checks *checks, struct zn_check_run *run)
{
	const struct zn_plan *plan = &checks->publisher->plan;
	struct zn_check **end = &run->first;
	uint32_t count = 0;
	while (checks->first != NULL && count + checks->first->recomputed <= checks->items_max) {
		struct zn_check *check = checks->first;
		uint64_t first;
		uint32_t chunk_items;
		if (plan->inputs.count > 0 && run->first != NULL)
			break;
		checks->first = check->next;
		check->next = NULL;
		*end = check;
		end = &check->next;
		zn_manifest_chunk(&first, &chunk_items, &plan->manifest, chunk_of(check));
		spread(checks, check);
		for (uint32_t i = 0; i < check->recomputed; i++)
			checks->listed[count++] = first + checks->places[i];
	}
	if (checks->first == NULL)
		checks->last = NULL;
	return count;
}

/* False: the run cannot be asked for now. */
static bool ask(struct zn_checks *checks, struct zn_check_run *run)
{
	const struct zn_plan *plan = &checks->publisher->plan;
	struct zn_run_request request = {.tag = ++checks->tags, .items = checks->listed};
	struct zn_complaint complaint;
	uint8_t *input = NULL;
	uint32_t chunk_items;
	run->checks = checks;
	run->tag = request.tag;
	request.count = fill(checks, run);
	if (plan->inputs.count > 0) {
		uint64_t chunk = chunk_of(run->first);
		/* Without the very bytes an honest worker would be refused. */
		if (!zn_inputs_read(&input, &request.input_bytes, &plan->inputs, chunk,
			    &complaint)) {
			take_back(checks, run);
			zn_publisher_trouble(checks->publisher, "%s", complaint.text);
			return false;
		}
		request.input = input;
		zn_manifest_chunk(&request.chunk_first, &chunk_items, &plan->manifest, chunk);
	}
	enum zn_err err = zn_runner_run(checks->runner, &request, on_run, run);
	free(input);
	if (err != ZN_ERR_OK)
		take_back(checks, run); /* it is ending: gone is on its way */
	return err == ZN_ERR_OK;
}

static void pump(void *user)
{
	struct zn_checks *checks = user;
	for (int i = 0; i < ZN_RUNS_QUEUED_MAX && checks->loaded && checks->first != NULL; i++) {
		if (checks->runs[i].first == NULL && !ask(checks, &checks->runs[i]))
			return;
	}
}

static void pump_soon(struct zn_checks *checks)
{
	zn_timer_start(&checks->pump, checks->publisher->loop, 0, pump, checks);
}

void zn_checks_add(struct zn_checks *checks, struct zn_peer *peer, uint32_t index)
{
	struct zn_publisher *publisher = checks->publisher;
	const struct zn_statement *statement = &peer->deal.delivery[index];
	uint32_t wanted = peer->deal.terms.check_items;
	uint64_t first;
	uint32_t chunk_items;
	ZN_ASSERT(wanted <= ZN_CHECK_ITEMS_MAX);
	struct zn_check *check = malloc(sizeof *check + wanted * sizeof check->drawn[0]);
	ZN_ASSERT(check != NULL); /* a few hundred bytes: without them nothing works */
	zn_manifest_chunk(&first, &chunk_items, &publisher->plan.manifest, statement->chunk);
	*check = (struct zn_check){.peer = peer, .index = index};
	check->drawn_count = zn_check_draw(check->drawn, wanted, &publisher->secret,
		&peer->deal.channel_id, statement->chunk, chunk_items);
	check->recomputed = spread(checks, check);
	if (checks->last != NULL)
		checks->last->next = check;
	else
		checks->first = check;
	checks->last = check;
	pump_soon(checks);
}
