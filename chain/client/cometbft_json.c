#include "chain/client/cometbft_json.h"

#include <stdlib.h>
#include <string.h>

static bool digits_read(uint32_t *out, const char **at, int count, char after)
{
	*out = 0;
	for (int i = 0; i < count; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		*out = *out * 10 + (uint32_t)(**at - '0');
	}
	return after == '\0' || *(*at)++ == after;
}

static bool fraction_read(uint32_t *ns, const char **at)
{
	int digits = 0;
	*ns = 0;
	if (**at != '.')
		return true;
	for ((*at)++; **at >= '0' && **at <= '9'; (*at)++) {
		if (++digits > 9)
			return false;
		*ns = *ns * 10 + (uint32_t)(**at - '0');
	}
	for (int i = digits; i < 9; i++)
		*ns *= 10;
	return digits > 0;
}

/* Days of the civil calendar, no library that knows zones. */
static int64_t days_of(uint32_t year, uint32_t month, uint32_t day)
{
	/* March is month 0 of its year, so that leap days come last. */
	uint32_t y = month > 2 ? year : year - 1, m = (month + 9) % 12;
	return INT64_C(365) * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static bool day_valid(uint32_t year, uint32_t month, uint32_t day)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if (year < 1 || month < 1 || month > 12 || day < 1)
		return false;
	return day <= days[month - 1] + (uint32_t)(month == 2 && leap);
}

bool zn_json_block_time(struct zn_block_time *out, const struct zn_json *value)
{
	uint32_t year, month, day, hour, minute, second;
	const char *at;
	if (!zn_json_string(&at, value) || !digits_read(&year, &at, 4, '-') ||
		!digits_read(&month, &at, 2, '-') || !digits_read(&day, &at, 2, 'T') ||
		!digits_read(&hour, &at, 2, ':') || !digits_read(&minute, &at, 2, ':') ||
		!digits_read(&second, &at, 2, '\0') || !fraction_read(&out->ns, &at) ||
		strcmp(at, "Z") != 0)
		return false;
	if (!day_valid(year, month, day) || hour > 23 || minute > 59 || second > 59)
		return false;
	out->s = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
	return true;
}

static bool hex_exact(void *out, size_t count, const struct zn_json *value)
{
	const char *text;
	return zn_json_string(&text, value) && strlen(text) == 2 * count &&
	       zn_hex_read(out, count, text);
}

bool zn_json_hash(struct zn_hash *out, const struct zn_json *value)
{
	return hex_exact(out->bytes, sizeof out->bytes, value);
}

/* An int64 that is a string and not negative. */
static bool text_u64(uint64_t *out, const struct zn_json *value)
{
	const char *text;
	return zn_json_string(&text, value) && zn_json_u64(out, value) && *out <= INT64_MAX;
}

static bool plain_u32(uint32_t *out, const struct zn_json *value)
{
	const char *text;
	uint64_t wide;
	if (zn_json_string(&text, value) || !zn_json_u64(&wide, value) || wide > INT32_MAX)
		return false;
	*out = (uint32_t)wide;
	return true;
}

static bool base64_exact(void *out, size_t bytes, const struct zn_json *value)
{
	uint8_t *decoded;
	size_t count;
	if (!zn_json_base64(&decoded, &count, value))
		return false;
	bool fits = count == bytes;
	if (fits)
		memcpy(out, decoded, bytes);
	free(decoded);
	return fits;
}

static bool block_id_read(struct zn_block_id *out, const struct zn_json *id)
{
	const struct zn_json *hash = zn_json_get(id, "hash"), *parts = zn_json_get(id, "parts");
	const char *text, *parts_text;
	*out = (struct zn_block_id){.present = false};
	if (!plain_u32(&out->parts_total, zn_json_get(parts, "total")) ||
		!zn_json_string(&text, hash) ||
		!zn_json_string(&parts_text, zn_json_get(parts, "hash")))
		return false;
	if (text[0] == '\0')
		return parts_text[0] == '\0' && out->parts_total == 0;
	out->present = true;
	return zn_json_hash(&out->hash, hash) &&
	       zn_json_hash(&out->parts_hash, zn_json_get(parts, "hash"));
}

static bool app_hash_read(struct zn_app_hash *out, const struct zn_json *value)
{
	const char *text;
	memset(out, 0, sizeof *out);
	if (!zn_json_string(&text, value) || strlen(text) > 2 * sizeof out->bytes ||
		strlen(text) % 2 != 0)
		return false;
	out->count = (uint8_t)(strlen(text) / 2);
	return zn_hex_read(out->bytes, out->count, text);
}

