/* tests/unit/sys_tree.h - a recorded part of /sys (tests/vectors/sys) as files below a directory. */
#ifndef ZN_TESTS_SYS_TREE_H
#define ZN_TESTS_SYS_TREE_H

#include "io/files.h"
#include "tests/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static inline void sys_put(const char *root, const char *path, const char *value)
{
	char whole[PATH_MAX], directory[PATH_MAX];
	assert_true(zn_path_make(whole, "%s/%s", root, path));
	assert_true(zn_path_make(directory, "%s", whole));
	*strrchr(directory, '/') = '\0';
	assert_int_equal(zn_directory_make(directory), ZN_ERR_OK);
	char line[256];
	snprintf(line, sizeof line, "%s\n", value);
	assert_int_equal(zn_file_replace(whole, line, strlen(line), 0600), ZN_ERR_OK);
}

static inline void sys_link(const char *root, const char *path, const char *target)
{
	char whole[PATH_MAX];
	assert_true(zn_path_make(whole, "%s/%s", root, path));
	assert_int_equal(symlink(target, whole), 0);
}

/** Make the tree `name`.txt below `root`, which must be new. */
static inline void sys_make(const char *root, const char *name)
{
	char path[PATH_MAX], line[512];
	assert_true(zn_path_make(path, ZN_VECTORS "/sys/%s.txt", name));
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof line, file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		char *middle = strstr(line, " = "), *arrow = strstr(line, " -> ");
		if (line[0] == '#')
			continue;
		assert_true(middle != NULL || arrow != NULL);
		*(middle != NULL ? middle : arrow) = '\0';
		if (middle != NULL)
			sys_put(root, line, middle + 3);
		else
			sys_link(root, line, arrow + 4);
	}
	assert_int_equal(fclose(file), 0);
}

#endif
