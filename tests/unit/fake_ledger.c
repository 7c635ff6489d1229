#include "tests/unit/fake_ledger.h"

#include "chain/proof/proof_record.h"
#include "chain/tx/transaction.h"
#include "core/assert.h"
#include "io/clock.h"
#include "io/json.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define XEN        ZN_ZAT_PER_XEN
#define PER_BLOCK  4
#define STRANGER   16 /* index of the first key that never votes */
#define FORGED_ZAT (900 * XEN)

static bool forges_state(const struct fake_ledger *fake)
{
	return fake->lie == FAKE_HEADER || fake->lie == FAKE_FEW || fake->lie == FAKE_STRANGERS;
}

/* --- state
 * ---------------------------------------------------------------------------------------------- */

static size_t entry(const struct fake_ledger *fake, uint64_t height, enum zn_state_tag tag,
	uint8_t *out, struct zn_hash *key)
{
	struct zn_account_state account = {fake->account, {(100 + height) * XEN}, 3};
	struct zn_channel channel = {.id = fake->channel_id,
		.payee = fake->account,
		.deposit = {7 * XEN},
		.grace_s = 600,
		.opened_height = 1};
	struct zn_ledger_params params = {.genesis_s = 1,
		.fee_zat_per_byte = 10,
		.grace_s_min = 1,
		.supply = {ZN_SUPPLY_XEN * XEN}};
	struct zn_supply supply = {.supply = {ZN_SUPPLY_XEN * XEN},
		.balances = {ZN_SUPPLY_XEN * XEN - 7 * XEN},
		.deposits = {7 * XEN}};
	const size_t most = ZN_STATE_VALUE_BYTES_MAX;
	zn_public_key_of(&channel.payer_key, &fake->keys[0]);
	assert_true(zn_chain_id_make(&params.chain, FAKE_CHAIN));
	if (forges_state(fake))
		account.balance.zat = FORGED_ZAT;
	switch (tag) {
	case ZN_STATE_ACCOUNT:
		zn_state_key_account(key, &fake->account);
		return zn_account_state_encode(out, most, &account);
	case ZN_STATE_CHANNEL:
		zn_state_key(key, tag, fake->channel_id.bytes, sizeof fake->channel_id.bytes);
		return zn_channel_encode(out, most, &channel);
	case ZN_STATE_PARAMS:
		zn_state_key(key, tag, NULL, 0);
		return zn_ledger_params_encode(out, most, &params);
	default:
		zn_state_key(key, ZN_STATE_SUPPLY, NULL, 0);
		return zn_supply_encode(out, most, &supply);
	}
}

static struct zn_tree *state_tree(const struct fake_ledger *fake, uint64_t height)
{
	static const enum zn_state_tag tags[] = {ZN_STATE_ACCOUNT, ZN_STATE_CHANNEL,
		ZN_STATE_PARAMS, ZN_STATE_SUPPLY};
	struct zn_tree *tree = zn_tree_create();
	uint8_t value[ZN_STATE_VALUE_BYTES_MAX];
	struct zn_hash key, hash;
	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
		size_t count = entry(fake, height, tags[i], value, &key);
		zn_sha256(&hash, value, count);
		assert_true(zn_tree_put(tree, &key, &hash));
	}
	for (uint32_t i = 0; i < 50; i++) { /* company, so that paths have a length */
		zn_sha256(&key, &i, sizeof i);
		assert_true(zn_tree_put(tree, &key, &key));
	}
	return tree;
}

/* --- blocks
 * --------------------------------------------------------------------------------------------- */

static void validators_at(struct zn_validator_set *out, const struct fake_ledger *fake,
	uint64_t height, bool strangers)
{
	out->count = PER_BLOCK;
	for (uint32_t i = 0; i < PER_BLOCK; i++) {
		struct zn_public_key key;
		zn_public_key_of(&key, &fake->keys[strangers ? STRANGER + i : height / 4 + i]);
		zn_validator_make(&out->list[i], &key, 10);
	}
}

