/* publisher/job_file_reduce.c - what a job file says of its outputs: reduce and print. */
#include "publisher/job_file_inside.h"

#include <stdio.h>
#include <string.h>

#define TYPES "u32, i32, u64, i64, f32 or f64"

static enum zn_number read_type(struct zn_json_reader *reader, const char *key, bool required)
{
	const char *text;
	if (!zn_json_read_string(reader, key, required, &text))
		return ZN_NUMBER_NONE;
	enum zn_number type = zn_number_find(text);
	if (type == ZN_NUMBER_NONE || type == ZN_NUMBER_HEX)
		zn_job_key_wrong(reader, key, "\"%.40s\" is no type of number; give " TYPES, text);
	return type;
}

static void read_vector(struct zn_job_file_reduce *reduce, struct zn_json_reader *reader,
	uint32_t slot_bytes)
{
	static const char *const keys[] = {"sum", "min", "max"};
	uint32_t kinds = 0;
	for (int i = 0; i < 3; i++) {
		enum zn_number type = read_type(reader, keys[i], false);
		if (type == ZN_NUMBER_NONE)
			continue;
		reduce->kind = (enum zn_reduce_kind)(ZN_REDUCE_SUM + i);
		reduce->type = type;
		kinds++;
		if (slot_bytes % zn_number_bytes(type) != 0)
			zn_job_key_wrong(reader, keys[i],
				"slot_bytes, %u, is no multiple of the %u bytes of a %s",
				slot_bytes, zn_number_bytes(type), zn_number_name(type));
	}
	if (kinds != 1 && !reader->failed)
		zn_job_key_wrong(reader, "reduce",
			"give one of \"concat\", {\"sum\": TYPE}, {\"min\": TYPE}, {\"max\":"
			" TYPE}, {\"top\": N, \"by\": TYPE, \"at\": BYTE}, {\"command\": [...]}");
}

static void read_top(struct zn_job_file_reduce *reduce, struct zn_json_reader *reader,
	uint32_t slot_bytes)
{
	uint32_t most = ZN_REDUCE_TOP_BYTES_MAX / (8 + slot_bytes);
	reduce->kind = ZN_REDUCE_TOP;
	zn_job_read_u32(reader, "top", 1, most, &reduce->top);
	reduce->type = read_type(reader, "by", true);
	zn_job_read_u32(reader, "at", 0, ZN_SLOT_BYTES_MAX, &reduce->at);
	if (!reader->failed && reduce->at + zn_number_bytes(reduce->type) > slot_bytes)
		zn_job_key_wrong(reader, "at",
			"the %u bytes from there are not inside of the slot's %u",
			zn_number_bytes(reduce->type), slot_bytes);
}

static void read_print(struct zn_job_file_reduce *reduce, struct zn_json_reader *reader,
	uint32_t slot_bytes)
{
	const char *text;
	if (!zn_json_read_string(reader, "print", false, &text))
		return;
	reduce->print = zn_number_find(text);
	if (reduce->print == ZN_NUMBER_NONE)
		zn_job_key_wrong(reader, "print",
			"\"%.40s\" is no type of number; give " TYPES ", or hex", text);
	else if (slot_bytes % zn_number_bytes(reduce->print) != 0)
		zn_job_key_wrong(reader, "print",
			"slot_bytes, %u, is no multiple of the %u bytes of a %s", slot_bytes,
			zn_number_bytes(reduce->print), text);
	else if (reduce->kind == ZN_REDUCE_COMMAND)
		zn_job_key_wrong(reader, "print",
			"a command writes its result itself; remove one of the two");
}

void zn_job_read_reduce(struct zn_job_file_reduce *reduce, struct zn_json_reader *reader,
	uint32_t slot_bytes)
{
	char name[PATH_MAX + 64];
	const struct zn_json *value, *inner;
	const char *text;
	if (zn_json_read_any(reader, "reduce", false, &value)) {
		if (zn_json_string(&text, value)) {
			if (strcmp(text, "concat") != 0)
				zn_job_key_wrong(reader, "reduce",
					"\"%.40s\" is not known; give \"concat\", or an object"
					" like {\"sum\": \"u64\"}",
					text);
		} else {
			struct zn_json_reader object =
				zn_job_reader_inner(name, reader, "reduce", value);
			if (zn_json_get(value, "command") != NULL) {
				reduce->kind = ZN_REDUCE_COMMAND;
				zn_job_read_words(&reduce->command, &object, "command", true,
					ZN_COMMAND_WORDS_MAX);
			} else if (zn_json_read_any(&object, "top", false, &inner)) {
				read_top(reduce, &object, slot_bytes);
			} else if (!object.failed) {
				read_vector(reduce, &object, slot_bytes);
			}
			if (!zn_json_reader_done(&object))
				reader->failed = true;
		}
	}
	if (!reader->failed)
		read_print(reduce, reader, slot_bytes);
}
