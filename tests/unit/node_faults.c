/* tests/unit/node_faults.c - what a person or a stranger does wrong to a node, and what it says. */
#include "tests/unit/node_harness.h"

#include "io/files.h"
#include "io/json.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct node_harness harness;

static int start(void **state)
{
	(void)state;
	harness_start(&harness);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	harness_finish(&harness);
	return 0;
}

/* Non-zero exit, one line, and these words in it. */
static void complains(const char *const *arguments, const char *words)
{
	char said[2048];
	int status = harness_complains(said, sizeof said, arguments);
	if (status != 1 && status != 2)
		fail_msg("exit status %d: %s", status, said);
	if (strstr(said, words) == NULL)
		fail_msg("\"%s\" is not in: %s", words, said);
	char *line = strchr(said, '\n');
	assert_non_null(line);
	assert_string_equal(line, "\n");
}

static void a_busy_port_is_said_and_nothing_is_made(void **state)
{
	char listen[32], home[128];
	(void)state;
	snprintf(listen, sizeof listen, "127.0.0.1:%u", harness.port);
	snprintf(home, sizeof home, "%s/other", harness.home);
	const char *arguments[] = {"xencoind", "--solo", "--home", home, "--listen", listen, NULL};
	complains(arguments, "another program has this port");
	assert_false(zn_file_exists(home));
}

static void a_locked_home_is_said(void **state)
{
	(void)state;
	const char *arguments[] = {"xencoind", "--solo", "--home", harness.home, "--listen",
		"127.0.0.1:0", NULL};
	complains(arguments, "another xencoind uses this home");
}

static void an_unusable_home_is_said(void **state)
{
	(void)state;
	const char *arguments[] = {"xencoind", "--solo", "--home", "/dev/null/home", "--listen",
		"127.0.0.1:0", NULL};
	complains(arguments, "give another --home");
}

static void wrong_arguments_are_said(void **state)
{
	(void)state;
	const char *none[] = {"xencoind", NULL};
	complains(none, "--solo");
	const char *unknown[] = {"xencoind", "--solo", "--homes", "x", NULL};
	complains(unknown, "--homes");
	const char *listen[] = {"xencoind", "--solo", "--listen", "localhost", NULL};
	complains(listen, "ADDRESS:PORT");
	static const char *const keeps[] = {"7", "", "d", "0d", "7w", "-1d", "99999999999d"};
	for (size_t i = 0; i < sizeof keeps / sizeof *keeps; i++) {
		const char *keep[] = {"xencoind", "--solo", "--keep", keeps[i], NULL};
		complains(keep, "7d or all");
	}
	const char *no_out[] = {"xencoind", "export", NULL};
	complains(no_out, "--out FILE");
	const char *no_ledger[] = {"xencoind", "export", "--home", "/tmp/zennet-none", "--out",
		"/tmp/x", NULL};
	complains(no_ledger, "no ledger in this home");
	const char *in_use[] = {"xencoind", "export", "--home", harness.home, "--out", "/tmp/x",
		NULL};
	complains(in_use, "stop it first");
	const char *operator_text[] = {"xencoind", "--solo", "--home", "/tmp/zennet-none",
		"--listen", "127.0.0.1:0", "--operator", "xen1nobody", NULL};
	complains(operator_text, "not an account");
	assert_false(zn_file_exists("/tmp/zennet-none"));
}

/* Another key would sign another history. */
static void a_lost_or_foreign_validator_key_is_said(void **state)
{
	char path[128];
	uint8_t *key;
	size_t count;
	(void)state;
	snprintf(path, sizeof path, "%s/validator.key", harness.home);
	harness_kill(&harness, SIGTERM);
	assert_int_equal(zn_file_read(&key, &count, path, 128), ZN_ERR_OK);
	assert_int_equal(unlink(path), 0);
	assert_false(harness_run(&harness));
	assert_non_null(strstr(harness.said, "signs this ledger's blocks is gone"));
	assert_false(zn_file_exists(path));
	const char *other = "1111111111111111111111111111111111111111111111111111111111111111\n";
	assert_int_equal(zn_file_write(path, other, strlen(other), 0600), ZN_ERR_OK);
	assert_false(harness_run(&harness));
	assert_non_null(strstr(harness.said, "not the key that signed"));
	assert_int_equal(zn_file_write(path, key, count, 0600), ZN_ERR_OK);
	free(key);
	assert_true(harness_run(&harness));
}

