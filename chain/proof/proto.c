#include "chain/proof/proto.h"

#include "core/assert.h"

#include <string.h>

enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2 };

static void put(struct zn_proto *out, const void *bytes, size_t count)
{
	ZN_ASSERT(count <= sizeof out->bytes - out->used);
	if (count > 0)
		memcpy(out->bytes + out->used, bytes, count);
	out->used += count;
}

void zn_proto_varint(struct zn_proto *out, uint64_t value)
{
	for (;;) {
		uint8_t byte = (uint8_t)(value & 0x7f);
		value >>= 7;
		if (value != 0)
			byte |= 0x80;
		put(out, &byte, 1);
		if (value == 0)
			return;
	}
}

static void tag(struct zn_proto *out, unsigned int field, unsigned int wire)
{
	zn_proto_varint(out, field << 3 | wire);
}

void zn_proto_u64(struct zn_proto *out, unsigned int field, uint64_t value)
{
	if (value == 0)
		return;
	tag(out, field, WIRE_VARINT);
	zn_proto_varint(out, value);
}

void zn_proto_fixed64(struct zn_proto *out, unsigned int field, uint64_t value)
{
	if (value == 0)
		return;
	tag(out, field, WIRE_FIXED64);
	for (unsigned int i = 0; i < 8; i++) {
		uint8_t byte = (uint8_t)(value >> 8 * i);
		put(out, &byte, 1);
	}
}

static void piece(struct zn_proto *out, unsigned int field, const void *bytes, size_t count)
{
	tag(out, field, WIRE_BYTES);
	zn_proto_varint(out, count);
	put(out, bytes, count);
}

void zn_proto_bytes(struct zn_proto *out, unsigned int field, const void *bytes, size_t count)
{
	if (count > 0)
		piece(out, field, bytes, count);
}

void zn_proto_message(struct zn_proto *out, unsigned int field, const struct zn_proto *inner)
{
	piece(out, field, inner->bytes, inner->used);
}
