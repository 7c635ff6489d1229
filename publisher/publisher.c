/* publisher/publisher.c - the run of a job in the foreground, from start to settlement. */
#include "publisher/publisher.h"

#include "core/assert.h"
#include "io/clock.h"
#include "io/files.h"
#include "publisher/inside.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void zn_publisher_trouble(struct zn_publisher *publisher, const char *format, ...)
{
	va_list arguments;
	if (publisher->trouble.text[0] != '\0')
		return;
	va_start(arguments, format);
	vsnprintf(publisher->trouble.text, sizeof publisher->trouble.text, format, arguments);
	va_end(arguments);
	zn_loop_stop(publisher->loop);
}

uint64_t zn_publisher_now_s(struct zn_publisher *publisher)
{
	return zn_money_now_s(&publisher->money);
}

static void time_up(void *user)
{
	zn_loop_stop(user);
}

bool zn_publisher_wait(struct zn_publisher *publisher, const bool *flag, uint64_t timeout_ms)
{
	struct zn_timer timer = {0};
	uint64_t until_ns = zn_clock_monotonic_ns() + timeout_ms * 1000000;
	zn_timer_start(&timer, publisher->loop, timeout_ms, time_up, publisher->loop);
	while (!*flag && !publisher->interrupted && publisher->trouble.text[0] == '\0' &&
		zn_clock_monotonic_ns() < until_ns)
		if (zn_loop_run(publisher->loop) != ZN_ERR_OK)
			break;
	zn_timer_stop(&timer);
	return *flag;
}

#define DAMAGED_MAX 4096 /* chunks done again at a time; more are found the next time */

struct damaged_list {
	uint64_t chunks[DAMAGED_MAX];
	uint32_t count;
};

/* --- the run --- */

static void on_interrupt(void *user)
{
	struct zn_publisher *publisher = user;
	publisher->interrupted = true;
	zn_loop_stop(publisher->loop);
}

static bool busy(const struct zn_publisher *publisher, uint64_t now_s)
{
	for (uint16_t i = 0; i < publisher->peers_count; i++) {
		const struct zn_peer *peer = publisher->peers[i];
		if (peer == NULL)
			continue;
		if (peer->opening || peer->incoming != NULL)
			return true;
		if (peer->deal.stage != ZN_PUBLISHER_WORKING || peer->gone)
			continue;
		/* What was begun is paid if it comes in time. */
		for (uint32_t k = 0; k < peer->deal.leases_count; k++)
			if (peer->deal.leases[k].begun && peer->deal.leases[k].deadline_s > now_s)
				return true;
	}
	return false;
}

static bool all_gone(const struct zn_publisher *publisher)
{
	for (uint16_t i = 0; i < publisher->peers_count; i++) {
		const struct zn_peer *peer = publisher->peers[i];
		if (peer != NULL && !peer->gone && !peer->close_requested &&
			(peer->deal.stage == ZN_PUBLISHER_WORKING || peer->opening))
			return false;
	}
	return true;
}

/* Workers close their channels when they are told; the silent ones are not waited for. */
static void wind_up(struct zn_publisher *publisher)
{
	uint64_t waited_s = (zn_clock_monotonic_ns() - publisher->ending_ns) / ZN_SECOND_NS;
	for (uint16_t i = 0; i < publisher->peers_count; i++) {
		struct zn_peer *peer = publisher->peers[i];
		if (peer != NULL && peer->deal.stage == ZN_PUBLISHER_WORKING)
			zn_money_look(&publisher->money, peer);
	}
	if (all_gone(publisher)) {
		zn_loop_stop(publisher->loop);
		return;
	}
	bool patient = busy(publisher, zn_publisher_now_s(publisher))
			       ? waited_s < publisher->job.policy.lease_s
			       : waited_s < ZN_CLOSING_WAIT_S;
	if (!patient)
		zn_loop_stop(publisher->loop);
}

static void tick(void *user)
{
	struct zn_publisher *publisher = user;
	zn_peers_tick(publisher);
	zn_store_commit(&publisher->store);
	if (publisher->ending)
		wind_up(publisher);
	zn_timer_start(&publisher->tick, publisher->loop, publisher->ending ? 200 : 1000, tick,
		publisher);
}

void zn_publisher_end(struct zn_publisher *publisher)
{
	if (publisher->ending)
		return;
	publisher->ending = true;
	publisher->ending_ns = zn_clock_monotonic_ns();
	zn_timer_start(&publisher->tick, publisher->loop, 200, tick, publisher);
}

static bool done(const struct zn_publisher *publisher)
{
	return zn_chunk_table_accepted(publisher->job.table) ==
	       zn_chunk_table_chunks(publisher->job.table);
}

void zn_publisher_units_count(struct zn_publisher *publisher)
{
	publisher->units = zn_store_units(&publisher->store);
}

void zn_publisher_redo(struct zn_publisher *publisher, uint64_t chunk)
{
	uint16_t peer = zn_chunk_table_acceptor(publisher->job.table, chunk);
	zn_store_forget(&publisher->store, chunk);
	zn_chunk_table_redo(publisher->job.table, chunk);
	if (peer != ZN_PEER_NONE && publisher->peers[peer] != NULL &&
		publisher->peers[peer]->accepted > 0)
		publisher->peers[peer]->accepted--;
	zn_show_line(publisher,
		"the stored output of chunk %llu is damaged: it is done again; look after the disk",
		(unsigned long long)chunk);
}

static void damaged(void *user, uint64_t chunk)
{
	struct damaged_list *list = user;
	if (list->count < DAMAGED_MAX)
		list->chunks[list->count++] = chunk;
}

