#include "kernels/screen.h"

#include "kernels/screen_internal.h"

#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(struct zn_screen_state) <= ZN_SCREEN_STACK_BYTES - 16384,
	"the screen's stack is what its header says");

const char *zn_screen_cut(char *out, const char *text)
{
	size_t length = strnlen(text, ZN_SCREEN_CUT_BYTES - 1);
	memcpy(out, text, length);
	out[length] = '\0';
	return out;
}

void zn_screen_report(struct zn_screen_state *s, enum zn_screen_rule rule, uint32_t line,
	uint32_t column, const char *word, const char *mend)
{
	const struct zn_screen_finding *last = s->count > 0 ? &s->out[s->count - 1] : NULL;
	if (s->count == s->out_max || (last != NULL && last->rule == rule && last->line == line &&
					      last->column == column))
		return;
	struct zn_screen_finding *finding = &s->out[s->count++];
	*finding = (struct zn_screen_finding){.rule = rule,
		.line = line,
		.column = column,
		.mend = mend};
	zn_screen_cut(finding->word, word);
	if (s->count == s->out_max)
		s->stop = true;
}

void zn_screen_at(struct zn_screen_state *s, enum zn_screen_rule rule, const struct zn_token *token)
{
	char sign[3];
	const char *word = token->text;
	if (token->kind == ZN_TOKEN_SIGN)
		word = zn_screen_sign_text(sign, token->sign);
	zn_screen_report(s, rule, token->line, token->column, word, NULL);
}

/* How many bytes the character at `at` has; 0: it is not UTF-8. */
static size_t character_bytes(const unsigned char *at, size_t left)
{
	if (at[0] < 0x80)
		return 1;
	size_t count = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
	if (at[0] < 0xc2 || at[0] > 0xf4 || count > left)
		return 0;
	for (size_t i = 1; i < count; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	bool overlong = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
	bool surrogate = at[0] == 0xed && at[1] > 0x9f;
	return overlong || surrogate || (at[0] == 0xf4 && at[1] > 0x8f) ? 0 : count;
}

static enum zn_screen_rule byte_rule(const unsigned char *at, size_t left)
{
	if (at[0] == '\r')
		return left > 1 && at[1] == '\n' ? ZN_SCREEN_OK : ZN_SCREEN_CONTROL;
	if ((at[0] < 0x20 && at[0] != '\t' && at[0] != '\n') || at[0] == 0x7f)
		return ZN_SCREEN_CONTROL;
	if (at[0] == '?' && left > 2 && at[1] == '?' && strchr("=/'()!<>-", at[2]) != NULL &&
		at[2] != '\0')
		return ZN_SCREEN_TRIGRAPH;
	return ZN_SCREEN_OK;
}

/* The bytes, before anything is made of them. True if they may be read on. */
static bool check_bytes(struct zn_screen_state *s)
{
	const unsigned char *text = (const unsigned char *)s->text;
	uint32_t line = 1;
	size_t begin = 0, at = 0;
	while (at < s->bytes) {
		size_t count = character_bytes(text + at, s->bytes - at);
		enum zn_screen_rule rule =
			count == 0 ? ZN_SCREEN_NOT_UTF8 : byte_rule(text + at, s->bytes - at);
		if (rule != ZN_SCREEN_OK) {
			zn_screen_report(s, rule, line, (uint32_t)(at - begin) + 1, "", NULL);
			return false;
		}
		if (text[at] == '\n') {
			line++;
			begin = at + 1;
		}
		at += count;
	}
	/* a backslash at the end would take the next source's first line with it */
	while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t'))
		at--;
	if (at > 0 && text[at - 1] == '\\') {
		zn_screen_report(s, ZN_SCREEN_UNTERMINATED, line, (uint32_t)(at - begin), "\\",
			NULL);
		return false;
	}
	return true;
}

static void read_all(struct zn_screen_state *s)
{
	struct zn_token token;
	bool any = false;
	for (;;) {
		zn_screen_next(&token, s, false);
		if (token.kind == ZN_TOKEN_END)
			break;
		any = true;
		if (token.sign == '#' && token.kind == ZN_TOKEN_SIGN && token.begins_line)
			zn_screen_directive(s, &token);
		else if (token.sign == '#' || token.sign == ZN_SIGN_PASTE)
			zn_screen_at(s, ZN_SCREEN_PASTING, &token);
		else
			zn_screen_code(s, &token);
		if (s->stop)
			return;
	}
	if (s->stop)
		return;
	if (!any)
		zn_screen_report(s, ZN_SCREEN_EMPTY, 0, 0, "", NULL);
	zn_screen_ifs_end(s);
	zn_screen_code_end(s);
}

uint32_t zn_screen(struct zn_screen_finding *out, uint32_t out_max, const char *text, size_t bytes,
	unsigned class_bits)
{
	struct zn_screen_state s;
	memset(&s, 0, sizeof s);
	s.out = out;
	s.out_max = out_max;
	s.text = text;
	s.bytes = bytes;
	s.bits = class_bits;
	s.line = s.column = 1;
	s.fresh_line = true;
	s.levels[0].growth = 1;
	if (bytes == 0)
		zn_screen_report(&s, ZN_SCREEN_EMPTY, 0, 0, "", NULL);
	else if (bytes > ZN_SCREEN_SOURCE_BYTES_MAX)
		zn_screen_report(&s, ZN_SCREEN_TOO_LONG, 0, 0, "", NULL);
	else if (check_bytes(&s))
		read_all(&s);
	return s.count;
}

static const struct {
	const char *name, *what, *mend;
} rules[ZN_SCREEN_RULES_COUNT] = {[ZN_SCREEN_OK] = {"OK", "passes", "nothing is to be done"},
#define ROW(name, what, mend) [ZN_SCREEN_##name] = {#name, what, mend},
	ZN_SCREEN_RULES(ROW)
#undef ROW
};

const char *zn_screen_sentence(char *out, size_t out_bytes, const struct zn_screen_finding *finding)
{
	char place[24] = "";
	char word[sizeof finding->word + 1] = "";
	if (finding->line > 0)
		snprintf(place, sizeof place, "line %u: ", (unsigned)finding->line);
	if (finding->word[0] != '\0')
		snprintf(word, sizeof word, "%s ", finding->word);
	/* rules about bytes speak of a place, not of a word */
	bool placed = finding->rule <= ZN_SCREEN_STRING_LONG;
	snprintf(out, out_bytes, "%s%s%s; %s", place, placed ? "" : word, rules[finding->rule].what,
		finding->mend != NULL ? finding->mend : rules[finding->rule].mend);
	return out;
}

const char *zn_screen_rule_name(enum zn_screen_rule rule)
{
	return rules[rule].name;
}
