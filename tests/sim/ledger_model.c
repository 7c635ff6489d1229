#include "tests/sim/ledger_model.h"

#include <stdlib.h>
#include <string.h>

int model_who(const struct model *model, const struct zn_account *account)
{
	for (int i = 0; i < MODEL_PEOPLE; i++)
		if (memcmp(&model->accounts[i], account, sizeof *account) == 0)
			return i;
	abort(); /* the world has no others */
}

uint64_t model_sum(const struct model *model)
{
	uint64_t sum = model->fee_pool;
	for (int i = 0; i < MODEL_PEOPLE; i++)
		sum += model->balance[i];
	for (int i = 0; i < MODEL_CHANNELS; i++)
		if (model->channels[i].used)
			sum += model->channels[i].deposit - model->channels[i].redeemed;
	for (int i = 0; i < MODEL_PEOPLE; i++)
		sum += model->bonded[i];
	for (int i = 0; i < MODEL_UNBONDINGS; i++)
		if (model->unbondings[i].used)
			sum += model->unbondings[i].amount;
	return sum;
}

static struct model_channel *channel_find(struct model *model, const struct zn_hash *id)
{
	for (int i = 0; i < MODEL_CHANNELS; i++)
		if (model->channels[i].used &&
			memcmp(model->channels[i].id.bytes, id->bytes, 32) == 0)
			return &model->channels[i];
	return NULL;
}

static struct model_job *job_find(struct model *model, const struct zn_hash *id)
{
	for (int i = 0; i < MODEL_JOBS; i++)
		if (model->jobs[i].used && memcmp(model->jobs[i].id.bytes, id->bytes, 32) == 0)
			return model->jobs[i].expiry_s > model->now_s ? &model->jobs[i] : NULL;
	return NULL;
}

/* scheme, 20 bytes, nonce and, for channels, index, little-endian */
static struct zn_hash id_of(const struct model *model, const char *tag, int who, uint64_t nonce,
	int index)
{
	uint8_t bytes[33];
	size_t used = 0;
	struct zn_hash id;
	bytes[used++] = model->accounts[who].scheme;
	memcpy(bytes + used, model->accounts[who].bytes, 20);
	used += 20;
	for (int i = 0; i < 8; i++)
		bytes[used++] = (uint8_t)(nonce >> (8 * i));
	for (int i = 0; i < 4 && index >= 0; i++)
		bytes[used++] = (uint8_t)((uint32_t)index >> (8 * i));
	zn_hash_tagged(&id, tag, &model->chain, bytes, used);
	return id;
}

/* paid and paid + held against what the channel has; the sum may be anything below 2^64 */
static int voucher_rule(const struct model *model, const struct model_channel *channel,
	const struct zn_hash *channel_id, const struct zn_signed_voucher *voucher, bool right)
{
	uint64_t paid = voucher->voucher.paid.zat, held = voucher->voucher.held.zat;
	uint64_t was = channel->redeemed + channel->held;
	if (strcmp(voucher->voucher.chain.text, model->chain.text) != 0)
		return ZN_VOUCHER_OTHER_CHAIN;
	if (memcmp(voucher->voucher.channel_id.bytes, channel_id->bytes, 32) != 0)
		return ZN_VOUCHER_OTHER_CHANNEL;
	if (paid + held > INT64_MAX)
		return ZN_VOUCHER_OVER_DEPOSIT;
	if (paid < channel->redeemed || paid + held < was)
		return ZN_VOUCHER_SHRINKS;
	if (paid == channel->redeemed && paid + held == was)
		return ZN_VOUCHER_DOES_NOT_GROW;
	if (paid + held > channel->deposit)
		return ZN_VOUCHER_OVER_DEPOSIT;
	return right ? ZN_VOUCHER_OK : ZN_VOUCHER_BAD_SIGNATURE;
}

static void channel_end(struct model *model, struct model_channel *channel)
{
	model->balance[channel->payer] += channel->deposit - channel->redeemed - channel->held;
	model->fee_pool += channel->held;
	channel->used = false;
}

static enum zn_ledger_refusal take_fee(struct model *model, int who, uint64_t fee)
{
	model->balance[who] -= fee;
	model->fee_pool += fee;
	model->nonce[who]++;
	return ZN_LEDGER_OK;
}

#define NEED(condition, name)                                                                      \
	do {                                                                                       \
		if (!(condition))                                                                  \
			return ZN_LEDGER_##name;                                                   \
	} while (0)

