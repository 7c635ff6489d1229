/* tools/cmd_ledger.c - `zennet ledger`: what the XenCoin ledger holds. */
#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/describe.h"
#include "tools/home.h"
#include "tools/options.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NAME          "ledger"
#define PAGES_MAX     256 /* of 64 entries each: more is for programs that page themselves */
#define AMOUNT(value) zn_amount_text((char[ZN_AMOUNT_TEXT_BYTES]){0}, value)

const char zn_cmd_ledger_help[] =
	"usage: zennet ledger status              which ledger, how high, who runs it\n"
	"       zennet ledger supply              where all coins are\n"
	"       zennet ledger account WHO         balance and nonce\n"
	"       zennet ledger history WHO         its transactions, newest first\n"
	"       zennet ledger channels WHO        its open channels, as payer and as payee\n"
	"       zennet ledger tx HASH             a transaction\n"
	"       zennet ledger channel ID          an open channel\n"
	"       zennet ledger jobs                announced jobs, newest first\n"
	"\n"
	"  WHO  an account (xen1...), or the name of a key of your own\n"
	"  --ledger URL  where the ledger is (default: $ZENNET_LEDGER, else "
	"http://127.0.0.1:26657)\n"
	"  --json        for programs; amounts in zat (1 XEN = 100,000,000 zat), as strings\n"
	"\n"
	"examples:\n"
	"  zennet ledger status\n"
	"  zennet ledger supply --json\n"
	"  zennet ledger history alice\n"
	"  zennet ledger tx 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n";

struct look {
	struct zn_ask *ask;
	const char *word; /* what is asked for, or NULL */
	struct zn_account account;
	struct zn_hash hash;
	struct zn_json *json; /* object or array that is filled, NULL for people */
	struct zn_complaint complaint;
};

static bool look_status(struct look *look)
{
	zn_ledger_get_status(NULL, look->ask->ledger, zn_ask_answer, look->ask);
	if (!zn_ask_wait(&look->complaint, look->ask))
		return false;
	const struct zn_ledger_status *status = look->ask->answer.status;
	if (look->json != NULL) {
		zn_json_add_string(look->json, "chain", status->chain.text);
		zn_json_add_string(look->json, "engine", status->engine);
		zn_json_add_u64_text(look->json, "operators", status->operators);
		zn_json_add_u64_text(look->json, "height", status->height);
		zn_json_add_u64_text(look->json, "time_s", status->time_s);
		zn_json_add_hash(look->json, "app_hash", &status->app_hash);
		return true;
	}
	printf("ledger %s at %s\n  height  %" PRIu64 ", ledger time %" PRIu64 "\n",
		status->chain.text, look->ask->url, status->height, status->time_s);
	if (strcmp(status->engine, "solo") == 0 || status->operators == 1)
		puts("  run by  one operator (solo): trust it as far as you trust that one");
	else if (status->operators > 0)
		printf("  run by  %" PRIu64 " operators\n", status->operators);
	return true;
}

static bool look_supply(struct look *look)
{
	zn_ledger_get_supply(NULL, look->ask->ledger, zn_ask_answer, look->ask);
	if (!zn_ask_wait(&look->complaint, look->ask))
		return false;
	const struct zn_supply *supply = look->ask->answer.supply;
	const struct {
		const char *name, *key;
		struct zn_amount amount;
	} parts[] = {{"balances", "balances_zat", supply->balances},
		{"deposits in channels", "deposits_zat", supply->deposits},
		{"bonds", "bonds_zat", supply->bonds}, {"stakes", "stakes_zat", supply->stakes},
		{"fee pool", "fee_pool_zat", supply->fee_pool},
		{"supply", "supply_zat", supply->supply}};
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		if (look->json != NULL)
			zn_json_add_zat(look->json, parts[i].key, parts[i].amount);
		else
			printf("  %-21s %s\n", parts[i].name, AMOUNT(parts[i].amount));
	}
	if (look->json != NULL)
		zn_json_add_u64_text(look->json, "height", look->ask->answer.height);
	return true;
}

