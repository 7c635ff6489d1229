/* io/log.c - lines on standard error, each in one write so that programs do not mix theirs. */
#include "io/log.h"

#include "core/limits.h"
#include "io/clock.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const level_names[] = {"debug", "info", "warn", "error"};

#define LEVEL_UNSET (-1)
static atomic_int least_level = LEVEL_UNSET;

static int level_from_environment(void)
{
	const char *wanted = getenv("ZENNET_LOG");

	for (int i = 0; wanted != NULL && i <= ZN_LOG_ERROR; i++)
		if (strcmp(wanted, level_names[i]) == 0)
			return i;
	return ZN_LOG_INFO;
}

static bool level_shown(enum zn_log_level level)
{
	int least = atomic_load(&least_level);

	if (least == LEVEL_UNSET) {
		least = level_from_environment();
		atomic_store(&least_level, least);
	}
	return (int)level >= least;
}

void zn_log_level_set(enum zn_log_level least)
{
	atomic_store(&least_level, (int)least);
}

static size_t line_begin(char *line, size_t bytes_max, enum zn_log_level level, const char *area)
{
	time_t now = (time_t)zn_clock_wall_s();
	struct tm utc = {0};
	int wrote;

	gmtime_r(&now, &utc);
	wrote = snprintf(line, bytes_max, "%04d-%02d-%02dT%02d:%02d:%02dZ %.32s %s ",
		utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
		utc.tm_sec, area, level_names[level]);
	return wrote > 0 ? (size_t)wrote : 0;
}

void zn_log(enum zn_log_level level, const char *area, const char *format, ...)
{
	char line[ZN_LOG_LINE_BYTES_MAX];
	size_t used;
	int wrote;
	va_list arguments;

	if (!level_shown(level))
		return;
	used = line_begin(line, sizeof line, level, area);
	va_start(arguments, format);
	wrote = vsnprintf(line + used, sizeof line - used, format, arguments);
	va_end(arguments);
	if (wrote > 0)
		used += (size_t)wrote;
	if (used > sizeof line - 1)
		used = sizeof line - 1;
	for (size_t i = 0; i < used; i++)
		if (line[i] == '\n')
			line[i] = ' ';
	line[used++] = '\n';
	/* A log that cannot be written has nobody to tell. */
	if (write(STDERR_FILENO, line, used) < 0)
		return;
}

const char *zn_log_clean(char *out, size_t out_bytes, const char *text, size_t text_bytes)
{
	size_t used = 0;

	if (out_bytes == 0)
		return "";
	for (size_t i = 0; i < text_bytes; i++) {
		unsigned char c = (unsigned char)text[i];
		bool plain = c >= 0x20 && c < 0x7f && c != '\\';
		size_t need = plain ? 1 : 4;

		if (used + need + 1 > out_bytes)
			break;
		if (plain)
			out[used] = (char)c;
		else
			snprintf(out + used, out_bytes - used, "\\x%02x", c);
		used += need;
	}
	out[used] = '\0';
	return out;
}
