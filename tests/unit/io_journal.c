/* tests/unit/io_journal.c - what is committed stays, what is not never was. */
#include "tests/unit/cm.h"

#include "io/clock.h"
#include "io/files.h"
#include "io/journal.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

static const char schema[] =
	"CREATE TABLE vouchers (number INTEGER PRIMARY KEY, part INTEGER NOT NULL,"
	" bytes BLOB, note TEXT) STRICT;"
	"CREATE TABLE marks (name TEXT PRIMARY KEY) STRICT;";
#define INSERT "INSERT INTO vouchers (number, part, bytes, note) VALUES (?, ?, ?, ?)"
#define COUNT  "SELECT count(*) FROM vouchers"

static char room[PATH_MAX];
static char path[PATH_MAX];

static int set_up(void **state)
{
	(void)state;
	strcpy(room, "/tmp/zn_io_journal_XXXXXX");
	return mkdtemp(room) != NULL && zn_path_make(path, "%s/j.db", room) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	return zn_directory_remove(room) == ZN_ERR_OK ? 0 : -1;
}

static enum zn_err insert(struct zn_journal *journal, int64_t number)
{
	struct zn_bind binds[] = {ZN_BIND_I(number), ZN_BIND_I(number / 3), ZN_BIND_B("\0\1\2", 3),
		ZN_BIND_T("note")};

	return zn_journal_write(journal, INSERT, binds, 4);
}

static bool on_integer(void *user, const struct zn_row *row)
{
	*(int64_t *)user = zn_row_integer(row, 0);
	return true;
}

static int64_t integer_of(struct zn_journal *journal, const char *sql)
{
	int64_t value = -1;

	assert_int_equal(zn_journal_read(journal, sql, NULL, 0, on_integer, &value), ZN_ERR_OK);
	return value;
}

static struct zn_journal *open_journal(void)
{
	struct zn_journal *journal;

	assert_int_equal(zn_journal_open(&journal, path, schema, 3), ZN_ERR_OK);
	return journal;
}

static bool check_row(void *user, const struct zn_row *row)
{
	size_t count;
	const void *bytes = zn_row_bytes(row, 1, &count);

	*(int *)user += 1;
	assert_int_equal(zn_row_integer(row, 0), 7);
	assert_int_equal(count, 3);
	assert_memory_equal(bytes, "\0\1\2", 3);
	assert_string_equal(zn_row_text(row, 2), "note");
	assert_null(zn_row_text(row, 3));
	return true;
}

static void what_was_committed_is_there_again(void **state)
{
	struct zn_journal *journal = open_journal();
	struct zn_bind seven = ZN_BIND_I(7);
	struct zn_bind empty[] = {ZN_BIND_I(8), ZN_BIND_I(0), ZN_BIND_B(NULL, 0), ZN_BIND_NONE};
	int rows = 0;

	(void)state;
	assert_int_equal(zn_journal_commit(journal), ZN_ERR_OK);
	assert_int_equal(insert(journal, 7), ZN_ERR_OK);
	assert_int_equal(zn_journal_commit(journal), ZN_ERR_OK);
	assert_int_equal(zn_journal_write(journal, INSERT, empty, 4), ZN_ERR_OK);
	assert_int_equal(integer_of(journal, "SELECT length(bytes) FROM vouchers WHERE number = 8"),
		0);
	zn_journal_close(journal);
	journal = open_journal();
	assert_int_equal(zn_journal_read(journal,
				 "SELECT number, bytes, note, NULL FROM vouchers WHERE number = ?",
				 &seven, 1, check_row, &rows),
		ZN_ERR_OK);
	assert_int_equal(rows, 1);
	assert_int_equal(integer_of(journal, COUNT), 1); /* 8 was never committed */
	assert_int_equal(integer_of(journal, "PRAGMA synchronous"), 2);
	zn_journal_close(journal);
	zn_journal_close(NULL);
}

