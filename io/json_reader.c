/* io/json_reader.c - what a person wrote: the first thing wrong, with its place and its mend. */
#include "io/json.h"

#include "core/limits.h"
#include "io/log.h"

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_BYTES_MAX  80 /* of a person's text in a complaint */
#define NUMBER_BYTES_MAX 32

static const cJSON *inner(const struct zn_json *value)
{
	return (const cJSON *)value;
}

static bool complain(struct zn_json_reader *reader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The first complaint is the one that stands. Always false. */
static bool complain(struct zn_json_reader *reader, const char *format, ...)
{
	char text[ZN_COMPLAINT_BYTES_MAX];
	va_list arguments;

	if (reader->failed)
		return false;
	reader->failed = true;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	return zn_complain(reader->complaint, "%s: %s", reader->name, text);
}

static const char *shown(char out[SHOWN_BYTES_MAX], const char *text)
{
	return zn_log_clean(out, SHOWN_BYTES_MAX, text, strlen(text));
}

static const char *kind_of(const struct zn_json *value)
{
	if (cJSON_IsString(inner(value)))
		return "text";
	if (cJSON_IsNumber(inner(value)))
		return "a number";
	if (cJSON_IsBool(inner(value)))
		return "true or false";
	if (cJSON_IsArray(inner(value)))
		return "a list";
	return cJSON_IsObject(inner(value)) ? "an object" : "null";
}

/* 1000000 as 1,000,000. */
static const char *grouped(char out[NUMBER_BYTES_MAX], uint64_t value)
{
	char digits[24];
	int count = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
	size_t used = 0;

	for (int i = 0; i < count; i++) {
		if (i > 0 && (count - i) % 3 == 0)
			out[used++] = ',';
		out[used++] = digits[i];
	}
	out[used] = '\0';
	return out;
}

struct zn_json_reader zn_json_reader_begin(const char *name, const struct zn_json *object,
	struct zn_complaint *complaint)
{
	struct zn_json_reader reader = {.name = name, .object = object, .complaint = complaint};

	if (object == NULL || !cJSON_IsObject(inner(object)))
		complain(&reader, "this should be an object, { ... }");
	else if (cJSON_GetArraySize(inner(object)) > ZN_JSON_MEMBERS_MAX)
		complain(&reader, "it has more than %d members", ZN_JSON_MEMBERS_MAX);
	if (reader.failed)
		reader.object = NULL;
	return reader;
}

/* NULL when absent (a complaint if required), given twice, or nothing is to be read any more. */
static const struct zn_json *find(struct zn_json_reader *reader, const char *key, bool required)
{
	const cJSON *found = NULL;
	unsigned int index = 0;

	if (reader->object == NULL)
		return NULL;
	for (const cJSON *at = inner(reader->object)->child; at != NULL; at = at->next, index++) {
		if (strcmp(at->string, key) != 0)
			continue;
		reader->known |= UINT64_C(1) << index;
		if (found != NULL) {
			complain(reader, "%s: it is given twice; keep one", key);
			return NULL;
		}
		found = at;
	}
	if (found == NULL && required)
		complain(reader, "%s: it is missing; add it", key);
	return (const struct zn_json *)found;
}

bool zn_json_read_string(struct zn_json_reader *reader, const char *key, bool required,
	const char **out)
{
	const struct zn_json *value = find(reader, key, required);

	if (value == NULL)
		return false;
	return zn_json_string(out, value) ||
	       complain(reader, "%s: it should be text in \"\", not %s", key, kind_of(value));
}

bool zn_json_read_u64(struct zn_json_reader *reader, const char *key, bool required, uint64_t least,
	uint64_t most, uint64_t *out)
{
	const struct zn_json *value = find(reader, key, required);
	char from[NUMBER_BYTES_MAX], to[NUMBER_BYTES_MAX];
	char text[SHOWN_BYTES_MAX];
	uint64_t number;
	double fraction;

	if (value == NULL)
		return false;
	if (zn_json_u64(&number, value)) {
		if (number >= least && number <= most) {
			*out = number;
			return true;
		}
		return complain(reader, "%s: %llu is not allowed; give %s to %s", key,
			(unsigned long long)number, grouped(from, least), grouped(to, most));
	}
	if (zn_json_double(&fraction, value))
		snprintf(text, sizeof text, "%.10g", fraction);
	else if (cJSON_IsString(inner(value)))
		shown(text, cJSON_GetStringValue(inner(value)));
	else
		return complain(reader, "%s: it should be a whole number, not %s", key,
			kind_of(value));
	return complain(reader, "%s: %s is not allowed; give a whole number, %s to %s", key, text,
		grouped(from, least), grouped(to, most));
}

bool zn_json_read_double(struct zn_json_reader *reader, const char *key, bool required,
	double least, double most, double *out)
{
	const struct zn_json *value = find(reader, key, required);
	double number;

	if (value == NULL)
		return false;
	if (!zn_json_double(&number, value))
		return complain(reader, "%s: it should be a number, not %s", key, kind_of(value));
	if (!(number >= least && number <= most))
		return complain(reader, "%s: %.10g is not allowed; give %.10g to %.10g", key,
			number, least, most);
	*out = number;
	return true;
}

bool zn_json_read_bool(struct zn_json_reader *reader, const char *key, bool required, bool *out)
{
	const struct zn_json *value = find(reader, key, required);

	if (value == NULL)
		return false;
	return zn_json_bool(out, value) ||
	       complain(reader, "%s: it should be true or false, not %s", key, kind_of(value));
}

bool zn_json_read_amount(struct zn_json_reader *reader, const char *key, bool required,
	struct zn_amount *out)
{
	const struct zn_json *value = find(reader, key, required);
	char text[SHOWN_BYTES_MAX];

	if (value == NULL)
		return false;
	if (!cJSON_IsString(inner(value)))
		return complain(reader,
			"%s: it should be an amount with its unit, like \"5 XEN\", not %s", key,
			kind_of(value));
	if (zn_amount_parse(out, cJSON_GetStringValue(inner(value))))
		return true;
	return complain(reader, "%s: \"%s\" is no amount; give a number and a unit, like \"5 XEN\"",
		key, shown(text, cJSON_GetStringValue(inner(value))));
}

static bool duration_parse(uint64_t *out_s, const char *text)
{
	static const struct {
		char name;
		uint64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	uint64_t value = 0;
	const char *at = text;

	for (; *at >= '0' && *at <= '9'; at++) {
		value = value * 10 + (uint64_t)(*at - '0');
		if (value > ZN_DURATION_S_MAX)
			return false;
	}
	if (at == text || at[0] == '\0' || at[1] != '\0')
		return false;
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (units[i].name == *at && value * units[i].seconds <= ZN_DURATION_S_MAX) {
			*out_s = value * units[i].seconds;
			return true;
		}
	}
	return false;
}

bool zn_json_read_duration_s(struct zn_json_reader *reader, const char *key, bool required,
	uint64_t *out)
{
	const struct zn_json *value = find(reader, key, required);
	char text[SHOWN_BYTES_MAX];

	if (value == NULL)
		return false;
	if (!cJSON_IsString(inner(value)))
		return complain(reader,
			"%s: it should be a time like \"90s\", \"30m\", \"2h\" or \"3d\", "
			"not %s",
			key, kind_of(value));
	if (duration_parse(out, cJSON_GetStringValue(inner(value))))
		return true;
	return complain(reader,
		"%s: \"%s\" is no time; give one like \"90s\", \"30m\", \"2h\" or \"3d\"", key,
		shown(text, cJSON_GetStringValue(inner(value))));
}

bool zn_json_read_doubles(struct zn_json_reader *reader, const char *key, bool required,
	size_t count, double *out)
{
	const struct zn_json *value = find(reader, key, required);
	const cJSON *at;
	size_t index = 0;

	if (value == NULL)
		return false;
	if (!cJSON_IsArray(inner(value)) || zn_json_count(value) != count)
		return complain(reader, "%s: it should be a list of %zu numbers", key, count);
	for (at = inner(value)->child; at != NULL; at = at->next, index++)
		if (!cJSON_IsNumber(at))
			return complain(reader, "%s: number %zu of the list is none", key,
				index + 1);
	index = 0;
	for (at = inner(value)->child; at != NULL; at = at->next)
		out[index++] = at->valuedouble;
	return true;
}

static bool read_inner(struct zn_json_reader *reader, const char *key, bool required,
	cJSON_bool (*is_one)(const cJSON *item), const char *what, const struct zn_json **out)
{
	const struct zn_json *value = find(reader, key, required);

	if (value == NULL)
		return false;
	if (!is_one(inner(value)))
		return complain(reader, "%s: it should be an %s, not %s", key, what,
			kind_of(value));
	*out = value;
	return true;
}

bool zn_json_read_object(struct zn_json_reader *reader, const char *key, bool required,
	const struct zn_json **out)
{
	return read_inner(reader, key, required, cJSON_IsObject, "object, { ... }", out);
}

bool zn_json_read_any(struct zn_json_reader *reader, const char *key, bool required,
	const struct zn_json **out)
{
	const struct zn_json *value = find(reader, key, required);

	if (value == NULL)
		return false;
	*out = value;
	return true;
}

bool zn_json_read_array(struct zn_json_reader *reader, const char *key, bool required,
	const struct zn_json **out)
{
	return read_inner(reader, key, required, cJSON_IsArray, "array, [ ... ]", out);
}

bool zn_json_reader_done(struct zn_json_reader *reader)
{
	char text[SHOWN_BYTES_MAX];
	unsigned int index = 0;

	if (reader->failed)
		return false;
	for (const cJSON *at = inner(reader->object)->child; at != NULL; at = at->next, index++)
		if ((reader->known >> index & 1) == 0)
			return complain(reader,
				"%s: it is not known here; mend its spelling or remove it",
				shown(text, at->string));
	return true;
}
