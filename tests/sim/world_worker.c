/* tests/sim/world_worker.c - the worker's shell of the simulation. */
#include "core/assert.h"
#include "tests/sim/world.h"

#include <stdlib.h>
#include <string.h>

#define CALL_LOST_MS 2000

static void feed(struct world_worker *worker, struct zn_worker_event event);

static struct world_event stamped(const struct world_worker *worker, enum world_event_kind kind)
{
	return (struct world_event){.kind = kind,
		.worker = worker->index,
		.incarnation = worker->incarnation,
		.generation = worker->generation};
}

static void output_of(uint8_t out[64], const struct world_worker *worker, uint64_t chunk)
{
	world_output(out, chunk);
	if (!worker->world->options.lazy[worker->index])
		return;
	for (uint64_t i = 0; i < WORLD_CHUNK_ITEMS; i++)
		if (world_item(chunk * 1000 + i) % 10 == 0)
			memcpy(out + i * 8, out + (i + 1) % WORLD_CHUNK_ITEMS * 8, 8);
}

static void call(struct world_worker *worker, enum zn_lane lane, const struct zn_message *message)
{
	struct world *world = worker->world;
	struct world_event event = stamped(worker, WORLD_TO_PUBLISHER);
	event.lane = lane;
	if (world_draw(world, 100) < world->options.loss_percent) {
		event.kind = WORLD_CALL_LOST;
		world_schedule(world, CALL_LOST_MS, event);
		return;
	}
	event.bytes = malloc(ZN_MESSAGE_BYTES_MAX);
	ZN_ASSERT(event.bytes != NULL);
	event.count = zn_message_encode(event.bytes, ZN_MESSAGE_BYTES_MAX, message);
	if (lane == ZN_LANE_DELIVER) {
		event.outputs = malloc((size_t)worker->deal.delivery_count * 64);
		ZN_ASSERT(event.outputs != NULL);
		for (uint32_t i = 0; i < worker->deal.delivery_count; i++) {
			ZN_ASSERT(worker->kept_outputs[worker->deal.delivery[i]]);
			output_of(event.outputs + (size_t)i * 64, worker, worker->deal.delivery[i]);
		}
	}
	world_schedule(world, world->options.latency_ms + world_draw(world, 5), event);
}

static void run_next(struct world_worker *worker)
{
	struct world *world = worker->world;
	struct world_event event = stamped(worker, WORLD_RUN_DONE);
	if (worker->runs_count == 0 || worker->paused || worker->run_event != 0)
		return;
	if (worker->run_left_ms == 0)
		worker->run_left_ms = world->options.chunk_ms[worker->index] +
				      world_draw(world, world->options.chunk_ms[worker->index]) / 4;
	worker->run_event = world->now_ms + worker->run_left_ms;
	event.number = worker->run_event;
	world_schedule(world, worker->run_left_ms, event);
}

static void run_pause(struct world_worker *worker)
{
	worker->paused = true;
	if (worker->run_event > worker->world->now_ms)
		worker->run_left_ms = worker->run_event - worker->world->now_ms;
	worker->run_event = 0;
}

static void run_done(struct world_worker *worker, const struct world_event *event)
{
	uint8_t output[64];
	if (worker->run_event == 0 || worker->run_event != event->number)
		return;
	uint64_t chunk = worker->runs[0];
	worker->run_event = 0;
	worker->run_left_ms = 0;
	worker->runs_count--;
	memmove(worker->runs, worker->runs + 1, worker->runs_count * sizeof worker->runs[0]);
	run_next(worker);
	if (world_draw(worker->world, 100) < worker->world->options.loss_percent / 4) {
		feed(worker,
			(struct zn_worker_event){.kind = ZN_WORKER_RUN_FAILED, .chunk = chunk});
		return;
	}
	worker->kept_outputs[chunk] = true; /* stored and journalled before anybody is told */
	struct zn_worker_event done = {.kind = ZN_WORKER_OUTPUT,
		.chunk = chunk,
		.output_bytes = sizeof output};
	output_of(output, worker, chunk);
	ZN_ASSERT(zn_content_id(&done.output_root, output, sizeof output));
	feed(worker, done);
}

static void close_channel(struct world_worker *worker);

static uint64_t unredeemed(const struct world_worker *worker)
{
	struct zn_channel channel;
	uint64_t paid = worker->deal.has_voucher ? worker->deal.voucher.voucher.paid.zat : 0;
	if (!world_channel(&channel, worker->world, &worker->deal.channel_id) ||
		paid < channel.redeemed.zat)
		return 0;
	return paid - channel.redeemed.zat;
}

