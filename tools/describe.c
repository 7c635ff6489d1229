#include "tools/describe.h"

#include "tools/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define AMOUNT(value) zn_amount_text((char[ZN_AMOUNT_TEXT_BYTES]){0}, value)
#define HASH(value)   zn_hash_text((char[ZN_HASH_TEXT_BYTES]){0}, value)
#define WHO(value)    zn_account_text((char[ZN_ACCOUNT_TEXT_BYTES]){0}, value)

static struct zn_account account_of(const struct zn_public_key *key)
{
	struct zn_account account;

	zn_account_of(&account, key);
	return account;
}

void zn_json_add_hash(struct zn_json *object, const char *key, const struct zn_hash *hash)
{
	zn_json_add_string(object, key, HASH(hash));
}

void zn_json_add_account(struct zn_json *object, const char *key, const struct zn_account *account)
{
	zn_json_add_string(object, key, WHO(account));
}

void zn_json_add_zat(struct zn_json *object, const char *key, struct zn_amount amount)
{
	zn_json_add_u64_text(object, key, amount.zat);
}

int zn_json_show(const char *command, struct zn_json *root)
{
	char *text = zn_json_print(root, true);

	zn_json_destroy(root);
	if (text == NULL)
		return zn_command_fail(ZN_EXIT_FAILED, command, "%s",
			zn_err_sentence(ZN_ERR_MEMORY));
	puts(text);
	free(text);
	return ZN_EXIT_OK;
}

struct zn_json *zn_describe_channel_json(const struct zn_channel *channel)
{
	struct zn_json *object = zn_json_object_create();
	struct zn_account payer = account_of(&channel->payer_key);

	zn_json_add_hash(object, "id", &channel->id);
	zn_json_add_account(object, "payer", &payer);
	zn_json_add_account(object, "payee", &channel->payee);
	zn_json_add_hash(object, "terms", &channel->terms_hash);
	zn_json_add_zat(object, "deposit_zat", channel->deposit);
	zn_json_add_zat(object, "redeemed_zat", channel->redeemed);
	zn_json_add_zat(object, "held_zat", channel->held);
	zn_json_add_u64_text(object, "grace_s", channel->grace_s);
	zn_json_add_u64_text(object, "opened_height", channel->opened_height);
	zn_json_add_bool(object, "closing", channel->closing);
	zn_json_add_u64_text(object, "closing_s", channel->closing_s);
	return object;
}

void zn_describe_channel(const struct zn_channel *channel)
{
	struct zn_account payer = account_of(&channel->payer_key);

	printf("channel %s\n  payer     %s\n  payee     %s\n", HASH(&channel->id), WHO(&payer),
		WHO(&channel->payee));
	printf("  deposit   %s\n  redeemed  %s\n", AMOUNT(channel->deposit),
		AMOUNT(channel->redeemed));
	printf("  opened    at height %" PRIu64 "\n", channel->opened_height);
	if (channel->closing)
		printf("  closing   requested at height %" PRIu64 ", grace %" PRIu32 " s\n",
			channel->closing_height, channel->grace_s);
}

static const char *job_kind_name(uint8_t kind)
{
	switch (kind) {
	case ZN_JOB_KERNEL:
		return "kernel";
	case ZN_JOB_RENDER:
		return "render";
	case ZN_JOB_DATA:
		return "data";
	default:
		return "?";
	}
}

struct zn_json *zn_describe_job_json(const struct zn_job *job)
{
	const struct zn_announcement *announcement = &job->announcement;
	struct zn_json *object = zn_json_object_create();

	zn_json_add_hash(object, "id", &job->id);
	zn_json_add_account(object, "owner", &job->owner);
	zn_json_add_u64_text(object, "announced_s", job->announced_s);
	zn_json_add_u64_text(object, "announced_height", job->announced_height);
	zn_json_add_hash(object, "job", &announcement->job_hash);
	zn_json_add_string(object, "kind", job_kind_name(announcement->kind));
	zn_json_add_u64_text(object, "chunks", announcement->chunks);
	zn_json_add_u64_text(object, "chunk_output_bytes", announcement->chunk_output_bytes);
	zn_json_add_u64_text(object, "shared_bytes", announcement->shared_bytes);
	zn_json_add_u64_text(object, "price_zat", announcement->price_zat);
	zn_json_add_u64_text(object, "expiry_s", announcement->expiry_s);
	zn_json_add_string(object, "endpoint", announcement->endpoint);
	return object;
}

void zn_describe_job(const struct zn_job *job)
{
	const struct zn_announcement *announcement = &job->announcement;

	printf("job %s\n  owner   %s\n  what    %s, %" PRIu64 " chunks\n  where   %s\n",
		HASH(&job->id), WHO(&job->owner), job_kind_name(announcement->kind),
		announcement->chunks, announcement->endpoint);
	printf("  since   height %" PRIu64 ", until ledger time %" PRIu64 "\n",
		job->announced_height, announcement->expiry_s);
}

