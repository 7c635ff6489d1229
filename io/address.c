/* io/address.c - which addresses a stranger may make us dial. */
#include "io/address.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct range4 {
	uint32_t network;
	unsigned int bits;
};

#define IP4(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))

static const struct range4 special4[] = {
	{IP4(0, 0, 0, 0), 8},       /* this network */
	{IP4(10, 0, 0, 0), 8},      /* private */
	{IP4(100, 64, 0, 0), 10},   /* behind a carrier's translator */
	{IP4(127, 0, 0, 0), 8},     /* loopback */
	{IP4(169, 254, 0, 0), 16},  /* link-local; clouds tell secrets there */
	{IP4(172, 16, 0, 0), 12},   /* private */
	{IP4(192, 0, 0, 0), 24},    /* protocol assignments */
	{IP4(192, 0, 2, 0), 24},    /* documentation */
	{IP4(192, 88, 99, 0), 24},  /* 6to4 relays */
	{IP4(192, 168, 0, 0), 16},  /* private */
	{IP4(198, 18, 0, 0), 15},   /* benchmarks */
	{IP4(198, 51, 100, 0), 24}, /* documentation */
	{IP4(203, 0, 113, 0), 24},  /* documentation */
	{IP4(224, 0, 0, 0), 3},     /* multicast, reserved, broadcast */
};

static bool public4(uint32_t address)
{
	for (size_t i = 0; i < sizeof special4 / sizeof special4[0]; i++)
		if ((address ^ special4[i].network) >> (32 - special4[i].bits) == 0)
			return false;
	return true;
}

static bool public4_bytes(const uint8_t *bytes)
{
	return public4(IP4(bytes[0], bytes[1], bytes[2], bytes[3]));
}

static bool public6(const uint8_t bytes[16])
{
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	static const uint8_t nat64[12] = {0, 0x64, 0xff, 0x9b};

	if (memcmp(bytes, mapped, 12) == 0 || memcmp(bytes, nat64, 12) == 0)
		return public4_bytes(bytes + 12);
	if ((bytes[0] & 0xe0) != 0x20) /* only 2000::/3 is given out */
		return false;
	if (bytes[0] == 0x20 && bytes[1] == 0x02) /* 6to4 */
		return public4_bytes(bytes + 2);
	/* 2001::/23: Teredo and other protocols' own */
	if (bytes[0] == 0x20 && bytes[1] == 0x01 && (bytes[2] & 0xfe) == 0)
		return false;
	/* documentation: 2001:db8::/32 and 3fff::/20 */
	if (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0d && bytes[3] == 0xb8)
		return false;
	return !(bytes[0] == 0x3f && bytes[1] == 0xff && (bytes[2] & 0xf0) == 0);
}

bool zn_address_public(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, address, sizeof in);
		return public4(ntohl(in.sin_addr.s_addr));
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 in;

		memcpy(&in, address, sizeof in);
		return public6(in.sin6_addr.s6_addr);
	}
	return false;
}
