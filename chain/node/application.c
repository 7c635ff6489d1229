#include "chain/node/application.h"

#include "chain/node/application_inside.h"
#include "chain/node/signatures.h"
#include "core/assert.h"

#include <stdlib.h>
#include <string.h>

/* CometBFT counts a transaction in a block with its protobuf tag and length. */
#define FRAME_BYTES 3

static void step(struct zn_application *application, enum zn_abci_call call)
{
	zn_abci_order_step(&application->order, call, application->head.height);
}

/* --- the handshake ---------------------------------------------------------------------------- */

static bool begin(struct zn_application *application, const struct zn_genesis *genesis,
	struct zn_complaint *complaint)
{
	struct zn_node_head *head = &application->head;
	struct zn_overlay *state = zn_overlay_create(zn_node_store_view(application->store));
	ZN_ASSERT(state != NULL);
	zn_genesis_apply(state, genesis);
	*head = (struct zn_node_head){.chain = genesis->chain, .time_s = genesis->time_s};
	zn_block_mark_genesis(&head->mark, genesis->time_s);
	zn_genesis_hash(&head->genesis_hash, genesis);
	/* The root is known only from a scan; so a memory store computes it, and state and root are
	 * written as one. */
	struct zn_memory_store *memory = zn_memory_store_create();
	struct zn_ledger *ledger;
	zn_memory_store_commit(memory, state);
	enum zn_ledger_fault fault =
		zn_ledger_create(&ledger, zn_memory_store_view(memory), 0, genesis->time_s);
	ZN_ASSERT(fault == ZN_LEDGER_SOUND);
	zn_ledger_app_hash(&head->app_hash, ledger);
	zn_ledger_destroy(ledger);
	zn_memory_store_destroy(memory);
	enum zn_err err = zn_node_store_block(application->store, head, state, NULL);
	zn_overlay_destroy(state);
	application->begun = err == ZN_ERR_OK;
	return application->begun ||
	       zn_complain(complaint, "the ledger cannot be begun: %s", zn_err_sentence(err));
}

static bool genesis_matches(const struct zn_node_head *head, const struct zn_genesis *genesis,
	struct zn_complaint *complaint)
{
	struct zn_hash hash;
	zn_genesis_hash(&hash, genesis);
	if (strcmp(genesis->chain.text, head->chain.text) != 0)
		return zn_complain(complaint,
			"this home holds the ledger %s, the genesis file is for %s; "
			"give another --home or another --genesis",
			head->chain.text, genesis->chain.text);
	if (!zn_hash_equal(&hash, &head->genesis_hash))
		return zn_complain(complaint,
			"this home holds a ledger %s that began with another genesis; "
			"give another --home, or the genesis file it was begun with",
			head->chain.text);
	return true;
}

static bool load(struct zn_application *application, struct zn_complaint *complaint)
{
	struct zn_node_head *head = &application->head;
	struct zn_hash app_hash;
	enum zn_ledger_fault fault = zn_ledger_create(&application->ledger,
		zn_node_store_view(application->store), head->height, head->time_s);
	if (fault != ZN_LEDGER_SOUND)
		return zn_complain(complaint,
			"the stored ledger is damaged: %s; restore the home "
			"from a copy",
			zn_ledger_fault_sentence(fault));
	zn_ledger_app_hash(&app_hash, application->ledger);
	if (!zn_hash_equal(&app_hash, &head->app_hash))
		return zn_complain(complaint,
			"the stored ledger is damaged: its state is not the one "
			"of block %llu; restore the home from a copy",
			(unsigned long long)head->height);
	application->pending = zn_overlay_create(zn_node_store_view(application->store));
	ZN_ASSERT(application->pending != NULL);
	zn_overlay_clear(application->pending);
	zn_ledger_view_next(&application->pending_view, application->ledger, application->pending,
		head->time_s);
	return true;
}

void zn_application_info(struct zn_application_info *out, struct zn_application *application)
{
	step(application, ZN_ABCI_INFO);
	*out = (struct zn_application_info){.data = "xencoin",
		.version = "1",
		.app_version = 1,
		.last_height = application->head.height,
		.last_app_hash = application->head.app_hash};
}

