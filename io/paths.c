/* io/paths.c - where Zennet's files lie. */
#include "io/files.h"

#include "io/system_err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool zn_path_make(char out[PATH_MAX], const char *format, ...)
{
	va_list arguments;
	int wrote;

	va_start(arguments, format);
	wrote = vsnprintf(out, PATH_MAX, format, arguments);
	va_end(arguments);
	return wrote >= 0 && wrote < PATH_MAX;
}

static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

/* XDG's base directory rules: a relative path there is to be ignored. */
static bool xdg_path(char out[PATH_MAX], const char *variable, const char *below_home)
{
	const char *base = environment(variable);
	const char *home = environment("HOME");

	if (base != NULL && base[0] == '/')
		return zn_path_make(out, "%s/zennet", base);
	return home != NULL && zn_path_make(out, "%s/%s/zennet", home, below_home);
}

enum zn_err zn_path_home(char out[PATH_MAX])
{
	const char *own = environment("ZENNET_HOME");
	bool made = own != NULL ? zn_path_make(out, "%s", own)
				: xdg_path(out, "XDG_DATA_HOME", ".local/share");

	return made ? zn_directory_make(out) : ZN_ERR_NOT_FOUND;
}

enum zn_err zn_path_cache(char out[PATH_MAX])
{
	const char *own = environment("ZENNET_HOME");
	bool made = own != NULL ? zn_path_make(out, "%s/cache", own)
				: xdg_path(out, "XDG_CACHE_HOME", ".cache");

	return made ? zn_directory_make(out) : ZN_ERR_NOT_FOUND;
}

enum zn_err zn_path_program_directory(char out[PATH_MAX])
{
	ssize_t count = readlink("/proc/self/exe", out, PATH_MAX - 1);
	char *slash;

	if (count < 0)
		return zn_err_of_errno(errno);
	out[count] = '\0';
	slash = strrchr(out, '/');
	if (slash == NULL)
		return ZN_ERR_NOT_FOUND;
	slash[slash == out ? 1 : 0] = '\0';
	return ZN_ERR_OK;
}