static bool look_account(struct look *look)
{
	zn_ledger_get_account(NULL, look->ask->ledger, &look->account, zn_ask_answer, look->ask);
	if (!zn_ask_wait(&look->complaint, look->ask))
		return false;
	const struct zn_account_state *state = look->ask->answer.account;
	if (look->json != NULL) {
		zn_json_add_account(look->json, "account", &look->account);
		zn_json_add_zat(look->json, "balance_zat", state->balance);
		zn_json_add_u64_text(look->json, "nonce", state->nonce);
		zn_json_add_u64_text(look->json, "height", look->ask->answer.height);
		return true;
	}
	printf("account %s\n  balance %s\n  nonce   %" PRIu64 "\n",
		zn_account_text((char[ZN_ACCOUNT_TEXT_BYTES]){0}, &look->account),
		AMOUNT(state->balance), state->nonce);
	return true;
}

static bool look_tx(struct look *look)
{
	struct zn_chain_id chain;

	zn_ledger_get_params(NULL, look->ask->ledger, zn_ask_answer, look->ask);
	if (!zn_ask_wait(&look->complaint, look->ask))
		return false;
	chain = look->ask->answer.params->chain;
	zn_ledger_get_tx(NULL, look->ask->ledger, &look->hash, 0, zn_ask_answer, look->ask);
	if (!zn_ask_wait(&look->complaint, look->ask))
		return false;
	if (look->json != NULL)
		zn_json_add(look->json, "tx", zn_describe_tx_json(look->ask->answer.tx, &chain));
	else
		zn_describe_tx(look->ask->answer.tx);
	return true;
}

static bool look_channel(struct look *look)
{
	zn_ledger_get_channel(NULL, look->ask->ledger, &look->hash, 0, zn_ask_answer, look->ask);
	if (!zn_ask_wait(&look->complaint, look->ask))
		return false;
	if (look->json != NULL)
		zn_json_add(look->json, "channel",
			zn_describe_channel_json(look->ask->answer.channel));
	else
		zn_describe_channel(look->ask->answer.channel);
	return true;
}

static bool look_jobs(struct look *look)
{
	struct zn_jobs_query query = {.limit = ZN_PAGE_ENTRIES_MAX};
	struct zn_json *list = look->json != NULL ? zn_json_array_create() : NULL;
	size_t shown = 0;

	if (list != NULL)
		zn_json_add(look->json, "jobs", list);
	for (int page = 0; page < PAGES_MAX; page++) {
		zn_ledger_list_jobs(NULL, look->ask->ledger, &query, zn_ask_answer, look->ask);
		if (!zn_ask_wait(&look->complaint, look->ask))
			return false;
		const struct zn_job_page *jobs = look->ask->answer.jobs;
		for (uint32_t i = 0; i < jobs->count; i++, shown++) {
			if (list != NULL)
				zn_json_add(list, NULL, zn_describe_job_json(&jobs->jobs[i]));
			else
				zn_describe_job(&jobs->jobs[i]);
		}
		if (jobs->next.bytes == 0)
			break;
		query.after = jobs->next;
	}
	if (list == NULL && shown == 0)
		puts("no job is announced now");
	return true;
}

static bool look_channels_as(struct look *look, enum zn_channel_role role, struct zn_json *list)
{
	struct zn_channels_query query = {.account = look->account,
		.role = (uint8_t)role,
		.limit = ZN_PAGE_ENTRIES_MAX};

	for (int page = 0; page < PAGES_MAX; page++) {
		zn_ledger_list_channels(NULL, look->ask->ledger, &query, zn_ask_answer, look->ask);
		if (!zn_ask_wait(&look->complaint, look->ask))
			return false;
		const struct zn_channel_page *channels = look->ask->answer.channels;
		for (uint32_t i = 0; i < channels->count; i++) {
			const struct zn_channel *channel = &channels->channels[i];
			if (list != NULL)
				zn_json_add(list, NULL, zn_describe_channel_json(channel));
			else
				zn_describe_channel(channel);
		}
		if (channels->next.bytes == 0)
			break;
		query.after = channels->next;
	}
	return true;
}

static bool look_channels(struct look *look)
{
	struct zn_json *list = look->json != NULL ? zn_json_array_create() : NULL;

	if (list != NULL)
		zn_json_add(look->json, "channels", list);
	return look_channels_as(look, ZN_ROLE_PAYER, list) &&
	       look_channels_as(look, ZN_ROLE_PAYEE, list);
}

static bool look_history_page(struct look *look, const struct zn_chain_id *chain,
	const struct zn_history_page *page, struct zn_json *list)
{
	for (uint32_t i = 0; i < page->count; i++) {
		zn_ledger_get_tx(NULL, look->ask->ledger, &page->entries[i].tx, 0, zn_ask_answer,
			look->ask);
		if (!zn_ask_wait(&look->complaint, look->ask))
			return false;
		if (list != NULL)
			zn_json_add(list, NULL, zn_describe_tx_json(look->ask->answer.tx, chain));
		else
			zn_describe_tx(look->ask->answer.tx);
	}
	return true;
}