bool zn_json_header(struct zn_header *out, const struct zn_json *header)
{
	const struct zn_json *version = zn_json_get(header, "version"), *app;
	const char *chain;
	memset(out, 0, sizeof *out);
	/* CometBFT leaves an app version of 0 out. */
	app = zn_json_get(version, "app");
	if (!text_u64(&out->block_version, zn_json_get(version, "block")) ||
		(app != NULL && !text_u64(&out->app_version, app)) ||
		!zn_json_string(&chain, zn_json_get(header, "chain_id")) ||
		!zn_chain_id_make(&out->chain, chain) ||
		!text_u64(&out->height, zn_json_get(header, "height")) || out->height == 0)
		return false;
	return zn_json_block_time(&out->time, zn_json_get(header, "time")) &&
	       block_id_read(&out->last_block, zn_json_get(header, "last_block_id")) &&
	       zn_json_hash(&out->last_commit_hash, zn_json_get(header, "last_commit_hash")) &&
	       zn_json_hash(&out->data_hash, zn_json_get(header, "data_hash")) &&
	       zn_json_hash(&out->validators_hash, zn_json_get(header, "validators_hash")) &&
	       zn_json_hash(&out->next_validators_hash,
		       zn_json_get(header, "next_validators_hash")) &&
	       zn_json_hash(&out->consensus_hash, zn_json_get(header, "consensus_hash")) &&
	       app_hash_read(&out->app_hash, zn_json_get(header, "app_hash")) &&
	       zn_json_hash(&out->last_results_hash, zn_json_get(header, "last_results_hash")) &&
	       zn_json_hash(&out->evidence_hash, zn_json_get(header, "evidence_hash")) &&
	       hex_exact(out->proposer, sizeof out->proposer,
		       zn_json_get(header, "proposer_address"));
}

static bool vote_read(struct zn_commit_vote *out, const struct zn_json *vote)
{
	uint32_t flag;
	if (!plain_u32(&flag, zn_json_get(vote, "block_id_flag")) || flag < ZN_VOTE_ABSENT ||
		flag > ZN_VOTE_NIL)
		return false;
	zn_commit_vote_absent(out);
	if (flag == ZN_VOTE_ABSENT)
		return true;
	out->flag = (uint8_t)flag;
	return hex_exact(out->address, sizeof out->address,
		       zn_json_get(vote, "validator_address")) &&
	       zn_json_block_time(&out->time, zn_json_get(vote, "timestamp")) &&
	       base64_exact(out->signature.bytes, sizeof out->signature.bytes,
		       zn_json_get(vote, "signature"));
}

bool zn_json_commit(struct zn_commit *out, const struct zn_json *commit)
{
	const struct zn_json *votes = zn_json_get(commit, "signatures");
	size_t count = zn_json_count(votes);
	memset(out, 0, sizeof *out);
	if (!text_u64(&out->height, zn_json_get(commit, "height")) ||
		!plain_u32(&out->round, zn_json_get(commit, "round")) ||
		!block_id_read(&out->block, zn_json_get(commit, "block_id")) || count == 0 ||
		count > ZN_VALIDATORS_MAX)
		return false;
	out->votes_count = (uint32_t)count;
	for (size_t i = 0; i < count; i++)
		if (!vote_read(&out->votes[i], zn_json_at(votes, i)))
			return false;
	return true;
}

bool zn_json_signed_header(struct zn_header *header, struct zn_commit *commit,
	const struct zn_json *result)
{
	const struct zn_json *both = zn_json_get(result, "signed_header");
	return zn_json_header(header, zn_json_get(both, "header")) &&
	       zn_json_commit(commit, zn_json_get(both, "commit"));
}

static bool validator_read(struct zn_validator *out, const struct zn_json *validator)
{
	const struct zn_json *key = zn_json_get(validator, "pub_key");
	struct zn_public_key public_key;
	const char *type;
	uint64_t power;
	if (!zn_json_string(&type, zn_json_get(key, "type")) ||
		strcmp(type, "tendermint/PubKeySecp256k1") != 0 ||
		!base64_exact(public_key.bytes, sizeof public_key.bytes,
			zn_json_get(key, "value")) ||
		!text_u64(&power, zn_json_get(validator, "voting_power")))
		return false;
	zn_validator_make(out, &public_key, power);
	return true;
}

bool zn_json_validators(struct zn_validator_set *out, uint64_t height, const struct zn_json *result)
{
	const struct zn_json *list = zn_json_get(result, "validators");
	uint64_t at, total;
	size_t count = zn_json_count(list);
	out->count = 0;
	if (!text_u64(&at, zn_json_get(result, "block_height")) || at != height ||
		!text_u64(&total, zn_json_get(result, "total")) || total != count ||
		count > ZN_VALIDATORS_MAX)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!validator_read(&out->list[i], zn_json_at(list, i)))
			return false;
	out->count = (uint32_t)count;
	return true;
}
