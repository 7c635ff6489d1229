/* tests/unit/io_files.c - files, directories, locks, logs. */
#include "tests/unit/cm.h"

#include "io/files.h"
#include "io/log.h"
#include "io/random.h"

#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char room[PATH_MAX];

static int set_up(void **state)
{
	(void)state;
	strcpy(room, "/tmp/zn_io_files_XXXXXX");
	return mkdtemp(room) != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	return zn_directory_remove(room) == ZN_ERR_OK && !zn_file_exists(room) ? 0 : -1;
}

static void what_is_written_is_read_back(void **state)
{
	char path[PATH_MAX];
	uint8_t bytes[10000];
	uint8_t *back;
	size_t count;
	struct stat status;

	(void)state;
	zn_random_bytes(bytes, sizeof bytes);
	assert_true(zn_path_make(path, "%s/a", room));
	assert_int_equal(zn_file_write(path, bytes, sizeof bytes, 0600), ZN_ERR_OK);
	assert_int_equal(zn_file_replace(path, bytes, sizeof bytes, 0644), ZN_ERR_OK);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0644);
	assert_int_equal(zn_file_read(&back, &count, path, sizeof bytes), ZN_ERR_OK);
	assert_int_equal(count, sizeof bytes);
	assert_memory_equal(back, bytes, count);
	assert_int_equal(back[count], 0);
	free(back);
	assert_int_equal(zn_file_read(&back, &count, path, sizeof bytes - 1), ZN_ERR_TOO_LARGE);
	assert_null(back);
}

static void reading_says_what_is_wrong(void **state)
{
	char path[PATH_MAX];
	uint8_t *back;
	size_t count;

	(void)state;
	assert_true(zn_path_make(path, "%s/none", room));
	assert_int_equal(zn_file_read(&back, &count, path, 10), ZN_ERR_NOT_FOUND);
	assert_int_equal(zn_file_read(&back, &count, room, 10), ZN_ERR_IO);
	assert_true(zn_path_make(path, "%s/fifo", room));
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(zn_file_read(&back, &count, path, 10), ZN_ERR_IO);
	/* Its size is 0 to fstat, and its end only reading shows. */
	assert_int_equal(zn_file_read(&back, &count, "/proc/self/status", 65536), ZN_ERR_OK);
	assert_true(count > 100);
	free(back);
	assert_int_equal(zn_file_read(&back, &count, "/proc/self/status", 100), ZN_ERR_TOO_LARGE);
}

/* Count what lies in the directory, to see that no temporary is left. */
static int files_below(const char *path)
{
	char command[PATH_MAX + 32];
	int count = -1;
	FILE *list;

	snprintf(command, sizeof command, "ls -A %s | wc -l", path);
	list = popen(command, "r");
	assert_non_null(list);
	assert_int_equal(fscanf(list, "%d", &count), 1);
	pclose(list);
	return count;
}

static int full_disk_child(const char *place)
{
	static uint8_t big[1 << 20];
	char path[PATH_MAX];
	uint8_t *back;
	size_t count;

	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		mount("tmpfs", place, "tmpfs", 0, "size=64k") != 0)
		return 77;
	if (!zn_path_make(path, "%s/file", place) ||
		zn_file_write(path, "old", 3, 0600) != ZN_ERR_OK)
		return 1;
	if (zn_file_write(path, big, sizeof big, 0600) != ZN_ERR_DISK_FULL)
		return 2;
	if (zn_file_replace(path, big, sizeof big, 0600) != ZN_ERR_DISK_FULL)
		return 3;
	if (zn_file_read(&back, &count, path, 100) != ZN_ERR_OK || count != 3 ||
		memcmp(back, "old", 3) != 0)
		return 4;
	return files_below(place) == 1 ? 0 : 5;
}

