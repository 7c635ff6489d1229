/* chain/proof/proto.h - the few protobuf messages that CometBFT hashes and signs, written by hand.
 *
 * Only writing, only what a preimage needs: canonical proto3 (fields in order, a zero or empty value
 * is left out). Nothing is ever decoded from protobuf here. A message is smaller than
 * ZN_PROTO_BYTES_MAX by its own construction; to be larger is our bug.
 */
#ifndef ZN_CHAIN_PROOF_PROTO_H
#define ZN_CHAIN_PROOF_PROTO_H

#include <stddef.h>
#include <stdint.h>

/* A vote of the longest chain id is 182 bytes. */
#define ZN_PROTO_BYTES_MAX 256

struct zn_proto {
	uint8_t bytes[ZN_PROTO_BYTES_MAX];
	size_t used;
};

/** A bare varint, without a field number. */
void zn_proto_varint(struct zn_proto *out, uint64_t value);
/** int64, uint64, uint32, enum: left out when 0. A negative int64 is its two's complement. */
void zn_proto_u64(struct zn_proto *out, unsigned int field, uint64_t value);
/** sfixed64: left out when 0. */
void zn_proto_fixed64(struct zn_proto *out, unsigned int field, uint64_t value);
/** bytes or string: left out when empty. */
void zn_proto_bytes(struct zn_proto *out, unsigned int field, const void *bytes, size_t count);
/** A message inside: always there, as gogoproto's non-nullable fields are. */
void zn_proto_message(struct zn_proto *out, unsigned int field, const struct zn_proto *inner);

#endif