static void vote_for(struct zn_light_block *block, const struct fake_ledger *fake,
	uint32_t signers_max, bool strangers)
{
	struct zn_commit *commit = &block->commit;
	uint64_t height = block->header.height;
	zn_header_hash(&commit->block.hash, &block->header);
	for (uint32_t i = 0; i < commit->votes_count; i++) {
		struct zn_commit_vote *vote = &commit->votes[i];
		struct zn_hash hash;
		zn_commit_vote_absent(vote);
		if (i >= signers_max)
			continue;
		vote->flag = ZN_VOTE_COMMIT;
		vote->time = (struct zn_block_time){block->header.time.s + 1, 120 + i};
		memcpy(vote->address, block->validators.list[i].address, sizeof vote->address);
		zn_vote_hash(&hash, &block->header.chain, height, commit->round, &commit->block,
			&vote->time);
		zn_sign(&vote->signature, &fake->keys[strangers ? STRANGER + i : height / 4 + i],
			&hash);
	}
}

static void honest_block(struct zn_light_block *out, const struct fake_ledger *fake,
	uint64_t height)
{
	struct zn_header *header = &out->header;
	struct zn_validator_set next;
	struct zn_hash root;
	struct fake_ledger honest = *fake;
	honest.lie = FAKE_HONEST;
	memset(out, 0, sizeof *out);
	header->block_version = ZN_BLOCK_VERSION;
	assert_true(zn_chain_id_make(&header->chain, FAKE_CHAIN));
	header->height = height;
	header->time = (struct zn_block_time){fake->begin_s + (int64_t)height, 500000000};
	validators_at(&out->validators, fake, height, false);
	validators_at(&next, fake, height + 1, false);
	zn_validators_hash(&header->validators_hash, &out->validators);
	zn_validators_hash(&header->next_validators_hash, &next);
	struct zn_tree *tree = state_tree(&honest, height - 1);
	zn_tree_root(&root, tree);
	zn_tree_destroy(tree);
	zn_app_hash_of_root(&header->app_hash, &root);
	zn_empty_hash(&header->data_hash);
	if (height > 1) {
		header->last_block.present = true;
		header->last_block.hash = fake_hash(fake, height - 1);
		header->last_block.parts_total = 1;
	}
	out->commit.height = height;
	out->commit.block.present = true;
	out->commit.block.parts_total = 1;
	out->commit.votes_count = PER_BLOCK;
	/* The fourth is absent from every other block. */
	vote_for(out, fake, height % 2 == 0 ? PER_BLOCK : PER_BLOCK - 1, false);
}

struct zn_hash fake_hash(const struct fake_ledger *fake, uint64_t height)
{
	/* Made once: a header needs all before it. */
	static struct zn_hash made[FAKE_HEIGHTS_MAX + 1];
	static uint64_t count;
	static int64_t of_begin_s;
	if (of_begin_s != fake->begin_s)
		count = 0;
	of_begin_s = fake->begin_s;
	while (count < height) {
		static struct zn_light_block block;
		uint64_t at = count + 1;
		assert_true(at <= FAKE_HEIGHTS_MAX);
		honest_block(&block, fake, at);
		zn_header_hash(&made[at], &block.header);
		count = at;
	}
	return made[height];
}

static void bend(struct zn_light_block *block, const struct fake_ledger *fake)
{
	struct zn_hash root;
	bool strangers = fake->lie == FAKE_STRANGERS;
	if (forges_state(fake)) {
		struct zn_tree *tree = state_tree(fake, block->header.height - 1);
		zn_tree_root(&root, tree);
		zn_tree_destroy(tree);
		zn_app_hash_of_root(&block->header.app_hash, &root);
	}
	if (strangers || fake->lie == FAKE_FOREIGN_SET)
		validators_at(&block->validators, fake, 0, true);
	if (strangers)
		zn_validators_hash(&block->header.validators_hash, &block->validators);
	if (strangers || fake->lie == FAKE_FEW)
		vote_for(block, fake, strangers ? PER_BLOCK : 2, strangers);
	if (fake->lie == FAKE_FUTURE) {
		block->header.time.s += 3600;
		vote_for(block, fake, PER_BLOCK, false);
	}
	if (fake->lie == FAKE_OTHER_CHAIN) {
		assert_true(zn_chain_id_make(&block->header.chain, "fake-2"));
		vote_for(block, fake, PER_BLOCK, false);
	}
	if (fake->lie == FAKE_FORGED_VOTE)
		block->commit.votes[0].signature.bytes[10] ^= 1;
}

