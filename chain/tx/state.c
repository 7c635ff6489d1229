#include "chain/tx/state.h"

#include "core/assert.h"

#include <string.h>

void zn_state_key(struct zn_hash *out, enum zn_state_tag tag, const void *id, size_t id_bytes)
{
	uint8_t bytes[1 + ZN_HASH_BYTES];
	ZN_ASSERT(id_bytes < sizeof bytes);
	bytes[0] = (uint8_t)tag;
	if (id_bytes > 0)
		memcpy(bytes + 1, id, id_bytes);
	zn_sha256(out, bytes, 1 + id_bytes);
}

static void key_of_account(struct zn_hash *out, enum zn_state_tag tag,
	const struct zn_account *account)
{
	uint8_t id[1 + sizeof account->bytes];
	id[0] = account->scheme;
	memcpy(id + 1, account->bytes, sizeof account->bytes);
	zn_state_key(out, tag, id, sizeof id);
}

void zn_state_key_account(struct zn_hash *out, const struct zn_account *account)
{
	key_of_account(out, ZN_STATE_ACCOUNT, account);
}

void zn_state_key_bond(struct zn_hash *out, const struct zn_account *account)
{
	key_of_account(out, ZN_STATE_BOND, account);
}

void zn_account_state_code(struct zn_codec *codec, struct zn_account_state *account)
{
	zn_codec_header(codec, ZN_RECORD_ACCOUNT_STATE, 1);
	zn_codec_account(codec, &account->account);
	zn_codec_amount(codec, &account->balance);
	zn_codec_u64(codec, &account->nonce);
}
ZN_RECORD_DEFINE(account_state, "account-state/1")

void zn_job_code(struct zn_codec *codec, struct zn_job *job)
{
	zn_codec_header(codec, ZN_RECORD_JOB_STATE, 1);
	zn_codec_hash(codec, &job->id);
	zn_codec_account(codec, &job->owner);
	zn_codec_u64(codec, &job->announced_s);
	zn_codec_u64(codec, &job->announced_height);
	zn_announcement_code(codec, &job->announcement);
}
ZN_RECORD_DEFINE(job, "job/1")

void zn_bond_code(struct zn_codec *codec, struct zn_bond *bond)
{
	zn_codec_header(codec, ZN_RECORD_BOND_STATE, 1);
	zn_codec_account(codec, &bond->account);
	zn_codec_amount(codec, &bond->bonded);
	zn_codec_amount(codec, &bond->unbonding);
}
ZN_RECORD_DEFINE(bond, "bond/1")

void zn_unbonding_code(struct zn_codec *codec, struct zn_unbonding *unbonding)
{
	zn_codec_header(codec, ZN_RECORD_UNBONDING_STATE, 1);
	zn_codec_hash(codec, &unbonding->id);
	zn_codec_account(codec, &unbonding->account);
	zn_codec_amount(codec, &unbonding->amount);
	zn_codec_u64(codec, &unbonding->release_s);
}
ZN_RECORD_DEFINE(unbonding, "unbonding/1")

void zn_supply_code(struct zn_codec *codec, struct zn_supply *supply)
{
	zn_codec_header(codec, ZN_RECORD_LEDGER_STATE, 1);
	zn_codec_amount(codec, &supply->supply);
	zn_codec_amount(codec, &supply->balances);
	zn_codec_amount(codec, &supply->deposits);
	zn_codec_amount(codec, &supply->bonds);
	zn_codec_amount(codec, &supply->stakes);
	zn_codec_amount(codec, &supply->fee_pool);
}
ZN_RECORD_DEFINE(supply, "supply/1")

void zn_ledger_params_code(struct zn_codec *codec, struct zn_ledger_params *params)
{
	zn_codec_header(codec, ZN_RECORD_LEDGER_PARAMS, 1);
	zn_codec_chain_id(codec, &params->chain);
	zn_codec_u64(codec, &params->genesis_s);
	zn_codec_u64(codec, &params->fee_zat_per_byte);
	zn_codec_u32(codec, &params->grace_s_min);
	zn_codec_amount(codec, &params->supply);
}
ZN_RECORD_DEFINE(ledger_params, "params/1")

static void cursor_code(struct zn_codec *codec, struct zn_page_cursor *cursor)
{
	zn_codec_blob(codec, cursor->data, &cursor->bytes, sizeof cursor->data);
}

