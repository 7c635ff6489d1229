#include "chain/node/application.h"

#include "core/assert.h"

#include <stdlib.h>
#include <string.h>

struct zn_application {
	struct zn_node_store *store;
	struct zn_ledger *ledger;
	struct zn_node_head head;
	struct zn_overlay *pending; /* what was checked since the last commit */
	struct zn_ledger_view pending_view;
	struct zn_transaction decoded; /* scratch */
};

static bool begin(struct zn_node_store *store, struct zn_node_head *head,
	const struct zn_genesis *genesis, struct zn_complaint *complaint)
{
	struct zn_overlay *state = zn_overlay_create(zn_node_store_view(store));
	ZN_ASSERT(state != NULL);
	zn_genesis_apply(state, genesis);
	*head = (struct zn_node_head){.chain = genesis->chain, .time_s = genesis->time_s};
	zn_genesis_hash(&head->genesis_hash, genesis);
	/* The root is known only from a scan; so the state is written first, the root with it then,
	 * as one commit: a memory store computes it. */
	struct zn_memory_store *memory = zn_memory_store_create();
	struct zn_ledger *ledger;
	zn_memory_store_commit(memory, state);
	enum zn_ledger_fault fault =
		zn_ledger_create(&ledger, zn_memory_store_view(memory), 0, genesis->time_s);
	ZN_ASSERT(fault == ZN_LEDGER_SOUND);
	zn_ledger_app_hash(&head->app_hash, ledger);
	zn_ledger_destroy(ledger);
	zn_memory_store_destroy(memory);
	enum zn_err err = zn_node_store_block(store, head, state, NULL);
	zn_overlay_destroy(state);
	if (err == ZN_ERR_OK)
		return true;
	return zn_complain(complaint, "the ledger cannot be begun: %s", zn_err_sentence(err));
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
	zn_application_check_restart(application, head->time_s);
	return true;
}

bool zn_application_open(struct zn_application **out, struct zn_node_store *store,
	const struct zn_genesis *genesis, struct zn_complaint *complaint)
{
	struct zn_application *application = calloc(1, sizeof *application);
	ZN_ASSERT(application != NULL);
	*out = NULL;
	application->store = store;
	enum zn_err err = zn_node_store_head(&application->head, store);
	bool open = false;
	if (err == ZN_ERR_NOT_FOUND && genesis == NULL)
		zn_complain(complaint, "there is no ledger here yet and no genesis file was given; "
				       "use --genesis FILE, or --solo to begin one");
	else if (err == ZN_ERR_NOT_FOUND)
		open = begin(store, &application->head, genesis, complaint);
	else if (err != ZN_ERR_OK)
		zn_complain(complaint, "the stored ledger cannot be read: %s",
			zn_err_sentence(err));
	else
		open = genesis == NULL || genesis_matches(&application->head, genesis, complaint);
	if (open && load(application, complaint)) {
		*out = application;
		return true;
	}
	zn_application_close(application);
	return false;
}

void zn_application_close(struct zn_application *application)
{
	if (application == NULL)
		return;
	zn_overlay_destroy(application->pending);
	zn_ledger_destroy(application->ledger);
	free(application);
}

const struct zn_node_head *zn_application_head(const struct zn_application *application)
{
	return &application->head;
}

const struct zn_ledger_params *zn_application_params(const struct zn_application *application)
{
	return zn_ledger_params(application->ledger);
}

void zn_application_check_restart(struct zn_application *application, uint64_t now_s)
{
	zn_overlay_clear(application->pending);
	zn_ledger_view_next(&application->pending_view, application->ledger, application->pending,
		now_s);
}

