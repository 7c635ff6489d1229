/* io/json.h - JSON for people and RPC envelopes. Door of cJSON.
 *
 * Numbers are doubles there, so amounts, heights and anything above 2^53 travel as strings. A reader
 * walks an object and remembers the first thing wrong, with its path: "job.json: samples: 0 is not
 * allowed; give 1 to 1,000,000".
 */
#ifndef ZN_IO_JSON_H
#define ZN_IO_JSON_H

#include "core/amount.h"
#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zn_json; /* a value: object, array, string, number, bool, null */

/** Parse exactly one value (RFC 8259 to the letter, UTF-8, no zero byte in a string, depth <=
 *  ZN_JSON_DEPTH_MAX, no trailing text). NULL and a complaint (line and column) if it is none. `name` begins the complaint. The root is the caller's: zn_json_destroy. */
struct zn_json *zn_json_parse(const char *name, const char *text, size_t count,
	struct zn_complaint *complaint);
void zn_json_destroy(struct zn_json *root);

/* Looking without judging, for answers of servers: NULL or false when absent or of another type. */
const struct zn_json *zn_json_get(const struct zn_json *object, const char *key);
const struct zn_json *zn_json_at(const struct zn_json *array, size_t index);
size_t zn_json_count(const struct zn_json *array);
bool zn_json_string(const char **out, const struct zn_json *value);
/** A number without fraction, or a string of decimal digits (CometBFT's int64). */
bool zn_json_u64(uint64_t *out, const struct zn_json *value);
bool zn_json_double(double *out, const struct zn_json *value);
bool zn_json_bool(bool *out, const struct zn_json *value);
/** A base64 string into malloc'ed bytes. */
bool zn_json_base64(uint8_t **out, size_t *count, const struct zn_json *value);

/* Reading what a person wrote: each call marks its key as known; _done complains about others. */
struct zn_json_reader {
	const char *name; /* file name, for complaints */
	const struct zn_json *object;
	struct zn_complaint *complaint;
	bool failed;
	uint64_t known; /* bit per member, the first 64 of the object */
};

struct zn_json_reader zn_json_reader_begin(const char *name, const struct zn_json *object,
	struct zn_complaint *complaint);
/** Each returns false if the key is absent or wrong; wrong (or absent and required) also complains. */
bool zn_json_read_string(struct zn_json_reader *reader, const char *key, bool required,
	const char **out);
bool zn_json_read_u64(struct zn_json_reader *reader, const char *key, bool required, uint64_t least,
	uint64_t most, uint64_t *out);
bool zn_json_read_double(struct zn_json_reader *reader, const char *key, bool required,
	double least, double most, double *out);
bool zn_json_read_bool(struct zn_json_reader *reader, const char *key, bool required, bool *out);
/** "5 XEN". */
bool zn_json_read_amount(struct zn_json_reader *reader, const char *key, bool required,
	struct zn_amount *out);
/** "2h", "90s", "3d", "30m" into seconds. */
bool zn_json_read_duration_s(struct zn_json_reader *reader, const char *key, bool required,
	uint64_t *out);
/** An array of exactly `count` numbers. */
bool zn_json_read_doubles(struct zn_json_reader *reader, const char *key, bool required,
	size_t count, double *out);
bool zn_json_read_object(struct zn_json_reader *reader, const char *key, bool required,
	const struct zn_json **out);
/** Whatever it is. */
bool zn_json_read_any(struct zn_json_reader *reader, const char *key, bool required,
	const struct zn_json **out);
bool zn_json_read_array(struct zn_json_reader *reader, const char *key, bool required,
	const struct zn_json **out);
/** False (and a complaint) when anything failed or an unknown key is there. */
bool zn_json_reader_done(struct zn_json_reader *reader);

/* Writing. Bytes that are no UTF-8 become '?', a number that is none becomes null. Without memory the
 * program stops. */
struct zn_json *zn_json_object_create(void);
struct zn_json *zn_json_array_create(void);
void zn_json_add_string(struct zn_json *object, const char *key, const char *value);
void zn_json_add_u64_text(struct zn_json *object, const char *key, uint64_t value); /* "5" */
void zn_json_add_number(struct zn_json *object, const char *key, double value);
void zn_json_add_bool(struct zn_json *object, const char *key, bool value);
void zn_json_add_base64(struct zn_json *object, const char *key, const void *bytes, size_t count);
void zn_json_add_hex_upper(struct zn_json *object, const char *key, const void *bytes,
	size_t count);
/** Takes `child`. In arrays `key` is NULL. */
void zn_json_add(struct zn_json *object, const char *key, struct zn_json *child);
/** malloc'ed text; NULL without memory. */
char *zn_json_print(const struct zn_json *root, bool pretty);

#endif