static enum zn_ledger_refusal do_transfer(struct model *model, const struct zn_transaction *tx,
	int who)
{
	uint64_t amount = tx->body.transfer.amount.zat;
	NEED(amount > 0, NO_AMOUNT);
	NEED(amount + tx->fee.zat <= model->balance[who], NO_FUNDS);
	model->balance[who] -= amount;
	model->balance[model_who(model, &tx->body.transfer.to)] += amount;
	return take_fee(model, who, tx->fee.zat);
}

static enum zn_ledger_refusal do_announce(struct model *model, const struct zn_transaction *tx,
	int who)
{
	const struct zn_announcement *job = &tx->body.announce;
	/* Only what the world makes wrong: the rest is the announcement's own table. */
	if (job->chunks == 0)
		return ZN_LEDGER_ANNOUNCEMENT_SIZE;
	if (job->expiry_s <= model->now_s)
		return ZN_LEDGER_ANNOUNCEMENT_EXPIRY;
	NEED(job->expiry_s <= model->now_s + 30 * 86400, JOB_TOO_LONG);
	NEED(tx->fee.zat <= model->balance[who], NO_FUNDS);
	struct model_job *slot = model->jobs;
	while (slot->used)
		if (++slot == model->jobs + MODEL_JOBS)
			abort();
	*slot = (struct model_job){true, id_of(model, "job-id/1", who, tx->nonce, -1), who,
		job->expiry_s};
	return take_fee(model, who, tx->fee.zat);
}

static enum zn_ledger_refusal do_update(struct model *model, const struct zn_transaction *tx,
	int who)
{
	const struct zn_tx_update *update = &tx->body.update;
	struct model_job *job = job_find(model, &update->job_id);
	NEED(job != NULL, NO_JOB);
	NEED(job->owner == who, NOT_OWNER);
	if (update->price_zat > INT64_MAX)
		return ZN_LEDGER_ANNOUNCEMENT_PRICE;
	if (update->expiry_s <= model->now_s)
		return ZN_LEDGER_ANNOUNCEMENT_EXPIRY;
	NEED(update->expiry_s <= model->now_s + 30 * 86400, JOB_TOO_LONG);
	NEED(tx->fee.zat <= model->balance[who], NO_FUNDS);
	job->expiry_s = update->expiry_s;
	return take_fee(model, who, tx->fee.zat);
}

static enum zn_ledger_refusal do_withdraw(struct model *model, const struct zn_transaction *tx,
	int who)
{
	struct model_job *job = job_find(model, &tx->body.withdraw);
	NEED(job != NULL, NO_JOB);
	NEED(job->owner == who, NOT_OWNER);
	NEED(tx->fee.zat <= model->balance[who], NO_FUNDS);
	job->used = false;
	return take_fee(model, who, tx->fee.zat);
}

static enum zn_ledger_refusal do_open(struct model *model, const struct zn_transaction *tx, int who)
{
	uint64_t sum = tx->fee.zat;
	NEED(tx->body.open.count > 0, NO_OPENING);
	for (uint32_t i = 0; i < tx->body.open.count; i++) {
		const struct zn_tx_opening *one = &tx->body.open.openings[i];
		NEED(model_who(model, &one->payee) != who, PAYS_ITSELF);
		NEED(one->grace_s >= model->grace_min_s, SHORT_GRACE);
		NEED(one->grace_s <= 365 * 86400, LONG_GRACE);
		NEED(one->deposit.zat > 0 && one->deposit.zat >= 1000 * model->fee_rate,
			DUST_DEPOSIT);
		sum += one->deposit.zat;
	}
	NEED(sum <= model->balance[who], NO_FUNDS);
	for (uint32_t i = 0; i < tx->body.open.count; i++) {
		const struct zn_tx_opening *one = &tx->body.open.openings[i];
		struct model_channel *slot = model->channels;
		while (slot->used)
			if (++slot == model->channels + MODEL_CHANNELS)
				abort();
		*slot = (struct model_channel){.used = true,
			.id = id_of(model, "channel-id/1", who, tx->nonce, (int)i),
			.payer = who,
			.payee = model_who(model, &one->payee),
			.deposit = one->deposit.zat,
			.grace_s = one->grace_s};
		model->balance[who] -= one->deposit.zat;
	}
	return take_fee(model, who, tx->fee.zat);
}

