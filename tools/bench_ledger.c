/* tools/bench_ledger.c - blocks full of transfers on a ledger with many accounts: tools/bench-ledger.
 *
 * A child fills a home from a genesis, so that what this process measures of itself (its start, its
 * memory) is a node's. Every block is finalized and committed durably, as the solo engine does.
 */
#include "chain/node/application.h"
#include "chain/node/signatures.h"
#include "chain/node/signer.h"
#include "core/assert.h"
#include "io/clock.h"
#include "io/files.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TXS_MAX 5000

static struct {
	unsigned int accounts, txs, blocks;
	char home[PATH_MAX];
	struct zn_genesis genesis;
	struct zn_secret_key keys[TXS_MAX];
	struct zn_node_store *store;
	struct zn_application *application;
	struct zn_loop *loop;
	struct zn_signer signer;
	uint64_t time_s;
} bench;

static double ms_since(uint64_t start_ns)
{
	return (double)(zn_clock_monotonic_ns() - start_ns) / 1e6;
}

_Noreturn static void stop(const char *what)
{
	fprintf(stderr, "bench-ledger: %s\n", what);
	exit(1);
}

/* --- filling ---------------------------------------------------------------------------------- */

static void key_make(struct zn_secret_key *out, uint32_t number)
{
	struct zn_hash hash;
	uint32_t text[2] = {0x6b6579, number};
	zn_sha256(&hash, text, sizeof text);
	bool made = zn_secret_key_make(out, hash.bytes);
	ZN_ASSERT(made);
}

/* The first ones are the senders', the others nobody's. */
static void account_make(struct zn_account *out, uint32_t number)
{
	struct zn_public_key key;
	struct zn_hash hash;
	if (number < bench.txs) {
		zn_public_key_of(&key, &bench.keys[number]);
		zn_account_of(out, &key);
		return;
	}
	zn_sha256(&hash, &number, sizeof number);
	out->scheme = ZN_ACCOUNT_SCHEME_KEY;
	memcpy(out->bytes, hash.bytes, sizeof out->bytes);
}

struct made {
	struct zn_hash key;
	uint32_t number;
};

static int made_compare(const void *a, const void *b)
{
	return zn_hash_compare(&((const struct made *)a)->key, &((const struct made *)b)->key);
}

static void genesis_make(void)
{
	const uint64_t supply = ZN_SUPPLY_XEN * ZN_ZAT_PER_XEN, each = supply / bench.accounts;
	struct made *made = calloc(bench.accounts + 1, sizeof *made);
	uint8_t *bytes = malloc((size_t)bench.accounts * 64 + 128);
	ZN_ASSERT(made != NULL && bytes != NULL);
	for (uint32_t i = 0; i < bench.accounts; i++) {
		struct zn_account account;
		account_make(&account, i);
		zn_state_key_account(&made[i].key, &account);
		made[i].number = i;
	}
	zn_state_key(&made[bench.accounts].key, ZN_STATE_SUPPLY, NULL, 0);
	made[bench.accounts].number = UINT32_MAX;
	qsort(made, bench.accounts + 1, sizeof *made, made_compare);
	size_t used = 0;
	for (uint32_t i = 0; i <= bench.accounts; i++) {
		struct zn_account_state account = {.balance = {each}};
		struct zn_supply totals = {.supply = {supply},
			.balances = {each * bench.accounts},
			.fee_pool = {supply - each * bench.accounts}};
		size_t count;
		if (made[i].number == UINT32_MAX) {
			count = zn_supply_encode(bytes + used + 4, 128, &totals);
		} else {
			account_make(&account.account, made[i].number);
			count = zn_account_state_encode(bytes + used + 4, 64, &account);
		}
		for (int b = 0; b < 4; b++)
			bytes[used++] = (uint8_t)(count >> 8 * b);
		used += count;
	}
	free(made);
	bench.genesis = (struct zn_genesis){.time_s = 1000000,
		.fee_zat_per_byte = ZN_FEE_ZAT_PER_BYTE,
		.grace_s_min = ZN_GRACE_S_MIN,
		.entries = bytes,
		.entries_bytes = used};
	bool named = zn_chain_id_make(&bench.genesis.chain, "bench-1");
	ZN_ASSERT(named);
}

static void open_all(const struct zn_genesis *genesis)
{
	struct zn_complaint complaint = {""};
	if (zn_node_store_open(&bench.store, bench.home, &complaint) != ZN_ERR_OK ||
		!zn_application_open(&bench.application, bench.store, genesis, &complaint))
		stop(complaint.text);
}

