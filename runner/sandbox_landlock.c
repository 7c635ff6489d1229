/* runner/sandbox_landlock.c - the paths again, as rules that hold without any namespace. */
#include "runner/sandbox.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than the oldest headers that we build with; the kernel says which of them it knows. */
#define FS_TRUNCATE  (UINT64_C(1) << 14)
#define FS_IOCTL_DEV (UINT64_C(1) << 15)
#define NET_ALL      (UINT64_C(3))
#define SCOPE_ALL    (UINT64_C(3)) /* abstract sockets, signals */

#define READ_RIGHTS  (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FIRST_RIGHTS ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)
#define WRITE_RIGHTS                                                                               \
	(READ_RIGHTS | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |             \
		LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |                     \
		LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SYM |                        \
		LANDLOCK_ACCESS_FS_REFER | FS_TRUNCATE)

struct rules {
	uint64_t handled_fs, handled_net, scoped;
};

static bool allow(int rules, const char *path, uint64_t rights)
{
	struct landlock_path_beneath_attr beneath = {.allowed_access = rights};
	beneath.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (beneath.parent_fd < 0)
		return false;
	long added = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
	close(beneath.parent_fd);
	return added == 0;
}

static uint64_t rights_of(enum zn_sandbox_right right, bool directory)
{
	uint64_t rights = directory ? READ_RIGHTS : LANDLOCK_ACCESS_FS_READ_FILE;
	if (right == ZN_PATH_EXECUTE)
		rights |= LANDLOCK_ACCESS_FS_EXECUTE;
	if (right == ZN_PATH_DEVICE)
		rights |= LANDLOCK_ACCESS_FS_WRITE_FILE | FS_IOCTL_DEV;
	return rights;
}

bool zn_sandbox_landlock(const struct zn_sandbox_paths *paths, const char *scratch)
{
	long version =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (version < 1)
		return false;
	struct rules asked = {.handled_fs = FIRST_RIGHTS};
	size_t bytes = sizeof asked.handled_fs;
	if (version >= 2)
		asked.handled_fs |= LANDLOCK_ACCESS_FS_REFER;
	if (version >= 3)
		asked.handled_fs |= FS_TRUNCATE;
	if (version >= 5)
		asked.handled_fs |= FS_IOCTL_DEV;
	if (version >= 4) {
		asked.handled_net = NET_ALL;
		bytes += sizeof asked.handled_net;
	}
	if (version >= 6) {
		asked.scoped = SCOPE_ALL;
		bytes += sizeof asked.scoped;
	}
	int rules = (int)syscall(SYS_landlock_create_ruleset, &asked, bytes, 0);
	if (rules < 0)
		return false;
	bool all = allow(rules, scratch, WRITE_RIGHTS & asked.handled_fs);
	for (unsigned i = 0; i < paths->count; i++) {
		uint64_t rights = rights_of(paths->path[i].right, paths->path[i].directory) &
				  asked.handled_fs;
		/* one that the private root does not show needs no rule */
		(void)allow(rules, paths->path[i].at, rights);
	}
	all = all && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	close(rules);
	return all;
}