static enum zn_err result_write(struct zn_publisher *publisher)
{
	const bool never = false;
	struct zn_complaint complaint;
	struct damaged_list list = {0};
	enum zn_err err = ZN_ERR_BUSY;
	for (int i = 0; i < 100 && err == ZN_ERR_BUSY; i++) {
		err = zn_results_write(&publisher->results, &publisher->store, &publisher->file,
			damaged, &list, &complaint);
		if (err == ZN_ERR_BUSY)
			zn_publisher_wait(publisher, &never, 20);
	}
	for (uint32_t i = 0; i < list.count; i++)
		zn_publisher_redo(publisher, list.chunks[i]);
	if (err != ZN_ERR_OK && err != ZN_ERR_CORRUPT)
		zn_publisher_trouble(publisher,
			"%s is not written: %s; the outputs are kept: mend it (a wrong \"reduce\" "
			"in"
			" %s/job.json), then `zennet job run --resume %s`",
			publisher->results.out, complaint.text, publisher->home.directory,
			publisher->home.id);
	return err;
}

/* Until the job has ended. */
static void serve_loop(struct zn_publisher *publisher)
{
	while (!publisher->interrupted && publisher->trouble.text[0] == '\0') {
		if (zn_loop_run(publisher->loop) != ZN_ERR_OK)
			break;
		uint64_t waited_ns = zn_clock_monotonic_ns() - publisher->ending_ns;
		if (publisher->ending &&
			(all_gone(publisher) || waited_ns > ZN_CLOSING_WAIT_S * ZN_SECOND_NS))
			break;
	}
}

/* The result, and once more what of it the disk has lost. */
static bool serve_to_the_result(struct zn_publisher *publisher)
{
	for (;;) {
		serve_loop(publisher);
		if (publisher->interrupted || publisher->trouble.text[0] != '\0' ||
			!done(publisher))
			return false;
		enum zn_err err = result_write(publisher);
		if (err != ZN_ERR_CORRUPT)
			return err == ZN_ERR_OK;
		zn_publisher_units_count(publisher);
		publisher->job.order = ZN_ORDER_WORK;
		publisher->ending = false;
		if (zn_store_commit(&publisher->store) != ZN_ERR_OK)
			zn_publisher_trouble(publisher, "the job's journal cannot be written: %s",
				zn_err_sentence(publisher->store.failed));
	}
}

/* The picture as far as it is. */
static void picture_keep(struct zn_publisher *publisher)
{
	zn_results_write(&publisher->results, NULL, NULL, NULL, NULL, NULL);
}

static int serve(struct zn_publisher *publisher)
{
	tick(publisher);
	bool complete = serve_to_the_result(publisher);
	zn_show_finish(publisher);
	if (publisher->interrupted) {
		picture_keep(publisher);
		fprintf(stderr,
			"zennet job: stopped at %llu of %llu chunks; go on with: zennet job run"
			" --resume %s\n",
			(unsigned long long)zn_chunk_table_accepted(publisher->job.table),
			(unsigned long long)zn_chunk_table_chunks(publisher->job.table),
			publisher->home.id);
		return 1;
	}
	if (publisher->trouble.text[0] != '\0')
		return 1;
	if (!complete)
		picture_keep(publisher);
	if (complete && !publisher->options.json)
		fprintf(publisher->options.to, "%s: %s\n", publisher->plan.what,
			publisher->results.out);
	return zn_settle(publisher) ? 0 : 1;
}

static void finish(struct zn_publisher *publisher)
{
	zn_timer_stop(&publisher->tick);
	zn_timer_stop(&publisher->broadcast);
	zn_timer_stop(&publisher->show);
	zn_ledger_client_destroy(publisher->ledger);
	zn_money_finish(&publisher->money);
	zn_http_client_destroy(publisher->http);
	zn_http_server_destroy(publisher->server);
	if (publisher->control != NULL)
		zn_job_home_control_remove(&publisher->home);
	zn_http_server_destroy(publisher->control);
	zn_checks_finish(&publisher->checks);
	zn_loop_destroy(publisher->loop); /* waits for what the pool has of peers and picture */
	zn_peers_finish(publisher);
	zn_results_finish(&publisher->results);
	zn_store_commit(&publisher->store);
	zn_store_close(&publisher->store);
	zn_chunk_table_destroy(publisher->job.table);
	zn_plan_finish(&publisher->plan);
	zn_secret_key_wipe(&publisher->key);
	free(publisher);
}

int zn_publisher_run(const struct zn_publisher_options *options)
{
	int status = 1;
	struct zn_publisher *publisher = calloc(1, sizeof *publisher);
	if (publisher == NULL) {
		fprintf(stderr, "zennet job: out of memory\n");
		return 1;
	}
	publisher->options = *options;
	publisher->store.outputs_fd = -1;
	publisher->begun_ns = zn_clock_monotonic_ns();
	enum zn_err err = zn_loop_create(&publisher->loop);
	if (err == ZN_ERR_OK)
		err = zn_loop_on_interrupt(publisher->loop, on_interrupt, publisher);
	if (err == ZN_ERR_OK)
		err = zn_http_client_create(&publisher->http, publisher->loop);
	if (err != ZN_ERR_OK) {
		fprintf(stderr, "zennet job: %s\n", zn_err_sentence(err));
		free(publisher);
		return 1;
	}
	if (zn_publisher_start(publisher))
		status = serve(publisher);
	if (publisher->trouble.text[0] != '\0') {
		fprintf(stderr, "zennet job: %s\n", publisher->trouble.text);
		status = 1;
	}
	finish(publisher);
	return status;
}
