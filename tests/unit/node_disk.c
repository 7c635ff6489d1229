/* tests/unit/node_disk.c - the n-th write or sync of the database fails, for every n.
 *
 * LMDB's calls into libc come to the functions below, since the program's own are found first. After
 * a failure the node would end; here it is opened again as after that, must be at a whole block with
 * the hash that block had without a failure, and goes on to the same end.
 */
/* Both names of a call are wanted as they are. */
#undef _FILE_OFFSET_BITS
#include "tests/unit/node_ground.h"

#include "io/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define BLOCKS 8

enum how {
	HOW_FULL,   /* ENOSPC, nothing written */
	HOW_BROKEN, /* EIO, nothing written */
	HOW_SHORT,  /* half of it is written, then EIO */
	HOWS
};

static struct {
	bool counting;
	unsigned int calls; /* so far */
	unsigned int fail;  /* this one and all that follow; 0: none */
	enum how how;
} disk;

static bool fails(void)
{
	return disk.counting && ++disk.calls >= disk.fail && disk.fail != 0;
}

static ssize_t failure(void)
{
	errno = disk.how == HOW_FULL ? ENOSPC : EIO;
	return -1;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset);
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset)
{
	if (!fails())
		return syscall(SYS_pwrite64, fd, bytes, count, offset);
	if (disk.how == HOW_SHORT && disk.calls == disk.fail && count > 1)
		return syscall(SYS_pwrite64, fd, bytes, count / 2, offset);
	return failure();
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t offset);
ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t offset)
{
	return pwrite(fd, bytes, count, offset);
}

/* Every write of several pieces is sought first, as LMDB does. */
ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t offset);
ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t offset)
{
	if (!fails())
		return syscall(SYS_pwritev, fd, pieces, count, offset, 0);
	if (disk.how == HOW_SHORT && disk.calls == disk.fail)
		return syscall(SYS_pwrite64, fd, pieces[0].iov_base, pieces[0].iov_len / 2, offset);
	return failure();
}

ssize_t writev(int fd, const struct iovec *pieces, int count);
ssize_t writev(int fd, const struct iovec *pieces, int count)
{
	if (!fails())
		return syscall(SYS_writev, fd, pieces, count);
	if (disk.how == HOW_SHORT && disk.calls == disk.fail)
		return syscall(SYS_write, fd, pieces[0].iov_base, pieces[0].iov_len / 2);
	return failure();
}

int fdatasync(int fd);
int fdatasync(int fd)
{
	return fails() ? (int)failure() : (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd);
int fsync(int fd)
{
	return fails() ? (int)failure() : (int)syscall(SYS_fsync, fd);
}

/* --- the same blocks each time ------------------------------------------------------------------ */

static void block_fill(struct ground *ground, uint64_t height)
{
	struct zn_transaction transfer = {.kind = ZN_TX_TRANSFER,
		.body.transfer = {ground->people.accounts[3], {height}}};
	struct zn_transaction announce = {.kind = ZN_TX_ANNOUNCE,
		.body.announce = world_announcement(2000000)};
	ground->time_s = ground->people.time_s + height;
	/* The nonces of this height, whatever was made before. */
	ground->nonce[0] = 2 * (height - 1);
	ground->nonce[1] = (height - 1) / 2;
	ground_add(ground, &transfer, 0);
	ground_add(ground, &announce, 0);
	if (height % 2 == 0) {
		struct zn_transaction open = {.kind = ZN_TX_OPEN,
			.body.open = {.count = 1,
				.openings = {{ground->people.accounts[5], {{1}}, {XEN}, 10}}}};
		ground_add(ground, &open, 1);
	}
}

static struct zn_hash hashes[BLOCKS + 1]; /* by height, without a failure */

/* Go on to the last block, or to a failure, whose sentence is given. */
static enum zn_err go_on(struct ground *ground, bool note)
{
	for (;;) {
		uint64_t height = zn_application_head(ground->application)->height;
		struct zn_hash app_hash = zn_application_head(ground->application)->app_hash;
		if (note)
			hashes[height] = app_hash;
		assert_memory_equal(app_hash.bytes, hashes[height].bytes, 32);
		if (height == BLOCKS)
			return ZN_ERR_OK;
		block_fill(ground, height + 1);
		enum zn_err err = ground_block(ground);
		if (err != ZN_ERR_OK)
			return err;
	}
}

static void begin_anew(struct ground *ground)
{
	assert_int_equal(zn_directory_remove(ground->directory), ZN_ERR_OK);
	assert_int_equal(zn_directory_make(ground->directory), ZN_ERR_OK);
}

/* True while there was an n-th call. */
static bool one_failure(struct ground *ground, unsigned int n, enum how how)
{
	struct zn_complaint complaint = {""};
	uint64_t acknowledged = 0;
	begin_anew(ground);
	disk.counting = true;
	disk.calls = 0;
	disk.fail = n;
	disk.how = how;
	bool open = ground_open(ground, &complaint);
	enum zn_err err = ZN_ERR_OK;
	if (open) {
		err = go_on(ground, false);
		acknowledged = zn_application_head(ground->application)->height -
			       (err != ZN_ERR_OK); /* the head moves before the disk says no */
	} else {
		assert_true(strlen(complaint.text) > 20); /* it stops with a sentence */
	}
	bool failed = disk.calls >= n;
	disk.counting = false;
	assert_true(failed == (!open || err != ZN_ERR_OK));
	assert_true(err == ZN_ERR_OK || err == ZN_ERR_DISK_FULL || err == ZN_ERR_IO);
	ground_close(ground);
	if (!ground_open(ground, &complaint)) {
		/* Only the half of a database that was just being made cannot be read. */
		if (open || how != HOW_SHORT)
			fail_msg("call %u, how %d: %s", n, how, complaint.text);
		assert_non_null(strstr(complaint.text, "cannot be opened"));
		ground_close(ground);
		return failed;
	}
	uint64_t height = zn_application_head(ground->application)->height;
	assert_in_range(height, acknowledged, acknowledged + 1);
	assert_int_equal(zn_ledger_audit(zn_node_store_view(ground->store)), ZN_LEDGER_SOUND);
	assert_int_equal(go_on(ground, false), ZN_ERR_OK);
	ground_close(ground);
	return failed;
}

static void every_write_and_sync_may_fail(void **state)
{
	static struct ground ground;
	(void)state;
	ground_start(&ground);
	assert_int_equal(go_on(&ground, true), ZN_ERR_OK);
	ground_close(&ground);
	for (int how = 0; how < HOWS; how++) {
		unsigned int n = 1;
		while (one_failure(&ground, n, (enum how)how))
			n++;
		print_message("%u calls failed, one in each run\n", n - 1);
		assert_true(n > 2 * BLOCKS);
	}
	begin_anew(&ground);
	ground_finish(&ground);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_write_and_sync_may_fail),
	};
	return cmocka_run_group_tests_name("node_disk", tests, NULL, NULL);
}