/* --- JSON
 * ------------------------------------------------------------------------------------------------ */

static void add_hash(struct zn_json *object, const char *key, const struct zn_hash *hash)
{
	zn_json_add_hex_upper(object, key, hash->bytes, sizeof hash->bytes);
}

static void add_time(struct zn_json *object, const char *key, const struct zn_block_time *time)
{
	char text[64], fraction[16] = "";
	time_t s = (time_t)time->s;
	struct tm parts;
	gmtime_r(&s, &parts);
	if (time->ns != 0)
		snprintf(fraction, sizeof fraction, ".%09u", time->ns);
	snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", parts.tm_year + 1900,
		parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
		fraction);
	zn_json_add_string(object, key, text);
}

static struct zn_json *block_id_json(const struct zn_block_id *id)
{
	struct zn_json *out = zn_json_object_create(), *parts = zn_json_object_create();
	if (id->present) {
		add_hash(out, "hash", &id->hash);
		add_hash(parts, "hash", &id->parts_hash);
	} else {
		zn_json_add_string(out, "hash", "");
		zn_json_add_string(parts, "hash", "");
	}
	zn_json_add_number(parts, "total", id->parts_total);
	zn_json_add(out, "parts", parts);
	return out;
}

static struct zn_json *header_json(const struct zn_header *header)
{
	struct zn_json *out = zn_json_object_create(), *version = zn_json_object_create();
	zn_json_add_u64_text(version, "block", header->block_version);
	zn_json_add(out, "version", version);
	zn_json_add_string(out, "chain_id", header->chain.text);
	zn_json_add_u64_text(out, "height", header->height);
	add_time(out, "time", &header->time);
	zn_json_add(out, "last_block_id", block_id_json(&header->last_block));
	add_hash(out, "last_commit_hash", &header->last_commit_hash);
	add_hash(out, "data_hash", &header->data_hash);
	add_hash(out, "validators_hash", &header->validators_hash);
	add_hash(out, "next_validators_hash", &header->next_validators_hash);
	add_hash(out, "consensus_hash", &header->consensus_hash);
	zn_json_add_hex_upper(out, "app_hash", header->app_hash.bytes, header->app_hash.count);
	add_hash(out, "last_results_hash", &header->last_results_hash);
	add_hash(out, "evidence_hash", &header->evidence_hash);
	zn_json_add_hex_upper(out, "proposer_address", header->proposer, sizeof header->proposer);
	return out;
}

static struct zn_json *commit_json(const struct zn_commit *commit)
{
	struct zn_json *out = zn_json_object_create(), *votes = zn_json_array_create();
	zn_json_add_u64_text(out, "height", commit->height);
	zn_json_add_number(out, "round", commit->round);
	zn_json_add(out, "block_id", block_id_json(&commit->block));
	for (uint32_t i = 0; i < commit->votes_count; i++) {
		const struct zn_commit_vote *vote = &commit->votes[i];
		struct zn_json *one = zn_json_object_create();
		zn_json_add_number(one, "block_id_flag", vote->flag);
		if (vote->flag == ZN_VOTE_ABSENT) {
			zn_json_add_string(one, "validator_address", "");
			zn_json_add_string(one, "timestamp", "0001-01-01T00:00:00Z");
		} else {
			zn_json_add_hex_upper(one, "validator_address", vote->address,
				sizeof vote->address);
			add_time(one, "timestamp", &vote->time);
			zn_json_add_base64(one, "signature", vote->signature.bytes,
				sizeof vote->signature.bytes);
		}
		zn_json_add(votes, NULL, one);
	}
	zn_json_add(out, "signatures", votes);
	return out;
}

