#include "publisher/restore.h"

#include "core/assert.h"
#include "io/clock.h"
#include "publisher/ask.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOOK_MS       15000
#define BUSY_TRIES    40
#define BUSY_PAUSE_NS 50000000
#define DAMAGED_MAX   4096 /* outputs lost at once; with more of them the disk is broken */

static bool settings_read(struct zn_publisher *publisher)
{
	struct zn_store *store = &publisher->store;
	uint64_t order = ZN_ORDER_WORK, zat;
	char chain[ZN_CHAIN_ID_BYTES_MAX + 1];
	if (!zn_store_get(store, "secret", publisher->secret.bytes, sizeof publisher->secret) ||
		!zn_store_get(store, "key", publisher->job.publisher_key.bytes,
			sizeof publisher->job.publisher_key) ||
		!zn_store_get_number(store, "ceiling", &publisher->job.policy.ceiling_zat) ||
		!zn_store_get_number(store, "expiry", &publisher->job.policy.expiry_s) ||
		!zn_store_get_number(store, "begun_s", &publisher->begun_s) ||
		!zn_store_get_number(store, "begun_height", &publisher->begun_height) ||
		!zn_store_get_number(store, "order", &order) ||
		!zn_store_get_text(store, "chain", chain, sizeof chain, NULL) ||
		!zn_chain_id_make(&publisher->job.chain, chain))
		return false;
	publisher->job.order = (uint8_t)order;
	if (zn_store_get(store, "announced", publisher->announced_id.bytes,
		    sizeof publisher->announced_id))
		publisher->announced = true;
	return zn_store_get_number(store, "budget", &zat) &&
	       zn_amount_make(&publisher->job.policy.budget, zat) &&
	       zn_store_get_number(store, "balance_before", &zat) &&
	       zn_amount_make(&publisher->balance_before, zat);
}

static bool plan_read(struct zn_publisher *publisher, struct zn_complaint *complaint)
{
	struct zn_manifest manifest;
	char bytes[ZN_MANIFEST_BYTES_MAX + 1];
	size_t count;
	if (!zn_store_get_text(&publisher->store, "manifest", bytes, sizeof bytes, &count) ||
		!zn_manifest_decode(&manifest, (const uint8_t *)bytes, count) ||
		zn_manifest_check(&manifest) != ZN_MANIFEST_OK)
		return zn_complain(complaint, "job %s: its journal is damaged", publisher->home.id);
	if (!zn_plan_restore(&publisher->plan, &manifest, &publisher->home, complaint))
		return false;
	zn_store_get_text(&publisher->store, "what", publisher->plan.what,
		sizeof publisher->plan.what, NULL);
	return true;
}

/* Somebody who only looks at a job has its journal for a moment: that is no running job. */
static enum zn_err store_open(struct zn_publisher *publisher)
{
	const struct timespec pause = {.tv_nsec = BUSY_PAUSE_NS};
	enum zn_err err = zn_store_open(&publisher->store, &publisher->home);
	for (int tries = 1; err == ZN_ERR_BUSY && tries < BUSY_TRIES; tries++) {
		nanosleep(&pause, NULL);
		err = zn_store_open(&publisher->store, &publisher->home);
	}
	return err;
}

static bool stored_open(struct zn_publisher *publisher, struct zn_complaint *complaint)
{
	uint8_t *text;
	size_t count;
	enum zn_err err = store_open(publisher);
	if (err == ZN_ERR_BUSY)
		return zn_complain(complaint,
			"job %s runs already; `zennet job status %s` shows it", publisher->home.id,
			publisher->home.id);
	if (err != ZN_ERR_OK)
		return zn_complain(complaint, "job %s: %s", publisher->home.id,
			zn_err_sentence(err));
	if (!zn_job_home_read(&text, &count, &publisher->home, "job.json", ZN_JOB_FILE_BYTES_MAX,
		    complaint))
		return false;
	bool good = zn_job_file_parse(&publisher->file, "job.json", "", (const char *)text, count,
		complaint);
	free(text);
	if (!good)
		return false;
	if (!settings_read(publisher) ||
		!zn_store_get_text(&publisher->store, "out", publisher->file.out,
			sizeof publisher->file.out, NULL))
		return zn_complain(complaint, "job %s: its journal is damaged", publisher->home.id);
	/* Where a reduce command runs; jobs from before had none. */
	zn_store_get_text(&publisher->store, "directory", publisher->file.directory,
		sizeof publisher->file.directory, NULL);
	publisher->options.job_path = "job.json";
	return plan_read(publisher, complaint);
}

