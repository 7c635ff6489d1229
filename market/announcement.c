#include "market/announcement.h"

#include <string.h>

void zn_announcement_code(struct zn_codec *codec, struct zn_announcement *announcement)
{
	zn_codec_header(codec, ZN_RECORD_ANNOUNCEMENT, 1);
	zn_codec_hash(codec, &announcement->job_hash);
	zn_codec_u8(codec, &announcement->kind);
	zn_codec_u8(codec, &announcement->unit);
	zn_codec_u64(codec, &announcement->chunks);
	zn_codec_u64(codec, &announcement->chunk_output_bytes);
	zn_codec_u64(codec, &announcement->shared_bytes);
	zn_codec_u64(codec, &announcement->memory_bytes);
	zn_codec_u8(codec, &announcement->device_classes);
	zn_codec_u32(codec, &announcement->features);
	zn_codec_u64(codec, &announcement->price_zat);
	zn_codec_u64(codec, &announcement->deadline_s);
	zn_codec_u64(codec, &announcement->expiry_s);
	zn_codec_u8(codec, &announcement->identity_bits);
	zn_codec_hash(codec, &announcement->tls_pin);
	zn_codec_text(codec, announcement->endpoint, ZN_ENDPOINT_BYTES_MAX);
}

ZN_RECORD_DEFINE(announcement, "announcement/1")

/* https://host:port, host of letters, digits, '.', '-', or an IPv6 address in brackets. */
static bool endpoint_valid(const char *endpoint)
{
	const char *scheme = "https://";
	if (strncmp(endpoint, scheme, strlen(scheme)) != 0)
		return false;
	const char *host = endpoint + strlen(scheme);
	const char *colon = strrchr(host, ':');
	if (colon == NULL || colon == host)
		return false;
	bool bracketed = host[0] == '[' && colon[-1] == ']' && colon - host > 2;
	for (const char *c = host; c < colon; c++) {
		bool plain = (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') ||
			     (*c >= 'A' && *c <= 'Z') || *c == '.' || *c == '-';
		bool of_brackets = bracketed && (*c == ':' || c == host || c == colon - 1);
		if (!plain && !of_brackets)
			return false;
	}
	unsigned long port = 0;
	for (const char *c = colon + 1; *c != '\0'; c++) {
		if (*c < '0' || *c > '9' || (port = port * 10 + (unsigned long)(*c - '0')) > 65535)
			return false;
	}
	return port > 0;
}

enum zn_announcement_refusal zn_announcement_check(const struct zn_announcement *announcement,
	uint64_t now_s)
{
	if (announcement->kind < ZN_JOB_KERNEL || announcement->kind > ZN_JOB_DATA)
		return ZN_ANNOUNCEMENT_KIND;
	if (announcement->unit != ZN_UNIT_CHUNK && announcement->unit != ZN_UNIT_METERED)
		return ZN_ANNOUNCEMENT_UNIT;
	if (announcement->chunks == 0 || announcement->chunks > ZN_JOB_CHUNKS_MAX ||
		announcement->chunk_output_bytes == 0 ||
		announcement->chunk_output_bytes > ZN_CHUNK_OUTPUT_BYTES_MAX ||
		announcement->shared_bytes > ZN_SHARED_BYTES_MAX)
		return ZN_ANNOUNCEMENT_SIZE;
	if (announcement->device_classes == 0 ||
		(announcement->device_classes & ~(ZN_DEVICE_CLASS_CPU | ZN_DEVICE_CLASS_GPU)) != 0)
		return ZN_ANNOUNCEMENT_DEVICE;
	if (announcement->identity_bits != 0)
		return ZN_ANNOUNCEMENT_IDENTITY;
	if (announcement->price_zat > ZN_AMOUNT_MAX_ZAT)
		return ZN_ANNOUNCEMENT_PRICE;
	if (!endpoint_valid(announcement->endpoint))
		return ZN_ANNOUNCEMENT_ENDPOINT;
	if (announcement->expiry_s <= now_s)
		return ZN_ANNOUNCEMENT_EXPIRY;
	return ZN_ANNOUNCEMENT_OK;
}

const char *zn_announcement_refusal_sentence(enum zn_announcement_refusal refusal)
{
	switch (refusal) {
	case ZN_ANNOUNCEMENT_OK:
		return "the announcement is in order";
#define X(name, sentence)                                                                          \
	case ZN_ANNOUNCEMENT_##name:                                                               \
		return sentence;
		ZN_ANNOUNCEMENT_REFUSALS(X)
#undef X
	}
	return "?";
}
