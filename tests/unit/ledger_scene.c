#include "tests/unit/ledger_scene.h"

#include <string.h>

static void redeem_some(struct world *world, const struct zn_hash *id)
{
	struct zn_transaction redeem = {.kind = ZN_TX_REDEEM,
		.body.redeem = world_voucher(world, 0, id, XEN, 2 * XEN)};
	assert_int_equal(world_do(world, &redeem, 3), ZN_LEDGER_OK);
}

void scene_start(struct scene *scene)
{
	memset(scene, 0, sizeof *scene);
	struct world *world = &scene->world;
	world_start(world, ZN_FEE_ZAT_PER_BYTE);
	scene->open_id = world_open(world, 0, 3, 10 * XEN, 20);
	redeem_some(world, &scene->open_id);
	scene->closing_id = world_open(world, 0, 3, 10 * XEN, 20);
	redeem_some(world, &scene->closing_id);
	struct zn_transaction announce = {.kind = ZN_TX_ANNOUNCE,
		.body.announce = world_announcement(world->time_s + 3600)};
	assert_int_equal(world_do(world, &announce, 0), ZN_LEDGER_OK);
	zn_job_id(&scene->job_id, &world->chain, &world->accounts[0], announce.nonce);
	struct zn_transaction request = {.kind = ZN_TX_REQUEST_CLOSE,
		.body.request_close = {scene->closing_id, {XEN}}};
	assert_int_equal(world_do(world, &request, 0), ZN_LEDGER_OK);
	world->time_s += 20;
	world_idle(world, ZN_GRACE_BLOCKS - 1);
}

static size_t scene_sign(struct scene *scene, uint8_t bytes[ZN_TX_BYTES_MAX + 1])
{
	size_t count = world_sign_raw(&scene->world, bytes, &scene->tx, scene->who);
	if (scene->break_signature)
		bytes[count - 1] ^= 1;
	if (scene->cut)
		count--;
	if (scene->extend)
		bytes[count++] = 0;
	return count;
}

void rows_run(scene_fn *base, const struct row *rows, size_t rows_count)
{
	uint8_t bytes[ZN_TX_BYTES_MAX + 1];
	for (size_t i = 0; i < rows_count; i++) {
		struct scene scene;
		struct zn_hash before, after;
		scene_start(&scene);
		base(&scene);
		world_sign(&scene.world, bytes, &scene.tx, scene.who);
		if (rows[i].change != NULL)
			rows[i].change(&scene);
		size_t count = scene_sign(&scene, bytes);
		zn_ledger_app_hash(&before, scene.world.ledger);
		enum zn_ledger_refusal refusal = world_block(&scene.world, bytes, count);
		zn_ledger_app_hash(&after, scene.world.ledger);
		if (refusal != rows[i].refusal)
			fail_msg("%s: %s instead of %s", rows[i].what,
				zn_ledger_refusal_name(refusal),
				zn_ledger_refusal_name(rows[i].refusal));
		/* What is refused changes nothing, what is accepted changes the state. */
		assert_int_equal(zn_hash_equal(&before, &after), refusal != ZN_LEDGER_OK);
		world_finish(&scene.world);
	}
}

void by_other(struct scene *scene)
{
	scene->who = 1;
	scene->tx.nonce = 0;
}

void by_poor(struct scene *scene)
{
	scene->who = 5;
	scene->tx.nonce = 0;
}

void fee_of_all(struct scene *scene)
{
	scene->tx.fee = world_account(&scene->world, scene->who).balance;
}

void fee_above_all(struct scene *scene)
{
	fee_of_all(scene);
	scene->tx.fee.zat++;
}
