/* chain/node/query.c - ABCI's Query: entries of the state, with proofs if wanted, and lists. */
#include "chain/node/application_inside.h"

#include "core/assert.h"

#include <string.h>

struct asked {
	const struct zn_application *application;
	const struct zn_query *query;
	struct zn_query_answer *out;
	struct zn_codec data; /* reading */
};

static void bad(struct zn_query_answer *out, const char *log)
{
	out->code = ZN_QUERY_BAD;
	out->log = log;
}

uint64_t zn_application_provable(const struct zn_application *application)
{
	return application->head.height == 0 ? 0 : application->head.height - 1;
}

/* What is there with its proof, against the app hash of the header after it. */
static bool proven(struct asked *asked, const struct zn_hash *key, struct zn_state_value *value)
{
	uint64_t newest = zn_application_provable(asked->application);
	uint64_t height = asked->query->height == 0 ? newest : asked->query->height;
	bool present = false;
	asked->out->height = height;
	asked->out->proven = asked->application->head.height > 0 && height <= newest &&
			     zn_ledger_prove(&asked->out->proof, &present, value,
				     asked->application->ledger, key, height);
	if (asked->out->proven)
		return present;
	asked->out->code = ZN_QUERY_NO_PROOF;
	asked->out->log = height > newest || asked->application->head.height == 0
				  ? "no header commits to that height's state yet"
				  : "that height's state is not kept any more";
	return false;
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
	bool present = asked->query->prove ? proven(asked, key, &value)
					   : store->get(store->user, &value, key);
	if (!present) {
		if (asked->out->code == 0)
			asked->out->log = "there is no such entry";
		if (asked->out->code == 0)
			asked->out->code = ZN_QUERY_NOT_FOUND;
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

static void query_bond(struct asked *asked)
{
	struct zn_account account;
	struct zn_hash key;
	zn_codec_account(&asked->data, &account);
	zn_state_key_bond(&key, &account);
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

void zn_application_query(struct zn_query_answer *out, struct zn_application *application,
	const struct zn_query *query)
{
	static const struct {
		const char *path;
		void (*query)(struct asked *asked);
	} paths[] = {{"/account", query_account}, {"/channel", query_channel}, {"/job", query_job},
		{"/bond", query_bond}, {"/jobs", query_jobs}, {"/channels", query_channels},
		{"/history", query_history}, {"/supply", query_supply}, {"/params", query_params}};
	struct asked asked = {application, query, out, zn_codec_reader(query->data, query->count)};
	zn_abci_order_step(&application->order, ZN_ABCI_QUERY, application->head.height);
	out->code = 0;
	out->log = "";
	out->bytes = 0;
	out->proven = false;
	out->height = application->head.height;
	memset(&out->key, 0, sizeof out->key);
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (strcmp(query->path, paths[i].path) == 0) {
			paths[i].query(&asked);
			return;
		}
	bad(out, "unknown path; known are /account /channel /job /bond /jobs /channels /history "
		 "/supply /params");
}