static void genesis_of(const char *text, const char *words)
{
	char path[128], home[128];
	snprintf(path, sizeof path, "%s/wrong.json", harness.home);
	snprintf(home, sizeof home, "%s/new", harness.home);
	assert_int_equal(zn_file_write(path, text, strlen(text), 0600), ZN_ERR_OK);
	const char *arguments[] = {"xencoind", "--solo", "--home", home, "--listen", "127.0.0.1:0",
		"--genesis", path, NULL};
	complains(arguments, words);
}

static void a_wrong_genesis_file_is_said_with_its_place(void **state)
{
	char text[512], account[ZN_ACCOUNT_TEXT_BYTES];
	(void)state;
	zn_account_text(account, &harness.operator_account);
	genesis_of("{", "wrong.json");
	genesis_of("[]", "object");
	genesis_of("{\"chain_id\": \"a\", \"time_s\": 1}", "allocations");
	genesis_of("{\"chain_id\": \"a\", \"time_s\": 1, \"allocations\": {}}", "array");
	genesis_of("{\"chain_id\": \"a b\", \"time_s\": 1, \"allocations\": []}", "chain_id");
	genesis_of("{\"chain_id\": \"a\", \"time_s\": 1, \"allocations\": [7]}", "allocations[0]");
	genesis_of("{\"chain_id\": \"a\", \"time_s\": 1, \"minted\": 1, \"allocations\": []}",
		"minted");
	snprintf(text, sizeof text,
		"{\"chain_id\": \"a\", \"time_s\": 1, \"allocations\": "
		"[{\"account\": \"%s\", \"amount\": \"999999999.99999999 XEN\"}]}",
		account);
	genesis_of(text, "add up");
	account[8] = account[8] == 'q' ? 'p' : 'q';
	snprintf(text, sizeof text,
		"{\"chain_id\": \"a\", \"time_s\": 1, \"allocations\": "
		"[{\"account\": \"%s\", \"amount\": \"1000000000 XEN\"}]}",
		account);
	genesis_of(text, "not an account");
}

/* An old home with another genesis: refused, and it starts as before without it. */
static void a_home_keeps_its_genesis(void **state)
{
	char path[128], text[512], account[ZN_ACCOUNT_TEXT_BYTES];
	(void)state;
	harness_kill(&harness, SIGTERM);
	snprintf(path, sizeof path, "%s/other.json", harness.home);
	for (int other_name = 0; other_name < 2; other_name++) {
		snprintf(text, sizeof text,
			"{\"chain_id\": \"%s\", \"time_s\": 5, \"allocations\": "
			"[{\"account\": \"%s\", \"amount\": \"1000000000 XEN\"}]}",
			other_name ? "another-1" : "harness-1",
			zn_account_text(account, &harness.operator_account));
		assert_int_equal(zn_file_write(path, text, strlen(text), 0600), ZN_ERR_OK);
		const char *arguments[] = {"xencoind", "--solo", "--home", harness.home, "--listen",
			"127.0.0.1:0", "--genesis", path, NULL};
		complains(arguments, other_name ? "another-1" : "another genesis");
	}
	assert_true(harness_run(&harness));
}

