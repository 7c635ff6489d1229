#include "worker/inside.h"

#include "io/clock.h"
#include "io/files.h"
#include "io/keyfile.h"
#include "io/log.h"
#include "io/random.h"
#include "runner/client/remember.h"
#include "worker/sweep.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t zn_worker_now_s(struct zn_worker *worker)
{
	return zn_ledger_time_now(&worker->time, zn_clock_monotonic_ns());
}

/* --- the end --- */

static void on_ended(void *user)
{
	struct zn_worker *worker = user;
	const struct zn_worker_handlers handlers = worker->options.handlers;
	if (handlers.ended != NULL)
		handlers.ended(handlers.user, worker->failure);
}

void zn_worker_end(struct zn_worker *worker)
{
	char text[ZN_AMOUNT_TEXT_BYTES];
	if (worker->stage == ZN_PROGRAM_ENDED)
		return;
	zn_worker_search_stop(worker);
	zn_worker_deal_drop(worker);
	worker->stage = ZN_PROGRAM_ENDED;
	zn_probe_destroy(worker->probe);
	worker->probe = NULL;
	zn_runner_destroy(worker->runner);
	worker->runner = NULL;
	zn_worker_care_end(worker);
	zn_timer_stop(&worker->runner_timer);
	zn_timer_stop(&worker->time_timer);
	zn_ledger_call_cancel(worker->time_call);
	worker->time_call = NULL;
	if (worker->failure == NULL && worker->journal != NULL)
		zn_worker_say(worker, "earned %s in %llu settled deal%s",
			zn_amount_text(text, worker->figures.earned),
			(unsigned long long)worker->figures.deals,
			worker->figures.deals == 1 ? "" : "s");
	zn_worker_status_write(worker);
	zn_timer_start(&worker->end_timer, worker->loop, 0, on_ended, worker);
}

void zn_worker_fail(struct zn_worker *worker, const char *format, ...)
{
	va_list arguments;
	if (worker->stage == ZN_PROGRAM_ENDED)
		return;
	va_start(arguments, format);
	vsnprintf(worker->complaint.text, sizeof worker->complaint.text, format, arguments);
	va_end(arguments);
	worker->failure = worker->complaint.text;
	zn_worker_end(worker);
}

static void on_too_late(void *user)
{
	struct zn_worker *worker = user;
	zn_worker_say(worker, "not settled yet: the next start, or --settle, goes on with it");
	zn_worker_end(worker);
}

static void on_leave_now(void *user)
{
	struct zn_worker *worker = user;
	struct zn_worker_event event = {.kind = ZN_WORKER_LEAVE};
	zn_timer_start(&worker->end_timer, worker->loop, ZN_WORKER_END_MS - ZN_WORKER_LEAVE_MS,
		on_too_late, worker);
	zn_worker_feed(worker, &event); /* the second one: settle at once */
}

void zn_worker_leave(struct zn_worker *worker)
{
	struct zn_worker_event event = {.kind = ZN_WORKER_LEAVE};
	if (worker->leaving || worker->stage == ZN_PROGRAM_ENDED)
		return;
	worker->leaving = true;
	if (worker->stage != ZN_PROGRAM_DEALING) {
		zn_worker_end(worker);
		return;
	}
	zn_timer_start(&worker->end_timer, worker->loop, ZN_WORKER_LEAVE_MS, on_leave_now, worker);
	zn_worker_feed(worker, &event);
}

/* --- between deals --- */

static bool for_ever(const struct zn_worker *worker)
{
	enum zn_worker_end end = worker->deal.end;
	return worker->wrong_pin || end == ZN_WORKER_END_LIED || end == ZN_WORKER_END_WRONG ||
	       end == ZN_WORKER_END_MANIFEST || end == ZN_WORKER_END_UNDERPAID ||
	       end == ZN_WORKER_END_LEASE || worker->deal.refusal == ZN_DEAL_REFUSED;
}

static uint64_t back_off_ms(const struct zn_worker *worker)
{
	switch (worker->deal.end) {
	case ZN_WORKER_END_DONE:
	case ZN_WORKER_END_CANCELLED:
	case ZN_WORKER_END_PRICE:
	case ZN_WORKER_END_PREPARE:
		return 30 * ZN_SEARCH_BACK_OFF_MS;
	default:
		return ZN_SEARCH_BACK_OFF_MS;
	}
}

void zn_worker_next(struct zn_worker *worker)
{
	uint64_t now_ns = zn_clock_monotonic_ns(), random;
	bool settled = worker->deal.funded;
	zn_random_bytes(&random, sizeof random);
	zn_worker_say_end(worker);
	if (for_ever(worker))
		zn_search_drop(&worker->search, &worker->where.job_id, now_ns);
	else
		zn_search_back_off(&worker->search, &worker->where.job_id, back_off_ms(worker),
			now_ns, random);
	zn_worker_deal_drop(worker);
	if (worker->leaving || (worker->options.once && settled))
		zn_worker_end(worker);
	else
		zn_worker_search_begin(worker);
}

