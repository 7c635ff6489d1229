/* io/json.c - parsing, looking and writing. */
#include "io/json.h"

#include "core/assert.h"
#include "core/hash.h"
#include "io/json_scan.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_MAX 9007199254740992.0 /* 2^53: above it a double is no exact whole number */

/* struct zn_json has no members: it is cJSON's under our name. */
static const cJSON *inner(const struct zn_json *value)
{
	return (const cJSON *)value;
}

static struct zn_json *outer(cJSON *value)
{
	return (struct zn_json *)value;
}

struct zn_json *zn_json_parse(const char *name, const char *text, size_t count,
	struct zn_complaint *complaint)
{
	cJSON *root;

	if (!zn_json_scan(name, text, count, complaint))
		return NULL;
	root = cJSON_ParseWithLength(text, count);
	if (root == NULL)
		zn_complain(complaint, "%s: out of memory", name);
	return outer(root);
}

void zn_json_destroy(struct zn_json *root)
{
	cJSON_Delete((cJSON *)root);
}

/* --- looking --- */

const struct zn_json *zn_json_get(const struct zn_json *object, const char *key)
{
	if (!cJSON_IsObject(inner(object)))
		return NULL;
	return outer(cJSON_GetObjectItemCaseSensitive(inner(object), key));
}

const struct zn_json *zn_json_at(const struct zn_json *array, size_t index)
{
	if (!cJSON_IsArray(inner(array)) || index > INT32_MAX)
		return NULL;
	return outer(cJSON_GetArrayItem(inner(array), (int)index));
}

size_t zn_json_count(const struct zn_json *array)
{
	return cJSON_IsArray(inner(array)) ? (size_t)cJSON_GetArraySize(inner(array)) : 0;
}

bool zn_json_string(const char **out, const struct zn_json *value)
{
	const char *text = cJSON_GetStringValue(inner(value));

	if (text == NULL)
		return false;
	*out = text;
	return true;
}

