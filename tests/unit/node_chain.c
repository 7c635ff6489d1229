/* tests/unit/node_chain.c - headers, proofs, search and pruning of the node, block by block. */
#include "tests/unit/node_ground.h"

#include "chain/node/abci_order.h"
#include "chain/node/export.h"
#include "chain/node/genesis_file.h"
#include "io/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void block_read(struct zn_block_reader *out, const struct ground *ground, uint64_t height)
{
	const uint8_t *bytes;
	size_t count;
	assert_true(zn_node_store_block_get(&bytes, &count, ground->store, height));
	assert_true(zn_block_reader_begin(out, bytes, count));
}

static void transfer_add(struct ground *ground, int from, int to, uint64_t zat)
{
	struct zn_transaction tx = {.kind = ZN_TX_TRANSFER,
		.body.transfer = {ground->people.accounts[to], {zat}}};
	ground_add(ground, &tx, from);
}

static void headers_commit_to_all_that_came_before(void **state)
{
	static struct ground ground;
	static struct zn_block_reader now, before;
	(void)state;
	ground_start(&ground);
	struct zn_hash app_hash = zn_application_head(ground.application)->app_hash;
	for (uint64_t height = 1; height <= 6; height++) {
		struct zn_hash hash, leaf;
		for (uint64_t i = 0; i < height % 3; i++)
			transfer_add(&ground, 0, 3, i + 1);
		if (height % 3 == 2)
			transfer_add(&ground, 5, 3, XEN); /* refused: its code is in the results */
		assert_int_equal(ground_block(&ground), ZN_ERR_OK);
		block_read(&now, &ground, height);
		assert_int_equal(now.header.height, height);
		assert_int_equal(zn_commit_check(&now.commit, &ground.signer.set, &now.header),
			ZN_COMMIT_OK);
		/* The state before the block, and not the one after it. */
		assert_memory_equal(now.header.app_hash.bytes, app_hash.bytes, 32);
		app_hash = zn_application_head(ground.application)->app_hash;
		if (height > 1) {
			struct zn_node_tx tx;
			struct zn_hash leaves[8];
			uint32_t count = 0;
			zn_header_hash(&hash, &before.header);
			assert_memory_equal(now.header.last_block.hash.bytes, hash.bytes, 32);
			zn_commit_hash(&hash, &before.commit);
			assert_memory_equal(now.header.last_commit_hash.bytes, hash.bytes, 32);
			for (; zn_block_reader_next(&tx, &before); count++) {
				struct zn_tx_result result = {.code = tx.code};
				zn_tx_result_leaf(&leaves[count], &result);
			}
			zn_merkle_root(&hash, leaves, count);
			assert_memory_equal(now.header.last_results_hash.bytes, hash.bytes, 32);
			assert_true(
				zn_block_time_compare(&now.header.time, &before.header.time) > 0);
		} else {
			zn_empty_hash(&leaf);
			assert_false(now.header.last_block.present);
			assert_memory_equal(now.header.last_commit_hash.bytes, leaf.bytes, 32);
			assert_memory_equal(now.header.last_results_hash.bytes, leaf.bytes, 32);
		}
		block_read(&before, &ground, height); /* its bytes moved with the write */
	}
	ground_finish(&ground);
}

/* Against the header after the state that was asked for, as a light client does. */
static void proof_holds(struct ground *ground, const struct zn_query_answer *answer)
{
	static struct zn_block_reader after;
	struct zn_hash root, value;
	assert_true(answer->proven);
	block_read(&after, ground, answer->height + 1);
	assert_true(zn_app_hash_root(&root, &after.header.app_hash));
	zn_sha256(&value, answer->value, answer->bytes);
	bool present = answer->code == 0;
	assert_true(
		zn_tree_proof_check(&root, &answer->proof, &answer->key, present ? &value : NULL));
	assert_false(
		zn_tree_proof_check(&root, &answer->proof, &answer->key, present ? NULL : &value));
}

static size_t account_data(uint8_t out[21], const struct zn_account *account)
{
	struct zn_account copy = *account;
	struct zn_codec codec = zn_codec_writer(out, 21);
	zn_codec_account(&codec, &copy);
	return codec.used;
}

static uint64_t balance_in(const struct zn_query_answer *answer)
{
	struct zn_account_state account;
	assert_true(zn_account_state_decode(&account, answer->value, answer->bytes));
	return account.balance.zat;
}

