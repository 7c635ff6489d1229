/* tests/unit/kernels_screen.h - screen a text as its exact bytes, so that a sanitizer sees the end. */
#ifndef ZN_TESTS_KERNELS_SCREEN_H
#define ZN_TESTS_KERNELS_SCREEN_H

#include "kernels/screen.h"
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

static inline uint32_t screen_all(struct zn_screen_finding *out, uint32_t out_max, const char *text,
	unsigned bits)
{
	size_t bytes = strlen(text);
	char *copy = malloc(bytes == 0 ? 1 : bytes);
	assert_non_null(copy);
	memcpy(copy, text, bytes);
	uint32_t count = zn_screen(out, out_max, copy, bytes, bits);
	free(copy);
	return count;
}

static inline uint32_t screen_text(struct zn_screen_finding *out, const char *text, unsigned bits)
{
	return screen_all(out, 1, text, bits);
}

#endif