static void fill(void)
{
	pid_t child = fork();
	int status;
	if (child < 0)
		stop("cannot fork");
	if (child == 0) {
		genesis_make();
		open_all(&bench.genesis);
		zn_application_close(bench.application);
		zn_node_store_close(bench.store);
		_exit(0);
	}
	if (waitpid(child, &status, 0) != child || status != 0)
		stop("the home could not be filled");
}

/* --- a block ---------------------------------------------------------------------------------- */

static struct zn_block_tx txs[TXS_MAX];
static struct zn_node_tx kept[TXS_MAX];
static enum zn_ledger_refusal results[TXS_MAX];
static struct zn_hash scratch[TXS_MAX];
static bool take[TXS_MAX];
static uint8_t tx_bytes[TXS_MAX][256];

struct split {
	double signatures, execution, tree, seal, disk;
};

static void txs_make(uint64_t nonce, uint32_t *random)
{
	for (uint32_t i = 0; i < bench.txs; i++) {
		uint8_t bytes[ZN_TX_BYTES_MAX];
		struct zn_transaction tx = {.kind = ZN_TX_TRANSFER,
			.nonce = nonce,
			.valid_until_s = UINT32_MAX};
		*random = *random * 1664525 + 1013904223;
		account_make(&tx.body.transfer.to, *random % bench.accounts);
		tx.body.transfer.amount.zat = 1 + *random % 1000;
		size_t count = zn_transaction_sign(bytes, &tx, &bench.keys[i],
			&zn_application_params(bench.application)->chain, ZN_FEE_ZAT_PER_BYTE);
		ZN_ASSERT(count <= sizeof tx_bytes[i]);
		memcpy(tx_bytes[i], bytes, count);
		txs[i] = (struct zn_block_tx){tx_bytes[i], count, false};
	}
}

static void block_make(struct split *split, uint32_t count)
{
	static struct zn_commit commit;
	const struct zn_node_head *head = zn_application_head(bench.application);
	struct zn_block work = {head->height + 1, ++bench.time_s, count, txs};
	struct zn_node_block block = {.commit = &commit, .txs = kept, .txs_count = count};
	struct zn_block_mark mark;
	struct zn_block_time time = {(int64_t)bench.time_s, 0};
	struct zn_hash app_hash, data_hash;
	uint64_t start = zn_clock_monotonic_ns();
	zn_signatures_check(txs, count, &zn_application_params(bench.application)->chain,
		bench.loop);
	split->signatures += ms_since(start);
	/* Executing alone, over a view that is thrown away: what finalize costs besides is the tree. */
	start = zn_clock_monotonic_ns();
	zn_application_prepare(bench.application, take, txs, count, ZN_BLOCK_BYTES_MAX,
		bench.time_s);
	double execution = ms_since(start);
	start = zn_clock_monotonic_ns();
	zn_application_finalize(bench.application, results, &work, &app_hash);
	split->tree += ms_since(start) - execution;
	split->execution += execution;
	for (uint32_t i = 0; i < count; i++) {
		if (results[i] != ZN_LEDGER_OK)
			stop(zn_ledger_refusal_sentence(results[i]));
		kept[i] = (struct zn_node_tx){txs[i].bytes, (uint32_t)txs[i].count, 0};
	}
	start = zn_clock_monotonic_ns();
	zn_block_data_hash(&data_hash, scratch, kept, count);
	zn_signer_header(&block.header, &bench.signer, head, &time, &data_hash);
	zn_signer_commit(&commit, &bench.signer, &block.header);
	zn_block_mark_of(&mark, &block, scratch);
	split->seal += ms_since(start);
	start = zn_clock_monotonic_ns();
	if (zn_application_commit(bench.application, &block, &mark) != ZN_ERR_OK)
		stop("a block could not be stored");
	split->disk += ms_since(start);
}

/* --- what the machine can at best ------------------------------------------------------------- */

struct raw {
	uint32_t first, count;
	struct zn_public_key keys[64];
	struct zn_hash hashes[64];
	struct zn_signature signatures[64];
};

static void raw_check(void *user)
{
	const struct raw *raw = user;
	for (uint32_t i = 0; i < raw->count; i++) {
		bool right = zn_verify(&raw->keys[i], &raw->hashes[i], &raw->signatures[i]);
		ZN_ASSERT(right);
	}
}

