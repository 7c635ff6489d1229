/* tests/flow/worker.c - the worker's program from the search to the settlement: real processes, a
 * real ledger, real TLS; only the publisher is a small one (worker_buyer.h). */
#include "tests/flow/worker_buyer.h"

#include "io/clock.h"
#include "io/files.h"
#include "io/keyfile.h"
#include "worker/journal.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct node_harness node;
static struct buyer buyer;
static char home[64];
static pid_t worker_pid;
static int worker_status;

static int set_up(void **state)
{
	(void)state;
	strcpy(home, "/tmp/zennet-flow-XXXXXX");
	assert_non_null(mkdtemp(home));
	harness_start(&node);
	return 0;
}

static void worker_kill(int number)
{
	if (worker_pid == 0)
		return;
	kill(worker_pid, number);
	waitpid(worker_pid, &worker_status, 0);
	worker_pid = 0;
}

static int tear_down(void **state)
{
	(void)state;
	worker_kill(SIGKILL);
	if (buyer.node != NULL)
		buyer_finish(&buyer);
	memset(&buyer, 0, sizeof buyer);
	harness_finish(&node);
	return zn_directory_remove(home) == ZN_ERR_OK ? 0 : -1;
}

/* Up to four more arguments; NULL ends them. */
static void worker_run(const char *program, const char *const *more)
{
	char directory[PATH_MAX], path[PATH_MAX], log[PATH_MAX];
	const char *arguments[16] = {program};
	size_t count = 1;
	if (strcmp(program, "zennet") == 0) {
		const char *const own[] = {"worker", "--ledger", node.url, "--home", home,
			"--allow-private", "--rate", "100 XEN"}; /* else fees are more than pay */
		memcpy(arguments + count, own, sizeof own);
		count += sizeof own / sizeof own[0];
	}
	for (; more != NULL && *more != NULL; more++)
		arguments[count++] = *more;
	assert_int_equal(zn_path_program_directory(directory), ZN_ERR_OK);
	assert_true(zn_path_make(path, "%s/%s", directory, program));
	assert_true(zn_path_make(log, "%s/worker.log", home));
	worker_pid = fork();
	assert_true(worker_pid >= 0);
	if (worker_pid == 0) {
		int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		dup2(fd, 1);
		dup2(fd, 2);
		execv(path, (char *const *)(uintptr_t)arguments);
		_exit(127);
	}
}

static struct zn_timer poll_timer;
static bool (*poll_until)(void);
static uint64_t poll_end_ns;
static bool poll_met;

static void on_poll(void *user)
{
	poll_met = poll_until();
	if (poll_met || zn_clock_monotonic_ns() > poll_end_ns)
		zn_loop_stop(node.loop);
	else
		zn_timer_start(&poll_timer, node.loop, 10, on_poll, user);
}

static bool serve_until(bool (*met)(void), uint64_t seconds)
{
	poll_until = met;
	poll_end_ns = zn_clock_monotonic_ns() + seconds * UINT64_C(1000000000);
	zn_timer_start(&poll_timer, node.loop, 0, on_poll, NULL);
	assert_int_equal(zn_loop_run(node.loop), ZN_ERR_OK);
	if (!poll_met) {
		char command[PATH_MAX + 16];
		snprintf(command, sizeof command, "cat %s/worker.log >&2", home);
		if (system(command) != 0)
			fputs("there is no log\n", stderr);
	}
	return poll_met;
}

static bool worker_ended(void)
{
	if (worker_pid != 0 && waitpid(worker_pid, &worker_status, WNOHANG) == worker_pid)
		worker_pid = 0;
	return worker_pid == 0;
}

static bool five_accepted(void)
{
	return buyer.accepted >= 5;
}

static uint64_t signed_away(int peer)
{
	return zn_publisher_deal_paid(&buyer.peers[peer].deal).zat;
}

static struct zn_account worker_account(int peer)
{
	struct zn_account account;
	zn_account_of(&account, &buyer.peers[peer].deal.worker_key);
	return account;
}

static void assert_settled(int peer, uint64_t paid_zat)
{
	struct zn_account account = worker_account(peer);
	uint64_t balance = harness_account(&node, &account).balance.zat;
	assert_true(paid_zat > 0);
	assert_true(balance <= paid_zat && balance + 10000 > paid_zat);
	zn_ledger_get_channel(NULL, node.client, &buyer.peers[peer].deal.channel_id, 0,
		harness_answered, &node);
	assert_int_equal(harness_wait(&node)->err, ZN_ERR_NOT_FOUND);
}