/* --- ledger time --- */

static void time_ask(void *user);

static void on_time(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_worker *worker = user;
	worker->time_call = NULL;
	zn_timer_start(&worker->time_timer, worker->loop, ZN_LEDGER_REFRESH_MS, time_ask, worker);
	if (answer->err != ZN_ERR_OK || answer->status == NULL)
		return;
	if (strcmp(answer->status->chain.text, worker->chain.text) != 0) {
		zn_worker_fail(worker, "%s is another ledger now (%s, not %s)",
			worker->options.ledger_url, answer->status->chain.text, worker->chain.text);
		return;
	}
	zn_ledger_time_learn(&worker->time, answer->status->height, answer->status->time_s,
		zn_clock_monotonic_ns());
}

static void time_ask(void *user)
{
	struct zn_worker *worker = user;
	zn_ledger_get_status(&worker->time_call, worker->ledger, on_time, worker);
}

/* --- the start: ledger, device, home --- */

static void home_open(struct zn_worker *worker)
{
	char path[PATH_MAX], key[PATH_MAX], keys[PATH_MAX], journal[PATH_MAX];
	char text[ZN_ACCOUNT_TEXT_BYTES], rate[ZN_AMOUNT_TEXT_BYTES];
	const char *home = worker->options.home;
	const char *key_path = worker->options.key_path;
	if (!zn_path_make(path, "%s/worker/outputs", home) ||
		!zn_path_make(keys, "%s/keys", home) || !zn_path_make(key, "%s/worker.key", keys) ||
		!zn_path_make(journal, "%s/worker/journal.db", home)) {
		zn_worker_fail(worker, "the path of --home is too long");
		return;
	}
	enum zn_err err = zn_directory_make(path);
	if (err == ZN_ERR_OK)
		err = zn_worker_journal_open(&worker->journal, journal);
	if (err != ZN_ERR_OK) {
		worker->journal = NULL;
		zn_worker_fail(worker,
			err == ZN_ERR_BUSY ? "%s is in use by another worker: give this one"
					     " a --home of its own (%s)"
					   : "%s cannot be opened: %s",
			err == ZN_ERR_BUSY ? home : journal, zn_err_sentence(err));
		return;
	}
	zn_outputs_sweep(worker->journal, path);
	if (key_path == NULL) {
		key_path = key;
		err = zn_directory_make(keys);
	}
	if (err == ZN_ERR_OK)
		err = zn_keyfile_read(&worker->key, key_path);
	if (err == ZN_ERR_NOT_FOUND)
		err = zn_keyfile_create(&worker->key, key_path);
	if (err != ZN_ERR_OK) {
		zn_worker_fail(worker, "the key file %s cannot be used: %s", key_path,
			err == ZN_ERR_DENIED ? "only its owner may be able to read it (chmod 600)"
					     : zn_err_sentence(err));
		return;
	}
	struct zn_account account;
	zn_public_key_of(&worker->public_key, &worker->key);
	zn_account_of(&account, &worker->public_key);
	zn_worker_say(worker, "account %s on the ledger %s", zn_account_text(text, &account),
		worker->chain.text);
	if (!worker->options.settle_only)
		zn_worker_say(worker, "price: at least %s per hour, asking %u %% more",
			zn_amount_text(rate, worker->options.rate_per_hour),
			worker->options.margin_percent);
	zn_worker_collect(worker);
}

static const struct zn_device *choose(const struct zn_worker *worker,
	const struct zn_probe_result *result)
{
	const struct zn_device *best = NULL;
	int best_worth = -1;
	for (uint32_t i = 0; i < result->devices_count; i++) {
		const struct zn_device *device = &result->devices[i];
		int worth = (device->exact == ZN_EXACT_YES ? 2 : 0) +
			    (device->class == ZN_DEVICE_GPU ? 1 : 0);
		if (worker->options.device >= 0 ? device->index == (uint32_t)worker->options.device
						: worth > best_worth) {
			best = device;
			best_worth = worth;
		}
	}
	return best;
}

/* A new driver is worth a line: what it does was tested a moment ago. */
static void remember(struct zn_worker *worker, const struct zn_probe_result *result)
{
	static struct zn_complaint notes[ZN_DEVICES_MAX];
	zn_devices_remember(notes, result->devices, result->devices_count, NULL);
	for (uint32_t i = 0; i < result->devices_count; i++)
		if (notes[i].text[0] != '\0')
			zn_worker_say(worker, "device %u, %s: %s", result->devices[i].index,
				result->devices[i].name, notes[i].text);
}