bool zn_application_init_chain(struct zn_hash *app_hash, struct zn_application *application,
	const struct zn_genesis *genesis, struct zn_complaint *complaint)
{
	step(application, ZN_ABCI_INIT_CHAIN);
	if (!application->begun && !begin(application, genesis, complaint))
		return false;
	if (!genesis_matches(&application->head, genesis, complaint) ||
		!load(application, complaint))
		return false;
	*app_hash = application->head.app_hash;
	return true;
}

static bool handshake(struct zn_application *application, const struct zn_genesis *genesis,
	struct zn_complaint *complaint)
{
	struct zn_application_info info;
	struct zn_hash app_hash;
	zn_application_info(&info, application);
	if (info.last_height == 0 && genesis != NULL)
		return zn_application_init_chain(&app_hash, application, genesis, complaint);
	if (!application->begun)
		return zn_complain(complaint,
			"there is no ledger here yet and no genesis file was given; "
			"use --genesis FILE, or --solo to begin one");
	if (genesis != NULL && !genesis_matches(&application->head, genesis, complaint))
		return false;
	if (info.last_height == 0) /* begun, and no block yet: what is stored is its genesis */
		step(application, ZN_ABCI_INIT_CHAIN);
	return load(application, complaint);
}

bool zn_application_open(struct zn_application **out, struct zn_node_store *store,
	const struct zn_genesis *genesis, struct zn_complaint *complaint)
{
	struct zn_application *application = calloc(1, sizeof *application);
	ZN_ASSERT(application != NULL);
	application->txs = calloc(ZN_BLOCK_TXS_MAX, sizeof *application->txs);
	ZN_ASSERT(application->txs != NULL);
	*out = NULL;
	application->store = store;
	enum zn_err err = zn_node_store_head(&application->head, store);
	application->begun = err == ZN_ERR_OK;
	bool open = false;
	if (err == ZN_ERR_UNSUPPORTED)
		zn_complain(complaint,
			"the ledger in this home was made by another version of xencoind, which "
			"kept it in another form; run that version, or give another --home");
	else if (err != ZN_ERR_OK && err != ZN_ERR_NOT_FOUND)
		zn_complain(complaint, "the stored ledger cannot be read: %s",
			zn_err_sentence(err));
	else
		open = handshake(application, genesis, complaint);
	if (!open) {
		zn_application_close(application);
		return false;
	}
	*out = application;
	return true;
}

void zn_application_close(struct zn_application *application)
{
	if (application == NULL)
		return;
	zn_overlay_destroy(application->pending);
	zn_ledger_destroy(application->ledger);
	free(application->txs);
	free(application);
}

void zn_application_pool_set(struct zn_application *application, struct zn_loop *loop)
{
	application->loop = loop;
}

const struct zn_node_head *zn_application_head(const struct zn_application *application)
{
	return &application->head;
}

const struct zn_ledger_params *zn_application_params(const struct zn_application *application)
{
	return zn_ledger_params(application->ledger);
}

unsigned int zn_application_snapshots(struct zn_application *application)
{
	step(application, ZN_ABCI_SNAPSHOT);
	return 0;
}

/* --- the mempool ------------------------------------------------------------------------------ */

void zn_application_check_restart(struct zn_application *application, uint64_t now_s)
{
	step(application, ZN_ABCI_CHECK_TX);
	zn_overlay_clear(application->pending);
	zn_ledger_view_next(&application->pending_view, application->ledger, application->pending,
		now_s);
}

enum zn_ledger_refusal zn_application_check(struct zn_application *application,
	const uint8_t *bytes, size_t count, bool signature_known, uint64_t now_s)
{
	step(application, ZN_ABCI_CHECK_TX);
	if (now_s > application->pending_view.time_s)
		application->pending_view.time_s = now_s;
	return zn_ledger_execute_bytes(&application->pending_view, &application->decoded, bytes,
		count, signature_known);
}

