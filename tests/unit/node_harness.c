#include "tests/unit/node_harness.h"

#include "chain/ledger/genesis.h"
#include "io/files.h"
#include "io/json.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *program(void)
{
	static char path[PATH_MAX];
	char directory[PATH_MAX];
	assert_int_equal(zn_path_program_directory(directory), ZN_ERR_OK);
	assert_true(zn_path_make(path, "%s/xencoind", directory));
	return path;
}

struct zn_secret_key harness_key(uint8_t seed, struct zn_account *account)
{
	struct zn_secret_key key;
	struct zn_public_key public_key;
	uint8_t entropy[32];
	memset(entropy, seed, sizeof entropy);
	assert_true(zn_secret_key_make(&key, entropy));
	zn_public_key_of(&public_key, &key);
	if (account != NULL)
		zn_account_of(account, &public_key);
	return key;
}

static pid_t spawn(const char *const *arguments, int *output, uint64_t file_bytes_max)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		struct rlimit limit = {file_bytes_max, file_bytes_max};
		if (file_bytes_max > 0 && setrlimit(RLIMIT_FSIZE, &limit) != 0)
			_exit(126);
		close(ends[0]);
		close(ends[1]);
		execv(program(), (char *const *)(uintptr_t)arguments);
		_exit(127);
	}
	close(ends[1]);
	*output = ends[0];
	return pid;
}

/* Until it says where it listens, or ends. */
static bool output_read(struct node_harness *harness)
{
	size_t used = 0;
	harness->said[0] = '\0';
	for (;;) {
		ssize_t got = read(harness->output, harness->said + used,
			sizeof harness->said - 1 - used);
		if (got <= 0)
			return false;
		used += (size_t)got;
		harness->said[used] = '\0';
		char *at = strstr(harness->said, "listening on ");
		if (at != NULL && strchr(at, '\n') != NULL) {
			unsigned int port;
			assert_int_equal(sscanf(at, "listening on http://127.0.0.1:%u", &port), 1);
			harness->port = (uint16_t)port;
			return true;
		}
	}
}

bool harness_run(struct node_harness *harness)
{
	char listen[32], idle[32];
	snprintf(listen, sizeof listen, "127.0.0.1:%u", harness->port);
	snprintf(idle, sizeof idle, "%llu", (unsigned long long)harness->idle_ms);
	const char *arguments[] = {"xencoind", "--solo", "--home", harness->home, "--listen",
		listen, "--idle-ms", idle, NULL};
	harness->pid = spawn(arguments, &harness->output, harness->file_bytes_max);
	bool runs = output_read(harness);
	if (!runs) {
		waitpid(harness->pid, NULL, 0);
		close(harness->output);
		harness->pid = 0;
	}
	return runs;
}

int harness_kill(struct node_harness *harness, int signal_number)
{
	int status = 0;
	if (harness->pid == 0)
		return 0;
	kill(harness->pid, signal_number);
	while (waitpid(harness->pid, &status, 0) < 0 && errno == EINTR)
		;
	close(harness->output);
	harness->pid = 0;
	return status;
}