static void on_probe(void *user, const struct zn_probe_result *result)
{
	struct zn_worker *worker = user;
	const struct zn_device *device = choose(worker, result);
	if (result->err != ZN_ERR_OK) {
		zn_worker_fail(worker, "the devices cannot be looked at: %s", result->sentence);
		return;
	}
	if (result->devices_count == 0) {
		zn_worker_fail(worker, "this machine has no OpenCL device: install a driver, or"
				       " pocl-opencl-icd for its CPU");
		return;
	}
	if (device == NULL) {
		zn_worker_fail(worker,
			"--device %d: there is no such device; `zennet devices`"
			" lists those that there are",
			(int)worker->options.device);
		return;
	}
	worker->device = *device;
	worker->device.sandbox = result->machine.sandbox;
	worker->has_device = true;
	remember(worker, result);
	zn_worker_say(worker, "device %u: %s (%s, %u compute units, %.1f GB); self-test: %s",
		device->index, device->name, device->class == ZN_DEVICE_CPU ? "CPU" : "GPU",
		device->compute_units, (double)device->memory_bytes / 1e9,
		device->exact == ZN_EXACT_YES  ? "exact"
		: device->exact == ZN_EXACT_NO ? device->exact_reason
					       : "not done");
	zn_worker_care_watch(worker);
	if (zn_worker_runner_start(worker))
		home_open(worker);
}

static void probe(struct zn_worker *worker)
{
	const struct zn_probe_options options = {.program = worker->options.runner_program,
		.self_test = true};
	enum zn_err err =
		zn_devices_probe(&worker->probe, worker->loop, &options, on_probe, worker);
	if (err == ZN_ERR_NOT_FOUND)
		zn_worker_fail(worker, "zennet-runner is not beside this program: install both");
	else if (err != ZN_ERR_OK)
		zn_worker_fail(worker, "zennet-runner cannot be started: %s", zn_err_sentence(err));
}

static void on_params(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_worker *worker = user;
	worker->time_call = NULL;
	if (answer->err != ZN_ERR_OK || answer->params == NULL) {
		zn_worker_fail(worker, "the ledger at %s cannot be used: %s",
			worker->options.ledger_url, answer->detail);
		return;
	}
	zn_timer_stop(&worker->end_timer);
	worker->grace_s_min = answer->params->grace_s_min;
	zn_timer_start(&worker->time_timer, worker->loop, ZN_LEDGER_REFRESH_MS, time_ask, worker);
	if (worker->options.settle_only)
		home_open(worker);
	else
		probe(worker);
}

static void on_status(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_worker *worker = user;
	worker->time_call = NULL;
	if (answer->err != ZN_ERR_OK || answer->status == NULL) {
		zn_worker_fail(worker,
			"the ledger at %s cannot be used: %s (is xencoind running?"
			" --ledger URL names another)",
			worker->options.ledger_url, answer->detail);
		return;
	}
	worker->chain = answer->status->chain;
	zn_ledger_time_learn(&worker->time, answer->status->height, answer->status->time_s,
		zn_clock_monotonic_ns());
	zn_ledger_get_params(&worker->time_call, worker->ledger, on_params, worker);
}

static void on_no_ledger(void *user)
{
	struct zn_worker *worker = user;
	zn_worker_fail(worker,
		"the ledger at %s does not answer (is xencoind running? --ledger URL"
		" names another)",
		worker->options.ledger_url);
}

enum zn_err zn_worker_create(struct zn_worker **out, struct zn_loop *loop,
	const struct zn_worker_options *options)
{
	struct zn_worker *worker = calloc(1, sizeof *worker);
	struct zn_complaint complaint;
	if (worker == NULL)
		return ZN_ERR_MEMORY;
	worker->loop = loop;
	worker->options = *options;
	zn_worker_care_begin(worker);
	worker->search.builtin_only = options->builtin_only;
	enum zn_err err = zn_http_client_create(&worker->http, loop);
	if (err == ZN_ERR_OK)
		err = zn_ledger_client_create(&worker->ledger, loop, worker->http,
			options->ledger_url);
	if (err == ZN_ERR_OK && !zn_ledger_client_home(worker->ledger, options->home, &complaint)) {
		zn_log(ZN_LOG_ERROR, "worker", "%s", complaint.text);
		err = ZN_ERR_CORRUPT;
	}
	if (err != ZN_ERR_OK) {
		zn_worker_destroy(worker);
		return err;
	}
	zn_timer_start(&worker->end_timer, loop, ZN_LEDGER_START_MS, on_no_ledger, worker);
	zn_ledger_get_status(&worker->time_call, worker->ledger, on_status, worker);
	*out = worker;
	return ZN_ERR_OK;
}

void zn_worker_destroy(struct zn_worker *worker)
{
	if (worker == NULL)
		return;
	worker->options.handlers = (struct zn_worker_handlers){0};
	zn_worker_end(worker);
	zn_timer_stop(&worker->end_timer);
	zn_timer_stop(&worker->status_timer);
	free(worker->collecting.list);
	zn_ledger_client_destroy(worker->ledger);
	zn_http_client_destroy(worker->http);
	zn_journal_close(worker->journal);
	zn_secret_key_wipe(&worker->key);
	free(worker);
}
