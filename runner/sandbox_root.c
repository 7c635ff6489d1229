/* runner/sandbox_root.c - a root of its own, almost empty and read-only. */
#include "runner/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LINK_BYTES_MAX 256

/* mkdir -p below the working directory; with `file` the last part is an empty file. */
static bool make_place(const char *relative, bool file)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s", relative);
	for (char *at = strchr(path, '/'); at != NULL; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdir(path, 0755) != 0 && errno != EEXIST)
			return false;
		*at = '/';
	}
	if (!file)
		return mkdir(path, 0755) == 0 || errno == EEXIST;
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0444);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool is_there(const char *relative)
{
	struct stat about;
	return lstat(relative, &about) == 0;
}

/* /lib and its like are symbolic links on merged systems: they stay that. */
static bool copy_link(const char *path)
{
	char to[LINK_BYTES_MAX];
	struct stat about;
	if (lstat(path, &about) != 0 || !S_ISLNK(about.st_mode))
		return false;
	ssize_t length = readlink(path, to, sizeof to - 1);
	if (length <= 0 || strchr(path + 1, '/') != NULL)
		return false;
	to[length] = '\0';
	return symlink(to, path + 1) == 0;
}

static bool show(const char *at, const char *real, enum zn_sandbox_right right, bool directory)
{
	const char *relative = at + 1;
	if (is_there(relative) || copy_link(at))
		return true; /* below one that is shown already, or leads to it */
	if (!make_place(relative, !directory) ||
		mount(real, relative, NULL, MS_BIND | MS_REC, NULL) != 0)
		return false;
	struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID};
	if (right != ZN_PATH_DEVICE)
		attributes.attr_set |= MOUNT_ATTR_NODEV;
	return mount_setattr(AT_FDCWD, relative, AT_RECURSIVE, &attributes, sizeof attributes) == 0;
}

static bool fill(const struct zn_sandbox_paths *paths)
{
	if (!make_place(ZN_SANDBOX_SCRATCH + 1, false) ||
		mount("zennet", ZN_SANDBOX_SCRATCH + 1, "tmpfs", MS_NOSUID | MS_NODEV,
			"size=256m,nr_inodes=8192,mode=0700") != 0)
		return false;
	for (unsigned i = 0; i < paths->count; i++)
		if (!show(paths->path[i].at, paths->path[i].real, paths->path[i].right,
			    paths->path[i].directory))
			return false;
	return true;
}

bool zn_sandbox_root(const struct zn_sandbox_paths *paths, const char *scratch_dir)
{
	if (getpid() != 1) /* no namespaces: they are forbidden here */
		return false;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		mount("zennet", scratch_dir, "tmpfs", MS_NOSUID | MS_NODEV,
			"size=1m,nr_inodes=1024,mode=0755") != 0)
		return false;
	if (chdir(scratch_dir) != 0 || !fill(paths) || syscall(SYS_pivot_root, ".", ".") != 0)
		goto fail;
	/* from here on there is no way back: what fails must end the process */
	struct mount_attr closed = {.attr_set = MOUNT_ATTR_RDONLY};
	if (umount2(".", MNT_DETACH) != 0 || chdir("/") != 0 ||
		mount_setattr(AT_FDCWD, "/", 0, &closed, sizeof closed) != 0) {
		perror("zennet-runner: its own root");
		_exit(1);
	}
	return true;
fail:
	if (chdir("/") != 0 || umount2(scratch_dir, MNT_DETACH) != 0) {
		perror("zennet-runner: leaving its own root");
		_exit(1);
	}
	return false;
}