enum zn_ledger_refusal zn_application_check(struct zn_application *application,
	const uint8_t *bytes, size_t count, bool signature_known, uint64_t now_s)
{
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

void zn_application_prepare(struct zn_application *application, bool take[],
	const struct zn_block_tx *txs, size_t txs_count, uint64_t time_s)
{
	struct zn_ledger_view view;
	size_t left = ZN_BLOCK_BYTES_MAX, taken = 0;
	size_t ordinary_left = left - left / ZN_SETTLE_SHARE;
	struct zn_overlay *scratch = zn_overlay_create(zn_node_store_view(application->store));
	ZN_ASSERT(scratch != NULL);
	zn_ledger_view_next(&view, application->ledger, scratch, time_s);
	for (size_t i = 0; i < txs_count; i++) {
		bool settles = zn_application_settles(txs[i].bytes, txs[i].count);
		size_t room = settles || left < ordinary_left ? left : ordinary_left;
		take[i] = txs[i].count <= room && taken < ZN_BLOCK_TXS_MAX &&
			  zn_ledger_execute_bytes(&view, &application->decoded, txs[i].bytes,
				  txs[i].count, txs[i].signature_known) == ZN_LEDGER_OK;
		if (!take[i])
			continue;
		taken++;
		left -= txs[i].count;
		if (!settles)
			ordinary_left -= txs[i].count;
	}
	zn_overlay_destroy(scratch);
}

void zn_application_finalize(struct zn_application *application, enum zn_ledger_refusal results[],
	const struct zn_block *block)
{
	zn_ledger_finalize(application->ledger, results, block);
}

enum zn_err zn_application_commit(struct zn_application *application,
	const struct zn_node_block *block)
{
	struct zn_node_head *head = &application->head;
	head->height = zn_ledger_height(application->ledger);
	head->time_s = zn_ledger_time_s(application->ledger);
	zn_ledger_app_hash(&head->app_hash, application->ledger);
	zn_block_header_hash(&head->block_hash, &head->chain, &block->header);
	enum zn_err err = zn_node_store_block(application->store, head,
		zn_ledger_changes(application->ledger), block);
	if (err == ZN_ERR_OK)
		zn_ledger_commit(application->ledger);
	return err;
}

/* --- queries
 * -------------------------------------------------------------------------------------- */

struct asked {
	const struct zn_application *application;
	struct zn_query_answer *out;
	struct zn_codec data; /* reading */
};

static void bad(struct zn_query_answer *out, const char *log)
{
	out->code = ZN_QUERY_BAD;
	out->log = log;
}

/* One entry of the state, if the data were read to their end. */
static void entry(struct asked *asked, const struct zn_hash *key)
{
	static struct zn_state_value value;
	const struct zn_store *store = zn_node_store_view(asked->application->store);
	if (!zn_codec_done(&asked->data)) {
		bad(asked->out, "the query's data are not what this path asks for");
		return;
	}
	asked->out->key = *key;
	if (!store->get(store->user, &value, key)) {
		asked->out->code = ZN_QUERY_NOT_FOUND;
		asked->out->log = "there is no such entry";
		return;
	}
	asked->out->bytes = value.bytes;
	memcpy(asked->out->value, value.data, value.bytes);
}

static void entry_of_id(struct asked *asked, enum zn_state_tag tag)
{
	struct zn_hash id, key;
	zn_codec_hash(&asked->data, &id);
	zn_state_key(&key, tag, id.bytes, sizeof id.bytes);
	entry(asked, &key);
}

static void entry_of_tag(struct asked *asked, enum zn_state_tag tag)
{
	struct zn_hash key;
	zn_state_key(&key, tag, NULL, 0);
	entry(asked, &key);
}

static void query_account(struct asked *asked)
{
	struct zn_account account;
	struct zn_hash key;
	zn_codec_account(&asked->data, &account);
	zn_state_key_account(&key, &account);
	entry(asked, &key);
}

static void query_channel(struct asked *asked)
{
	entry_of_id(asked, ZN_STATE_CHANNEL);
}

static void query_job(struct asked *asked)
{
	entry_of_id(asked, ZN_STATE_JOB);
}

static void query_supply(struct asked *asked)
{
	entry_of_tag(asked, ZN_STATE_SUPPLY);
}

static void query_params(struct asked *asked)
{
	entry_of_tag(asked, ZN_STATE_PARAMS);
}

static const char page_sentence[] =
	"the query's data or its cursor are not what this path asks for";

static void query_jobs(struct asked *asked)
{
	static struct zn_job_page page;
	struct zn_jobs_query query;
	zn_jobs_query_code(&asked->data, &query);
	if (!zn_codec_done(&asked->data) || !zn_node_store_jobs(&page, asked->application->store,
						    &query, asked->application->head.time_s))
		bad(asked->out, page_sentence);
	else
		asked->out->bytes =
			zn_job_page_encode(asked->out->value, sizeof asked->out->value, &page);
}

static void query_channels(struct asked *asked)
{
	static struct zn_channel_page page;
	struct zn_channels_query query;
	zn_channels_query_code(&asked->data, &query);
	if (!zn_codec_done(&asked->data) ||
		!zn_node_store_channels(&page, asked->application->store, &query))
		bad(asked->out, page_sentence);
	else
		asked->out->bytes =
			zn_channel_page_encode(asked->out->value, sizeof asked->out->value, &page);
}

static void query_history(struct asked *asked)
{
	static struct zn_history_page page;
	struct zn_history_query query;
	zn_history_query_code(&asked->data, &query);
	if (!zn_codec_done(&asked->data) ||
		!zn_node_store_history(&page, asked->application->store, &query))
		bad(asked->out, page_sentence);
	else
		asked->out->bytes =
			zn_history_page_encode(asked->out->value, sizeof asked->out->value, &page);
}

void zn_application_query(struct zn_query_answer *out, const struct zn_application *application,
	const char *path, const uint8_t *data, size_t count)
{
	static const struct {
		const char *path;
		void (*query)(struct asked *asked);
	} paths[] = {{"/account", query_account}, {"/channel", query_channel}, {"/job", query_job},
		{"/jobs", query_jobs}, {"/channels", query_channels}, {"/history", query_history},
		{"/supply", query_supply}, {"/params", query_params}};
	struct asked asked = {application, out, zn_codec_reader(data, count)};
	out->code = 0;
	out->log = "";
	out->bytes = 0;
	out->height = application->head.height;
	memset(&out->key, 0, sizeof out->key);
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (strcmp(path, paths[i].path) == 0) {
			paths[i].query(&asked);
			return;
		}
	bad(out, "unknown path; known are /account /channel /job /jobs /channels /history /supply "
		 "/params");
}
