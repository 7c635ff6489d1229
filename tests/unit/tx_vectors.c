/* tests/unit/tx_vectors.c - committed bytes of every transaction and state value; --print makes
 * them. */
#include "tests/unit/ledger_scene.h"

#include "chain/tx/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct vector {
	const char *name, *hex, *hash; /* the signed hash of a transaction, SHA-256 of a value */
};

static const struct vector vectors[] = {
#include "tests/unit/tx_vectors.inc"
	{NULL, NULL, NULL},
};

static struct world world; /* only its keys and its chain */

static struct zn_transaction transaction_of(uint8_t kind)
{
	struct zn_hash id = {{1, 2, 3, 4}};
	struct zn_signed_voucher voucher = world_voucher(&world, 0, &id, 123456789, 1000);
	struct zn_transaction tx = {.kind = kind, .nonce = 7, .valid_until_s = 1700000600};
	switch (kind) {
	case ZN_TX_TRANSFER:
		tx.body.transfer = (struct zn_tx_transfer){world.accounts[1], {250000000}};
		break;
	case ZN_TX_ANNOUNCE:
		tx.body.announce = world_announcement(1700003600);
		break;
	case ZN_TX_OPEN:
		tx.body.open.count = 2;
		tx.body.open.openings[0] =
			(struct zn_tx_opening){world.accounts[1], {{8}}, {500000000}, 604800};
		tx.body.open.openings[1] =
			(struct zn_tx_opening){world.accounts[2], {{9}}, {600000000}, 259200};
		break;
	case ZN_TX_UPDATE:
		tx.body.update = (struct zn_tx_update){id, 2000000, 1700001800, 1700007200, {{10}},
			"https://b.example:443"};
		break;
	case ZN_TX_WITHDRAW:
		tx.body.withdraw = id;
		break;
	case ZN_TX_TOP_UP:
		tx.body.top_up = (struct zn_tx_top_up){id, {1000000}};
		break;
	case ZN_TX_REDEEM:
		tx.body.redeem = voucher;
		break;
	case ZN_TX_CLOSE:
		tx.body.close = (struct zn_tx_close){id, true, voucher};
		break;
	case ZN_TX_REQUEST_CLOSE:
		tx.body.request_close = (struct zn_tx_request_close){id, {77}};
		break;
	case ZN_TX_BOND:
		tx.body.bond.zat = 5000000000;
		break;
	case ZN_TX_UNBOND:
		tx.body.unbond.zat = 1000000000;
		break;
	default:
		tx.body.refund = id;
	}
	return tx;
}

static size_t transaction_bytes(uint8_t bytes[ZN_TX_BYTES_MAX], struct zn_hash *hash, uint8_t kind)
{
	struct zn_transaction tx = transaction_of(kind);
	size_t count =
		zn_transaction_sign(bytes, &tx, &world.keys[0], &world.chain, ZN_FEE_ZAT_PER_BYTE);
	zn_transaction_hash(hash, &world.chain, &tx);
	return count;
}

static size_t value_bytes(uint8_t *bytes, size_t bytes_max, struct zn_hash *hash, int which)
{
	size_t count;
	struct zn_account_state account = {world.accounts[1], {250000000}, 3};
	struct zn_job job = {.id = {{1, 2}},
		.owner = world.accounts[0],
		.announced_s = 1700000000,
		.announced_height = 12,
		.announcement = world_announcement(1700003600)};
	struct zn_supply supply = {{1000}, {500}, {300}, {0}, {0}, {200}};
	struct zn_bond bond = {world.accounts[1], {250000000}, {1000}};
	struct zn_unbonding unbonding = {{{3, 4}}, world.accounts[1], {1000}, 1701814400};
	struct zn_ledger_params params = {world.chain, 1700000000, 10, 259200, {1000}};
	switch (which) {
	case 0:
		count = zn_account_state_encode(bytes, bytes_max, &account);
		break;
	case 1:
		count = zn_job_encode(bytes, bytes_max, &job);
		break;
	case 2:
		count = zn_supply_encode(bytes, bytes_max, &supply);
		break;
	case 3:
		count = zn_bond_encode(bytes, bytes_max, &bond);
		break;
	case 4:
		count = zn_unbonding_encode(bytes, bytes_max, &unbonding);
		break;
	default:
		count = zn_ledger_params_encode(bytes, bytes_max, &params);
	}
	zn_sha256(hash, bytes, count);
	return count;
}

static const struct vector *vector_of(const char *name)
{
	for (const struct vector *at = vectors; at->name != NULL; at++)
		if (strcmp(at->name, name) == 0)
			return at;
	fail_msg("no vector of %s", name);
	return NULL;
}

static const char *const value_names[] = {"account-state", "job-state", "supply", "bond-state",
	"unbonding-state", "params"};