static void add_body(struct zn_json *object, const struct zn_transaction *tx)
{
	switch (tx->kind) {
	case ZN_TX_TRANSFER:
		zn_json_add_account(object, "to", &tx->body.transfer.to);
		zn_json_add_zat(object, "amount_zat", tx->body.transfer.amount);
		break;
	case ZN_TX_ANNOUNCE:
		zn_json_add_hash(object, "job", &tx->body.announce.job_hash);
		zn_json_add_string(object, "endpoint", tx->body.announce.endpoint);
		break;
	case ZN_TX_UPDATE:
		zn_json_add_hash(object, "job_id", &tx->body.update.job_id);
		zn_json_add_string(object, "endpoint", tx->body.update.endpoint);
		break;
	case ZN_TX_BOND:
	case ZN_TX_UNBOND:
		zn_json_add_zat(object, "amount_zat",
			tx->kind == ZN_TX_BOND ? tx->body.bond : tx->body.unbond);
		break;
	case ZN_TX_WITHDRAW:
		zn_json_add_hash(object, "job_id", &tx->body.withdraw);
		break;
	case ZN_TX_TOP_UP:
		zn_json_add_hash(object, "channel", &tx->body.top_up.channel_id);
		zn_json_add_zat(object, "amount_zat", tx->body.top_up.amount);
		break;
	case ZN_TX_REDEEM:
		zn_json_add_hash(object, "channel", &tx->body.redeem.voucher.channel_id);
		zn_json_add_zat(object, "paid_zat", tx->body.redeem.voucher.paid);
		zn_json_add_zat(object, "held_zat", tx->body.redeem.voucher.held);
		break;
	case ZN_TX_CLOSE:
		zn_json_add_hash(object, "channel", &tx->body.close.channel_id);
		if (tx->body.close.has_voucher) {
			zn_json_add_zat(object, "paid_zat", tx->body.close.voucher.voucher.paid);
			zn_json_add_zat(object, "held_zat", tx->body.close.voucher.voucher.held);
		}
		break;
	case ZN_TX_REQUEST_CLOSE:
		zn_json_add_hash(object, "channel", &tx->body.request_close.channel_id);
		zn_json_add_zat(object, "paid_zat", tx->body.request_close.paid);
		break;
	case ZN_TX_REFUND:
		zn_json_add_hash(object, "channel", &tx->body.refund);
		break;
	default:
		break;
	}
}

static void add_openings(struct zn_json *object, const struct zn_ledger_tx *tx,
	const struct zn_chain_id *chain, const struct zn_account *payer)
{
	const struct zn_tx_open *open = &tx->transaction.body.open;
	struct zn_json *list = zn_json_array_create();

	for (uint32_t i = 0; i < open->count; i++) {
		struct zn_json *opening = zn_json_object_create();
		struct zn_hash channel;
		zn_channel_id(&channel, chain, payer, tx->transaction.nonce, i);
		zn_json_add_hash(opening, "channel", &channel);
		zn_json_add_account(opening, "payee", &open->openings[i].payee);
		zn_json_add_hash(opening, "terms", &open->openings[i].terms_hash);
		zn_json_add_zat(opening, "deposit_zat", open->openings[i].deposit);
		zn_json_add_u64_text(opening, "grace_s", open->openings[i].grace_s);
		zn_json_add(list, NULL, opening);
	}
	zn_json_add(object, "openings", list);
}

struct zn_json *zn_describe_tx_json(const struct zn_ledger_tx *tx, const struct zn_chain_id *chain)
{
	struct zn_json *object = zn_json_object_create();
	struct zn_account sender = account_of(&tx->transaction.sender);

	zn_json_add_hash(object, "id", &tx->id);
	zn_json_add_u64_text(object, "height", tx->height);
	zn_json_add_number(object, "code", tx->code);
	if (tx->code != ZN_LEDGER_OK)
		zn_json_add_string(object, "refusal", zn_ledger_refusal_sentence(tx->code));
	zn_json_add_string(object, "kind", zn_transaction_kind_name(tx->transaction.kind));
	zn_json_add_account(object, "sender", &sender);
	zn_json_add_u64_text(object, "nonce", tx->transaction.nonce);
	zn_json_add_zat(object, "fee_zat", tx->transaction.fee);
	if (tx->transaction.kind == ZN_TX_OPEN)
		add_openings(object, tx, chain, &sender);
	else
		add_body(object, &tx->transaction);
	return object;
}

static void describe_body(const struct zn_transaction *tx)
{
	struct zn_amount sum = ZN_AMOUNT_ZERO;

	switch (tx->kind) {
	case ZN_TX_TRANSFER:
		printf("%s to %s", AMOUNT(tx->body.transfer.amount), WHO(&tx->body.transfer.to));
		break;
	case ZN_TX_ANNOUNCE:
		printf("%" PRIu64 " chunks at %s", tx->body.announce.chunks,
			tx->body.announce.endpoint);
		break;
	case ZN_TX_OPEN:
		for (uint32_t i = 0; i < tx->body.open.count; i++)
			if (!zn_amount_add(&sum, sum, tx->body.open.openings[i].deposit))
				break;
		printf("%" PRIu32 " channel%s, deposit %s", tx->body.open.count,
			tx->body.open.count == 1 ? "" : "s", AMOUNT(sum));
		break;
	case ZN_TX_TOP_UP:
		printf("%s", AMOUNT(tx->body.top_up.amount));
		break;
	case ZN_TX_REDEEM:
		printf("%s so far", AMOUNT(tx->body.redeem.voucher.paid));
		break;
	case ZN_TX_CLOSE:
		if (tx->body.close.has_voucher)
			printf("%s in all", AMOUNT(tx->body.close.voucher.voucher.paid));
		else
			printf("without a voucher");
		break;
	case ZN_TX_REQUEST_CLOSE:
		printf("%s in all", AMOUNT(tx->body.request_close.paid));
		break;
	default:
		break;
	}
}

void zn_describe_tx(const struct zn_ledger_tx *tx)
{
	printf("height %-7" PRIu64 " %-13s ", tx->height,
		zn_transaction_kind_name(tx->transaction.kind));
	describe_body(&tx->transaction);
	printf("  (fee %s)  %s\n", AMOUNT(tx->transaction.fee), HASH(&tx->id));
	if (tx->code != ZN_LEDGER_OK)
		printf("        refused: %s\n", zn_ledger_refusal_sentence(tx->code));
}
