/* tests/flow/hostile_worker_random.c - random and nearly right messages of a few workers, in any
 * order, to the publisher's machine: its invariants hold after every step (machine_look). */
#include "tests/flow/hostile_publisher_machine.h"

#include <stdio.h>

#define KEPT 8

static struct machine machine;
static struct zn_message kept[KEPT];
static uint8_t next_key = 100;
static uint64_t accepted, refused;

static uint64_t draw(uint64_t below)
{
	return hostile_draw(&machine.world, below);
}

static bool once_in(uint64_t of)
{
	return hostile_once_in(&machine.world, of);
}

static struct zn_message some_delivery(const struct peer *peer)
{
	uint64_t chunks[ZN_DELIVERY_CHUNKS_MAX];
	uint32_t count = 0, most = (uint32_t)draw(5);
	for (uint32_t i = 0; i < peer->deal.leases_count && count < most; i++)
		if (!once_in(3))
			chunks[count++] = peer->deal.leases[i].chunk;
	if (once_in(10))
		chunks[count++] = draw(HOSTILE_CHUNKS + 1);
	struct zn_message out = machine_deliver(&machine, peer, chunks, count);
	if (once_in(50) && count > 0) {
		out.deliver.statements[0].output_bytes = draw(UINT64_MAX);
		machine_sign_delivery(&machine, peer, &out);
	}
	return out;
}

static struct zn_message some_pull(const struct peer *peer)
{
	struct zn_message out = machine_pull(peer, once_in(8), (uint32_t)draw(20));
	if (once_in(20))
		out.pull.want = UINT32_MAX;
	if (once_in(20))
		out.pull.lease_number = draw(20);
	if (once_in(10) && out.pull.chunks_count > 0)
		out.pull.chunks_count = (uint32_t)draw(out.pull.chunks_count);
	if (out.pull.chunks_count > 0 && once_in(10))
		out.pull.chunks[0] = draw(UINT64_MAX);
	out.pull.begun_count = (uint32_t)draw(out.pull.chunks_count + 1u);
	return out;
}

static struct zn_message made(struct peer *peer, uint8_t kind)
{
	const struct zn_secret_key *key = once_in(50) ? &machine.world.stranger : &peer->key;
	struct zn_message out;
	switch (kind) {
	case ZN_MESSAGE_HELLO:
		out = machine_hello(&machine, peer);
		if (once_in(50))
			out.hello.worker_key = machine.peers[draw(PEERS)].public_key;
		return out;
	case ZN_MESSAGE_PROVE:
		return machine_prove(&machine, peer, key);
	case ZN_MESSAGE_OFFER:
		return machine_offer(peer, once_in(20) ? draw(UINT64_MAX) : draw(2 * CEILING),
			once_in(5) ? draw(UINT64_MAX) : 1 + draw(10000),
			once_in(20) ? (uint32_t)draw(UINT32_MAX) : 2 + (uint32_t)draw(20));
	case ZN_MESSAGE_AGREE:
		return machine_agree(peer, key);
	case ZN_MESSAGE_PULL:
		return some_pull(peer);
	case ZN_MESSAGE_DELIVER:
		return some_delivery(peer);
	default:
		out = (struct zn_message){.kind = ZN_MESSAGE_REFUSAL};
		return out;
	}
}

static uint8_t fitting(const struct peer *peer)
{
	switch (peer->deal.stage) {
	case ZN_PUBLISHER_NEW:
		return ZN_MESSAGE_HELLO;
	case ZN_PUBLISHER_CHALLENGED:
		return ZN_MESSAGE_PROVE;
	case ZN_PUBLISHER_PROVED:
		return ZN_MESSAGE_OFFER;
	case ZN_PUBLISHER_AGREED:
		return ZN_MESSAGE_AGREE;
	default:
		if (once_in(40))
			return once_in(2) ? ZN_MESSAGE_HELLO : ZN_MESSAGE_PROVE;
		return once_in(2) ? ZN_MESSAGE_PULL : ZN_MESSAGE_DELIVER;
	}
}

static void spoil(struct zn_message *message)
{
	static uint8_t bytes[ZN_MESSAGE_BYTES_MAX];
	struct zn_message read;
	size_t count = zn_message_encode(bytes, sizeof bytes, message);
	bytes[draw(count)] ^= (uint8_t)(1u << draw(8));
	if (zn_message_decode(&read, bytes, count))
		*message = read;
}