bool zn_application_settles(const uint8_t *bytes, size_t count)
{
	/* type, version, sender, nonce, valid-until, fee, then the kind */
	const size_t kind_at = 2 + 33 + 8 + 8 + 8;
	return count > kind_at && (bytes[kind_at] == ZN_TX_REDEEM || bytes[kind_at] == ZN_TX_CLOSE);
}

/* --- a block ---------------------------------------------------------------------------------- */

void zn_application_prepare(struct zn_application *application, bool take[],
	const struct zn_block_tx *txs, size_t txs_count, uint64_t bytes_max, uint64_t time_s)
{
	struct zn_ledger_view view;
	uint64_t left = bytes_max < ZN_BLOCK_BYTES_MAX ? bytes_max : ZN_BLOCK_BYTES_MAX;
	uint64_t ordinary_left = left - left / ZN_SETTLE_SHARE;
	size_t taken = 0;
	step(application, ZN_ABCI_PREPARE_PROPOSAL);
	struct zn_overlay *scratch = zn_overlay_create(zn_node_store_view(application->store));
	ZN_ASSERT(scratch != NULL);
	zn_ledger_view_next(&view, application->ledger, scratch, time_s);
	for (size_t i = 0; i < txs_count; i++) {
		bool settles = zn_application_settles(txs[i].bytes, txs[i].count);
		uint64_t room = settles || left < ordinary_left ? left : ordinary_left;
		take[i] = txs[i].count + FRAME_BYTES <= room && taken < ZN_BLOCK_TXS_MAX &&
			  zn_ledger_execute_bytes(&view, &application->decoded, txs[i].bytes,
				  txs[i].count, txs[i].signature_known) == ZN_LEDGER_OK;
		if (!take[i])
			continue;
		taken++;
		left -= txs[i].count + FRAME_BYTES;
		if (!settles)
			ordinary_left -= txs[i].count + FRAME_BYTES;
	}
	zn_overlay_destroy(scratch);
}

bool zn_application_process(struct zn_application *application, const struct zn_block *block)
{
	uint64_t all = 0, ordinary = 0;
	step(application, ZN_ABCI_PROCESS_PROPOSAL);
	if (block->txs_count > ZN_BLOCK_TXS_MAX)
		return false;
	for (size_t i = 0; i < block->txs_count; i++) {
		const struct zn_block_tx *tx = &block->txs[i];
		if (!zn_transaction_decode(&application->decoded, tx->bytes, tx->count))
			return false;
		all += tx->count + FRAME_BYTES;
		if (!zn_application_settles(tx->bytes, tx->count))
			ordinary += tx->count + FRAME_BYTES;
	}
	return all <= ZN_BLOCK_BYTES_MAX &&
	       ordinary <= ZN_BLOCK_BYTES_MAX - ZN_BLOCK_BYTES_MAX / ZN_SETTLE_SHARE;
}

void zn_application_finalize(struct zn_application *application, enum zn_ledger_refusal results[],
	const struct zn_block *block, struct zn_hash *app_hash)
{
	struct zn_block work = *block;
	step(application, ZN_ABCI_FINALIZE_BLOCK);
	ZN_ASSERT(block->txs_count <= ZN_BLOCK_TXS_MAX);
	if (block->txs_count > 0)
		memcpy(application->txs, block->txs, block->txs_count * sizeof *block->txs);
	work.txs = application->txs;
	zn_signatures_check(application->txs, block->txs_count,
		&zn_ledger_params(application->ledger)->chain, application->loop);
	zn_ledger_finalize(application->ledger, results, &work);
	zn_ledger_app_hash(app_hash, application->ledger);
}

enum zn_err zn_application_commit(struct zn_application *application,
	const struct zn_node_block *block, const struct zn_block_mark *mark)
{
	struct zn_node_head *head = &application->head;
	step(application, ZN_ABCI_COMMIT);
	head->height = zn_ledger_height(application->ledger);
	head->time_s = zn_ledger_time_s(application->ledger);
	zn_ledger_app_hash(&head->app_hash, application->ledger);
	head->mark = *mark;
	enum zn_err err = zn_node_store_block(application->store, head,
		zn_ledger_changes(application->ledger), block);
	if (err == ZN_ERR_OK)
		zn_ledger_commit(application->ledger);
	return err;
}
