#include "chain/node/solo.h"

#include "core/assert.h"
#include "io/clock.h"
#include "io/log.h"

#include <stdlib.h>
#include <string.h>

struct waiting {
	struct zn_hash id;
	uint8_t *bytes;
	uint32_t count;
	bool settles;
};

struct zn_solo {
	struct zn_loop *loop;
	struct zn_application *application;
	struct zn_solo_options options;
	struct zn_timer timer;
	uint64_t last_ns; /* when the last block was made */
	bool soon;        /* the timer stands for a block that must come at once */
	bool unproven;    /* the last block changed the state: no header commits to it yet */
	bool failed;
	struct waiting pool[ZN_MEMPOOL_TXS_MAX];
	size_t pool_count, pool_bytes;
	size_t ordinary_count, ordinary_bytes; /* of those that do not settle */
};

static void block_make(void *user);

static uint64_t now_of(const struct zn_solo *solo)
{
	struct zn_block_time now;
	zn_signer_time(&now, zn_application_head(solo->application), zn_clock_wall_ns());
	return (uint64_t)now.s;
}

static void block_plan(struct zn_solo *solo)
{
	uint64_t since_ms = (zn_clock_monotonic_ns() - solo->last_ns) / 1000000;
	if (solo->failed || solo->soon)
		return;
	if (solo->pool_count == 0 && !solo->unproven) {
		zn_timer_start(&solo->timer, solo->loop, solo->options.idle_ms, block_make, solo);
		return;
	}
	solo->soon = true;
	zn_timer_start(&solo->timer, solo->loop,
		since_ms >= ZN_BLOCK_GAP_MS ? 0 : ZN_BLOCK_GAP_MS - since_ms, block_make, solo);
}

struct zn_solo *zn_solo_create(struct zn_loop *loop, struct zn_application *application,
	const struct zn_solo_options *options)
{
	struct zn_solo *solo = calloc(1, sizeof *solo);
	ZN_ASSERT(solo != NULL);
	solo->loop = loop;
	solo->application = application;
	solo->options = *options;
	ZN_ASSERT(zn_signer_fits(options->signer, zn_application_head(application)));
	zn_timer_start(&solo->timer, loop, 0, block_make, solo);
	return solo;
}

static void pool_clear(struct zn_solo *solo)
{
	for (size_t i = 0; i < solo->pool_count; i++)
		free(solo->pool[i].bytes);
	solo->pool_count = solo->pool_bytes = 0;
	solo->ordinary_count = solo->ordinary_bytes = 0;
}

void zn_solo_destroy(struct zn_solo *solo)
{
	if (solo == NULL)
		return;
	zn_timer_stop(&solo->timer);
	pool_clear(solo);
	free(solo);
}

const struct zn_signer *zn_solo_signer(const struct zn_solo *solo)
{
	return solo->options.signer;
}

bool zn_solo_holds(const struct zn_solo *solo, const struct zn_hash *tx_id)
{
	for (size_t i = 0; i < solo->pool_count; i++)
		if (zn_hash_equal(&solo->pool[i].id, tx_id))
			return true;
	return false;
}

size_t zn_solo_waiting(const struct zn_solo *solo)
{
	return solo->pool_count;
}

static bool pool_has_room(const struct zn_solo *solo, size_t count, bool settles)
{
	const size_t share = ZN_SETTLE_SHARE;
	if (solo->pool_count >= ZN_MEMPOOL_TXS_MAX ||
		solo->pool_bytes + count > ZN_MEMPOOL_BYTES_MAX)
		return false;
	return settles || (solo->ordinary_count < ZN_MEMPOOL_TXS_MAX - ZN_MEMPOOL_TXS_MAX / share &&
				  solo->ordinary_bytes + count <=
					  ZN_MEMPOOL_BYTES_MAX - ZN_MEMPOOL_BYTES_MAX / share);
}

/* Takes entry->bytes. */
static void pool_add(struct zn_solo *solo, const struct waiting *entry)
{
	solo->pool[solo->pool_count++] = *entry;
	solo->pool_bytes += entry->count;
	if (!entry->settles) {
		solo->ordinary_count++;
		solo->ordinary_bytes += entry->count;
	}
}