int harness_complains(char *said, size_t said_bytes, const char *const *arguments)
{
	int output, status;
	size_t used = 0;
	ssize_t got;
	pid_t pid = spawn(arguments, &output, 0);
	while ((got = read(output, said + used, said_bytes - 1 - used)) > 0)
		used += (size_t)got;
	said[used] = '\0';
	close(output);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void genesis_write(const struct node_harness *harness)
{
	char path[PATH_MAX], account[ZN_ACCOUNT_TEXT_BYTES], text[512];
	assert_true(zn_path_make(path, "%s/genesis.json", harness->home));
	snprintf(text, sizeof text,
		"{\"chain_id\": \"harness-1\", \"time_s\": \"1700000000\", \"grace_s_min\": \"1s\","
		" \"allocations\": [{\"account\": \"%s\", \"amount\": \"1000000000 XEN\"}]}",
		zn_account_text(account, &harness->operator_account));
	assert_int_equal(zn_file_write(path, text, strlen(text), 0600), ZN_ERR_OK);
}

void harness_start(struct node_harness *harness)
{
	memset(harness, 0, sizeof *harness);
	strcpy(harness->home, "/tmp/zennet-node-XXXXXX");
	assert_non_null(mkdtemp(harness->home));
	harness->operator_key = harness_key(1, &harness->operator_account);
	harness->idle_ms = 30000;
	genesis_write(harness);
	if (!harness_run(harness))
		fail_msg("the node did not start: %s", harness->said);
	snprintf(harness->url, sizeof harness->url, "http://127.0.0.1:%u", harness->port);
	assert_int_equal(zn_loop_create(&harness->loop), ZN_ERR_OK);
	assert_int_equal(zn_http_client_create(&harness->http, harness->loop), ZN_ERR_OK);
	assert_int_equal(zn_ledger_client_create(&harness->client, harness->loop, harness->http,
				 harness->url),
		ZN_ERR_OK);
}

void harness_finish(struct node_harness *harness)
{
	harness_kill(harness, SIGKILL);
	zn_ledger_client_destroy(harness->client);
	zn_http_client_destroy(harness->http);
	zn_loop_destroy(harness->loop);
	zn_directory_remove(harness->home);
}

#define COPY(member)                                                                               \
	do {                                                                                       \
		if (answer->member != NULL) {                                                      \
			harness->member = *answer->member;                                         \
			harness->answer.member = &harness->member;                                 \
		}                                                                                  \
	} while (0)

void harness_answered(void *user, const struct zn_ledger_answer *answer)
{
	struct node_harness *harness = user;
	harness->answer = *answer;
	snprintf(harness->detail, sizeof harness->detail, "%s", answer->detail);
	harness->answer.detail = harness->detail;
	COPY(account);
	COPY(channel);
	COPY(job);
	COPY(jobs);
	COPY(channels);
	COPY(history);
	COPY(supply);
	COPY(params);
	COPY(status);
	COPY(block);
	harness->answer.tx = NULL;
	harness->answered = true;
	zn_loop_stop(harness->loop);
}

const struct zn_ledger_answer *harness_wait(struct node_harness *harness)
{
	while (!harness->answered)
		assert_int_equal(zn_loop_run(harness->loop), ZN_ERR_OK);
	harness->answered = false;
	return &harness->answer;
}

const struct zn_ledger_answer *harness_send(struct node_harness *harness,
	const struct zn_secret_key *key, const struct zn_transaction *draft)
{
	zn_ledger_send(NULL, harness->client, key, draft, 20000, harness_answered, harness);
	return harness_wait(harness);
}

struct zn_account_state harness_account(struct node_harness *harness,
	const struct zn_account *account)
{
	zn_ledger_get_account(NULL, harness->client, account, harness_answered, harness);
	const struct zn_ledger_answer *answer = harness_wait(harness);
	assert_int_equal(answer->err, ZN_ERR_OK);
	return *answer->account;
}

struct http_wait {
	struct node_harness *harness;
	bool done;
	char *body;
	int status;
};

static void on_http(void *user, const struct zn_http_response *response)
{
	struct http_wait *wait = user;
	wait->done = true;
	wait->status = response->status;
	if (response->err == ZN_ERR_OK)
		wait->body = strdup((const char *)response->body);
	zn_loop_stop(wait->harness->loop);
}

char *harness_http(struct node_harness *harness, const char *path, const char *body, int *status)
{
	char url[2048];
	struct http_wait wait = {.harness = harness};
	snprintf(url, sizeof url, "%s%s", harness->url, path);
	struct zn_http_request request = {.url = url,
		.body = body,
		.body_bytes = body != NULL ? strlen(body) : 0,
		.content_type = "application/json",
		.allow_private = true,
		.timeout_ms = 10000,
		.response_bytes_max = 1 << 20};
	struct zn_http_call *call;
	assert_int_equal(zn_http_client_send(&call, harness->http, &request, on_http, &wait),
		ZN_ERR_OK);
	while (!wait.done)
		zn_loop_run(harness->loop);
	if (status != NULL)
		*status = wait.status;
	return wait.body;
}

void harness_app_hash(struct node_harness *harness, char out[64], uint64_t *height)
{
	char *body = harness_http(harness, "/abci_info", NULL, NULL);
	assert_non_null(body);
	struct zn_json *root = zn_json_parse("abci_info", body, strlen(body), NULL);
	assert_non_null(root);
	const struct zn_json *response = zn_json_get(zn_json_get(root, "result"), "response");
	const char *hash;
	assert_true(zn_json_string(&hash, zn_json_get(response, "last_block_app_hash")));
	assert_true(strlen(hash) < 64);
	strcpy(out, hash);
	assert_true(zn_json_u64(height, zn_json_get(response, "last_block_height")));
	zn_json_destroy(root);
	free(body);
}