static bool u64_of_text(uint64_t *out, const char *text)
{
	uint64_t value = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		unsigned int digit = (unsigned int)(unsigned char)*text - '0';

		if (digit > 9 || value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}

bool zn_json_u64(uint64_t *out, const struct zn_json *value)
{
	double number;

	if (cJSON_IsString(inner(value)))
		return u64_of_text(out, cJSON_GetStringValue(inner(value)));
	if (!zn_json_double(&number, value) || number < 0 || number > EXACT_MAX ||
		floor(number) < number)
		return false;
	*out = (uint64_t)number;
	return true;
}

bool zn_json_double(double *out, const struct zn_json *value)
{
	if (!cJSON_IsNumber(inner(value)))
		return false;
	*out = cJSON_GetNumberValue(inner(value));
	return true;
}

bool zn_json_bool(bool *out, const struct zn_json *value)
{
	if (!cJSON_IsBool(inner(value)))
		return false;
	*out = cJSON_IsTrue(inner(value));
	return true;
}

/* --- base64 (RFC 4648 section 4), strict: one text per value --- */

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void base64_table(int8_t table[256])
{
	memset(table, -1, 256);
	for (int i = 0; i < 64; i++)
		table[(unsigned char)base64_digits[i]] = (int8_t)i;
}

bool zn_json_base64(uint8_t **out, size_t *count, const struct zn_json *value)
{
	const char *text = cJSON_GetStringValue(inner(value));
	size_t length = text != NULL ? strlen(text) : 1;
	size_t pad = 0, used = 0;
	int8_t table[256];
	uint8_t *bytes;

	if (length % 4 != 0)
		return false;
	while (pad < 2 && pad < length && text[length - 1 - pad] == '=')
		pad++;
	bytes = malloc(length / 4 * 3 + 1);
	if (bytes == NULL)
		return false;
	base64_table(table);
	for (size_t i = 0; i < length; i += 4) {
		uint32_t word = 0;

		for (size_t j = i; j < i + 4; j++) {
			int8_t digit = j >= length - pad ? 0 : table[(unsigned char)text[j]];

			if (digit < 0) {
				free(bytes);
				return false;
			}
			word = word << 6 | (uint32_t)digit;
		}
		bytes[used++] = (uint8_t)(word >> 16);
		bytes[used++] = (uint8_t)(word >> 8);
		bytes[used++] = (uint8_t)word;
	}
	/* Bits below the padding must be zero, else two texts mean the same bytes. */
	for (size_t i = used - pad; i < used; i++) {
		if (bytes[i] != 0) {
			free(bytes);
			return false;
		}
	}
	bytes[used - pad] = 0;
	*out = bytes;
	*count = used - pad;
	return true;
}

static char *base64_text(const uint8_t *bytes, size_t count)
{
	char *text = malloc((count + 2) / 3 * 4 + 1);
	size_t used = 0;

	ZN_ASSERT(text != NULL);
	for (size_t i = 0; i < count; i += 3) {
		size_t left = count - i;
		uint32_t word = (uint32_t)bytes[i] << 16 |
				(left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
				(left > 2 ? bytes[i + 2] : 0);

		text[used++] = base64_digits[word >> 18 & 63];
		text[used++] = base64_digits[word >> 12 & 63];
		text[used++] = left > 1 ? base64_digits[word >> 6 & 63] : '=';
		text[used++] = left > 2 ? base64_digits[word & 63] : '=';
	}
	text[used] = '\0';
	return text;
}

/* --- writing --- */

static struct zn_json *made(cJSON *value)
{
	ZN_ASSERT(value != NULL);
	return outer(value);
}

struct zn_json *zn_json_object_create(void)
{
	return made(cJSON_CreateObject());
}

struct zn_json *zn_json_array_create(void)
{
	return made(cJSON_CreateArray());
}

void zn_json_add(struct zn_json *object, const char *key, struct zn_json *child)
{
	cJSON *into = (cJSON *)object;

	ZN_ASSERT(cJSON_IsArray(into) == (key == NULL) && child != NULL);
	if (key == NULL)
		ZN_ASSERT(cJSON_AddItemToArray(into, (cJSON *)child));
	else
		ZN_ASSERT(cJSON_AddItemToObject(into, key, (cJSON *)child));
}

void zn_json_add_string(struct zn_json *object, const char *key, const char *value)
{
	size_t count = strlen(value);
	char *clean = malloc(count + 1);
	size_t step;

	ZN_ASSERT(clean != NULL);
	memcpy(clean, value, count + 1);
	for (size_t i = 0; i < count; i += step) {
		step = zn_utf8_bytes(clean + i, count - i);
		if (step == 0) {
			clean[i] = '?';
			step = 1;
		}
	}
	zn_json_add(object, key, made(cJSON_CreateString(clean)));
	free(clean);
}

void zn_json_add_u64_text(struct zn_json *object, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof text, "%llu", (unsigned long long)value);
	zn_json_add(object, key, made(cJSON_CreateString(text)));
}

void zn_json_add_number(struct zn_json *object, const char *key, double value)
{
	zn_json_add(object, key,
		made(isfinite(value) ? cJSON_CreateNumber(value) : cJSON_CreateNull()));
}

void zn_json_add_bool(struct zn_json *object, const char *key, bool value)
{
	zn_json_add(object, key, made(cJSON_CreateBool(value)));
}

void zn_json_add_base64(struct zn_json *object, const char *key, const void *bytes, size_t count)
{
	char *text = base64_text(bytes, count);

	zn_json_add(object, key, made(cJSON_CreateString(text)));
	free(text);
}

void zn_json_add_hex_upper(struct zn_json *object, const char *key, const void *bytes, size_t count)
{
	char *text = malloc(2 * count + 1);

	ZN_ASSERT(text != NULL);
	zn_hex_write(text, bytes, count);
	for (size_t i = 0; i < 2 * count; i++)
		text[i] = (char)toupper((unsigned char)text[i]);
	zn_json_add(object, key, made(cJSON_CreateString(text)));
	free(text);
}

char *zn_json_print(const struct zn_json *root, bool pretty)
{
	return pretty ? cJSON_Print(inner(root)) : cJSON_PrintUnformatted(inner(root));
}