static void redeemed(struct world *world, const struct zn_transaction *transaction,
	enum zn_ledger_refusal refusal, uint32_t tag, uint32_t incarnation)
{
	struct world_worker *worker = &world->workers[tag];
	/* The publisher may have asked to close, and so paid it, just before. */
	ZN_ASSERT(refusal == ZN_LEDGER_OK ||
		  (int)refusal == ZN_LEDGER_VOUCHER_BASE + ZN_VOUCHER_SHRINKS ||
		  (int)refusal == ZN_LEDGER_VOUCHER_BASE + ZN_VOUCHER_DOES_NOT_GROW);
	if (refusal == ZN_LEDGER_OK) {
		worker->fees_zat += transaction->fee.zat;
		worker->redeems++;
	}
	if (!worker->alive || worker->incarnation != incarnation)
		return;
	struct world_event event = stamped(worker, WORLD_REDEEMED);
	event.good = refusal == ZN_LEDGER_OK;
	world_schedule(world, 1 + world_draw(world, 3000), event);
}

static void redeem(struct world_worker *worker)
{
	struct zn_transaction transaction = {.kind = ZN_TX_REDEEM};
	transaction.body.redeem = worker->deal.voucher;
	world_submit(worker->world, &worker->key, &transaction, redeemed, worker->index,
		worker->incarnation);
}

static void settled(struct world *world, const struct zn_transaction *transaction,
	enum zn_ledger_refusal refusal, uint32_t tag, uint32_t incarnation)
{
	struct world_worker *worker = &world->workers[tag];
	/* The publisher may have paid all of it already, or taken the rest back; or it is less than
	 * the fee of closing. A redeem just before may have paid it, or have been refused. */
	bool again = refusal == ZN_LEDGER_NONCE_GAP ||
		     (int)refusal == ZN_LEDGER_VOUCHER_BASE + ZN_VOUCHER_SHRINKS ||
		     (int)refusal == ZN_LEDGER_VOUCHER_BASE + ZN_VOUCHER_DOES_NOT_GROW;
	ZN_ASSERT(refusal == ZN_LEDGER_OK || refusal == ZN_LEDGER_NO_CHANNEL ||
		  refusal == ZN_LEDGER_NO_FUNDS || again);
	if (refusal == ZN_LEDGER_OK)
		worker->fees_zat += transaction->fee.zat;
	if (!worker->alive || worker->incarnation != incarnation)
		return;
	if (again) {
		close_channel(worker);
		return;
	}
	if (refusal == ZN_LEDGER_NO_FUNDS)
		worker->left_zat += unredeemed(worker);
	world_schedule(world, 1, stamped(worker, WORLD_SETTLE_AGAIN));
}

static void close_channel(struct world_worker *worker)
{
	struct zn_transaction transaction = {.kind = ZN_TX_CLOSE};
	if (!worker->deal.has_voucher) { /* nothing earned, so nothing to pay a fee with */
		world_schedule(worker->world, 1, stamped(worker, WORLD_SETTLE_AGAIN));
		return;
	}
	transaction.body.close.channel_id = worker->deal.channel_id;
	transaction.body.close.has_voucher = unredeemed(worker) > 0;
	if (transaction.body.close.has_voucher)
		transaction.body.close.voucher = worker->deal.voucher;
	world_submit(worker->world, &worker->key, &transaction, settled, worker->index,
		worker->incarnation);
}

static void ended(struct world_worker *worker)
{
	enum zn_worker_end end = worker->deal.end;
	/* The simulated publisher keeps its word. */
	ZN_ASSERT(end != ZN_WORKER_END_LEASE && end != ZN_WORKER_END_UNDERPAID &&
		  end != ZN_WORKER_END_LIED && end != ZN_WORKER_END_NONSENSE);
	worker->dealing = false;
	worker->ended = end;
	worker->kept_funded = false;
	if (worker->deal.has_voucher)
		worker->earned_zat += worker->deal.voucher.voucher.paid.zat;
	/* No pay is lost: what vouchers gave is in the account, but for fees. */
	struct zn_account account = world_worker_account(worker->world, worker->index);
	ZN_ASSERT(world_balance(worker->world, &account) + worker->fees_zat + worker->left_zat >=
		  worker->earned_zat);
	memset(worker->kept_outputs, 0, sizeof worker->kept_outputs);
	if (end == ZN_WORKER_END_GONE || end == ZN_WORKER_END_CLOSING || end == ZN_WORKER_END_LATE)
		world_schedule(worker->world, 5000, stamped(worker, WORLD_START_WORKER));
}

