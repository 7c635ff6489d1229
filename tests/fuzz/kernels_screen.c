/* Any text in any class: findings are within the text, and their sentences within their buffers. */
#include "kernels/screen.h"
#include "tests/fuzz/fuzz.h"

#define FINDINGS 8

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	struct zn_screen_finding all[FINDINGS], first;
	if (count == 0)
		return 0;
	const char *text = (const char *)bytes + 1; /* the first byte is the class */
	uint32_t found = zn_screen(all, FINDINGS, text, count - 1, bytes[0] & 15u);
	ZN_ASSERT(found <= FINDINGS);
	ZN_ASSERT(zn_screen(&first, 1, text, count - 1, bytes[0] & 15u) == (found > 0));
	ZN_ASSERT(found == 0 || (first.rule == all[0].rule && first.line == all[0].line));
	for (uint32_t i = 0; i < found; i++) {
		char sentence[ZN_SCREEN_SENTENCE_BYTES];
		zn_screen_sentence(sentence, sizeof sentence, &all[i]);
		ZN_ASSERT(all[i].rule > ZN_SCREEN_OK && all[i].rule < ZN_SCREEN_RULES_COUNT);
		ZN_ASSERT(all[i].line <= count && all[i].column <= count + 1);
		ZN_ASSERT(strlen(sentence) < sizeof sentence - 1 && strstr(sentence, "; ") != NULL);
		for (const char *at = sentence; *at != '\0'; at++)
			ZN_ASSERT(*at >= ' ' && *at <= '~');
	}
	return 0;
}