void zn_jobs_query_code(struct zn_codec *codec, struct zn_jobs_query *query)
{
	zn_codec_header(codec, ZN_RECORD_PAGE, 2);
	zn_codec_range_u8(codec, &query->kind, 0, ZN_JOB_DATA);
	zn_codec_range_u8(codec, &query->unit, 0, ZN_UNIT_METERED);
	zn_codec_u8(codec, &query->device_classes);
	zn_codec_u32(codec, &query->features_lacking);
	zn_codec_u64(codec, &query->memory_bytes);
	zn_codec_u64(codec, &query->price_zat_min);
	zn_codec_u64(codec, &query->since_s);
	zn_codec_range_u8(codec, &query->limit, 1, ZN_PAGE_ENTRIES_MAX);
	cursor_code(codec, &query->after);
}

void zn_channels_query_code(struct zn_codec *codec, struct zn_channels_query *query)
{
	zn_codec_header(codec, ZN_RECORD_PAGE, 1);
	zn_codec_account(codec, &query->account);
	zn_codec_range_u8(codec, &query->role, ZN_ROLE_PAYER, ZN_ROLE_PAYEE);
	zn_codec_range_u8(codec, &query->limit, 1, ZN_PAGE_ENTRIES_MAX);
	cursor_code(codec, &query->after);
}

void zn_history_query_code(struct zn_codec *codec, struct zn_history_query *query)
{
	zn_codec_header(codec, ZN_RECORD_PAGE, 1);
	zn_codec_account(codec, &query->account);
	zn_codec_range_u8(codec, &query->limit, 1, ZN_PAGE_ENTRIES_MAX);
	cursor_code(codec, &query->after);
}

void zn_job_page_code(struct zn_codec *codec, struct zn_job_page *page)
{
	zn_codec_header(codec, ZN_RECORD_PAGE, 1);
	zn_codec_count(codec, &page->count, ZN_PAGE_ENTRIES_MAX);
	for (uint32_t i = 0; i < page->count; i++)
		zn_job_code(codec, &page->jobs[i]);
	cursor_code(codec, &page->next);
}
ZN_RECORD_DEFINE(job_page, "job-page/1")

void zn_channel_page_code(struct zn_codec *codec, struct zn_channel_page *page)
{
	zn_codec_header(codec, ZN_RECORD_PAGE, 1);
	zn_codec_count(codec, &page->count, ZN_PAGE_ENTRIES_MAX);
	for (uint32_t i = 0; i < page->count; i++)
		zn_channel_code(codec, &page->channels[i]);
	cursor_code(codec, &page->next);
}
ZN_RECORD_DEFINE(channel_page, "channel-page/1")

void zn_history_page_code(struct zn_codec *codec, struct zn_history_page *page)
{
	zn_codec_header(codec, ZN_RECORD_PAGE, 1);
	zn_codec_count(codec, &page->count, ZN_PAGE_ENTRIES_MAX);
	for (uint32_t i = 0; i < page->count; i++) {
		zn_codec_hash(codec, &page->entries[i].tx);
		zn_codec_u64(codec, &page->entries[i].height);
		zn_codec_u32(codec, &page->entries[i].index);
	}
	cursor_code(codec, &page->next);
}
ZN_RECORD_DEFINE(history_page, "history-page/1")

bool zn_state_key_of(struct zn_hash *out, const uint8_t *value, size_t count)
{
	struct zn_account_state account;
	struct zn_bond bond;
	struct zn_unbonding unbonding;
	struct zn_channel channel;
	struct zn_job job;
	struct zn_supply supply;
	struct zn_ledger_params params;
	if (zn_account_state_decode(&account, value, count))
		zn_state_key_account(out, &account.account);
	else if (zn_bond_decode(&bond, value, count))
		zn_state_key_bond(out, &bond.account);
	else if (zn_unbonding_decode(&unbonding, value, count))
		zn_state_key(out, ZN_STATE_UNBONDING, unbonding.id.bytes, ZN_HASH_BYTES);
	else if (zn_channel_decode(&channel, value, count))
		zn_state_key(out, ZN_STATE_CHANNEL, channel.id.bytes, ZN_HASH_BYTES);
	else if (zn_job_decode(&job, value, count))
		zn_state_key(out, ZN_STATE_JOB, job.id.bytes, ZN_HASH_BYTES);
	else if (zn_supply_decode(&supply, value, count))
		zn_state_key(out, ZN_STATE_SUPPLY, NULL, 0);
	else if (zn_ledger_params_decode(&params, value, count))
		zn_state_key(out, ZN_STATE_PARAMS, NULL, 0);
	else
		return false;
	return true;
}