static void meet(const char *name, const uint8_t *bytes, size_t count, const struct zn_hash *hash,
	bool print)
{
	static char hex[2 * ZN_TX_BYTES_MAX + 1];
	char hash_text[ZN_HASH_TEXT_BYTES];
	zn_hex_write(hex, bytes, count);
	zn_hash_text(hash_text, hash);
	if (print) {
		printf("\t{\"%s\",\n", name);
		for (size_t at = 0; at < strlen(hex); at += 80)
			printf("\t\t\"%.80s\"\n", hex + at);
		printf("\t\t,\"%s\"},\n", hash_text);
		return;
	}
	assert_string_equal(hex, vector_of(name)->hex);
	assert_string_equal(hash_text, vector_of(name)->hash);
}

static void all(bool print)
{
	static uint8_t bytes[ZN_TX_BYTES_MAX];
	struct zn_hash hash;
	for (uint8_t kind = 1; kind <= ZN_TX_KIND_MAX; kind++) {
		size_t count = transaction_bytes(bytes, &hash, kind);
		meet(zn_transaction_kind_name(kind), bytes, count, &hash, print);
	}
	for (int i = 0; i < 6; i++) {
		size_t count = value_bytes(bytes, sizeof bytes, &hash, i);
		meet(value_names[i], bytes, count, &hash, print);
	}
}

static void bytes_are_the_committed_ones(void **state)
{
	(void)state;
	all(false);
}

static void committed_bytes_decode_and_encode_to_themselves(void **state)
{
	static uint8_t bytes[ZN_TX_BYTES_MAX + 1], again[ZN_TX_BYTES_MAX];
	static struct zn_transaction tx;
	(void)state;
	for (uint8_t kind = 1; kind <= ZN_TX_KIND_MAX; kind++) {
		const char *hex = vector_of(zn_transaction_kind_name(kind))->hex;
		size_t count = strlen(hex) / 2;
		assert_true(zn_hex_read(bytes, count, hex));
		assert_true(zn_transaction_decode(&tx, bytes, count));
		assert_int_equal(zn_transaction_encode(again, &tx), count);
		assert_memory_equal(again, bytes, count);
		assert_int_equal(tx.nonce, 7);
		/* Every shorter one, and one longer one, is none. */
		for (size_t less = 0; less < count; less++)
			assert_false(zn_transaction_decode(&tx, bytes, less));
		bytes[count] = 0;
		assert_false(zn_transaction_decode(&tx, bytes, count + 1));
		/* Any changed bit gives no transaction or another one that encodes to itself, and
		 * the signature fits none of those. */
		for (size_t bit = 0; bit < 8 * (count - 64); bit++) {
			struct zn_hash hash;
			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			if (zn_transaction_decode(&tx, bytes, count)) {
				assert_int_equal(zn_transaction_encode(again, &tx), count);
				assert_memory_equal(again, bytes, count);
				zn_transaction_hash(&hash, &world.chain, &tx);
				if (bit % 37 == 0) /* a check costs 50 microseconds */
					assert_false(
						zn_verify(&world.publics[0], &hash, &tx.signature));
			}
			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

static void the_largest_open_fits_a_transaction(void **state)
{
	static uint8_t bytes[ZN_TX_BYTES_MAX];
	static struct zn_transaction tx, again;
	(void)state;
	tx = (struct zn_transaction){.kind = ZN_TX_OPEN};
	tx.body.open.count = ZN_CHANNELS_PER_TX_MAX;
	for (uint32_t i = 0; i < ZN_CHANNELS_PER_TX_MAX; i++)
		tx.body.open.openings[i] =
			(struct zn_tx_opening){world.accounts[1], {{1}}, {ZN_AMOUNT_MAX_ZAT}, 10};
	size_t count = zn_transaction_sign(bytes, &tx, &world.keys[0], &world.chain, 10);
	assert_true(zn_transaction_decode(&again, bytes, count));
	assert_int_equal(again.body.open.count, ZN_CHANNELS_PER_TX_MAX);
	/* One more in the count is refused before anything is read into it. */
	bytes[60] = ZN_CHANNELS_PER_TX_MAX + 1;
	assert_false(zn_transaction_decode(&again, bytes, count));
}

static int start(void **state)
{
	(void)state;
	world_start(&world, ZN_FEE_ZAT_PER_BYTE);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	world_finish(&world);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_the_committed_ones),
		cmocka_unit_test(committed_bytes_decode_and_encode_to_themselves),
		cmocka_unit_test(the_largest_open_fits_a_transaction),
	};
	if (argc == 2 && strcmp(argv[1], "--print") == 0) {
		start(NULL);
		all(true);
		finish(NULL);
		return 0;
	}
	return cmocka_run_group_tests_name("tx_vectors", tests, start, finish);
}
