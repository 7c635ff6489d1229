#include "chain/node/genesis_file.h"

#include "core/limits.h"
#include "io/files.h"
#include "io/json.h"
#include "io/random.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool allocation_read(struct zn_genesis_allocation *out, const char *name, size_t index,
	const struct zn_json *object, struct zn_complaint *complaint)
{
	char place[256];
	const char *account;
	snprintf(place, sizeof place, "%.200s: allocations[%zu]", name, index);
	struct zn_json_reader reader = zn_json_reader_begin(place, object, complaint);
	bool has_account = zn_json_read_string(&reader, "account", true, &account);
	zn_json_read_amount(&reader, "amount", true, &out->amount);
	if (!zn_json_reader_done(&reader))
		return false;
	if (!has_account || !zn_account_parse(&out->account, account))
		return zn_complain(complaint, "%s: account: not an account; give one as xen1...",
			place);
	return true;
}

static bool genesis_parse(struct zn_genesis *out, const char *name, const struct zn_json *root,
	struct zn_complaint *complaint)
{
	const char *chain = NULL, *state = NULL;
	uint64_t grace_s = ZN_GRACE_S_MIN;
	const struct zn_json *allocations = NULL;
	struct zn_json_reader reader = zn_json_reader_begin(name, root, complaint);
	*out = (struct zn_genesis){.fee_zat_per_byte = ZN_FEE_ZAT_PER_BYTE};
	zn_json_read_string(&reader, "chain_id", true, &chain);
	zn_json_read_u64(&reader, "time_s", true, 0, UINT64_C(1) << 40, &out->time_s);
	zn_json_read_u64(&reader, "fee_zat_per_byte", false, 0, ZN_GENESIS_FEE_ZAT_MAX,
		&out->fee_zat_per_byte);
	zn_json_read_duration_s(&reader, "grace_s_min", false, &grace_s);
	zn_json_read_array(&reader, "allocations", false, &allocations);
	bool has_state = zn_json_read_string(&reader, "state", false, &state) && state != NULL;
	if (!zn_json_reader_done(&reader))
		return false;
	if (!zn_chain_id_make(&out->chain, chain))
		return zn_complain(complaint, "%s: chain_id: give 1 to 50 printable characters",
			name);
	if (grace_s > ZN_GRACE_S_MAX)
		return zn_complain(complaint, "%s: grace_s_min: at most a year (365d)", name);
	out->grace_s_min = (uint32_t)grace_s;
	if (allocations == NULL && !has_state)
		return zn_complain(complaint,
			"%s: allocations: missing; give a list of {\"account\", \"amount\"}", name);
	uint8_t *entries = NULL;
	if (has_state && !zn_json_base64(&entries, &out->entries_bytes, zn_json_get(root, "state")))
		return zn_complain(complaint, "%s: state: no base64", name);
	out->entries = entries;
	if (allocations != NULL && zn_json_count(allocations) > ZN_GENESIS_ALLOCATIONS_MAX)
		return zn_complain(complaint, "%s: allocations: at most %d", name,
			ZN_GENESIS_ALLOCATIONS_MAX);
	out->allocations_count = allocations == NULL ? 0 : (uint32_t)zn_json_count(allocations);
	for (size_t i = 0; i < out->allocations_count; i++)
		if (!allocation_read(&out->allocations[i], name, i, zn_json_at(allocations, i),
			    complaint))
			return false;
	enum zn_genesis_refusal refusal = zn_genesis_check(out);
	if (refusal != ZN_GENESIS_OK)
		return zn_complain(complaint, "%s: %s", name, zn_genesis_refusal_sentence(refusal));
	return true;
}

bool zn_genesis_file_read(struct zn_genesis *out, const char *path, struct zn_complaint *complaint)
{
	uint8_t *bytes;
	size_t count;
	enum zn_err err = zn_file_read(&bytes, &count, path, ZN_GENESIS_FILE_BYTES_MAX);
	if (err != ZN_ERR_OK)
		return zn_complain(complaint, "%s: the genesis file cannot be read: %s", path,
			zn_err_sentence(err));
	struct zn_json *root = zn_json_parse(path, (const char *)bytes, count, complaint);
	free(bytes);
	bool read = root != NULL && genesis_parse(out, path, root, complaint);
	zn_json_destroy(root);
	return read;
}