/* Signature checks a second on all cores, of hashes that are there already. */
static double raw_rate(void)
{
	enum { SLICES = 64 };
	static struct raw raws[SLICES];
	void *users[SLICES];
	for (uint32_t s = 0; s < SLICES; s++) {
		users[s] = &raws[s];
		raws[s].count = 32;
		for (uint32_t i = 0; i < raws[s].count; i++) {
			uint32_t number = (s * raws[s].count + i) % bench.txs;
			zn_public_key_of(&raws[s].keys[i], &bench.keys[number]);
			zn_sha256(&raws[s].hashes[i], &number, sizeof number);
			zn_sign(&raws[s].signatures[i], &bench.keys[number], &raws[s].hashes[i]);
		}
	}
	uint64_t start = zn_clock_monotonic_ns();
	uint32_t rounds = 0;
	for (; ms_since(start) < 500; rounds++)
		zn_loop_parallel(bench.loop, raw_check, users, SLICES);
	return rounds * SLICES * 32 / (ms_since(start) / 1000);
}

static double memory_mb(void)
{
	char line[256];
	long kb = 0;
	FILE *file = fopen("/proc/self/status", "r");
	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		if (sscanf(line, "RssAnon: %ld", &kb) == 1)
			break;
	if (file != NULL)
		fclose(file);
	return (double)kb / 1024;
}

static double file_bytes(void)
{
	char path[PATH_MAX];
	struct stat status;
	if (!zn_path_make(path, "%s/data.mdb", bench.home) || stat(path, &status) != 0)
		stop("the database's size cannot be read");
	return (double)status.st_size;
}

static void report(void)
{
	struct split split = {0}, empty = {0};
	uint32_t random = 1;
	const uint32_t empty_blocks = 2000;
	double raw = raw_rate(), before = file_bytes();
	/* First, while no pages are free to be used again. */
	for (uint32_t b = 0; b < empty_blocks; b++)
		block_make(&empty, 0);
	double empty_bytes = (file_bytes() - before) / empty_blocks;
	before = file_bytes();
	for (uint32_t b = 0; b < bench.blocks; b++) {
		txs_make(b, &random);
		block_make(&split, bench.txs);
	}
	double blocks = bench.blocks,
	       all = split.signatures + split.execution + split.tree + split.seal + split.disk;
	double rate = bench.txs * blocks / (all / 1000);
	double grown = (file_bytes() - before) / (blocks * bench.txs);
	printf("block of %u transfers, mean of %u: %.1f ms: signatures %.1f, execution %.1f, tree "
	       "%.1f, header and commit %.1f, disk %.1f\n",
		bench.txs, bench.blocks, all / blocks, split.signatures / blocks,
		split.execution / blocks, split.tree / blocks, split.seal / blocks,
		split.disk / blocks);
	printf("transfers a second: %.0f; signature checks a second on this machine's cores: %.0f; "
	       "ratio %.2f\n",
		rate, raw, rate / raw);
	printf("memory with the last %d states kept: %.0f MB\n", ZN_PROOF_HEIGHTS_KEPT,
		memory_mb());
	printf("on disk: %.0f bytes a transfer, %.0f bytes an empty block (%.2f ms each)\n", grown,
		empty_bytes, (empty.disk + empty.seal + empty.tree) / empty_blocks);
}

static unsigned int number_of(const char *text, unsigned int most)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);
	if (*end != '\0' || value == 0 || value > most)
		stop("a number is missing, 0, or too large");
	return (unsigned int)value;
}

int main(int argc, char **argv)
{
	if (argc != 5)
		stop("usage: bench-ledger-run HOME ACCOUNTS TRANSFERS BLOCKS (see "
		     "tools/bench-ledger)");
	if (!zn_path_make(bench.home, "%s", argv[1]))
		stop("too long a path");
	bench.accounts = number_of(argv[2], 4000000);
	bench.txs = number_of(argv[3], TXS_MAX);
	bench.blocks = number_of(argv[4], 100000);
	bench.time_s = 1000000;
	if (bench.txs > bench.accounts)
		stop("more transfers in a block than accounts");
	for (uint32_t i = 0; i < bench.txs; i++)
		key_make(&bench.keys[i], i);
	zn_signer_make(&bench.signer, &bench.keys[0]);
	fill();
	double empty_mb = memory_mb(), disk = file_bytes();
	uint64_t start = zn_clock_monotonic_ns();
	open_all(NULL);
	printf("%u accounts: start %.2f s, %.0f bytes of memory and %.0f on disk an account\n",
		bench.accounts, ms_since(start) / 1000,
		(memory_mb() - empty_mb) * 1048576 / bench.accounts, disk / bench.accounts);
	if (zn_loop_create(&bench.loop) != ZN_ERR_OK)
		stop("no event loop");
	zn_application_pool_set(bench.application, bench.loop);
	report();
	zn_loop_destroy(bench.loop);
	zn_application_close(bench.application);
	zn_node_store_close(bench.store);
	return 0;
}
