/* io/log.h - what a program says of itself, a line each, on standard error or into a file.
 *
 * 2026-11-22T19:47:59Z area level sentence. Hostile text must be passed through zn_log_clean first.
 */
#ifndef ZN_IO_LOG_H
#define ZN_IO_LOG_H

#include <stddef.h>

enum zn_log_level { ZN_LOG_DEBUG, ZN_LOG_INFO, ZN_LOG_WARN, ZN_LOG_ERROR };

void zn_log(enum zn_log_level level, const char *area, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/** Lines below `least` are dropped (default INFO; $ZENNET_LOG=debug|info|warn|error at start). */
void zn_log_level_set(enum zn_log_level least);
/** Escape control and non-ASCII bytes of `text` into `out` (cut at out_bytes); returns out. */
const char *zn_log_clean(char *out, size_t out_bytes, const char *text, size_t text_bytes);

#endif