static void keep(struct world_worker *worker)
{
	worker->kept = worker->deal;
	worker->kept_funded = true;
}

static void act(struct world_worker *worker, const struct zn_worker_action *action,
	const struct zn_worker_actions *actions)
{
	struct world *world = worker->world;
	switch (action->kind) {
	case ZN_WORKER_DO_HANG_UP: {
		struct world_event event = stamped(worker, WORLD_HUNG_UP);
		worker->generation++;
		world_schedule(world, world->options.latency_ms, event);
		break;
	}
	case ZN_WORKER_DO_TALK:
		call(worker, ZN_LANE_TALK, &actions->talk);
		break;
	case ZN_WORKER_DO_DELIVER:
		call(worker, ZN_LANE_DELIVER, &actions->deliver);
		break;
	case ZN_WORKER_DO_PREPARE:
		world_schedule(world, 300, stamped(worker, WORLD_PREPARED));
		break;
	case ZN_WORKER_DO_READ_CHANNEL:
		world_schedule(world, 3, stamped(worker, WORLD_CHANNEL_READ));
		break;
	case ZN_WORKER_DO_JOURNAL_TERMS:
		break;
	case ZN_WORKER_DO_JOURNAL_CHANNEL:
	case ZN_WORKER_DO_JOURNAL_VOUCHER:
		keep(worker);
		break;
	case ZN_WORKER_DO_RUN:
		ZN_ASSERT(worker->runs_count < ZN_WORKER_RUNS_MAX);
		worker->runs[worker->runs_count++] = action->chunk;
		worker->chunks_begun++;
		run_next(worker);
		break;
	case ZN_WORKER_DO_PAUSE:
		run_pause(worker);
		break;
	case ZN_WORKER_DO_RESUME:
		worker->paused = false;
		run_next(worker);
		break;
	case ZN_WORKER_DO_STOP:
		worker->runs_count = 0;
		worker->run_event = 0;
		worker->run_left_ms = 0;
		worker->paused = false;
		break;
	case ZN_WORKER_DO_DROP_OUTPUT:
		worker->kept_outputs[action->chunk] = false;
		break;
	case ZN_WORKER_DO_REDEEM:
		ZN_ASSERT(
			zn_worker_deal_unredeemed(&worker->deal).zat >= world->options.redeem_zat);
		redeem(worker);
		break;
	case ZN_WORKER_DO_CLOSE:
		close_channel(worker);
		break;
	case ZN_WORKER_DO_END:
		ended(worker);
		break;
	}
}

/* What must hold for a worker after every step. */
static void look(struct world_worker *worker)
{
	const struct zn_worker_deal *deal = &worker->deal;
	uint32_t unpaid = zn_worker_deal_unpaid(deal);
	if (unpaid > worker->unpaid_most)
		worker->unpaid_most = unpaid;
	if (deal->stage != ZN_WORKER_WORKING)
		return;
	ZN_ASSERT(unpaid <= deal->terms.window_chunks);
	ZN_ASSERT(
		!deal->has_voucher || deal->voucher.voucher.paid.zat <= deal->channel.deposit.zat);
}

static void feed(struct world_worker *worker, struct zn_worker_event event)
{
	struct zn_worker_actions *actions = worker->world->worker_actions;
	event.now_s = world_now_s(worker->world);
	zn_worker_deal_step(actions, &worker->deal, &event);
	uint32_t count = actions->count;
	for (uint32_t i = 0; i < count; i++)
		act(worker, &actions->list[i], actions);
	look(worker);
}

static void given(struct world_worker *worker)
{
	struct world *world = worker->world;
	struct zn_worker_deal *deal = &worker->deal;
	memset(deal, 0, sizeof *deal);
	deal->chain = world->chain;
	deal->key = &worker->key;
	zn_public_key_of(&deal->worker_key, &worker->key);
	deal->publisher_account = world->publisher_account;
	deal->job_hash = world->job.job_hash;
	deal->tls_pin = world->job.tls_pin;
	deal->device_class = 1;
	memcpy(deal->device, "simulated", sizeof "simulated");
	deal->policy =
		(struct zn_worker_policy){.floor_zat_per_hour =
						  world->options.floor_zat_per_hour[worker->index],
			.margin_percent = 25,
			.window_s = ZN_WINDOW_UNPAID_S,
			.window_chunks_max = 16,
			.lease_s_min = 10,
			.grace_s_min = world->options.grace_s,
			.patience_s = 30,
			.redeem_zat = world->options.redeem_zat};
}