static void a_full_disk_leaves_the_old_file_and_no_rubbish(void **state)
{
	char place[PATH_MAX];
	int status = 0;
	pid_t pid;

	(void)state;
	assert_true(zn_path_make(place, "%s/full", room));
	assert_int_equal(zn_directory_make(place), ZN_ERR_OK);
	pid = fork();
	if (pid == 0)
		_exit(full_disk_child(place));
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip(); /* mounting is not allowed here */
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void directories_are_made_with_their_parents_and_removed_with_their_children(void **state)
{
	char path[PATH_MAX], file[PATH_MAX], outside[PATH_MAX], link[PATH_MAX];

	(void)state;
	assert_true(zn_path_make(path, "%s/x/y//z/", room));
	assert_int_equal(zn_directory_make(path), ZN_ERR_OK);
	assert_int_equal(zn_directory_make(path), ZN_ERR_OK);
	assert_true(zn_path_make(file, "%s/x/y/z/file", room));
	assert_int_equal(zn_file_replace(file, "", 0, 0600), ZN_ERR_OK);
	assert_int_not_equal(zn_directory_make(file), ZN_ERR_OK);
	assert_true(zn_path_make(outside, "%s/outside", room));
	assert_int_equal(zn_file_replace(outside, "", 0, 0600), ZN_ERR_OK);
	assert_true(zn_path_make(link, "%s/x/link", room));
	assert_int_equal(symlink(outside, link), 0);
	assert_true(zn_path_make(path, "%s/x", room));
	assert_int_equal(zn_directory_remove(path), ZN_ERR_OK);
	assert_int_equal(zn_directory_remove(path), ZN_ERR_OK);
	assert_false(zn_file_exists(path));
	assert_true(zn_file_exists(outside));
}

static void a_lock_is_held_against_others_until_the_process_ends(void **state)
{
	char path[PATH_MAX];
	int fd, other, status = 0, go[2];
	char byte;
	pid_t pid;

	(void)state;
	assert_true(zn_path_make(path, "%s/lock", room));
	assert_int_equal(pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		byte = zn_file_lock(&fd, path) == ZN_ERR_OK ? 'y' : 'n';
		if (write(go[1], &byte, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(go[0], &byte, 1), 1);
	assert_int_equal(byte, 'y');
	assert_int_equal(zn_file_lock(&fd, path), ZN_ERR_BUSY);
	assert_int_equal(fd, -1);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	assert_int_equal(zn_file_lock(&fd, path), ZN_ERR_OK);
	assert_int_equal(zn_file_lock(&other, path), ZN_ERR_BUSY);
	close(fd);
	close(go[0]);
	close(go[1]);
}

static void homes_follow_the_environment(void **state)
{
	char path[PATH_MAX], wanted[PATH_MAX];

	(void)state;
	assert_true(zn_path_make(wanted, "%s/own", room));
	setenv("ZENNET_HOME", wanted, 1);
	assert_int_equal(zn_path_home(path), ZN_ERR_OK);
	assert_string_equal(path, wanted);
	assert_int_equal(zn_path_cache(path), ZN_ERR_OK);
	assert_true(zn_path_make(wanted, "%s/own/cache", room));
	assert_string_equal(path, wanted);
	unsetenv("ZENNET_HOME");
	setenv("XDG_DATA_HOME", room, 1);
	setenv("XDG_CACHE_HOME", "relative", 1);
	setenv("HOME", room, 1);
	assert_int_equal(zn_path_home(path), ZN_ERR_OK);
	assert_true(zn_path_make(wanted, "%s/zennet", room));
	assert_string_equal(path, wanted);
	assert_int_equal(zn_path_cache(path), ZN_ERR_OK);
	assert_true(zn_path_make(wanted, "%s/.cache/zennet", room));
	assert_string_equal(path, wanted);
	unsetenv("XDG_DATA_HOME");
	unsetenv("HOME");
	assert_int_equal(zn_path_home(path), ZN_ERR_NOT_FOUND);
	assert_int_equal(zn_path_program_directory(path), ZN_ERR_OK);
	assert_int_equal(path[0], '/');
}

static void a_path_that_does_not_fit_is_refused(void **state)
{
	static char longest[PATH_MAX + 10];
	char path[PATH_MAX];

	(void)state;
	memset(longest, 'a', sizeof longest - 1);
	assert_false(zn_path_make(path, "/%s", longest));
}

static void hostile_text_is_escaped_and_cut_whole(void **state)
{
	char out[12];

	(void)state;
	assert_string_equal(zn_log_clean(out, sizeof out, "a\x1b[1m", 5), "a\\x1b[1m");
	assert_string_equal(zn_log_clean(out, sizeof out, "\n\n\n\n", 4), "\\x0a\\x0a");
	assert_string_equal(zn_log_clean(out, 1, "abc", 3), "");
	assert_string_equal(zn_log_clean(out, sizeof out, "\\", 1), "\\x5c");
}

static void a_log_line_is_one_line(void **state)
{
	char line[4096] = "";
	int saved = dup(STDERR_FILENO), pipe_fds[2];
	ssize_t got;

	(void)state;
	assert_int_equal(pipe(pipe_fds), 0);
	dup2(pipe_fds[1], STDERR_FILENO);
	zn_log(ZN_LOG_DEBUG, "test", "not shown");
	zn_log(ZN_LOG_WARN, "test", "one\ntwo %0*d", 2000, 5);
	dup2(saved, STDERR_FILENO);
	got = read(pipe_fds[0], line, sizeof line - 1);
	assert_true(got > 30 && got <= 1024);
	assert_non_null(strstr(line, "Z test warn one two 000"));
	assert_ptr_equal(strchr(line, '\n'), line + got - 1);
	close(saved);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(reading_says_what_is_wrong),
		cmocka_unit_test(a_full_disk_leaves_the_old_file_and_no_rubbish),
		cmocka_unit_test(
			directories_are_made_with_their_parents_and_removed_with_their_children),
		cmocka_unit_test(a_lock_is_held_against_others_until_the_process_ends),
		cmocka_unit_test(homes_follow_the_environment),
		cmocka_unit_test(a_path_that_does_not_fit_is_refused),
		cmocka_unit_test(hostile_text_is_escaped_and_cut_whole),
		cmocka_unit_test(a_log_line_is_one_line),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
