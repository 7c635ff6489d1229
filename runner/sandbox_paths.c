/* runner/sandbox_paths.c - what a driver has to see, and nothing else of the machine. */
#include "runner/sandbox.h"

#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ICDS_MAX      32
#define ICD_BYTES_MAX 4096
#define PARTS_MAX     16 /* of PATH and the like */

static void add(struct zn_sandbox_paths *paths, const char *at, enum zn_sandbox_right right)
{
	struct stat about;
	char real[PATH_MAX];
	if (at[0] != '/' || strlen(at) >= PATH_MAX || paths->count == ZN_SANDBOX_PATHS_MAX ||
		realpath(at, real) == NULL || stat(real, &about) != 0)
		return;
	bool device = S_ISCHR(about.st_mode);
	if (device != (right == ZN_PATH_DEVICE) ||
		(!device && !S_ISDIR(about.st_mode) && !S_ISREG(about.st_mode)))
		return;
	for (unsigned i = 0; i < paths->count; i++)
		if (strcmp(paths->path[i].at, at) == 0)
			return;
	strcpy(paths->path[paths->count].at, at);
	strcpy(paths->path[paths->count].real, real);
	paths->path[paths->count].right = right;
	paths->path[paths->count].directory = S_ISDIR(about.st_mode);
	paths->count++;
}

static bool is_below(const char *path, const char *directory)
{
	size_t length = strlen(directory);
	return strncmp(path, directory, length) == 0 &&
	       (path[length] == '/' || path[length] == '\0');
}

/* A driver that lies elsewhere comes with its folder. */
static void add_driver(struct zn_sandbox_paths *paths, const char *library)
{
	char folder[PATH_MAX];
	if (library[0] != '/' || strlen(library) >= PATH_MAX || is_below(library, "/usr/lib") ||
		is_below(library, "/lib"))
		return;
	strcpy(folder, library);
	*strrchr(folder, '/') = '\0';
	if (folder[0] == '\0' || access(folder, R_OK | X_OK) != 0)
		return;
	add(paths, folder, ZN_PATH_READ);
	if (paths->driver_dir[0] == '\0')
		strcpy(paths->driver_dir, folder);
}

static void read_icd(struct zn_sandbox_paths *paths, const char *path)
{
	char line[ICD_BYTES_MAX];
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return;
	if (fgets(line, sizeof line, file) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		add_driver(paths, line);
	}
	fclose(file);
}

static void read_vendors(struct zn_sandbox_paths *paths, const char *vendors)
{
	struct stat about;
	add(paths, vendors, ZN_PATH_READ);
	if (stat(vendors, &about) != 0)
		return;
	if (!S_ISDIR(about.st_mode)) {
		read_icd(paths, vendors);
		return;
	}
	DIR *directory = opendir(vendors);
	struct dirent *entry;
	for (int i = 0; directory != NULL && i < ICDS_MAX && (entry = readdir(directory)) != NULL;
		i++) {
		char path[PATH_MAX];
		int length = snprintf(path, sizeof path, "%s/%s", vendors, entry->d_name);
		const char *dot = strrchr(entry->d_name, '.');
		if (dot != NULL && strcmp(dot, ".icd") == 0 && length < PATH_MAX)
			read_icd(paths, path);
	}
	if (directory != NULL)
		closedir(directory);
}

/* Call `with` for each part of a list with colons, at most PARTS_MAX. */
static void each_part(struct zn_sandbox_paths *paths, const char *list, const char *leaf,
	enum zn_sandbox_right right)
{
	for (int i = 0; list != NULL && i < PARTS_MAX; i++) {
		char path[PATH_MAX];
		int part = (int)strcspn(list, ":");
		int length = snprintf(path, sizeof path, "%.*s%s", part, list, leaf);
		if (part > 0 && length > 0 && length < PATH_MAX)
			add(paths, path, right);
		list = list[part] == ':' ? list + part + 1 : NULL;
	}
}

static void add_all(struct zn_sandbox_paths *paths, const char *pattern,
	enum zn_sandbox_right right)
{
	glob_t found;
	if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		add(paths, found.gl_pathv[i], right);
	globfree(&found);
}

static void add_gpu(struct zn_sandbox_paths *paths)
{
	static const char *const nodes[] = {"/dev/nvidia[0-9]*", "/dev/nvidiactl",
		"/dev/nvidia-uvm", "/dev/nvidia-caps/*", "/dev/dri/renderD*", "/dev/kfd"};
	static const char *const seen[] = {"/sys/bus/pci", "/sys/class/drm", "/sys/class/kfd",
		"/sys/dev/char", "/sys/devices", "/sys/module", "/proc", "/usr/share/libdrm"};
	for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
		add_all(paths, nodes[i], ZN_PATH_DEVICE);
	for (size_t i = 0; i < sizeof seen / sizeof *seen; i++)
		add(paths, seen[i], ZN_PATH_READ);
}

void zn_sandbox_paths_find(struct zn_sandbox_paths *out, const struct zn_sandbox_plan *plan)
{
	static const char *const read[] = {"/usr/lib", "/usr/lib64", "/lib", "/lib64",
		"/usr/local/lib", "/usr/share/pocl", "/usr/share/clc", "/etc/ld.so.cache",
		"/proc/cpuinfo"}; /* PoCL takes a device's name from it, or crashes */
	static const char *const linkers[] = {"/ld", "/ld.bfd", "/ld.gold", "/ld.lld"};
	const char *vendors = getenv("OCL_ICD_VENDORS");
	*out = (struct zn_sandbox_paths){0};
	for (size_t i = 0; i < sizeof read / sizeof *read; i++)
		add(out, read[i], ZN_PATH_READ);
	read_vendors(out, vendors != NULL ? vendors : "/etc/OpenCL/vendors");
	each_part(out, getenv("LD_LIBRARY_PATH"), "", ZN_PATH_READ);
	if (plan->stage == ZN_STAGE_BUILDER) {
		for (size_t i = 0; i < sizeof linkers / sizeof *linkers; i++)
			each_part(out, getenv("PATH"), linkers[i], ZN_PATH_EXECUTE);
		/* the loader of what is executed */
		add_all(out, "/lib64/ld-linux*", ZN_PATH_EXECUTE);
		add_all(out, "/lib/ld-linux*", ZN_PATH_EXECUTE);
	}
	if (ZN_SANITIZED)
		add(out, "/proc", ZN_PATH_READ);
	if (plan->gpu)
		add_gpu(out);
	add(out, "/sys/devices/system", ZN_PATH_READ);
}