static enum zn_ledger_refusal do_top_up(struct model *model, const struct zn_transaction *tx,
	int who)
{
	struct model_channel *channel = channel_find(model, &tx->body.top_up.channel_id);
	uint64_t amount = tx->body.top_up.amount.zat;
	NEED(channel != NULL, NO_CHANNEL);
	NEED(channel->payer == who, NOT_PAYER);
	NEED(!channel->closing, CLOSING);
	NEED(amount > 0, NO_AMOUNT);
	NEED(channel->deposit + amount <= INT64_MAX, DEPOSIT_TOO_LARGE);
	NEED(amount + tx->fee.zat <= model->balance[who], NO_FUNDS);
	model->balance[who] -= amount;
	channel->deposit += amount;
	return take_fee(model, who, tx->fee.zat);
}

static enum zn_ledger_refusal do_redeem(struct model *model, const struct zn_transaction *tx,
	int who, const struct model_hint *hint)
{
	const struct zn_signed_voucher *voucher = &tx->body.redeem;
	struct model_channel *channel = channel_find(model, &voucher->voucher.channel_id);
	NEED(channel != NULL, NO_CHANNEL);
	int rule = voucher_rule(model, channel, &channel->id, voucher, hint->voucher_right);
	if (rule != 0)
		return (enum zn_ledger_refusal)(96 + rule);
	uint64_t growth = voucher->voucher.paid.zat - channel->redeemed;
	NEED(tx->fee.zat <= model->balance[who] + (channel->payee == who ? growth : 0), NO_FUNDS);
	model->balance[channel->payee] += growth;
	channel->redeemed = voucher->voucher.paid.zat;
	channel->held = voucher->voucher.held.zat;
	return take_fee(model, who, tx->fee.zat);
}

static enum zn_ledger_refusal do_close(struct model *model, const struct zn_transaction *tx,
	int who, const struct model_hint *hint)
{
	const struct zn_tx_close *close = &tx->body.close;
	struct model_channel *channel = channel_find(model, &close->channel_id);
	uint64_t growth = 0;
	NEED(channel != NULL, NO_CHANNEL);
	NEED(channel->payee == who, NOT_PAYEE);
	if (close->has_voucher) {
		int rule = voucher_rule(model, channel, &channel->id, &close->voucher,
			hint->voucher_right);
		if (rule != 0)
			return (enum zn_ledger_refusal)(96 + rule);
		growth = close->voucher.voucher.paid.zat - channel->redeemed;
	}
	NEED(tx->fee.zat <= model->balance[who] + growth, NO_FUNDS);
	if (close->has_voucher) {
		channel->redeemed += growth;
		channel->held = close->voucher.voucher.held.zat;
	}
	model->balance[who] += growth;
	channel_end(model, channel);
	return take_fee(model, who, tx->fee.zat);
}

static enum zn_ledger_refusal do_request(struct model *model, const struct zn_transaction *tx,
	int who)
{
	struct model_channel *channel = channel_find(model, &tx->body.request_close.channel_id);
	uint64_t paid = tx->body.request_close.paid.zat;
	NEED(channel != NULL, NO_CHANNEL);
	NEED(channel->payer == who, NOT_PAYER);
	NEED(!channel->closing, CLOSING);
	NEED(paid >= channel->redeemed, PAID_SHRINKS);
	NEED(paid <= channel->deposit, PAID_OVER_DEPOSIT);
	NEED(tx->fee.zat <= model->balance[who], NO_FUNDS);
	uint64_t lost = channel->redeemed + channel->held;
	model->balance[channel->payee] += paid - channel->redeemed;
	channel->redeemed = paid;
	channel->held = lost > paid ? lost - paid : 0;
	channel->closing = true;
	channel->closing_s = model->now_s;
	channel->closing_height = model->height;
	return take_fee(model, who, tx->fee.zat);
}

static enum zn_ledger_refusal do_refund(struct model *model, const struct zn_transaction *tx,
	int who)
{
	struct model_channel *channel = channel_find(model, &tx->body.refund);
	NEED(channel != NULL, NO_CHANNEL);
	NEED(channel->payer == who, NOT_PAYER);
	NEED(channel->closing, NOT_CLOSING);
	NEED(model->now_s >= channel->closing_s + channel->grace_s &&
			model->height >= channel->closing_height + 100,
		TOO_EARLY);
	uint64_t rest = channel->deposit - channel->redeemed - channel->held;
	NEED(tx->fee.zat <= model->balance[who] + rest, NO_FUNDS);
	channel_end(model, channel);
	return take_fee(model, who, tx->fee.zat);
}

static enum zn_ledger_refusal do_bond(struct model *model, const struct zn_transaction *tx, int who)
{
	uint64_t amount = tx->body.bond.zat;
	NEED(amount > 0, NO_AMOUNT);
	NEED(amount + tx->fee.zat <= model->balance[who], NO_FUNDS);
	model->balance[who] -= amount;
	model->bonded[who] += amount;
	return take_fee(model, who, tx->fee.zat);
}

