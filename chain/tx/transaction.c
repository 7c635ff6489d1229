#include "chain/tx/transaction.h"

#include "core/assert.h"

#include <string.h>

static void transfer_code(struct zn_codec *codec, struct zn_transaction *transaction)
{
	zn_codec_account(codec, &transaction->body.transfer.to);
	zn_codec_amount(codec, &transaction->body.transfer.amount);
}

static void announce_code(struct zn_codec *codec, struct zn_transaction *transaction)
{
	zn_announcement_code(codec, &transaction->body.announce);
}

static void update_code(struct zn_codec *codec, struct zn_transaction *transaction)
{
	struct zn_tx_update *update = &transaction->body.update;
	zn_codec_hash(codec, &update->job_id);
	zn_codec_u64(codec, &update->price_zat);
	zn_codec_u64(codec, &update->deadline_s);
	zn_codec_u64(codec, &update->expiry_s);
	zn_codec_hash(codec, &update->tls_pin);
	zn_codec_text(codec, update->endpoint, ZN_ENDPOINT_BYTES_MAX);
}

static void withdraw_code(struct zn_codec *codec, struct zn_transaction *transaction)
{
	zn_codec_hash(codec, &transaction->body.withdraw);
}

static void open_code(struct zn_codec *codec, struct zn_transaction *transaction)
{
	struct zn_tx_open *open = &transaction->body.open;
	zn_codec_count(codec, &open->count, ZN_CHANNELS_PER_TX_MAX);
	for (uint32_t i = 0; i < open->count; i++) {
		zn_codec_account(codec, &open->openings[i].payee);
		zn_codec_hash(codec, &open->openings[i].terms_hash);
		zn_codec_amount(codec, &open->openings[i].deposit);
		zn_codec_u32(codec, &open->openings[i].grace_s);
	}
}

static void top_up_code(struct zn_codec *codec, struct zn_transaction *transaction)
{
	zn_codec_hash(codec, &transaction->body.top_up.channel_id);
	zn_codec_amount(codec, &transaction->body.top_up.amount);
}

static void redeem_code(struct zn_codec *codec, struct zn_transaction *transaction)
{
	zn_signed_voucher_code(codec, &transaction->body.redeem);
}

static void close_code(struct zn_codec *codec, struct zn_transaction *transaction)
{
	struct zn_tx_close *close = &transaction->body.close;
	zn_codec_hash(codec, &close->channel_id);
	zn_codec_bool(codec, &close->has_voucher);
	if (close->has_voucher)
		zn_signed_voucher_code(codec, &close->voucher);
}

static void request_close_code(struct zn_codec *codec, struct zn_transaction *transaction)
{
	zn_codec_hash(codec, &transaction->body.request_close.channel_id);
	zn_codec_amount(codec, &transaction->body.request_close.paid);
}

static void refund_code(struct zn_codec *codec, struct zn_transaction *transaction)
{
	zn_codec_hash(codec, &transaction->body.refund);
}

static void bond_code(struct zn_codec *codec, struct zn_transaction *transaction)
{
	zn_codec_amount(codec, &transaction->body.bond);
}

static void unbond_code(struct zn_codec *codec, struct zn_transaction *transaction)
{
	zn_codec_amount(codec, &transaction->body.unbond);
}

static const struct {
	const char *name;
	void (*code)(struct zn_codec *codec, struct zn_transaction *transaction);
} kinds[ZN_TX_KIND_MAX + 1] = {
	[ZN_TX_TRANSFER] = {"transfer", transfer_code},
	[ZN_TX_ANNOUNCE] = {"announce", announce_code},
	[ZN_TX_UPDATE] = {"update", update_code},
	[ZN_TX_WITHDRAW] = {"withdraw", withdraw_code},
	[ZN_TX_OPEN] = {"open", open_code},
	[ZN_TX_TOP_UP] = {"top-up", top_up_code},
	[ZN_TX_REDEEM] = {"redeem", redeem_code},
	[ZN_TX_CLOSE] = {"close", close_code},
	[ZN_TX_REQUEST_CLOSE] = {"request-close", request_close_code},
	[ZN_TX_REFUND] = {"refund", refund_code},
	[ZN_TX_BOND] = {"bond", bond_code},
	[ZN_TX_UNBOND] = {"unbond", unbond_code},
};

static bool kind_known(uint8_t kind)
{
	return kind <= ZN_TX_KIND_MAX && kinds[kind].code != NULL;
}