enum zn_ledger_refusal zn_solo_submit(struct zn_solo *solo, const uint8_t *bytes, size_t count)
{
	struct waiting entry = {.count = (uint32_t)count};
	if (count > ZN_TX_BYTES_MAX)
		return ZN_LEDGER_TOO_LARGE;
	zn_transaction_id(&entry.id, bytes, count);
	if (zn_solo_holds(solo, &entry.id))
		return ZN_LEDGER_OK;
	/* Room first: a check that passes is counted on by the next one. */
	entry.settles = zn_application_settles(bytes, count);
	if (!pool_has_room(solo, count, entry.settles))
		return ZN_LEDGER_MEMPOOL_FULL;
	entry.bytes = malloc(count + 1);
	if (entry.bytes == NULL)
		return ZN_LEDGER_MEMPOOL_FULL;
	enum zn_ledger_refusal refusal =
		zn_application_check(solo->application, bytes, count, false, now_of(solo));
	if (refusal != ZN_LEDGER_OK) {
		free(entry.bytes);
		return refusal;
	}
	memcpy(entry.bytes, bytes, count);
	pool_add(solo, &entry);
	block_plan(solo);
	return ZN_LEDGER_OK;
}

/* --- making a block
 * --------------------------------------------------------------------------------- */

/* All arrays of one block, in one allocation's worth of statics: there is one engine in a process.
 */
static struct zn_block_tx txs[ZN_BLOCK_TXS_MAX];
static struct zn_node_tx kept[ZN_BLOCK_TXS_MAX];
static enum zn_ledger_refusal results[ZN_BLOCK_TXS_MAX];
static struct zn_hash ids[ZN_BLOCK_TXS_MAX];
static bool take[ZN_MEMPOOL_TXS_MAX];
static struct zn_commit commit; /* of the block that is made */

_Static_assert(ZN_BLOCK_TXS_MAX >= ZN_MEMPOOL_TXS_MAX, "the whole mempool may be a candidate");

static size_t choose(struct zn_solo *solo, uint64_t time_s)
{
	size_t count = 0;
	for (size_t i = 0; i < solo->pool_count; i++) {
		txs[i] = (struct zn_block_tx){solo->pool[i].bytes, solo->pool[i].count, true};
		take[i] = true;
	}
	if (solo->pool_bytes > ZN_BLOCK_BYTES_MAX - ZN_BLOCK_BYTES_MAX / ZN_SETTLE_SHARE)
		zn_application_prepare(solo->application, take, txs, solo->pool_count,
			ZN_BLOCK_BYTES_MAX, time_s);
	for (size_t i = 0; i < solo->pool_count; i++)
		if (take[i])
			txs[count++] = txs[i];
	return count;
}

/* What did not fit is checked again over the new state; what fails now is dropped. */
static void pool_recheck(struct zn_solo *solo)
{
	size_t before = solo->pool_count;
	zn_application_check_restart(solo->application, now_of(solo));
	solo->pool_count = solo->pool_bytes = 0;
	solo->ordinary_count = solo->ordinary_bytes = 0;
	for (size_t i = 0; i < before; i++) {
		struct waiting entry = solo->pool[i];
		if (!take[i] && zn_application_check(solo->application, entry.bytes, entry.count,
					true, now_of(solo)) == ZN_LEDGER_OK)
			pool_add(solo, &entry);
		else
			free(entry.bytes);
	}
}

/* Header, commit and mark of a finalized block around its transactions. */
static void block_seal(struct zn_node_block *block, struct zn_block_mark *mark,
	const struct zn_solo *solo, const struct zn_block_time *time)
{
	struct zn_hash data_hash;
	zn_block_data_hash(&data_hash, ids, kept, block->txs_count);
	zn_signer_header(&block->header, solo->options.signer,
		zn_application_head(solo->application), time, &data_hash);
	zn_signer_commit(&commit, solo->options.signer, &block->header);
	block->commit = &commit;
	zn_block_mark_of(mark, block, ids);
}

static void block_make(void *user)
{
	struct zn_solo *solo = user;
	const struct zn_node_head *head = zn_application_head(solo->application);
	struct zn_node_block block = {.txs = kept};
	struct zn_block_mark mark;
	struct zn_block_time time;
	struct zn_hash app_hash, before = head->app_hash;
	zn_signer_time(&time, head, zn_clock_wall_ns());
	struct zn_block work = {.height = head->height + 1, .time_s = (uint64_t)time.s, .txs = txs};
	work.txs_count = choose(solo, work.time_s);
	zn_application_finalize(solo->application, results, &work, &app_hash);
	for (size_t i = 0; i < work.txs_count; i++)
		kept[i] = (struct zn_node_tx){txs[i].bytes, (uint32_t)txs[i].count,
			(uint32_t)results[i]};
	block.txs_count = (uint32_t)work.txs_count;
	block_seal(&block, &mark, solo, &time);
	enum zn_err err = zn_application_commit(solo->application, &block, &mark);
	solo->soon = false;
	if (err != ZN_ERR_OK) {
		solo->failed = true;
		solo->options.failed(solo->options.user, err);
		return;
	}
	solo->unproven = !zn_hash_equal(&before, &app_hash);
	pool_recheck(solo);
	solo->last_ns = zn_clock_monotonic_ns();
	block_plan(solo);
	solo->options.block(solo->options.user);
}