static void assert_settled_to_the_zat(int peer)
{
	assert_settled(peer, signed_away(peer));
}

static bool file_has(const char *name, const char *text, char not_after)
{
	char path[PATH_MAX];
	uint8_t *bytes = NULL;
	size_t count = 0;
	assert_true(zn_path_make(path, "%s/%s", home, name));
	if (zn_file_read(&bytes, &count, path, 1 << 20) != ZN_ERR_OK)
		return false;
	const char *at = memmem(bytes, count, text, strlen(text));
	bool has = at != NULL && at[strlen(text)] != not_after;
	free(bytes);
	return has;
}

/* As its status says, half a second late. */
static bool voucher_taken(void)
{
	return file_has("worker/status.json", "\"paid_zat\":\"", '0');
}

static bool on_kept(void *user, const struct zn_kept_deal *kept)
{
	*(uint64_t *)user = kept->has_voucher ? kept->voucher.voucher.paid.zat : 0;
	return false;
}

/* What a worker that is dead had written down: a voucher signed last may never have reached it. */
static uint64_t taken_zat(int peer)
{
	char path[PATH_MAX];
	struct zn_journal *journal;
	const struct zn_publisher_deal *deal = &buyer.peers[peer].deal;
	uint64_t zat = 0;
	assert_true(zn_path_make(path, "%s/worker/journal.db", home));
	assert_int_equal(zn_worker_journal_open(&journal, path), ZN_ERR_OK);
	assert_int_equal(zn_worker_journal_unsettled(journal, &buyer.job.chain, &deal->worker_key,
				 on_kept, &zat),
		ZN_ERR_OK);
	zn_journal_close(journal);
	return zat;
}

static void a_worker_without_a_coin_does_a_job_and_is_paid(void **state)
{
	(void)state;
	const struct buyer_options options = {.chunks = 40, .chunk_items = 2000, .rounds = 3000};
	buyer_start(&buyer, &node, &options);
	worker_run("zennet", (const char *[]){"--once", NULL});
	assert_true(serve_until(worker_ended, 240));
	assert_int_equal(worker_status, 0);
	assert_int_equal(buyer.accepted, 40);
	assert_int_equal(buyer.wrong, 0);
	assert_int_equal(buyer.channels_opened, 1);
	assert_settled_to_the_zat(0);
}

static bool log_has(const char *wanted)
{
	static char text[65536];
	char path[PATH_MAX];
	assert_true(zn_path_make(path, "%s/worker.log", home));
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return false;
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	return strstr(text, wanted) != NULL;
}

/* A machine that cannot fence a foreign kernel in passes such jobs over. */
static bool ended_or_unfenced(void)
{
	return worker_ended() || log_has("cannot fence such one in");
}

static bool refused_or_unfenced(void)
{
	return log_has("line 4: asm puts machine code into the kernel") ||
	       log_has("cannot fence such one in");
}

static void skip_if_unfenced(void)
{
	if (!log_has("cannot fence such one in"))
		return;
	print_message("skipped: no sandbox can be had on this machine\n");
	skip();
}

static void a_kernel_of_the_publishers_own_is_fetched_with_an_input_for_each_chunk(void **state)
{
	(void)state;
	const struct buyer_options options = {.chunks = 40,
		.chunk_items = 2000,
		.rounds = 3000,
		.source = BUYER_KERNEL,
		.inputs = true};
	buyer_start(&buyer, &node, &options);
	worker_run("zennet", (const char *[]){"--once", NULL});
	assert_true(serve_until(ended_or_unfenced, 240));
	skip_if_unfenced();
	assert_int_equal(worker_status, 0);
	assert_int_equal(zn_chunk_table_accepted(buyer.table), 40);
	assert_int_equal(buyer.wrong, 0);
	assert_true(buyer.inputs_asked >= 40);
	assert_settled_to_the_zat(0);
}

