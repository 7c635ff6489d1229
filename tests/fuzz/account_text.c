/* An account's text: what is read is written as the same text. */
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	char *text = malloc(count + 1);
	ZN_ASSERT(text != NULL);
	memcpy(text, bytes, count);
	text[count] = '\0';
	struct zn_account account;
	if (zn_account_parse(&account, text)) {
		char again[ZN_ACCOUNT_TEXT_BYTES];
		ZN_ASSERT(strcmp(zn_account_text(again, &account), text) == 0);
	}
	free(text);
	return 0;
}
