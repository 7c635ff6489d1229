/* market/announcement.h - stage 1: a job on the ledger, and whether a worker wants it.
 *
 * Takes  the job hash from market/manifest.h
 * Gives  struct zn_announcement  to the announce transaction and to the worker's search
 *
 * Pure. Times are ledger seconds, prices zat per 10^6 units.
 */
#ifndef ZN_MARKET_ANNOUNCEMENT_H
#define ZN_MARKET_ANNOUNCEMENT_H

#include "core/limits.h"
#include "market/record.h"

/* Stored and sent: never renumbered. */
enum zn_job_kind { ZN_JOB_KERNEL = 1, ZN_JOB_RENDER = 2, ZN_JOB_DATA = 3 };
enum zn_price_unit { ZN_UNIT_CHUNK = 1, ZN_UNIT_METERED = 2 };
#define ZN_PRICE_PER_UNITS 1000000u /* a price is for this many units */

/* Device classes and features that a job needs, as bits. */
#define ZN_DEVICE_CLASS_CPU 1u
#define ZN_DEVICE_CLASS_GPU 2u
#define ZN_FEATURE_FP64     1u
#define ZN_FEATURE_EXACT    2u
#define ZN_FEATURE_FOREIGN  4u /* the kernel is not one that every worker carries */

struct zn_announcement {
	struct zn_hash job_hash;
	uint8_t kind;    /* enum zn_job_kind */
	uint8_t unit;    /* enum zn_price_unit of price_zat */
	uint64_t chunks; /* how large the job is */
	uint64_t chunk_output_bytes;
	uint64_t shared_bytes;  /* what every worker must fetch first */
	uint64_t memory_bytes;  /* needed on the device */
	uint8_t device_classes; /* any of these will do */
	uint32_t features;      /* all of these are needed */
	uint64_t price_zat;     /* indicative, per ZN_PRICE_PER_UNITS; 0: none named */
	uint64_t deadline_s;    /* ledger time by which the job wants to be done; 0: none */
	uint64_t expiry_s;      /* ledger time at which it leaves the ledger */
	uint8_t identity_bits;  /* identity work asked of a worker; 0 is the only value yet */
	struct zn_hash tls_pin; /* SHA-256 of the publisher's SubjectPublicKeyInfo */
	char endpoint[ZN_ENDPOINT_BYTES_MAX + 1]; /* https://host:port */
};

ZN_RECORD_DECLARE(announcement); /* tag "announcement/1" */

#define ZN_ANNOUNCEMENT_REFUSALS(X)                                                                \
	X(KIND, "the announcement is of an unknown kind")                                          \
	X(UNIT, "the announcement prices an unknown unit")                                         \
	X(SIZE, "the announced job has no chunks, or more than a job may have")                    \
	X(DEVICE, "the announcement names no device class, or an unknown one")                     \
	X(IDENTITY, "the announcement asks for identity work, which is not offered yet")           \
	X(PRICE, "the announced price is no amount")                                               \
	X(ENDPOINT, "the announced address is not of the form https://host:port")                  \
	X(EXPIRY, "the announcement has expired")

enum zn_announcement_refusal {
	ZN_ANNOUNCEMENT_OK,
#define X(name, sentence) ZN_ANNOUNCEMENT_##name,
	ZN_ANNOUNCEMENT_REFUSALS(X)
#undef X
};

/** May it stand on the ledger at `now_s`? The first rule broken. */
enum zn_announcement_refusal zn_announcement_check(const struct zn_announcement *announcement,
	uint64_t now_s);
const char *zn_announcement_refusal_sentence(enum zn_announcement_refusal refusal);

#endif