static void a_kernel_with_machine_code_is_refused_by_its_line(void **state)
{
	(void)state;
	const struct buyer_options options = {.chunks = 4,
		.chunk_items = 200,
		.rounds = 3,
		.source = "void zn_map(ulong item, __global const uchar *params,\n"
			  "	__global const uchar *shared, __global const uchar *input,\n"
			  "	__global uchar *slot) {\n"
			  "	asm(\"nop\");\n"
			  "}\n"};
	buyer_start(&buyer, &node, &options);
	worker_run("zennet", (const char *[]){"--once", NULL});
	assert_true(serve_until(refused_or_unfenced, 60));
	skip_if_unfenced();
	assert_int_equal(buyer.accepted, 0);
	assert_int_equal(buyer.channels_opened, 0);
}

static bool passed_over(void)
{
	return log_has("--builtin-only was asked for");
}

static void an_owner_who_wants_no_foreign_kernels_is_obeyed(void **state)
{
	(void)state;
	const struct buyer_options options = {.chunks = 4,
		.chunk_items = 200,
		.rounds = 3,
		.source = BUYER_KERNEL};
	buyer_start(&buyer, &node, &options);
	worker_run("zennet", (const char *[]){"--once", "--builtin-only", NULL});
	assert_true(serve_until(passed_over, 60));
	assert_false(buyer.peers[0].used);
}

static void large_outputs_go_through_files(void **state)
{
	(void)state;
	const struct buyer_options options = {.chunks = 10, .chunk_items = 20000, .rounds = 300};
	buyer_start(&buyer, &node, &options);
	worker_run("zennet", (const char *[]){"--once", NULL});
	assert_true(serve_until(worker_ended, 240));
	assert_int_equal(buyer.accepted, 10);
	char path[PATH_MAX];
	assert_true(zn_path_make(path, "%s/worker/outputs", home));
	assert_int_equal(rmdir(path), 0); /* nothing is left in it */
}

static void a_killed_worker_goes_on_with_its_deal(void **state)
{
	(void)state;
	const struct buyer_options options = {.chunks = 40, .chunk_items = 2000, .rounds = 6000};
	buyer_start(&buyer, &node, &options);
	worker_run("zennet", NULL);
	assert_true(serve_until(five_accepted, 240));
	worker_kill(SIGKILL);
	worker_run("zennet", (const char *[]){"--once", NULL});
	assert_true(serve_until(worker_ended, 240));
	assert_int_equal(worker_status, 0);
	assert_int_equal(buyer.channels_opened, 1);
	assert_int_equal(zn_chunk_table_accepted(buyer.table), 40);
	assert_settled_to_the_zat(0);
}

static void a_killed_worker_collects_what_it_is_owed_from_a_publisher_that_is_gone(void **state)
{
	(void)state;
	const struct buyer_options options = {.chunks = 1000, .chunk_items = 2000, .rounds = 6000};
	buyer_start(&buyer, &node, &options);
	worker_run("zennet", NULL);
	assert_true(serve_until(voucher_taken, 240));
	worker_kill(SIGKILL);
	buyer.silent = true;
	uint64_t taken = taken_zat(0);
	assert_true(taken <= signed_away(0));
	worker_run("zennet", (const char *[]){"--settle", NULL});
	assert_true(serve_until(worker_ended, 30));
	assert_int_equal(worker_status, 0);
	assert_settled(0, taken);
}

/* Its channel was closed with an older voucher: it gets that, and says that. */
static void a_worker_whose_channel_is_gone_counts_what_it_was_paid(void **state)
{
	(void)state;
	const struct buyer_options options = {.chunks = 1000, .chunk_items = 2000, .rounds = 6000};
	char path[PATH_MAX], amount[ZN_AMOUNT_TEXT_BYTES], line[128];
	struct zn_secret_key key;
	struct zn_hash hash;
	buyer_start(&buyer, &node, &options);
	worker_run("zennet", NULL);
	assert_true(serve_until(voucher_taken, 240));
	worker_kill(SIGKILL);
	buyer.silent = true;
	uint64_t half = taken_zat(0) / 2;
	struct zn_transaction draft = {.kind = ZN_TX_CLOSE};
	struct zn_tx_close *close = &draft.body.close;
	close->channel_id = buyer.peers[0].deal.channel_id;
	close->has_voucher = true;
	close->voucher.voucher = (struct zn_voucher){.chain = buyer.job.chain,
		.channel_id = close->channel_id,
		.paid = {half}};
	zn_voucher_hash(&hash, &buyer.job.chain, &close->voucher.voucher);
	zn_sign(&close->voucher.signature, &node.operator_key, &hash);
	assert_true(zn_path_make(path, "%s/keys/worker.key", home));
	assert_int_equal(zn_keyfile_read(&key, path), ZN_ERR_OK);
	const struct zn_ledger_answer *answer = harness_send(&node, &key, &draft);
	assert_int_equal(answer->err, ZN_ERR_OK);
	assert_int_equal(answer->refusal, ZN_LEDGER_OK);
	worker_run("zennet", (const char *[]){"--settle", NULL});
	assert_true(serve_until(worker_ended, 30));
	assert_int_equal(worker_status, 0);
	snprintf(line, sizeof line, "the channel is gone; it paid %s of",
		zn_amount_text(amount, (struct zn_amount){half}));
	assert_true(file_has("worker.log", line, '\0'));
	snprintf(line, sizeof line, "\"earned_zat\":\"%llu\"", (unsigned long long)half);
	assert_true(file_has("worker/status.json", line, '\0'));
}