static void a_failed_write_poisons_its_batch_until_it_is_rolled_back(void **state)
{
	struct zn_journal *journal = open_journal();

	(void)state;
	assert_int_equal(insert(journal, 1), ZN_ERR_OK);
	assert_int_equal(insert(journal, 1), ZN_ERR_EXISTS);
	assert_int_equal(insert(journal, 2), ZN_ERR_EXISTS);
	assert_int_equal(zn_journal_commit(journal), ZN_ERR_EXISTS);
	zn_journal_rollback(journal);
	assert_int_equal(integer_of(journal, COUNT), 0);
	assert_int_equal(insert(journal, 2), ZN_ERR_OK);
	assert_int_equal(zn_journal_commit(journal), ZN_ERR_OK);
	assert_int_equal(integer_of(journal, COUNT), 1);
	zn_journal_close(journal);
}

static void another_process_or_version_is_refused(void **state)
{
	struct zn_journal *journal = open_journal();
	struct zn_journal *other;

	(void)state;
	assert_int_equal(zn_journal_open(&other, path, schema, 3), ZN_ERR_BUSY);
	assert_null(other);
	zn_journal_close(journal);
	assert_int_equal(zn_journal_open(&other, path, schema, 4), ZN_ERR_CORRUPT);
	assert_int_equal(zn_journal_open(&other, path, schema, 2), ZN_ERR_CORRUPT);
	assert_int_equal(zn_journal_open(&other, "/nonexistent/j", schema, 3), ZN_ERR_NOT_FOUND);
	journal = open_journal();
	zn_journal_close(journal);
}

static void a_file_that_is_no_journal_is_called_damaged(void **state)
{
	static uint8_t rubbish[8192];
	struct zn_journal *journal;

	(void)state;
	memset(rubbish, 'r', sizeof rubbish);
	assert_int_equal(zn_file_write(path, rubbish, sizeof rubbish, 0600), ZN_ERR_OK);
	assert_int_equal(zn_journal_open(&journal, path, schema, 3), ZN_ERR_CORRUPT);
}

struct nested {
	struct zn_journal *journal;
	int rows;
};

static bool on_nested(void *user, const struct zn_row *row)
{
	struct nested *nested = user;
	struct zn_bind name = ZN_BIND_T("mark");

	nested->rows++;
	if (nested->rows == 1)
		assert_int_equal(zn_journal_write(nested->journal,
					 "INSERT INTO marks (name) VALUES (?)", &name, 1),
			ZN_ERR_OK);
	assert_int_equal(integer_of(nested->journal, "SELECT count(*) FROM marks"), 1);
	/* The same text while it is being read. */
	if (nested->rows == 2) {
		struct nested inside = {.journal = nested->journal, .rows = 10};

		assert_int_equal(zn_journal_read(nested->journal, "SELECT number FROM vouchers",
					 NULL, 0, on_nested, &inside),
			ZN_ERR_OK);
		assert_int_equal(inside.rows, 13);
	}
	return zn_row_integer(row, 0) < 3;
}

static void a_reader_may_read_and_write(void **state)
{
	struct nested nested = {.journal = open_journal()};

	(void)state;
	for (int i = 1; i <= 5; i++)
		assert_int_equal(insert(nested.journal, i), ZN_ERR_OK);
	assert_int_equal(zn_journal_read(nested.journal, "SELECT number FROM vouchers", NULL, 0,
				 on_nested, &nested),
		ZN_ERR_OK);
	assert_int_equal(nested.rows, 3); /* stopped where it asked to */
	zn_journal_close(nested.journal);
}

static void more_statements_than_the_cache_holds_still_work(void **state)
{
	struct zn_journal *journal = open_journal();
	char sql[64];

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 200; i++) {
			snprintf(sql, sizeof sql, "SELECT %d", i);
			assert_int_equal(integer_of(journal, sql), i);
		}
	}
	zn_journal_close(journal);
}

/* Three rows a batch; each announced once it is durable. */
static void write_until_killed(int fd)
{
	struct zn_journal *journal;

	if (zn_journal_open(&journal, path, schema, 3) != ZN_ERR_OK)
		_exit(1);
	for (int64_t next = integer_of(journal, COUNT);; next += 3) {
		for (int i = 0; i < 3; i++)
			if (insert(journal, next + i) != ZN_ERR_OK)
				_exit(2);
		if (zn_journal_commit(journal) != ZN_ERR_OK ||
			write(fd, &next, sizeof next) != sizeof next)
			_exit(3);
	}
}