static struct zn_json *validators_json(const struct zn_validator_set *set, uint64_t height)
{
	struct zn_json *out = zn_json_object_create(), *list = zn_json_array_create();
	zn_json_add_u64_text(out, "block_height", height);
	for (uint32_t i = 0; i < set->count; i++) {
		struct zn_json *one = zn_json_object_create(), *key = zn_json_object_create();
		zn_json_add_hex_upper(one, "address", set->list[i].address,
			sizeof set->list[i].address);
		zn_json_add_string(key, "type", "tendermint/PubKeySecp256k1");
		zn_json_add_base64(key, "value", set->list[i].key.bytes,
			sizeof set->list[i].key.bytes);
		zn_json_add(one, "pub_key", key);
		zn_json_add_u64_text(one, "voting_power", set->list[i].power);
		zn_json_add_string(one, "proposer_priority", "-5");
		zn_json_add(list, NULL, one);
	}
	zn_json_add(out, "validators", list);
	zn_json_add_u64_text(out, "count", set->count);
	zn_json_add_u64_text(out, "total", set->count);
	return out;
}

/* --- answers
 * --------------------------------------------------------------------------------------------- */

static struct zn_json *answer_status(struct fake_ledger *fake)
{
	struct zn_json *out = zn_json_object_create(), *info = zn_json_object_create(),
		       *sync = zn_json_object_create();
	struct zn_block_time time = {fake->begin_s + (int64_t)fake->height, 0};
	struct zn_hash none = {{0}};
	zn_json_add_string(info, "network", fake->lie == FAKE_OTHER_CHAIN ? "fake-2" : FAKE_CHAIN);
	zn_json_add_u64_text(sync, "latest_block_height", fake->height);
	add_time(sync, "latest_block_time", &time);
	add_hash(sync, "latest_app_hash", &none);
	zn_json_add(out, "node_info", info);
	zn_json_add(out, "sync_info", sync);
	return out;
}

static struct zn_json *answer_block(struct fake_ledger *fake, const char *method, uint64_t height)
{
	static struct zn_light_block block;
	if (height == 0 || height > fake->height || fake->lie == FAKE_WITHHELD)
		return NULL;
	honest_block(&block, fake,
		fake->lie == FAKE_OLD_HEADER && strcmp(method, "commit") == 0 ? height - 1
									      : height);
	bend(&block, fake);
	if (strcmp(method, "validators") == 0)
		return validators_json(&block.validators, height);
	struct zn_json *out = zn_json_object_create(), *both = zn_json_object_create();
	zn_json_add(both, "header", header_json(&block.header));
	zn_json_add(both, "commit", commit_json(&block.commit));
	zn_json_add(out, "signed_header", both);
	zn_json_add_bool(out, "canonical", true);
	return out;
}

static void proof_add(struct zn_json *response, const struct fake_ledger *fake,
	struct zn_tree_proof *proof, const struct zn_hash *key)
{
	static uint8_t bytes[ZN_STATE_PROOF_BYTES_MAX];
	struct zn_json *ops = zn_json_array_create(), *op = zn_json_object_create(),
		       *wrapped = zn_json_object_create();
	if (fake->lie == FAKE_PROOF)
		proof->siblings[0].bytes[5] ^= 1;
	if (fake->lie == FAKE_ABSENT)
		*proof = (struct zn_tree_proof){.occupied = false};
	struct zn_codec writer = zn_codec_writer(bytes, sizeof bytes);
	zn_state_proof_code(&writer, proof);
	assert_true(zn_codec_done(&writer));
	zn_json_add_string(op, "type", ZN_STATE_PROOF_OP);
	zn_json_add_base64(op, "key", key->bytes, sizeof key->bytes);
	zn_json_add_base64(op, "data", bytes, writer.used - (fake->lie == FAKE_PROOF_CUT));
	zn_json_add(ops, NULL, op);
	zn_json_add(wrapped, "ops", ops);
	zn_json_add(response, "proofOps", wrapped);
}