bool zn_restore_open(struct zn_publisher *publisher, struct zn_complaint *complaint)
{
	return zn_job_home_find(&publisher->home, publisher->options.resume_id, complaint) &&
	       stored_open(publisher, complaint);
}

/* --- deals and results --- */

static bool on_deal(void *user, struct zn_publisher_deal *deal, enum zn_store_stage stage)
{
	struct zn_publisher *publisher = user;
	struct zn_peer *peer = calloc(1, sizeof *peer);
	if (peer == NULL)
		return false;
	peer->stored = true;
	peer->stored_stage = stage;
	peer->deal = *deal;
	peer->heard_ns = zn_clock_monotonic_ns();
	peer->last_bid_zat = deal->terms.price_zat;
	publisher->peers[deal->peer] = peer;
	if (deal->peer >= publisher->peers_count)
		publisher->peers_count = (uint16_t)(deal->peer + 1);
	peer->deal.worker_key = deal->terms.worker_key;
	if (stage == ZN_STORE_OPENING) {
		peer->deal.stage = ZN_PUBLISHER_OPENING;
		zn_terms_hash(&peer->deal.terms_hash, &publisher->job.chain, &peer->deal.terms);
		peer->opening = true;
		peer->opening_ns = peer->heard_ns;
	} else if (stage == ZN_STORE_OPEN) {
		zn_publisher_deal_restore(&publisher->job, &peer->deal);
		peer->deal.heard_s = zn_publisher_now_s(publisher);
	} else if (stage == ZN_STORE_REFUSED) {
		peer->deal.stage = ZN_PUBLISHER_REFUSED;
		peer->deal.leases_count = 0;
		zn_publisher_job_refuse(&publisher->job, &peer->deal.worker_key);
	} else {
		publisher->peers[deal->peer] = NULL;
		free(peer);
		return true;
	}
	return zn_amount_add(&publisher->job.deposited, publisher->job.deposited, deal->deposit);
}

struct results_walk {
	struct zn_publisher *publisher;
	bool good;
	uint64_t damaged[DAMAGED_MAX];
	uint32_t damaged_count;
};

/* Every output is read: what the disk lost is better done again now than after the last chunk, when
 * the workers have left. */
static enum zn_err result_add(struct results_walk *walk, const struct zn_stored_result *result)
{
	struct zn_publisher *publisher = walk->publisher;
	uint8_t *bytes = NULL;
	if (publisher->results.plan == NULL)
		return ZN_ERR_OK;
	enum zn_err err = zn_store_output(&bytes, &publisher->store, result);
	if (err == ZN_ERR_OK &&
		!zn_results_add(&publisher->results, result->chunk, bytes, (size_t)result->bytes))
		err = ZN_ERR_CORRUPT;
	free(bytes);
	return err;
}

static bool on_result(void *user, const struct zn_stored_result *result)
{
	struct results_walk *walk = user;
	struct zn_publisher *publisher = walk->publisher;
	struct zn_peer *peer = publisher->peers[result->peer];
	walk->good = peer != NULL && result->chunk < publisher->plan.chunks &&
		     !zn_chunk_table_is_accepted(publisher->job.table, result->chunk);
	if (!walk->good)
		return false;
	enum zn_err err = result_add(walk, result);
	if (err == ZN_ERR_CORRUPT && walk->damaged_count < DAMAGED_MAX) {
		walk->damaged[walk->damaged_count++] = result->chunk;
		return true;
	}
	walk->good = err == ZN_ERR_OK;
	if (!walk->good)
		return false;
	zn_chunk_table_accept(publisher->job.table, result->chunk, result->peer);
	peer->accepted++;
	return true;
}

bool zn_restore_deals(struct zn_publisher *publisher, struct zn_complaint *complaint)
{
	struct results_walk walk = {.publisher = publisher, .good = true};
	enum zn_err err =
		zn_store_deals(&publisher->store, &publisher->job.chain, on_deal, publisher);
	if (err == ZN_ERR_OK)
		err = zn_store_results(&publisher->store, on_result, &walk);
	if (err == ZN_ERR_OK && !walk.good)
		err = ZN_ERR_CORRUPT;
	for (uint32_t i = 0; err == ZN_ERR_OK && i < walk.damaged_count; i++)
		zn_publisher_redo(publisher, walk.damaged[i]);
	zn_publisher_units_count(publisher);
	publisher->accepted_at_start = zn_chunk_table_accepted(publisher->job.table);
	return err == ZN_ERR_OK ||
	       zn_complain(complaint, "job %s: %s", publisher->home.id, zn_err_sentence(err));
}

