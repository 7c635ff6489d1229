/* An amount's text: what is read is an amount, and its own text is read as the same one. */
#include "core/limits.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	char *text = malloc(count + 1);
	ZN_ASSERT(text != NULL);
	memcpy(text, bytes, count);
	text[count] = '\0';
	struct zn_amount amount, again;
	if (zn_amount_parse(&amount, text)) {
		char shortest[ZN_AMOUNT_TEXT_BYTES];
		ZN_ASSERT(amount.zat <= ZN_AMOUNT_MAX_ZAT);
		ZN_ASSERT(zn_amount_parse(&again, zn_amount_text(shortest, amount)));
		ZN_ASSERT(again.zat == amount.zat);
	}
	free(text);
	return 0;
}