static struct zn_json *answer_query(struct fake_ledger *fake, const struct zn_json *params)
{
	struct zn_json *out = zn_json_object_create(), *response = zn_json_object_create();
	static struct zn_tree_proof proof;
	uint8_t value[ZN_STATE_VALUE_BYTES_MAX];
	struct zn_hash key;
	const char *path, *data;
	uint8_t id[32];
	uint64_t state = fake->height - 1;
	if (fake->lie == FAKE_OLD_STATE)
		state = fake->height - 8;
	assert_true(zn_json_string(&path, zn_json_get(params, "path")));
	assert_true(zn_json_string(&data, zn_json_get(params, "data")));
	size_t id_bytes = strlen(data) / 2;
	assert_true(id_bytes <= sizeof id && zn_hex_read(id, id_bytes, data));
	enum zn_state_tag tag = strcmp(path, "/account") == 0   ? ZN_STATE_ACCOUNT
				: strcmp(path, "/channel") == 0 ? ZN_STATE_CHANNEL
				: strcmp(path, "/params") == 0  ? ZN_STATE_PARAMS
								: ZN_STATE_SUPPLY;
	size_t count = entry(fake, state, tag, value, &key);
	struct zn_hash asked;
	zn_state_key(&asked, tag, id, id_bytes);
	bool there = zn_hash_equal(&asked, &key) || fake->lie == FAKE_PRESENT;
	struct zn_tree *tree = state_tree(fake, state);
	if (fake->lie == FAKE_PROOF_OTHER)
		zn_state_key(&asked, ZN_STATE_SUPPLY, NULL, 0);
	zn_tree_prove(&proof, tree, &asked);
	zn_tree_destroy(tree);
	if (fake->lie == FAKE_VALUE)
		value[count - 9] ^= 1; /* in the balance */
	if (fake->lie == FAKE_ABSENT)
		there = false;
	zn_json_add_number(response, "code", there ? 0 : 1);
	if (fake->lie == FAKE_JSON_TYPES)
		zn_json_add(response, "height", zn_json_array_create());
	else
		zn_json_add_u64_text(response, "height", state);
	if (there)
		zn_json_add_base64(response, "value", value, count);
	if (fake->lie != FAKE_PROOF_NONE)
		proof_add(response, fake, &proof, &asked);
	zn_json_add(out, "response", response);
	return out;
}

static struct zn_json *answer_broadcast(struct fake_ledger *fake, const struct zn_json *params)
{
	struct zn_json *out = zn_json_object_create();
	uint8_t *tx;
	assert_true(zn_json_base64(&tx, &fake->tx_bytes, zn_json_get(params, "tx")));
	assert_true(fake->tx_bytes <= sizeof fake->tx);
	memcpy(fake->tx, tx, fake->tx_bytes);
	free(tx);
	zn_json_add_number(out, "code", 0);
	return out;
}

static struct zn_json *answer_tx(struct fake_ledger *fake)
{
	struct zn_json *out = zn_json_object_create(), *result = zn_json_object_create();
	zn_json_add_u64_text(out, "height", fake->height - 1);
	zn_json_add_number(result, "code", 0);
	zn_json_add(out, "tx_result", result);
	zn_json_add_base64(out, "tx", fake->tx, fake->tx_bytes);
	return out;
}

static struct zn_json *answer(struct fake_ledger *fake, const char *method,
	const struct zn_json *params)
{
	uint64_t height = 0;
	if (strcmp(method, "status") == 0)
		return answer_status(fake);
	if (strcmp(method, "abci_query") == 0)
		return answer_query(fake, params);
	if (strcmp(method, "broadcast_tx_sync") == 0)
		return answer_broadcast(fake, params);
	if (strcmp(method, "tx") == 0)
		return answer_tx(fake);
	assert_true(zn_json_u64(&height, zn_json_get(params, "height")));
	return answer_block(fake, method, height);
}