/* The worker's own processes: its runner. */
static void runner_kill(void)
{
	char path[64], text[256] = "";
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)worker_pid, (int)worker_pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	ssize_t count = read(fd, text, sizeof text - 1);
	close(fd);
	assert_true(count > 0);
	pid_t pid = (pid_t)strtol(text, NULL, 10);
	assert_true(pid > 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
}

static uint64_t accepted_before;

static bool more_accepted(void)
{
	return buyer.accepted >= accepted_before + 3;
}

static void a_runner_that_is_killed_is_replaced_and_the_deal_goes_on(void **state)
{
	(void)state;
	const struct buyer_options options = {.chunks = 60, .chunk_items = 2000, .rounds = 6000};
	buyer_start(&buyer, &node, &options);
	worker_run("zennet", (const char *[]){"--once", NULL});
	for (int i = 0; i < 3; i++) {
		accepted_before = buyer.accepted;
		assert_true(serve_until(more_accepted, 120));
		runner_kill();
	}
	assert_true(serve_until(worker_ended, 240));
	assert_int_equal(worker_status, 0);
	assert_int_equal(zn_chunk_table_accepted(buyer.table), 60);
	assert_int_equal(buyer.channels_opened, 1);
	assert_settled_to_the_zat(0);
}

static bool redeemed(void)
{
	return file_has("worker.log", "redeemed: ", '\0');
}

static void a_worker_redeems_what_passes_its_limit_and_works_on(void **state)
{
	(void)state;
	const struct buyer_options options = {.chunks = 100, .chunk_items = 2000, .rounds = 6000};
	buyer_start(&buyer, &node, &options);
	worker_run("zennet", (const char *[]){"--once", "--redeem", "0.01 XEN", NULL});
	assert_true(serve_until(redeemed, 240));
	struct zn_account account = worker_account(0);
	assert_true(harness_account(&node, &account).balance.zat > 900000);
	zn_ledger_get_channel(NULL, node.client, &buyer.peers[0].deal.channel_id, 0,
		harness_answered, &node);
	const struct zn_ledger_answer *answer = harness_wait(&node);
	assert_int_equal(answer->err, ZN_ERR_OK);
	assert_true(answer->channel->redeemed.zat >= 1000000);
	assert_true(serve_until(worker_ended, 240));
	assert_int_equal(worker_status, 0);
	assert_int_equal(buyer.accepted, 100);
	assert_int_equal(buyer.channels_opened, 1);
	uint64_t balance = harness_account(&node, &account).balance.zat;
	assert_true(balance < signed_away(0)); /* each fee is less than a hundredth */
	assert_true(balance + signed_away(0) / 100 + 10000 > signed_away(0));
}

static void an_interrupted_worker_settles_within_two_seconds(void **state)
{
	(void)state;
	const struct buyer_options options = {.chunks = 1000, .chunk_items = 2000, .rounds = 3000};
	buyer_start(&buyer, &node, &options);
	worker_run("zennet", NULL);
	assert_true(serve_until(five_accepted, 240));
	uint64_t begun_ns = zn_clock_monotonic_ns();
	kill(worker_pid, SIGINT);
	assert_true(serve_until(worker_ended, 30));
	assert_true(zn_clock_monotonic_ns() - begun_ns < UINT64_C(2000000000));
	assert_int_equal(worker_status, 0);
	assert_settled_to_the_zat(0);
}