static void what_was_committed_survives_kill_9_and_batches_are_whole(void **state)
{
	int64_t announced = -3;

	(void)state;
	for (int round = 0; round < 8; round++) {
		struct zn_journal *journal;
		int ends[2], status;
		int64_t number, count;
		pid_t pid;

		assert_int_equal(pipe(ends), 0);
		pid = fork();
		if (pid == 0)
			write_until_killed(ends[1]);
		close(ends[1]);
		assert_int_equal(read(ends[0], &number, sizeof number), sizeof number);
		usleep(5000 + (unsigned int)round * 3700);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		assert_true(WIFSIGNALED(status));
		announced = number;
		while (read(ends[0], &number, sizeof number) == sizeof number)
			announced = number;
		close(ends[0]);
		journal = open_journal();
		count = integer_of(journal, COUNT);
		assert_true(count >= announced + 3);
		assert_int_equal(count % 3, 0);
		assert_int_equal(integer_of(journal, "SELECT max(number) FROM vouchers"),
			count - 1);
		zn_journal_close(journal);
	}
	print_message("%lld rows over 8 kills\n", (long long)announced + 3);
}

static int full_disk_child(void)
{
	static uint8_t big[400000];
	struct zn_journal *journal;
	struct zn_bind binds[] = {ZN_BIND_I(50), ZN_BIND_I(0), ZN_BIND_B(big, sizeof big),
		ZN_BIND_NONE};
	enum zn_err err = ZN_ERR_OK;

	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		mount("tmpfs", room, "tmpfs", 0, "size=300k") != 0)
		return 77;
	if (zn_journal_open(&journal, path, schema, 3) != ZN_ERR_OK ||
		insert(journal, 1) != ZN_ERR_OK || zn_journal_commit(journal) != ZN_ERR_OK)
		return 1;
	err = zn_journal_write(journal, INSERT, binds, 4);
	if (err == ZN_ERR_OK)
		err = zn_journal_commit(journal);
	if (err != ZN_ERR_DISK_FULL)
		return 100 + (int)err;
	zn_journal_rollback(journal);
	if (integer_of(journal, COUNT) != 1)
		return 3;
	zn_journal_close(journal);
	journal = open_journal();
	return integer_of(journal, COUNT) == 1 ? 0 : 4;
}

static void a_full_disk_is_said_and_loses_nothing(void **state)
{
	int status = 0;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(full_disk_child());
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip(); /* mounting is not allowed here */
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_commit_is_measured(void **state)
{
	struct zn_journal *journal = open_journal();
	uint64_t begin_ns = zn_clock_monotonic_ns();
	uint64_t end_ns;

	(void)state;
	for (int64_t i = 0; i < 100; i++) {
		assert_int_equal(insert(journal, i), ZN_ERR_OK);
		assert_int_equal(zn_journal_commit(journal), ZN_ERR_OK);
	}
	end_ns = zn_clock_monotonic_ns();
	print_message("write and commit: %llu us\n",
		(unsigned long long)(end_ns - begin_ns) / 100000);
	begin_ns = end_ns;
	for (int64_t i = 100; i < 10100; i++)
		assert_int_equal(insert(journal, i), ZN_ERR_OK);
	assert_int_equal(zn_journal_commit(journal), ZN_ERR_OK);
	print_message("write in a batch: %llu ns\n",
		(unsigned long long)(zn_clock_monotonic_ns() - begin_ns) / 10000);
	zn_journal_close(journal);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(what_was_committed_is_there_again),
		CASE(a_failed_write_poisons_its_batch_until_it_is_rolled_back),
		CASE(another_process_or_version_is_refused),
		CASE(a_file_that_is_no_journal_is_called_damaged),
		CASE(a_reader_may_read_and_write),
		CASE(more_statements_than_the_cache_holds_still_work),
		CASE(what_was_committed_survives_kill_9_and_batches_are_whole),
		CASE(a_full_disk_is_said_and_loses_nothing),
		CASE(a_commit_is_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