static void reply_bent(struct fake_ledger *fake, struct zn_http_exchange *exchange, char *text)
{
	size_t count = strlen(text);
	size_t most = fake->lie == FAKE_JSON_HUGE ? ZN_RPC_ANSWER_BYTES_MAX + 1 : 100000;
	char *bent = malloc(most + count);
	assert_non_null(bent);
	memset(bent, fake->lie == FAKE_JSON_HUGE ? ' ' : '[', most);
	if (fake->lie == FAKE_JSON_HUGE) {
		memcpy(bent + most, text, count);
		zn_http_reply(exchange, 200, "application/json", bent, most + count);
	} else if (fake->lie == FAKE_JSON_DEEP) {
		zn_http_reply(exchange, 200, "application/json", bent, most);
	} else if (fake->lie == FAKE_NO_JSON) {
		zn_http_reply(exchange, 200, "text/html", "<html>welcome</html>", 20);
	} else {
		if (fake->lie == FAKE_JSON_CUT)
			count = count / 2;
		zn_http_reply(exchange, 200, "application/json", text, count);
	}
	free(bent);
}

static void on_request(void *user, struct zn_http_exchange *exchange)
{
	struct fake_ledger *fake = user;
	size_t count;
	const uint8_t *body = zn_http_exchange_body(exchange, &count);
	struct zn_json *root = zn_json_parse("request", (const char *)body, count, NULL);
	struct zn_json *out = zn_json_object_create(), *result;
	const char *method;
	fake->asked++;
	assert_non_null(root);
	assert_true(zn_json_string(&method, zn_json_get(root, "method")));
	result = answer(fake, method, zn_json_get(root, "params"));
	if (result != NULL) {
		zn_json_add(out, "result", result);
	} else {
		struct zn_json *error = zn_json_object_create();
		zn_json_add_string(error, "data", "height must be less than or equal to the head");
		zn_json_add(out, "error", error);
	}
	char *text = zn_json_print(out, false);
	assert_non_null(text);
	reply_bent(fake, exchange, text);
	free(text);
	zn_json_destroy(out);
	zn_json_destroy(root);
}

static void nobody_gone(void *user, struct zn_http_exchange *exchange)
{
	(void)user;
	(void)exchange;
}

static size_t body_limit(void *user, const char *method, const char *path)
{
	(void)user;
	(void)method;
	(void)path;
	return 65536;
}

void fake_start(struct fake_ledger *fake, struct zn_loop *loop)
{
	struct zn_http_server_options options = {.address = "127.0.0.1",
		.connections_max = 64,
		.idle_s = 60,
		.handler = on_request,
		.gone = nobody_gone,
		.body_limit = body_limit,
		.user = fake};
	struct zn_public_key key;
	memset(fake, 0, sizeof *fake);
	for (uint8_t i = 0; i < 32; i++) {
		uint8_t entropy[32];
		memset(entropy, i + 1, sizeof entropy);
		assert_true(zn_secret_key_make(&fake->keys[i], entropy));
	}
	fake->account_key = fake->keys[31];
	zn_public_key_of(&key, &fake->account_key);
	zn_account_of(&fake->account, &key);
	zn_sha256(&fake->channel_id, "channel", 7);
	fake->height = 12;
	fake->begin_s = (int64_t)zn_clock_wall_s() - FAKE_HEIGHTS_MAX - 10;
	assert_int_equal(zn_http_server_create(&fake->server, loop, &options), ZN_ERR_OK);
	snprintf(fake->url, sizeof fake->url, "http://127.0.0.1:%u",
		zn_http_server_port(fake->server));
}

void fake_stop(struct fake_ledger *fake)
{
	zn_http_server_destroy(fake->server);
}