static void a_ledger_that_is_restarted_does_not_end_the_deal(void **state)
{
	(void)state;
	const struct buyer_options options = {.chunks = 40, .chunk_items = 2000, .rounds = 6000};
	buyer_start(&buyer, &node, &options);
	worker_run("zennet", (const char *[]){"--once", NULL});
	assert_true(serve_until(five_accepted, 240));
	harness_kill(&node, SIGKILL);
	assert_true(harness_run(&node));
	assert_true(serve_until(worker_ended, 240));
	assert_int_equal(worker_status, 0);
	assert_int_equal(zn_chunk_table_accepted(buyer.table), 40);
	assert_settled_to_the_zat(0);
}

static bool never(void)
{
	return false;
}

/* Serves for so long; nothing is expected. */
static void serve_ms(uint64_t ms)
{
	poll_until = never;
	poll_end_ns = zn_clock_monotonic_ns() + ms * UINT64_C(1000000);
	zn_timer_start(&poll_timer, node.loop, 0, on_poll, NULL);
	assert_int_equal(zn_loop_run(node.loop), ZN_ERR_OK);
}

static void a_paused_job_stands_still_and_a_cancelled_one_is_settled(void **state)
{
	(void)state;
	const struct buyer_options options = {.chunks = 1000, .chunk_items = 2000, .rounds = 3000};
	buyer_start(&buyer, &node, &options);
	worker_run("zennet", (const char *[]){"--once", NULL});
	assert_true(serve_until(five_accepted, 240));
	buyer_order(&buyer, ZN_ORDER_PAUSE);
	serve_ms(1000);
	accepted_before = buyer.accepted;
	serve_ms(1500);
	assert_int_equal(buyer.accepted, accepted_before);
	buyer_order(&buyer, ZN_ORDER_WORK);
	assert_true(serve_until(more_accepted, 60));
	buyer_order(&buyer, ZN_ORDER_CANCEL);
	assert_true(serve_until(worker_ended, 60));
	assert_int_equal(worker_status, 0);
	assert_settled_to_the_zat(0);
}

static void a_worker_that_fakes_items_is_refused_and_ends(void **state)
{
	(void)state;
	const struct buyer_options options = {.chunks = 40, .chunk_items = 2000, .rounds = 3000};
	buyer_start(&buyer, &node, &options);
	worker_run("zennet-lazy-worker", (const char *[]){node.url, home, "10000000000", NULL});
	assert_true(serve_until(worker_ended, 240));
	assert_true(buyer.wrong > 0);
	assert_int_equal(buyer.accepted, 0);
	assert_int_equal(zn_chunk_table_accepted(buyer.table), 0);
	assert_int_equal(signed_away(0), 0);
}

static void a_ledger_that_cannot_be_reached_is_one_sentence(void **state)
{
	(void)state;
	harness_kill(&node, SIGKILL);
	worker_run("zennet", NULL);
	assert_true(serve_until(worker_ended, 30));
	assert_true(WIFEXITED(worker_status));
	assert_int_equal(WEXITSTATUS(worker_status), 1);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(a_worker_without_a_coin_does_a_job_and_is_paid),
		STORY(a_kernel_of_the_publishers_own_is_fetched_with_an_input_for_each_chunk),
		STORY(a_kernel_with_machine_code_is_refused_by_its_line),
		STORY(an_owner_who_wants_no_foreign_kernels_is_obeyed),
		STORY(large_outputs_go_through_files),
		STORY(a_killed_worker_goes_on_with_its_deal),
		STORY(a_killed_worker_collects_what_it_is_owed_from_a_publisher_that_is_gone),
		STORY(a_worker_whose_channel_is_gone_counts_what_it_was_paid),
		STORY(a_runner_that_is_killed_is_replaced_and_the_deal_goes_on),
		STORY(a_worker_redeems_what_passes_its_limit_and_works_on),
		STORY(an_interrupted_worker_settles_within_two_seconds),
		STORY(a_ledger_that_is_restarted_does_not_end_the_deal),
		STORY(a_paused_job_stands_still_and_a_cancelled_one_is_settled),
		STORY(a_worker_that_fakes_items_is_refused_and_ends),
		STORY(a_ledger_that_cannot_be_reached_is_one_sentence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