const char *zn_transaction_kind_name(uint8_t kind)
{
	return kind_known(kind) ? kinds[kind].name : "?";
}

/* Everything that is signed. */
static void record_code(struct zn_codec *codec, struct zn_transaction *transaction)
{
	zn_codec_header(codec, ZN_RECORD_TRANSACTION, 1);
	zn_codec_public_key(codec, &transaction->sender);
	zn_codec_u64(codec, &transaction->nonce);
	zn_codec_u64(codec, &transaction->valid_until_s);
	zn_codec_amount(codec, &transaction->fee);
	zn_codec_u8(codec, &transaction->kind);
	ZN_ASSERT(codec->reading || kind_known(transaction->kind));
	if (kind_known(transaction->kind))
		kinds[transaction->kind].code(codec, transaction);
	else
		zn_codec_fail(codec);
}

static struct zn_transaction *writable(const struct zn_transaction *transaction)
{
	return (struct zn_transaction *)(uintptr_t)transaction; /* a writing walk changes nothing */
}

size_t zn_transaction_encode(uint8_t bytes[ZN_TX_BYTES_MAX],
	const struct zn_transaction *transaction)
{
	struct zn_codec codec = zn_codec_writer(bytes, ZN_TX_BYTES_MAX);
	record_code(&codec, writable(transaction));
	zn_codec_signature(&codec, &writable(transaction)->signature);
	ZN_ASSERT(zn_codec_done(&codec));
	return codec.used;
}

bool zn_transaction_decode(struct zn_transaction *out, const uint8_t *bytes, size_t count)
{
	memset(out, 0, sizeof *out);
	if (count > ZN_TX_BYTES_MAX)
		return false;
	struct zn_codec codec = zn_codec_reader(bytes, count);
	record_code(&codec, out);
	zn_codec_signature(&codec, &out->signature);
	return zn_codec_done(&codec);
}

void zn_transaction_hash(struct zn_hash *out, const struct zn_chain_id *chain,
	const struct zn_transaction *transaction)
{
	uint8_t bytes[ZN_TX_BYTES_MAX];
	struct zn_codec codec = zn_codec_writer(bytes, sizeof bytes);
	record_code(&codec, writable(transaction));
	ZN_ASSERT(zn_codec_done(&codec));
	zn_hash_tagged(out, "transaction/1", chain, bytes, codec.used);
}

void zn_transaction_id(struct zn_hash *out, const uint8_t *bytes, size_t count)
{
	zn_sha256(out, bytes, count);
}

struct zn_amount zn_transaction_fee(size_t count, uint64_t fee_zat_per_byte)
{
	struct zn_amount fee;
	bool fits = zn_amount_price_floor(&fee, count, fee_zat_per_byte, 1);
	ZN_ASSERT(fits); /* genesis bounds the rate */
	return fee;
}

size_t zn_transaction_sign(uint8_t bytes[ZN_TX_BYTES_MAX], struct zn_transaction *transaction,
	const struct zn_secret_key *key, const struct zn_chain_id *chain, uint64_t fee_zat_per_byte)
{
	zn_public_key_of(&transaction->sender, key);
	transaction->fee = ZN_AMOUNT_ZERO;
	size_t count = zn_transaction_encode(bytes, transaction);
	transaction->fee = zn_transaction_fee(count, fee_zat_per_byte);
	struct zn_hash hash;
	zn_transaction_hash(&hash, chain, transaction);
	zn_sign(&transaction->signature, key, &hash);
	return zn_transaction_encode(bytes, transaction);
}

static void id_of(struct zn_hash *out, const char *tag, const struct zn_chain_id *chain,
	const struct zn_account *owner, uint64_t nonce)
{
	uint8_t bytes[32];
	struct zn_account account = *owner;
	struct zn_codec codec = zn_codec_writer(bytes, sizeof bytes);
	zn_codec_account(&codec, &account);
	zn_codec_u64(&codec, &nonce);
	ZN_ASSERT(zn_codec_done(&codec));
	zn_hash_tagged(out, tag, chain, bytes, codec.used);
}

void zn_job_id(struct zn_hash *out, const struct zn_chain_id *chain, const struct zn_account *owner,
	uint64_t nonce)
{
	id_of(out, "job-id/1", chain, owner, nonce);
}

void zn_unbonding_id(struct zn_hash *out, const struct zn_chain_id *chain,
	const struct zn_account *owner, uint64_t nonce)
{
	id_of(out, "unbonding-id/1", chain, owner, nonce);
}
