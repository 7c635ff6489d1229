/* tests/sim/deal_sim.c - random worlds: cheaters, dead links, kills, small budgets, odd speeds.
 *
 * In every one of them: coins are conserved (the ledger asserts it), nobody is exposed beyond its
 * window or deposit, nothing unchecked is paid (world.c asserts it), and in the end every channel is
 * settled; with enough honest workers the job is done and right.
 *
 *     deal_sim [first seed [count]]
 */
#include "tests/sim/world.h"
#include "tests/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t draw(uint64_t *random, uint64_t below)
{
	*random += UINT64_C(0x9e3779b97f4a7c15);
	return world_item(*random) % below;
}

static struct world_options options_draw(uint64_t seed)
{
	uint64_t random = seed * 77 + 1;
	struct world_options options = {.seed = seed,
		.workers = 1 + (uint32_t)draw(&random, 6),
		.chunks = 1 + draw(&random, 150),
		.latency_ms = 1 + draw(&random, 80)};
	if (draw(&random, 2) == 0)
		options.loss_percent = (uint32_t)draw(&random, 20);
	for (uint32_t i = 0; i < options.workers; i++) {
		options.chunk_ms[i] = 20 + draw(&random, 3000);
		options.floor_zat_per_hour[i] = 10000000 + draw(&random, 300000000);
		options.lazy[i] = i > 0 && draw(&random, 4) == 0; /* the first one is honest */
		if (draw(&random, 3) == 0) {
			options.kill_worker_ms[i] = 1000 + draw(&random, 60000);
			options.stays_dead[i] = draw(&random, 3) == 0 && i > 0;
		}
		if (i > 0 && draw(&random, 5) == 0)
			options.leave_ms[i] = 1000 + draw(&random, 60000);
	}
	if (draw(&random, 3) == 0)
		options.kill_publisher_ms = 1000 + draw(&random, 60000);
	options.grace_s = 100 + (uint32_t)draw(&random, 1000);
	options.lease_s = 20 + draw(&random, 60);
	if (draw(&random, 2) == 0)
		options.redeem_zat = 20000 + draw(&random, 1000000);
	return options;
}

static bool seed_holds(uint64_t seed)
{
	struct world_options options = options_draw(seed);
	struct world *world = world_create(&options);
	bool settled = world_run(world, 6 * 3600000);
	bool right = world_result_right(world);
	uint64_t wrong_used = 0;
	for (uint64_t chunk = 0; chunk < options.chunks; chunk++)
		wrong_used += world->used[chunk] && world->times_used[chunk] == 0;
	/* A lazy worker may slip through with a few items: half of each chunk's are looked at. It
	 * must then at least never have been caught and used. */
	bool lazy_unfound = false;
	for (uint32_t i = 0; i < options.workers; i++)
		lazy_unfound = lazy_unfound ||
			       (options.lazy[i] && world->workers[i].ended != ZN_WORKER_END_WRONG);
	if (!settled || (!right && !lazy_unfound) || wrong_used > 0) {
		printf("seed %" PRIu64 ": %s, %s after %" PRIu64 " s; %" PRIu64 " of %" PRIu64
		       " chunks, order %d\n",
			seed, settled ? "settled" : "not settled", right ? "right" : "wrong",
			world->now_ms / 1000, zn_chunk_table_accepted(world->job.table),
			options.chunks, world->job.order);
		for (uint32_t i = 0; i < options.workers; i++)
			printf("  worker %u: %s%s stage %s end \"%s\" deals %u begun %" PRIu64 "\n",
				i, world->workers[i].alive ? "" : "dead ",
				options.lazy[i] ? "lazy" : "honest",
				zn_worker_stage_name(world->workers[i].deal.stage),
				zn_worker_end_sentence(world->workers[i].ended),
				world->workers[i].deals, world->workers[i].chunks_begun);
		world_destroy(world);
		return false;
	}
	world_destroy(world);
	return true;
}

int main(int argc, char **argv)
{
	bool is_long = test_is_long();
	uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : is_long ? 1000 : 40;
	uint64_t failed = 0;
	for (uint64_t seed = first; seed < first + count; seed++)
		failed += !seed_holds(seed);
	printf("%" PRIu64 " worlds, %" PRIu64 " failed\n", count, failed);
	return failed == 0 ? 0 : 1;
}