static enum zn_ledger_refusal do_unbond(struct model *model, const struct zn_transaction *tx,
	int who)
{
	uint64_t amount = tx->body.unbond.zat;
	NEED(amount > 0, NO_AMOUNT);
	NEED(amount <= model->bonded[who], NO_BOND);
	NEED(tx->fee.zat <= model->balance[who], NO_FUNDS);
	struct model_unbonding *slot = model->unbondings;
	while (slot->used)
		if (++slot == model->unbondings + MODEL_UNBONDINGS)
			abort();
	*slot = (struct model_unbonding){true, id_of(model, "unbonding-id/1", who, tx->nonce, -1),
		who, amount, model->now_s + 21 * 86400};
	model->bonded[who] -= amount;
	return take_fee(model, who, tx->fee.zat);
}

static struct zn_hash key_of(uint8_t tag, const struct zn_hash *id)
{
	uint8_t bytes[33] = {tag};
	struct zn_hash key;
	memcpy(bytes + 1, id->bytes, 32);
	zn_sha256(&key, bytes, sizeof bytes);
	return key;
}

/* Is (due, key) the earliest so far? Then it is noted as that. */
static bool earlier(uint64_t *best_s, struct zn_hash *best_key, uint64_t due_s,
	const struct zn_hash *key)
{
	if (due_s > *best_s || (due_s == *best_s && memcmp(key->bytes, best_key->bytes, 32) >= 0))
		return false;
	*best_s = due_s;
	*best_key = *key;
	return true;
}

void model_block_begin(struct model *model)
{
	for (int removed = 0; removed < 256; removed++) {
		uint64_t best_s = model->now_s + 1;
		struct zn_hash best_key, key;
		struct model_job *job = NULL;
		struct model_unbonding *unbonding = NULL;
		memset(&best_key, 0, sizeof best_key);
		for (int i = 0; i < MODEL_JOBS; i++) {
			if (!model->jobs[i].used || model->jobs[i].expiry_s > model->now_s)
				continue;
			key = key_of(3, &model->jobs[i].id);
			if (earlier(&best_s, &best_key, model->jobs[i].expiry_s, &key))
				job = &model->jobs[i];
		}
		for (int i = 0; i < MODEL_UNBONDINGS; i++) {
			struct model_unbonding *one = &model->unbondings[i];
			if (!one->used || one->release_s > model->now_s)
				continue;
			key = key_of(9, &one->id);
			if (earlier(&best_s, &best_key, one->release_s, &key))
				unbonding = one;
		}
		if (unbonding != NULL) {
			model->balance[unbonding->who] += unbonding->amount;
			unbonding->used = false;
		} else if (job != NULL) {
			job->used = false;
		} else {
			return;
		}
	}
}

enum zn_ledger_refusal model_do(struct model *model, const struct zn_transaction *tx,
	const struct model_hint *hint)
{
	int who = 0;
	while (memcmp(&model->keys[who], &tx->sender, sizeof tx->sender) != 0)
		if (++who == MODEL_PEOPLE)
			abort();
	NEED(tx->valid_until_s >= model->now_s, EXPIRED);
	NEED(tx->fee.zat >= hint->bytes * model->fee_rate, FEE_TOO_LOW);
	NEED(tx->nonce >= model->nonce[who], NONCE_USED);
	NEED(tx->nonce <= model->nonce[who], NONCE_GAP);
	NEED(hint->signature_right, BAD_SIGNATURE);
	switch (tx->kind) {
	case ZN_TX_TRANSFER:
		return do_transfer(model, tx, who);
	case ZN_TX_ANNOUNCE:
		return do_announce(model, tx, who);
	case ZN_TX_UPDATE:
		return do_update(model, tx, who);
	case ZN_TX_BOND:
		return do_bond(model, tx, who);
	case ZN_TX_UNBOND:
		return do_unbond(model, tx, who);
	case ZN_TX_WITHDRAW:
		return do_withdraw(model, tx, who);
	case ZN_TX_OPEN:
		return do_open(model, tx, who);
	case ZN_TX_TOP_UP:
		return do_top_up(model, tx, who);
	case ZN_TX_REDEEM:
		return do_redeem(model, tx, who, hint);
	case ZN_TX_CLOSE:
		return do_close(model, tx, who, hint);
	case ZN_TX_REQUEST_CLOSE:
		return do_request(model, tx, who);
	default:
		return do_refund(model, tx, who);
	}
}