static void a_damaged_database_is_said(void **state)
{
	char path[128], home[128], ledger[160];
	uint8_t junk[8192];
	(void)state;
	snprintf(home, sizeof home, "%s/damaged", harness.home);
	snprintf(ledger, sizeof ledger, "%s/ledger", home);
	snprintf(path, sizeof path, "%.100s/damaged/ledger/data.mdb", harness.home);
	memset(junk, 0x5a, sizeof junk);
	assert_int_equal(zn_directory_make(ledger), ZN_ERR_OK);
	assert_int_equal(zn_file_write(path, junk, sizeof junk, 0600), ZN_ERR_OK);
	const char *arguments[] = {"xencoind", "--solo", "--home", home, "--listen", "127.0.0.1:0",
		NULL};
	complains(arguments, "database cannot be opened");
}

static void a_full_disk_stops_it_and_loses_nothing(void **state)
{
	struct zn_account to;
	struct zn_transaction draft = {.kind = ZN_TX_TRANSFER};
	uint64_t acknowledged = 0;
	(void)state;
	harness_key(77, &to);
	draft.body.transfer = (struct zn_tx_transfer){to, {1000}};
	harness_kill(&harness, SIGTERM);
	harness.file_bytes_max = 160 * 1024; /* a few pages more than it has */
	assert_true(harness_run(&harness));
	int status = 0;
	for (int i = 0; i < 2000; i++) {
		zn_ledger_send(NULL, harness.client, &harness.operator_key, &draft, 1500,
			harness_answered, &harness);
		if (harness_wait(&harness)->err != ZN_ERR_OK)
			break;
		assert_int_equal(harness.answer.refusal, ZN_LEDGER_OK);
		acknowledged++;
	}
	assert_int_equal(waitpid(harness.pid, &status, 0), harness.pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	char said[1024];
	ssize_t got = read(harness.output, said, sizeof said - 1);
	assert_true(got > 0);
	said[got] = '\0';
	/* A write that was cut short looks like any other failure to LMDB. */
	assert_true(strstr(said, "the disk is full") != NULL ||
		    strstr(said, "reading or writing failed") != NULL);
	assert_non_null(strstr(said, "is safe"));
	close(harness.output);
	harness.pid = 0;
	harness.file_bytes_max = 0;
	assert_true(harness_run(&harness));
	uint64_t balance = harness_account(&harness, &to).balance.zat;
	print_message("%llu acknowledged before the disk was full\n",
		(unsigned long long)acknowledged);
	assert_true(acknowledged > 0);
	assert_in_range(balance, acknowledged * 1000, (acknowledged + 1) * 1000);
}

/* --- strangers at the RPC ------------------------------------------------------------------------
 */

static void answers(const char *path, const char *body, const char *words)
{
	char *said = harness_http(&harness, path, body, NULL);
	if (said == NULL || strstr(said, words) == NULL)
		fail_msg("%s %s: \"%s\" is not in: %s", path, body, words, said);
	free(said);
}

static void wrong_requests_get_an_error_and_the_node_goes_on(void **state)
{
	(void)state;
	answers("/", "{", "Parse error");
	answers("/", "[]", "Invalid Request");
	answers("/", "{\"method\": 5}", "Invalid Request");
	answers("/", "{\"method\": \"mint\"}", "Method not found");
	answers("/mint", NULL, "Method not found");
	answers("/", "{\"method\": \"tx\", \"params\": {\"hash\": \"AAAA\"}}", "Invalid params");
	answers("/", "{\"method\": \"tx\", \"params\": {}}", "Invalid params");
	answers("/", "{\"method\": \"tx\", \"params\": {\"hash\": 5}}", "Invalid params");
	answers("/", "{\"method\": \"broadcast_tx_sync\", \"params\": {}}", "Invalid params");
	answers("/", "{\"method\": \"broadcast_tx_sync\", \"params\": {\"tx\": \"\"}}",
		"\"code\":2");
	answers("/", "{\"method\": \"broadcast_tx_sync\", \"params\": {\"tx\": \"AAAA\"}}",
		"these bytes are no transaction");
	answers("/broadcast_tx_sync?tx=0xZZ", NULL, "Invalid params");
	answers("/broadcast_tx_sync?tx=0x00", NULL, "\"code\":2");
	answers("/abci_query?path=\"/none\"", NULL, "unknown path");
	answers("/abci_query", NULL, "path is missing");
	answers("/abci_query?path=\"/account\"&data=0x00", NULL, "not what this path asks for");
	answers("/",
		"{\"method\":\"abci_query\",\"params\":{\"path\":\"/account\",\"data\":\"0\"}}",
		"Invalid params");
	answers("/block?height=999999", NULL, "must be from 1");
	answers("/block?height=-1", NULL, "Invalid params");
	answers("/block?height=18446744073709551616", NULL, "Invalid params");
	answers("/health", NULL, "\"result\":{}");
	char *large = malloc(ZN_RPC_BODY_BYTES_MAX + 2);
	memset(large, ' ', ZN_RPC_BODY_BYTES_MAX + 1);
	large[ZN_RPC_BODY_BYTES_MAX + 1] = '\0';
	int status = 0;
	free(harness_http(&harness, "/", large, &status));
	assert_true(status == 413 || status == 0);
	free(large);
	answers("/status", NULL, "\"operators\":\"1\"");
}

/* The shapes that CometBFT's clients read. */
static void shapes_are_cometbfts(void **state)
{
	(void)state;
	answers("/status", NULL, "\"latest_block_height\":\"");
	answers("/status", NULL, "\"network\":\"harness-1\"");
	answers("/status", NULL, "\"catching_up\":false");
	answers("/block?height=1", NULL, "\"data\":{\"txs\":[");
	answers("/block?height=1", NULL, "\"block_id\":{\"hash\":\"");
	answers("/block?height=1", NULL, "\"last_commit\":{\"height\":\"0\"");
	answers("/header?height=1", NULL, "\"result\":{\"header\":{\"version\":{\"block\":\"11\"");
	answers("/commit?height=1", NULL, "\"signed_header\":{\"header\":{");
	answers("/commit?height=1", NULL, "\"signatures\":[{\"block_id_flag\":2,");
	answers("/commit?height=1", NULL, "\"canonical\":true");
	answers("/validators", NULL, "\"pub_key\":{\"type\":\"tendermint/PubKeySecp256k1\"");
	answers("/validators?height=1", NULL, "\"block_height\":\"1\"");
	answers("/block_results?height=1", NULL, "\"txs_results\":[");
	answers("/abci_query?path=\"/supply\"&prove=true", NULL, "\"type\":\"zennet:smt\"");
	answers("/abci_query?path=\"/supply\"&prove=7", NULL, "prove is not true or false");
	answers("/abci_query?path=\"/supply\"&prove=true&height=99999", NULL, "\"code\":3");
	answers("/abci_info", NULL, "\"last_block_app_hash\":\"");
	answers("/abci_query?path=\"/supply\"", NULL, "\"response\":{\"code\":0,");
	answers("/", "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"health\"}", "\"id\":\"x\"");
	answers("/tx?hash=0x0000000000000000000000000000000000000000000000000000000000000000", NULL,
		"not found");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_busy_port_is_said_and_nothing_is_made),
		cmocka_unit_test(a_locked_home_is_said),
		cmocka_unit_test(an_unusable_home_is_said),
		cmocka_unit_test(wrong_arguments_are_said),
		cmocka_unit_test(a_lost_or_foreign_validator_key_is_said),
		cmocka_unit_test(a_wrong_genesis_file_is_said_with_its_place),
		cmocka_unit_test(a_home_keeps_its_genesis),
		cmocka_unit_test(a_damaged_database_is_said),
		cmocka_unit_test(wrong_requests_get_an_error_and_the_node_goes_on),
		cmocka_unit_test(shapes_are_cometbfts),
		cmocka_unit_test(a_full_disk_stops_it_and_loses_nothing),
	};
	return cmocka_run_group_tests_name("node_faults", tests, start, finish);
}