static void states_of_recent_heights_are_proven_and_no_others(void **state)
{
	static struct ground ground;
	uint8_t who[21], nobody[21];
	(void)state;
	ground_start(&ground);
	account_data(who, &ground.people.accounts[3]);
	account_data(nobody, &ground.people.accounts[5]);
	assert_int_equal(ground_query(&ground, "/account", who, sizeof who, 0, true)->code,
		ZN_QUERY_NO_PROOF); /* no header yet */
	for (uint64_t height = 1; height <= 30; height++) {
		if (height % 4 != 3)
			transfer_add(&ground, 0, 3, 1);
		assert_int_equal(ground_block(&ground), ZN_ERR_OK);
	}
	const struct zn_query_answer *answer =
		ground_query(&ground, "/account", who, sizeof who, 0, true);
	assert_int_equal(answer->height, 29);
	uint64_t oldest = 30 - ZN_PROOF_HEIGHTS_KEPT;
	for (uint64_t height = oldest; height < 30; height++) {
		answer = ground_query(&ground, "/account", who, sizeof who, height, true);
		assert_int_equal(answer->code, 0);
		assert_int_equal(answer->height, height);
		assert_int_equal(balance_in(answer), height - (height + 1) / 4);
		proof_holds(&ground, answer);
		answer = ground_query(&ground, "/account", nobody, sizeof nobody, height, true);
		assert_int_equal(answer->code, ZN_QUERY_NOT_FOUND);
		proof_holds(&ground, answer);
		proof_holds(&ground, ground_query(&ground, "/supply", NULL, 0, height, true));
	}
	assert_int_equal(ground_query(&ground, "/supply", NULL, 0, oldest - 1, true)->code,
		ZN_QUERY_NO_PROOF);
	assert_int_equal(ground_query(&ground, "/supply", NULL, 0, 30, true)->code,
		ZN_QUERY_NO_PROOF);
	/* Without a proof it is the newest. */
	assert_int_equal(ground_query(&ground, "/account", who, sizeof who, 0, false)->height, 30);
	ground_finish(&ground);
}