bool zn_genesis_file_write(const char *path, const struct zn_genesis *genesis,
	struct zn_complaint *complaint)
{
	char text[ZN_ACCOUNT_TEXT_BYTES > ZN_AMOUNT_TEXT_BYTES ? ZN_ACCOUNT_TEXT_BYTES
							       : ZN_AMOUNT_TEXT_BYTES];
	struct zn_json *root = zn_json_object_create(), *allocations = zn_json_array_create();
	zn_json_add_string(root, "chain_id", genesis->chain.text);
	zn_json_add_u64_text(root, "time_s", genesis->time_s);
	zn_json_add_u64_text(root, "fee_zat_per_byte", genesis->fee_zat_per_byte);
	snprintf(text, sizeof text, "%" PRIu32 "s", genesis->grace_s_min);
	zn_json_add_string(root, "grace_s_min", text);
	for (uint32_t i = 0; i < genesis->allocations_count; i++) {
		struct zn_json *one = zn_json_object_create();
		zn_json_add_string(one, "account",
			zn_account_text(text, &genesis->allocations[i].account));
		zn_json_add_string(one, "amount",
			zn_amount_text(text, genesis->allocations[i].amount));
		zn_json_add(allocations, NULL, one);
	}
	if (genesis->entries != NULL) {
		zn_json_destroy(allocations);
		zn_json_add_base64(root, "state", genesis->entries, genesis->entries_bytes);
	} else {
		zn_json_add(root, "allocations", allocations);
	}
	char *printed = zn_json_print(root, true);
	zn_json_destroy(root);
	enum zn_err err = printed == NULL ? ZN_ERR_MEMORY
					  : zn_file_write(path, printed, strlen(printed), 0644);
	free(printed);
	if (err == ZN_ERR_OK)
		return true;
	return zn_complain(complaint, "%s: the genesis file cannot be written: %s", path,
		zn_err_sentence(err));
}

void zn_genesis_file_finish(struct zn_genesis *genesis)
{
	free((void *)(uintptr_t)genesis->entries);
	genesis->entries = NULL;
}

void zn_genesis_solo(struct zn_genesis *out, const struct zn_account *operator_account,
	uint64_t now_s, const uint8_t entropy[4])
{
	*out = (struct zn_genesis){.time_s = now_s,
		.fee_zat_per_byte = ZN_FEE_ZAT_PER_BYTE,
		.grace_s_min = ZN_GRACE_S_MIN,
		.allocations_count = 1,
		.allocations = {{*operator_account, {ZN_SUPPLY_XEN * ZN_ZAT_PER_XEN}}}};
	/* Two solo ledgers must not accept each other's transactions. */
	snprintf(out->chain.text, sizeof out->chain.text, "zennet-solo-%02x%02x%02x%02x",
		entropy[0], entropy[1], entropy[2], entropy[3]);
}

static bool key_parse(struct zn_secret_key *out, const uint8_t *bytes, size_t count)
{
	char text[65];
	uint8_t raw[32];
	if (count == 65 && bytes[64] == '\n')
		count = 64;
	if (count != 64)
		return false;
	memcpy(text, bytes, 64);
	text[64] = '\0';
	return zn_hex_read(raw, sizeof raw, text) && zn_secret_key_make(out, raw);
}

static enum zn_err key_make(struct zn_secret_key *out, const char *path)
{
	uint8_t entropy[32];
	char text[66];
	do
		zn_random_bytes(entropy, sizeof entropy);
	while (!zn_secret_key_make(out, entropy));
	zn_hex_write(text, out->bytes, sizeof out->bytes);
	strcat(text, "\n");
	return zn_file_write(path, text, 65, 0600);
}

bool zn_node_key(struct zn_secret_key *out, bool *made, const char *path, const char *whose,
	struct zn_complaint *complaint)
{
	uint8_t *bytes = NULL;
	size_t count;
	enum zn_err err = zn_file_read(&bytes, &count, path, 128);
	*made = err == ZN_ERR_NOT_FOUND;
	if (*made)
		err = key_make(out, path);
	else if (err == ZN_ERR_OK && !key_parse(out, bytes, count))
		err = ZN_ERR_MALFORMED;
	free(bytes);
	if (err == ZN_ERR_MALFORMED)
		return zn_complain(complaint,
			"%s: not a key file; it must hold 64 hex characters and a newline", path);
	if (err != ZN_ERR_OK)
		return zn_complain(complaint, "%s: the %s's key cannot be %s: %s", path, whose,
			*made ? "written" : "read", zn_err_sentence(err));
	return true;
}

bool zn_operator_key(struct zn_account *out, bool *made, const char *path,
	struct zn_complaint *complaint)
{
	struct zn_secret_key key;
	struct zn_public_key public_key;
	if (!zn_node_key(&key, made, path, "operator", complaint))
		return false;
	zn_public_key_of(&public_key, &key);
	zn_account_of(out, &public_key);
	zn_secret_key_wipe(&key);
	return true;
}