static bool look_history(struct look *look)
{
	struct zn_history_query query = {.account = look->account, .limit = ZN_PAGE_ENTRIES_MAX};
	struct zn_json *list = look->json != NULL ? zn_json_array_create() : NULL;

	if (list != NULL)
		zn_json_add(look->json, "history", list);
	zn_ledger_get_params(NULL, look->ask->ledger, zn_ask_answer, look->ask);
	if (!zn_ask_wait(&look->complaint, look->ask))
		return false;
	struct zn_chain_id chain = look->ask->answer.params->chain;
	for (int page = 0; page < PAGES_MAX; page++) {
		zn_ledger_list_history(NULL, look->ask->ledger, &query, zn_ask_answer, look->ask);
		if (!zn_ask_wait(&look->complaint, look->ask))
			return false;
		struct zn_history_page history = *look->ask->answer.history;
		if (!look_history_page(look, &chain, &history, list))
			return false;
		if (history.next.bytes == 0)
			break;
		query.after = history.next;
	}
	return true;
}

enum look_wants { WANTS_NOTHING, WANTS_ACCOUNT, WANTS_HASH };

static const struct look_verb {
	const char *name;
	enum look_wants wants;
	bool (*run)(struct look *look);
} verbs[] = {
	{"status", WANTS_NOTHING, look_status},
	{"supply", WANTS_NOTHING, look_supply},
	{"jobs", WANTS_NOTHING, look_jobs},
	{"account", WANTS_ACCOUNT, look_account},
	{"history", WANTS_ACCOUNT, look_history},
	{"channels", WANTS_ACCOUNT, look_channels},
	{"tx", WANTS_HASH, look_tx},
	{"channel", WANTS_HASH, look_channel},
};

static bool read_word(struct look *look, const struct look_verb *verb, size_t words_count)
{
	if (words_count != (verb->wants == WANTS_NOTHING ? 1 : 2))
		return zn_complain(&look->complaint, "%s takes %s; see --help", verb->name,
			verb->wants == WANTS_NOTHING   ? "nothing more"
			: verb->wants == WANTS_ACCOUNT ? "one account or key name"
						       : "one hash");
	if (verb->wants == WANTS_ACCOUNT)
		return zn_account_open(&look->complaint, &look->account, look->word);
	if (verb->wants == WANTS_HASH && !zn_hash_parse(&look->hash, look->word))
		return zn_complain(&look->complaint, "'%s' is no hash: 64 hex digits", look->word);
	return true;
}

static int run_verb(struct look *look, const struct look_verb *verb, const char *url)
{
	look->ask = zn_ask_open(&look->complaint, url);
	bool seen = look->ask != NULL && verb->run(look);

	zn_ask_close(look->ask);
	if (!seen) {
		zn_json_destroy(look->json);
		return zn_command_fail(ZN_EXIT_FAILED, NAME, "%s", look->complaint.text);
	}
	return look->json != NULL ? zn_json_show(NAME, look->json) : ZN_EXIT_OK;
}

int zn_cmd_ledger(int argc, char **argv)
{
	struct look look = {0};
	const char *words[2], *ledger = NULL;
	size_t words_count;
	bool json = false;
	const struct zn_option options[] = {
		{.name = "ledger", .kind = ZN_OPTION_TEXT, .out = &ledger},
		{.name = "json", .kind = ZN_OPTION_FLAG, .out = &json},
	};

	if (!zn_options_parse(&look.complaint, words, &words_count, 1, 2, argc, argv, options,
		    sizeof options / sizeof options[0]))
		return zn_command_fail(ZN_EXIT_USAGE, NAME, "%s", look.complaint.text);
	look.word = words_count > 1 ? words[1] : NULL;
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		if (strcmp(verbs[i].name, words[0]) != 0)
			continue;
		if (!read_word(&look, &verbs[i], words_count))
			return zn_command_fail(ZN_EXIT_USAGE, NAME, "%s", look.complaint.text);
		look.json = json ? zn_json_object_create() : NULL;
		return run_verb(&look, &verbs[i], zn_ledger_url(ledger));
	}
	return zn_command_fail(ZN_EXIT_USAGE, NAME,
		"'%s' is none of status, supply, account, history, channels, tx, channel, jobs",
		words[0]);
}