static void speak(struct peer *peer)
{
	struct zn_message message =
		made(peer, once_in(30) ? (uint8_t)(1 + draw(13)) : fitting(peer));
	if (once_in(40) && kept[0].kind != 0)
		message = kept[draw(KEPT)];
	if (message.kind == 0)
		return;
	if (once_in(30))
		spoil(&message);
	kept[kept[0].kind == 0 ? 0 : draw(KEPT)] = message;
	machine_say(&machine, peer, &message);
}

static bool checks_open(const struct peer *peer)
{
	for (uint32_t i = 0; i < ZN_DELIVERY_CHUNKS_MAX; i++)
		if (peer->check_open[i])
			return true;
	return false;
}

/* The shell forgets a deal that came to nothing; who comes then has another key. */
static void forget(struct peer *peer)
{
	if (peer->open_open || peer->top_up_open || checks_open(peer))
		return;
	uint16_t number = peer->deal.peer;
	refused += peer->deal.stage == ZN_PUBLISHER_REFUSED;
	machine.dropped += peer->deal.units;
	machine.dropped_deposited += peer->deposited;
	memset(peer, 0, sizeof *peer);
	peer->key = hostile_key(next_key++ | 1u);
	zn_public_key_of(&peer->public_key, &peer->key);
	peer->deal.peer = number;
}

static void shell_does(struct peer *peer)
{
	uint32_t index = (uint32_t)draw(ZN_DELIVERY_CHUNKS_MAX);
	for (uint32_t i = 0; i < ZN_DELIVERY_CHUNKS_MAX; i++, index++)
		if (peer->check_open[index % ZN_DELIVERY_CHUNKS_MAX]) {
			bool good = !once_in(60);
			accepted += good;
			machine_check(&machine, peer, index % ZN_DELIVERY_CHUNKS_MAX, good);
			return;
		}
	if (peer->open_open) {
		machine_opened(&machine, peer, !once_in(10));
	} else if (peer->top_up_open) {
		bool good = !once_in(4);
		peer->top_up_open = false;
		peer->deposited -= good ? 0 : peer->deal.topping_up.zat;
		machine_feed(&machine, peer,
			(struct zn_publisher_event){.kind = ZN_PUBLISHER_TOPPED_UP, .good = good});
	} else if (peer->held && once_in(10)) {
		peer->held = false;
		machine_feed(&machine, peer,
			(struct zn_publisher_event){.kind = ZN_PUBLISHER_HUNG_UP});
	} else if (peer->deal.stage >= ZN_PUBLISHER_REFUSED ||
		   (peer->deal.stage < ZN_PUBLISHER_OPENING && once_in(30))) {
		forget(peer);
	}
}

static void owner_orders(void)
{
	if (machine.job.order == ZN_ORDER_DONE || machine.job.order == ZN_ORDER_CANCEL)
		return;
	machine.job.order = once_in(3) ? ZN_ORDER_PAUSE : ZN_ORDER_WORK;
	if (once_in(100))
		machine.job.order = ZN_ORDER_CANCEL;
	for (uint32_t i = 0; i < PEERS; i++)
		machine_feed(&machine, &machine.peers[i],
			(struct zn_publisher_event){.kind = ZN_PUBLISHER_ORDERED});
}

static void step(void)
{
	struct peer *peer = &machine.peers[draw(PEERS)];
	uint64_t what = draw(100);
	if (what < 60)
		speak(peer);
	else if (what < 88)
		shell_does(peer);
	else if (what < 99)
		machine_tick(&machine, peer, once_in(200) ? draw(200) : draw(2));
	else if (once_in(4))
		owner_orders();
}

static void nothing_a_worker_says_breaks_the_publisher(void **state)
{
	(void)state;
	uint64_t steps = test_is_long() ? 2000000 : 100000;
	uint64_t jobs = 0, done = 0;
	for (uint64_t i = 0; i < steps; i++) {
		if (i % 4000 == 0) {
			done += machine.job.order == ZN_ORDER_DONE;
			machine_begin(&machine, 1000 + jobs++);
			machine.job.policy.budget.zat = once_in(2) ? BUDGET : 1000 * BUDGET;
		}
		step();
	}
	printf("%llu jobs, %llu done, %llu chunks found good, %llu workers refused\n",
		(unsigned long long)jobs, (unsigned long long)done, (unsigned long long)accepted,
		(unsigned long long)refused);
	assert_true(accepted > steps / 100);
	zn_chunk_table_destroy(machine.job.table);
	machine.job.table = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_a_worker_says_breaks_the_publisher),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