static void proposals_and_calls_keep_their_rules(void **state)
{
	static struct ground ground;
	static const struct {
		enum zn_abci_stage stage;
		const char *legal; /* a letter for each call, '-' for one that is not */
	} rows[] = {
		{ZN_ABCI_UNKNOWN, "I--------"},
		{ZN_ABCI_NEW, "IC-------"},
		{ZN_ABCI_READY, "I-TQPOF-S"},
		{ZN_ABCI_FINALIZED, "--TQ---MS"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (int call = 0; call < ZN_ABCI_CALLS; call++) {
			struct zn_abci_order order = {rows[i].stage};
			assert_int_equal(zn_abci_order_allows(&order, (enum zn_abci_call)call),
				rows[i].legal[call] != '-');
		}
	ground_start(&ground);
	transfer_add(&ground, 0, 3, 1);
	struct zn_block block = {1, ground.time_s, 1, ground.txs};
	assert_true(zn_application_process(ground.application, &block));
	ground.txs[0].count--; /* bytes that are no transaction do not get into a block */
	assert_false(zn_application_process(ground.application, &block));
	ground.txs[0].count++;
	assert_int_equal(zn_application_snapshots(ground.application), 0);
	/* A block of what does not settle, and no more than three quarters of it. */
	static struct zn_block_tx full[ZN_BLOCK_TXS_MAX];
	uint8_t large[ZN_TX_BYTES_MAX];
	struct zn_transaction open = {.kind = ZN_TX_OPEN};
	open.body.open.count = ZN_CHANNELS_PER_TX_MAX;
	for (uint32_t i = 0; i < ZN_CHANNELS_PER_TX_MAX; i++)
		open.body.open.openings[i] =
			(struct zn_tx_opening){ground.people.accounts[4], {{1}}, {XEN}, 10};
	size_t count =
		zn_transaction_sign(large, &open, &ground.people.keys[1], &ground.people.chain, 10);
	block.txs = full;
	size_t most = (ZN_BLOCK_BYTES_MAX - ZN_BLOCK_BYTES_MAX / 4) / (count + 3);
	for (size_t i = 0; i <= most; i++)
		full[i] = (struct zn_block_tx){large, count, true};
	block.txs_count = most;
	assert_true(zn_application_process(ground.application, &block));
	block.txs_count = most + 1;
	assert_false(zn_application_process(ground.application, &block));
	ground_finish(&ground);
}

/* --- search ------------------------------------------------------------------------------------ */

static const struct zn_job_page *search(struct ground *ground, struct zn_jobs_query query)
{
	static struct zn_job_page page;
	uint8_t bytes[256];
	struct zn_codec codec = zn_codec_writer(bytes, sizeof bytes);
	zn_jobs_query_code(&codec, &query);
	assert_true(zn_codec_done(&codec));
	const struct zn_query_answer *answer =
		ground_query(ground, "/jobs", bytes, codec.used, 0, false);
	assert_int_equal(answer->code, 0);
	assert_true(zn_job_page_decode(&page, answer->value, answer->bytes));
	return &page;
}

static void jobs_are_found_by_kind_needs_price_and_age(void **state)
{
	static struct ground ground;
	static const struct {
		uint8_t kind, unit, classes;
		uint32_t features;
		uint64_t memory, price;
	} jobs[] = {
		{ZN_JOB_KERNEL, ZN_UNIT_CHUNK, ZN_DEVICE_CLASS_CPU, 0, 1000, 50},
		{ZN_JOB_RENDER, ZN_UNIT_METERED, ZN_DEVICE_CLASS_GPU, ZN_FEATURE_EXACT, 5000, 70},
		{ZN_JOB_RENDER, ZN_UNIT_METERED, 3, ZN_FEATURE_EXACT | ZN_FEATURE_FP64, 9000, 0},
		{ZN_JOB_DATA, ZN_UNIT_CHUNK, ZN_DEVICE_CLASS_CPU, 0, 100, 90},
	};
	uint64_t since[4];
	(void)state;
	ground_start(&ground);
	for (int i = 0; i < 4; i++) {
		struct zn_transaction tx = {.kind = ZN_TX_ANNOUNCE,
			.body.announce = world_announcement(ground.time_s + 5000)};
		tx.body.announce.kind = jobs[i].kind;
		tx.body.announce.unit = jobs[i].unit;
		tx.body.announce.device_classes = jobs[i].classes;
		tx.body.announce.features = jobs[i].features;
		tx.body.announce.memory_bytes = jobs[i].memory;
		tx.body.announce.price_zat = jobs[i].price;
		ground_add(&ground, &tx, 0);
		since[i] = ground.time_s;
		assert_int_equal(ground_block(&ground), ZN_ERR_OK);
		ground.time_s += 100;
	}
	const struct {
		const char *what;
		struct zn_jobs_query query;
		unsigned int found; /* as bits, the oldest job first */
	} rows[] = {
		{"all", {.limit = 64}, 0xf},
		{"of a kind", {.kind = ZN_JOB_RENDER, .limit = 64}, 0x6},
		{"priced by the chunk", {.unit = ZN_UNIT_CHUNK, .limit = 64}, 0x9},
		{"for a CPU", {.device_classes = ZN_DEVICE_CLASS_CPU, .limit = 64}, 0xd},
		{"without fp64", {.features_lacking = ZN_FEATURE_FP64, .limit = 64}, 0xb},
		{"in little memory", {.memory_bytes = 1000, .limit = 64}, 0x9},
		{"at a price", {.price_zat_min = 70, .limit = 64}, 0xe},
		{"young", {.since_s = since[2], .limit = 64}, 0xc},
		{"all of it",
			{.kind = ZN_JOB_DATA, .since_s = since[1], .memory_bytes = 100, .limit = 1},
			0x8},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct zn_job_page *page = search(&ground, rows[i].query);
		unsigned int found = 0;
		for (uint32_t j = 0; j < page->count; j++)
			for (int k = 0; k < 4; k++)
				if (page->jobs[j].announced_s == since[k])
					found |= 1u << k;
		if (found != rows[i].found)
			fail_msg("%s: %x instead of %x", rows[i].what, found, rows[i].found);
	}
	/* An update is found by what it is now. */
	struct zn_job first =
		search(&ground, (struct zn_jobs_query){.kind = 1, .limit = 1})->jobs[0];
	struct zn_transaction update = {.kind = ZN_TX_UPDATE,
		.body.update = {first.id, 100, 0, ground.time_s + 10, {{1}},
			"https://c.example:1"}};
	ground_add(&ground, &update, 0);
	assert_int_equal(ground_block(&ground), ZN_ERR_OK);
	assert_int_equal(
		search(&ground, (struct zn_jobs_query){.price_zat_min = 95, .limit = 9})->count, 2);
	ground.time_s += 11;
	assert_int_equal(ground_block(&ground), ZN_ERR_OK);
	assert_int_equal(search(&ground, (struct zn_jobs_query){.limit = 9})->count, 3);
	ground_finish(&ground);
}

static void bytes_that_come_again_change_nothing_and_hide_nothing(void **state)
{
	static struct ground ground;
	uint64_t height;
	uint32_t index;
	(void)state;
	ground_start(&ground);
	uint8_t *again = malloc(ZN_TX_BYTES_MAX), *third = malloc(ZN_TX_BYTES_MAX);
	transfer_add(&ground, 0, 3, 7);
	struct zn_block_tx first = ground.txs[0];
	struct zn_hash id = ground.ids[0];
	memcpy(again, first.bytes, first.count);
	memcpy(third, first.bytes, first.count);
	ground.txs[ground.count++] = (struct zn_block_tx){again, first.count, false};
	assert_int_equal(ground_block(&ground), ZN_ERR_OK);
	assert_int_equal(ground.results[0], ZN_LEDGER_OK);
	assert_int_equal(ground.results[1], ZN_LEDGER_NONCE_USED);
	ground.txs[ground.count++] = (struct zn_block_tx){third, first.count, false};
	assert_int_equal(ground_block(&ground), ZN_ERR_OK);
	assert_int_equal(ground.results[0], ZN_LEDGER_NONCE_USED);
	assert_true(zn_node_store_tx_find(&height, &index, ground.store, &id));
	assert_int_equal(height, 1);
	assert_int_equal(index, 0);
	ground_finish(&ground);
}

/* --- pruning ----------------------------------------------------------------------------------- */

static uint32_t history_count(struct ground *ground, int who)
{
	static struct zn_history_page page;
	struct zn_history_query query = {.account = ground->people.accounts[who], .limit = 64};
	uint32_t count = 0;
	do {
		assert_true(zn_node_store_history(&page, ground->store, &query));
		count += page.count;
		query.after = page.next;
	} while (page.next.bytes > 0);
	return count;
}

static void old_blocks_leave_a_few_at_a_time_and_the_state_stays(void **state)
{
	enum { BLOCKS = 300 };
	static struct ground ground;
	static struct zn_hash ids[BLOCKS + 1];
	uint64_t height;
	uint32_t index;
	(void)state;
	ground_start(&ground);
	for (int i = 1; i <= BLOCKS; i++) {
		transfer_add(&ground, 0, 3, 1);
		ids[i] = ground.ids[0];
		assert_int_equal(ground_block(&ground), ZN_ERR_OK);
		ground.time_s += 10;
	}
	assert_int_equal(zn_node_store_earliest(ground.store), 1);
	assert_int_equal(history_count(&ground, 3), BLOCKS);
	struct zn_hash before = zn_application_head(ground.application)->app_hash;
	zn_node_store_keep(ground.store, 1500); /* 150 blocks */
	uint64_t earliest = 1;
	while (true) {
		assert_int_equal(ground_block(&ground), ZN_ERR_OK);
		uint64_t now = zn_node_store_earliest(ground.store);
		assert_true(now - earliest <= ZN_PRUNE_BLOCKS_MAX);
		if (now == earliest)
			break;
		earliest = now;
	}
	assert_in_range(earliest, BLOCKS - 151, BLOCKS - 145);
	assert_memory_equal(before.bytes, zn_application_head(ground.application)->app_hash.bytes,
		32);
	assert_false(zn_node_store_tx_find(&height, &index, ground.store, &ids[earliest - 1]));
	assert_true(zn_node_store_tx_find(&height, &index, ground.store, &ids[earliest]));
	assert_int_equal(history_count(&ground, 3), BLOCKS - earliest + 1);
	assert_int_equal(history_count(&ground, 0), BLOCKS - earliest + 1);
	/* Never the last ones, however old. */
	ground.time_s += 1000000;
	for (int i = 0; i < 40; i++)
		assert_int_equal(ground_block(&ground), ZN_ERR_OK);
	uint64_t head = zn_application_head(ground.application)->height;
	assert_int_equal(zn_node_store_earliest(ground.store), head - ZN_BLOCKS_KEPT_MIN + 1);
	struct zn_complaint complaint = {""};
	ground_close(&ground);
	assert_true(ground_open(&ground, &complaint));
	assert_int_equal(zn_application_head(ground.application)->height, head);
	ground_finish(&ground);
}

static void a_database_of_another_version_is_refused_with_a_sentence(void **state)
{
	static struct ground ground;
	char path[128];
	uint8_t *bytes;
	size_t count;
	struct zn_complaint complaint = {""};
	(void)state;
	ground_start(&ground);
	ground_close(&ground);
	snprintf(path, sizeof path, "%s/data.mdb", ground.directory);
	assert_int_equal(zn_file_read(&bytes, &count, path, 1 << 24), ZN_ERR_OK);
	unsigned int changed = 0;
	for (size_t i = 0; i + 6 < count; i++)
		if (memcmp(bytes + i, "head/2", 6) == 0) {
			bytes[i + 5] = '1';
			changed++;
		}
	assert_true(changed > 0);
	assert_int_equal(zn_file_write(path, bytes, count, 0600), ZN_ERR_OK);
	free(bytes);
	assert_false(ground_open(&ground, &complaint));
	assert_non_null(strstr(complaint.text, "another version"));
	ground_finish(&ground);
}

/* --- export ------------------------------------------------------------------------------------ */

static struct zn_hash channel_open(struct ground *ground, int payer, int payee)
{
	struct zn_hash id;
	struct zn_transaction open = {.kind = ZN_TX_OPEN,
		.body.open = {.count = 1,
			.openings = {{ground->people.accounts[payee], {{1}}, {10 * XEN}, 10}}}};
	zn_channel_id(&id, &ground->people.chain, &ground->people.accounts[payer],
		ground->nonce[payer], 0);
	ground_add(ground, &open, payer);
	return id;
}

struct compare {
	const struct zn_store *other;
	size_t count;
};

static void entry_compare(void *user, const struct zn_hash *key, const struct zn_state_value *value)
{
	struct compare *compare = user;
	struct zn_state_value other;
	compare->count++;
	if (value->data[0] == ZN_RECORD_LEDGER_PARAMS)
		return;
	assert_true(compare->other->get(compare->other->user, &other, key));
	assert_int_equal(other.bytes, value->bytes);
	if (value->data[0] != ZN_RECORD_CHANNEL_STATE && value->data[0] != ZN_RECORD_JOB_STATE)
		assert_memory_equal(other.data, value->data, value->bytes);
}

/* Equal but for what heights are part of. */
static void states_compare(const struct zn_store *a, const struct zn_store *b)
{
	struct compare one = {b, 0}, two = {a, 0};
	a->each(a->user, entry_compare, &one);
	b->each(b->user, entry_compare, &two);
	assert_int_equal(one.count, two.count);
}

/* Open and closing channels, a bond and a part of it on its way out, a job. */
static void scene_fill(struct ground *ground, struct zn_hash *id, struct zn_hash *closing)
{
	*id = channel_open(ground, 0, 5);
	*closing = channel_open(ground, 0, 4);
	struct zn_transaction request = {.kind = ZN_TX_REQUEST_CLOSE,
		.body.request_close = {*closing, {XEN}}};
	ground_add(ground, &request, 0);
	struct zn_transaction bond = {.kind = ZN_TX_BOND, .body.bond = {5 * XEN}},
			      unbond = {.kind = ZN_TX_UNBOND, .body.unbond = {XEN}};
	ground_add(ground, &bond, 1);
	ground_add(ground, &unbond, 1);
	struct zn_transaction announce = {.kind = ZN_TX_ANNOUNCE,
		.body.announce = world_announcement(ground->time_s + 5000)};
	ground_add(ground, &announce, 1);
	assert_int_equal(ground_block(ground), ZN_ERR_OK);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(ground->results[i], ZN_LEDGER_OK);
}

static void damage_is_found(const struct zn_genesis *sound)
{
	/* A changed byte is no genesis. */
	struct zn_genesis genesis = *sound;
	uint8_t *bytes = malloc(genesis.entries_bytes);
	genesis.entries = bytes;
	for (size_t at = 0; at < genesis.entries_bytes; at += 7) {
		memcpy(bytes, sound->entries, genesis.entries_bytes);
		bytes[at] ^= 0x41;
		struct zn_hash a, b;
		zn_genesis_hash(&a, &genesis);
		zn_genesis_hash(&b, sound);
		assert_memory_not_equal(a.bytes, b.bytes, 32);
		(void)zn_genesis_check(&genesis); /* any bytes are safe */
	}
	free(bytes);
	genesis.entries = sound->entries;
	for (size_t less = 1; less < genesis.entries_bytes; less++) {
		genesis.entries_bytes = sound->entries_bytes - less;
		enum zn_genesis_refusal refusal = zn_genesis_check(&genesis);
		/* Without a whole job at its end it is another genesis, and a sound one. */
		assert_true(
			refusal == ZN_GENESIS_STATE || (less > 100 && refusal == ZN_GENESIS_OK));
	}
}

static void a_ledger_goes_on_elsewhere_with_the_same_coins(void **state)
{
	static struct ground ground, other;
	char path[128];
	struct zn_complaint complaint = {""};
	struct zn_channel channel;
	(void)state;
	ground_start(&ground);
	ground_start(&other); /* its home is used, with another ledger in it */
	struct zn_hash id, closing;
	scene_fill(&ground, &id, &closing);
	snprintf(path, sizeof path, "%s/export.json", ground.home);
	zn_application_close(ground.application);
	zn_node_store_close(ground.store);
	assert_false(zn_export(ground.home, path, "other-1", &complaint));
	assert_non_null(strstr(complaint.text, "2 channels are open"));
	assert_true(zn_export(ground.home, path, NULL, &complaint));
	assert_false(zn_export(ground.home, path, NULL, &complaint)); /* not over a file */

	/* Into a new home. */
	ground_close(&other);
	assert_int_equal(zn_directory_remove(other.directory), ZN_ERR_OK);
	assert_int_equal(zn_directory_make(other.directory), ZN_ERR_OK);
	if (!zn_genesis_file_read(&other.people.genesis, path, &complaint))
		fail_msg("%s", complaint.text);
	if (!ground_open(&other, &complaint))
		fail_msg("%s", complaint.text);
	assert_true(ground_open(&ground, &complaint));
	states_compare(zn_node_store_view(ground.store), zn_node_store_view(other.store));
	assert_int_equal(zn_ledger_audit(zn_node_store_view(other.store)), ZN_LEDGER_SOUND);

	/* Nonces go on, vouchers hold, the grace in blocks begins anew. */
	memcpy(other.nonce, ground.nonce, sizeof other.nonce);
	other.time_s = ground.time_s + 60;
	struct zn_transaction redeem = {.kind = ZN_TX_REDEEM,
				      .body.redeem =
					      world_voucher(&ground.people, 0, &id, 3 * XEN, 0)},
			      refund = {.kind = ZN_TX_REFUND, .body.refund = closing};
	ground_add(&other, &redeem, 5);
	ground_add(&other, &refund, 0);
	assert_int_equal(ground_block(&other), ZN_ERR_OK);
	assert_int_equal(other.results[0], ZN_LEDGER_OK);
	assert_int_equal(other.results[1], ZN_LEDGER_TOO_EARLY);
	other.nonce[0]--;
	for (int i = 0; i < ZN_GRACE_BLOCKS; i++)
		assert_int_equal(ground_block(&other), ZN_ERR_OK);
	ground_add(&other, &refund, 0);
	assert_int_equal(ground_block(&other), ZN_ERR_OK);
	assert_int_equal(other.results[0], ZN_LEDGER_OK);
	assert_true(zn_channel_decode(&channel,
		ground_query(&other, "/channel", id.bytes, sizeof id.bytes, 0, false)->value,
		ground_query(&other, "/channel", id.bytes, sizeof id.bytes, 0, false)->bytes));
	assert_int_equal(channel.redeemed.zat, 3 * XEN);

	damage_is_found(&other.people.genesis);
	zn_genesis_file_finish(&other.people.genesis);
	ground_finish(&ground);
	ground_finish(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_commit_to_all_that_came_before),
		cmocka_unit_test(states_of_recent_heights_are_proven_and_no_others),
		cmocka_unit_test(proposals_and_calls_keep_their_rules),
		cmocka_unit_test(jobs_are_found_by_kind_needs_price_and_age),
		cmocka_unit_test(bytes_that_come_again_change_nothing_and_hide_nothing),
		cmocka_unit_test(old_blocks_leave_a_few_at_a_time_and_the_state_stays),
		cmocka_unit_test(a_ledger_goes_on_elsewhere_with_the_same_coins),
		cmocka_unit_test(a_database_of_another_version_is_refused_with_a_sentence),
	};
	return cmocka_run_group_tests_name("node_chain", tests, NULL, NULL);
}
