/* io/json_scan.h - is this text JSON, to the letter? */
#ifndef ZN_IO_JSON_SCAN_H
#define ZN_IO_JSON_SCAN_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>

/** RFC 8259, UTF-8, the limits of core/limits.h; else false and a complaint with line and column. */
bool zn_json_scan(const char *name, const char *text, size_t count, struct zn_complaint *complaint);
/** Bytes of the UTF-8 character (RFC 3629) at `text`, 1 to 4; 0 if it is none. */
size_t zn_utf8_bytes(const char *text, size_t count);

#endif