static void start(struct world_worker *worker)
{
	if (worker->dealing)
		return;
	worker->alive = true;
	worker->dealing = true;
	worker->deals++;
	given(worker);
	if (worker->kept_funded) {
		struct zn_worker_deal *deal = &worker->deal;
		deal->terms = worker->kept.terms;
		deal->channel_id = worker->kept.channel_id;
		deal->has_voucher = worker->kept.has_voucher;
		deal->voucher = worker->kept.voucher;
		deal->units = worker->kept.units;
		zn_worker_deal_restore(deal);
		for (uint64_t chunk = 0; chunk < worker->world->options.chunks; chunk++) {
			uint8_t output[64];
			struct zn_hash root;
			if (!worker->kept_outputs[chunk])
				continue;
			output_of(output, worker, chunk);
			ZN_ASSERT(zn_content_id(&root, output, sizeof output));
			zn_worker_deal_restore_output(deal, chunk, sizeof output, &root, 1);
		}
	}
	feed(worker, (struct zn_worker_event){.kind = ZN_WORKER_START,
			     .nonce = world_nonce(worker->world)});
}

static void kill_process(struct world_worker *worker)
{
	struct world_event event = stamped(worker, WORLD_HUNG_UP);
	world_schedule(worker->world, 1, event);
	worker->alive = false;
	worker->dealing = false;
	worker->incarnation++;
	worker->generation++;
	worker->runs_count = 0;
	worker->run_event = 0;
	worker->run_left_ms = 0;
	worker->paused = false;
	if (!worker->world->options.stays_dead[worker->index])
		world_schedule(worker->world, 4000 + world_draw(worker->world, 8000),
			stamped(worker, WORLD_START_WORKER));
}

static void channel_read(struct world_worker *worker)
{
	struct zn_channel channel;
	struct world *world = worker->world;
	struct zn_worker_event event = {.kind = ZN_WORKER_CHANNEL,
		.reached = world_draw(world, 100) >= world->options.loss_percent};
	if (event.reached && world_channel(&channel, world, &worker->deal.channel_id))
		event.channel = &channel;
	feed(worker, event);
}

static void answer(struct world_worker *worker, const struct world_event *event)
{
	static struct zn_message message;
	ZN_ASSERT(zn_message_decode(&message, event->bytes, event->count));
	feed(worker, (struct zn_worker_event){.kind = ZN_WORKER_MESSAGE,
			     .lane = event->lane,
			     .message = &message});
}

void world_worker_event(struct world *world, const struct world_event *event)
{
	struct world_worker *worker = &world->workers[event->worker];
	if (event->kind == WORLD_KILL_WORKER && worker->alive) {
		kill_process(worker);
		return;
	}
	if (event->kind == WORLD_START_WORKER) {
		start(worker);
		return;
	}
	if (!worker->alive || !worker->dealing)
		return;
	if (event->kind == WORLD_LEAVE) {
		feed(worker, (struct zn_worker_event){.kind = ZN_WORKER_LEAVE});
		return;
	}
	if (event->incarnation != worker->incarnation)
		return;
	switch (event->kind) {
	case WORLD_TO_WORKER:
		if (event->generation == worker->generation)
			answer(worker, event);
		break;
	case WORLD_CALL_LOST:
		if (event->generation == worker->generation)
			feed(worker, (struct zn_worker_event){.kind = ZN_WORKER_LANE_FAILED,
					     .lane = event->lane});
		break;
	case WORLD_RUN_DONE:
		run_done(worker, event);
		break;
	case WORLD_PREPARED:
		feed(worker, (struct zn_worker_event){.kind = ZN_WORKER_PREPARED,
				     .chunk_ns = world->options.chunk_ms[worker->index] * 1000000});
		break;
	case WORLD_CHANNEL_READ:
		channel_read(worker);
		break;
	case WORLD_REDEEMED:
		feed(worker,
			(struct zn_worker_event){.kind = ZN_WORKER_REDEEMED, .good = event->good});
		break;
	default:
		feed(worker, (struct zn_worker_event){.kind = ZN_WORKER_SETTLED});
		break;
	}
}

void world_worker_tick(struct world_worker *worker)
{
	bool over = worker->world->job.order == ZN_ORDER_DONE;
	if (!worker->alive && over && worker->incarnation > 0)
		start(worker); /* the dead one comes back for its money */
	if (worker->alive && worker->dealing)
		feed(worker, (struct zn_worker_event){.kind = ZN_WORKER_TICK,
				     .nonce = world_nonce(worker->world)});
}