bool zn_stored_open(struct zn_publisher *publisher, const struct zn_job_home *home,
	struct zn_complaint *complaint)
{
	publisher->home = *home;
	publisher->begun_ns = zn_clock_monotonic_ns();
	if (!stored_open(publisher, complaint))
		return false;
	snprintf(publisher->results.out, sizeof publisher->results.out, "%s", publisher->file.out);
	publisher->job.manifest = publisher->plan.manifest;
	zn_manifest_hash(&publisher->job.job_hash, &publisher->job.chain, &publisher->job.manifest);
	publisher->job.table = zn_chunk_table_create(publisher->plan.chunks);
	if (publisher->job.table == NULL)
		return zn_complain(complaint, "out of memory");
	return zn_restore_deals(publisher, complaint);
}

void zn_stored_close(struct zn_publisher *publisher)
{
	zn_peers_finish(publisher);
	zn_store_close(&publisher->store);
	zn_chunk_table_destroy(publisher->job.table);
	zn_plan_finish(&publisher->plan);
}

/* --- the ledger --- */

/* What the ledger holds counts: a top-up may have arrived after we were gone. */
static bool channel_read(struct zn_publisher *publisher, struct zn_peer *peer,
	struct zn_asked *asked)
{
	zn_asked_begin(asked, publisher);
	zn_ledger_get_channel(&asked->call, publisher->ledger, &peer->deal.channel_id, 0,
		zn_asked_answer, asked);
	if (!zn_asked_wait(asked, publisher, LOOK_MS))
		return false;
	if (asked->err == ZN_ERR_NOT_FOUND)
		zn_peer_gone(publisher, peer);
	if (asked->err != ZN_ERR_OK)
		return peer->gone;
	peer->close_requested = asked->channel.closing;
	if (!zn_amount_sub(&publisher->job.deposited, publisher->job.deposited,
		    peer->deal.deposit) ||
		!zn_amount_add(&publisher->job.deposited, publisher->job.deposited,
			asked->channel.deposit))
		return false;
	peer->deal.deposit = asked->channel.deposit;
	return true;
}

static bool peer_go_on(struct zn_publisher *publisher, struct zn_peer *peer)
{
	if (peer->opening) {
		zn_money_search(&publisher->money, peer);
		return true;
	}
	struct zn_asked *asked = calloc(1, sizeof *asked);
	bool good = zn_hash_is_zero(&peer->deal.channel_id) ||
		    (asked != NULL && channel_read(publisher, peer, asked));
	free(asked);
	if (good && peer->deal.stage == ZN_PUBLISHER_REFUSED && !peer->gone)
		zn_money_request_close(&publisher->money, peer,
			zn_publisher_deal_paid(&peer->deal));
	return good;
}

/* Does it still stand on the ledger, and lead here? If it leads elsewhere it is taken back. */
static bool still_announced(struct zn_publisher *publisher)
{
	struct zn_asked *asked = calloc(1, sizeof *asked);
	bool stands = false;
	if (!publisher->announced || asked == NULL) {
		free(asked);
		return false;
	}
	zn_asked_begin(asked, publisher);
	zn_ledger_get_job(&asked->call, publisher->ledger, &publisher->announced_id,
		zn_asked_answer, asked);
	if (zn_asked_wait(asked, publisher, LOOK_MS) && asked->err == ZN_ERR_OK)
		stands = strcmp(asked->job.announcement.endpoint, publisher->endpoint) == 0 &&
			 zn_hash_equal(&asked->job.announcement.tls_pin, &publisher->job.tls_pin);
	if (!stands && asked->answered && asked->err == ZN_ERR_OK)
		zn_publisher_withdraw(publisher);
	free(asked);
	return stands;
}

bool zn_restore_go_on(struct zn_publisher *publisher)
{
	for (uint16_t i = 0; i < publisher->peers_count; i++) {
		if (publisher->peers[i] == NULL || peer_go_on(publisher, publisher->peers[i]))
			continue;
		zn_publisher_trouble(publisher,
			"--ledger %s: it does not say what became of a channel; try again later",
			publisher->options.ledger_url);
		return false;
	}
	zn_show_line(publisher, "job %s goes on: %llu of %llu chunks are accepted",
		publisher->home.id,
		(unsigned long long)zn_chunk_table_accepted(publisher->job.table),
		(unsigned long long)publisher->plan.chunks);
	if (zn_chunk_table_accepted(publisher->job.table) == publisher->plan.chunks)
		publisher->job.order = ZN_ORDER_DONE;
	if (publisher->job.order == ZN_ORDER_DONE || publisher->job.order == ZN_ORDER_CANCEL) {
		zn_publisher_end(publisher);
		return true;
	}
	return still_announced(publisher) || zn_publisher_announce(publisher);
}
