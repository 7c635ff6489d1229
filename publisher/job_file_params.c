/* publisher/job_file_params.c - the parameters of a kernel as a job file lists them. */
#include "publisher/job_file_inside.h"

#include "core/hash.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t zn_number_bytes(enum zn_number type)
{
	if (type == ZN_NUMBER_HEX)
		return 1;
	return type == ZN_NUMBER_U64 || type == ZN_NUMBER_I64 || type == ZN_NUMBER_F64 ? 8 : 4;
}

static const char *const names[] = {"", "u32", "i32", "u64", "i64", "f32", "f64", "hex"};

enum zn_number zn_number_find(const char *name)
{
	for (enum zn_number type = ZN_NUMBER_U32; type <= ZN_NUMBER_HEX; type++)
		if (strcmp(name, names[type]) == 0)
			return type;
	return ZN_NUMBER_NONE;
}

const char *zn_number_name(enum zn_number type)
{
	return names[type];
}

/* Whole numbers above 2^53 are text, since JSON's numbers are doubles. */
static bool whole_read(int64_t *out, const struct zn_json *value, int64_t least, int64_t most)
{
	const char *text;
	double number;
	if (zn_json_string(&text, value)) {
		char *end;
		errno = 0;
		long long parsed = strtoll(text, &end, 10);
		*out = parsed;
		return text[0] != '\0' && text[0] != ' ' && *end == '\0' && errno == 0 &&
		       parsed >= least && parsed <= most;
	}
	if (!zn_json_double(&number, value) || number != floor(number) ||
		!(fabs(number) <= 9007199254740992.0))
		return false;
	*out = (int64_t)number;
	return *out >= least && *out <= most;
}

static bool number_read(uint8_t *out, enum zn_number type, const struct zn_json *value)
{
	uint64_t bits = 0;
	int64_t whole = 0;
	double real = 0;
	float single = 0;
	uint32_t single_bits;
	bool good = false;
	switch (type) {
	case ZN_NUMBER_U32:
		good = whole_read(&whole, value, 0, UINT32_MAX);
		bits = (uint64_t)whole;
		break;
	case ZN_NUMBER_I32:
		good = whole_read(&whole, value, INT32_MIN, INT32_MAX);
		bits = (uint64_t)whole;
		break;
	case ZN_NUMBER_I64:
		good = whole_read(&whole, value, INT64_MIN, INT64_MAX);
		bits = (uint64_t)whole;
		break;
	case ZN_NUMBER_U64:
		good = zn_json_u64(&bits, value);
		break;
	case ZN_NUMBER_F32:
		good = zn_json_double(&real, value) && fabs(real) <= 3.4028234663852886e38;
		single = good ? (float)real : 0;
		memcpy(&single_bits, &single, sizeof single_bits);
		bits = single_bits;
		break;
	case ZN_NUMBER_F64:
		good = zn_json_double(&real, value);
		memcpy(&bits, &real, sizeof bits);
		break;
	default:
		break;
	}
	for (uint32_t i = 0; i < zn_number_bytes(type); i++)
		out[i] = (uint8_t)(bits >> (8 * i));
	return good;
}

static bool room_take(struct zn_params_part *part, uint32_t *used, size_t bytes,
	struct zn_json_reader *reader, const char *key)
{
	if (bytes > ZN_PARAMS_BYTES_MAX - *used) {
		zn_job_key_wrong(reader, key,
			"params are more than %u bytes; put large tables into \"shared\"",
			ZN_PARAMS_BYTES_MAX);
		return false;
	}
	part->at = *used;
	part->bytes = (uint32_t)bytes;
	*used += (uint32_t)bytes;
	return true;
}

static void read_numbers(struct zn_job_file_kernel *kernel, struct zn_params_part *part,
	uint32_t *used, struct zn_json_reader *reader, const char *key)
{
	const struct zn_json *array;
	uint32_t each = zn_number_bytes(part->type);
	if (!zn_json_read_array(reader, key, true, &array))
		return;
	size_t count = zn_json_count(array);
	if (count == 0)
		zn_job_key_wrong(reader, key, "the list is empty; give numbers or remove it");
	else if (room_take(part, used, count * each, reader, key))
		for (size_t i = 0; i < count; i++)
			if (!number_read(kernel->params_bytes + part->at + i * each, part->type,
				    zn_json_at(array, i)))
				zn_job_key_wrong(reader, key, "number %zu of the list is no %s%s",
					i + 1, key,
					each == 8 ? "; large ones are text, like \"123\"" : "");
}

static void read_hex(struct zn_job_file_kernel *kernel, struct zn_params_part *part, uint32_t *used,
	struct zn_json_reader *reader)
{
	const char *text;
	if (!zn_json_read_string(reader, "hex", true, &text))
		return;
	size_t digits = strlen(text);
	if (digits == 0 || digits % 2 != 0)
		zn_job_key_wrong(reader, "hex", "give two hex digits for each byte");
	else if (room_take(part, used, digits / 2, reader, "hex") &&
		 !zn_hex_read(kernel->params_bytes + part->at, digits / 2, text))
		zn_job_key_wrong(reader, "hex", "give hex digits, 0-9 and a-f, and nothing else");
}

static void read_part(struct zn_job_file_kernel *kernel, uint32_t *used,
	struct zn_json_reader *reader)
{
	struct zn_params_part *part = &kernel->params[kernel->params_count];
	const struct zn_json *value;
	const char *text;
	uint32_t kinds = 0;
	*part = (struct zn_params_part){.type = ZN_NUMBER_NONE};
	for (enum zn_number type = ZN_NUMBER_U32; type <= ZN_NUMBER_HEX; type++)
		if (zn_json_read_any(reader, names[type], false, &value)) {
			part->type = type;
			kinds++;
		}
	part->is_file = zn_json_read_string(reader, "file", false, &text);
	if (kinds + part->is_file != 1) {
		zn_job_key_wrong(reader, "params",
			"give one kind of number in each object, like {\"u32\": [1, 2]}; a list"
			" of objects has several");
		return;
	}
	if (part->is_file) {
		part->type = ZN_NUMBER_HEX;
		part->at = kernel->params_files.count;
		if (text[0] == '\0' || strlen(text) >= PATH_MAX ||
			!zn_words_add(&kernel->params_files, text))
			zn_job_key_wrong(reader, "file", "this is no path of a file; name one");
	} else if (part->type == ZN_NUMBER_HEX) {
		read_hex(kernel, part, used, reader);
	} else {
		read_numbers(kernel, part, used, reader, names[part->type]);
	}
	kernel->params_count++;
}

void zn_job_read_params(struct zn_job_file_kernel *kernel, struct zn_json_reader *reader)
{
	char name[PATH_MAX + 64], key[32] = "params";
	const struct zn_json *value;
	uint32_t used = 0;
	if (!zn_json_read_any(reader, "params", false, &value))
		return;
	size_t count = zn_json_count(value);
	if (count > ZN_PARAMS_PARTS_MAX)
		zn_job_key_wrong(reader, "params", "%zu parts are too many; give at most %u", count,
			ZN_PARAMS_PARTS_MAX);
	for (size_t i = 0; !reader->failed && i < (count == 0 ? 1 : count); i++) {
		if (count > 0)
			snprintf(key, sizeof key, "params[%zu]", i);
		struct zn_json_reader part = zn_job_reader_inner(name, reader, key,
			count == 0 ? value : zn_json_at(value, i));
		if (!part.failed)
			read_part(kernel, &used, &part);
		if (!zn_json_reader_done(&part))
			reader->failed = true;
	}
}
