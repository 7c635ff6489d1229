/* From bytes to tokens as a C compiler makes them: line splices first, comments are blanks. The bytes
 * have been looked at before: UTF-8, no control characters but tab and line ends, no trigraphs. */
#include "kernels/screen_internal.h"

#include <string.h>

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Backslash, blanks, line end: compilers take all of it away, wherever it stands. */
static void skip_splices(struct zn_screen_state *s)
{
	while (s->at < s->bytes && s->text[s->at] == '\\') {
		size_t at = s->at + 1;
		while (at < s->bytes && (s->text[at] == ' ' || s->text[at] == '\t'))
			at++;
		if (at < s->bytes && s->text[at] == '\r')
			at++;
		if (at >= s->bytes || s->text[at] != '\n')
			return;
		s->at = at + 1;
		s->line++;
		s->column = 1;
	}
}

/* The next character, or -1. */
static int look(struct zn_screen_state *s)
{
	skip_splices(s);
	if (s->at < s->bytes && s->text[s->at] == '\r')
		s->at++; /* a line feed follows */
	return s->at < s->bytes ? (unsigned char)s->text[s->at] : -1;
}

static int take(struct zn_screen_state *s)
{
	int c = look(s);
	if (c < 0)
		return c;
	s->at++;
	s->column++;
	if (c == '\n') {
		s->line++;
		s->column = 1;
	}
	return c;
}

struct place {
	size_t at;
	uint32_t line, column;
};

static struct place place_of(const struct zn_screen_state *s)
{
	return (struct place){s->at, s->line, s->column};
}

static void go_back(struct zn_screen_state *s, struct place place)
{
	s->at = place.at;
	s->line = place.line;
	s->column = place.column;
}

/* Take the next character if it is `c`. */
static bool take_if(struct zn_screen_state *s, int c)
{
	if (look(s) != c)
		return false;
	take(s);
	return true;
}

static void fail(struct zn_screen_state *s, enum zn_screen_rule rule, struct place from,
	const char *word)
{
	zn_screen_report(s, rule, from.line, from.column, word, NULL);
	s->stop = true;
}

static void skip_block(struct zn_screen_state *s, struct place from)
{
	int last = 0, c;
	while ((c = take(s)) >= 0) {
		if (last == '*' && c == '/')
			return;
		last = c;
	}
	fail(s, ZN_SCREEN_UNTERMINATED, from, "/*");
}

/* Blanks and comments; in a directive its line end stays. True if there were any. */
static bool skip_blanks(struct zn_screen_state *s, bool directive)
{
	bool any = false;
	while (!s->stop) {
		int c = look(s);
		struct place from = place_of(s);
		if (c == ' ' || c == '\t' || (c == '\n' && !directive)) {
			take(s);
			if (c == '\n')
				s->fresh_line = true;
		} else if (c == '/') {
			take(s);
			if (take_if(s, '*')) {
				skip_block(s, from);
			} else if (take_if(s, '/')) {
				while ((c = look(s)) >= 0 && c != '\n')
					take(s);
			} else {
				go_back(s, from);
				return any;
			}
		} else {
			return any;
		}
		any = true;
	}
	return any;
}

static void add(struct zn_token *out, int c)
{
	if (out->length < ZN_SCREEN_WORD_BYTES_MAX)
		out->text[out->length] = (char)c;
	out->length++;
}

static void end_text(struct zn_token *out, struct zn_screen_state *s)
{
	bool fits = out->length <= ZN_SCREEN_WORD_BYTES_MAX;
	out->text[fits ? out->length : ZN_SCREEN_WORD_BYTES_MAX] = '\0';
	if (!fits) {
		out->length = ZN_SCREEN_WORD_BYTES_MAX;
		zn_screen_at(s, ZN_SCREEN_NAME_LONG, out);
	}
}

static void read_word(struct zn_token *out, struct zn_screen_state *s)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	out->kind = ZN_TOKEN_WORD;
	while (is_letter(look(s)) || is_digit(look(s))) {
		int c = take(s);
		add(out, c);
		hash = (hash ^ (uint64_t)c) * UINT64_C(0x100000001b3);
	}
	out->hash = hash == 0 ? 1 : hash;
	end_text(out, s);
	out->word = zn_word_find(out->text);
}

/* A preprocessing number: what a compiler takes as one piece, right or wrong. */
static void read_number(struct zn_token *out, struct zn_screen_state *s)
{
	int last = 0;
	out->kind = ZN_TOKEN_NUMBER;
	for (;;) {
		int c = look(s);
		bool exponent = last == 'e' || last == 'E' || last == 'p' || last == 'P';
		if (!is_letter(c) && !is_digit(c) && c != '.' &&
			!(exponent && (c == '+' || c == '-')))
			break;
		add(out, c);
		last = take(s);
	}
	end_text(out, s);
}

static void read_string(struct zn_token *out, struct zn_screen_state *s)
{
	struct place from = place_of(s);
	int quote = take(s);
	uint32_t bytes = 0;
	out->kind = ZN_TOKEN_STRING;
	for (;;) {
		int c = look(s);
		if (c < 0 || c == '\n') {
			fail(s, ZN_SCREEN_UNTERMINATED, from, quote == '"' ? "\"" : "'");
			return;
		}
		take(s);
		if (c == quote)
			break;
		if (c == '\\' && look(s) >= 0 && look(s) != '\n')
			take(s);
		bytes++;
	}
	if (bytes > ZN_SCREEN_STRING_BYTES_MAX)
		zn_screen_report(s, ZN_SCREEN_STRING_LONG, from.line, from.column, "", NULL);
}

/* 0: no sign of the language; 1: complete by itself; 2: the next one may belong to it */
static int sign_kind(int c)
{
	switch (c) {
	case '{':
	case '}':
	case '[':
	case ']':
	case '(':
	case ')':
	case ';':
	case ',':
	case '.':
	case '?':
	case '~':
	case '*':
	case '/':
	case '^':
	case '&':
	case '|':
		return 1;
	case '<':
	case '>':
	case '=':
	case '+':
	case '-':
	case '%':
	case '!':
	case ':':
	case '#':
		return 2;
	}
	return 0;
}

static void read_sign(struct zn_token *out, struct zn_screen_state *s)
{
	static const char pairs[][4] = {{'#', '#', ZN_SIGN_PASTE}, {'-', '>', ZN_SIGN_ARROW},
		{'<', '<', ZN_SIGN_SHIFT}, {'+', '+', ZN_SIGN_STEPS}, {'-', '-', ZN_SIGN_STEPS},
		{'=', '=', ZN_SIGN_COMPARE}, {'!', '=', ZN_SIGN_COMPARE},
		{'<', '=', ZN_SIGN_COMPARE}, {'>', '=', ZN_SIGN_COMPARE}};
	static const char digraphs[][3] = {"<:", ":>", "<%", "%>", "%:"};
	int c = take(s);
	out->kind = ZN_TOKEN_SIGN;
	out->sign = (char)c;
	int kind = sign_kind(c);
	if (kind == 0) {
		char word[2] = {c < 0x80 ? (char)c : '?', '\0'};
		zn_screen_report(s, ZN_SCREEN_CHARACTER, out->line, out->column, word, NULL);
		return;
	}
	if (kind == 1)
		return;
	int next = look(s);
	for (size_t i = 0; i < sizeof digraphs / sizeof *digraphs; i++)
		if (digraphs[i][0] == c && digraphs[i][1] == next)
			zn_screen_report(s, ZN_SCREEN_DIGRAPH, out->line, out->column, digraphs[i],
				NULL);
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (pairs[i][0] == c && pairs[i][1] == next) {
			out->sign = pairs[i][2];
			take(s);
			return;
		}
}

void zn_screen_next(struct zn_token *out, struct zn_screen_state *s, bool directive)
{
	out->spaced = skip_blanks(s, directive);
	out->begins_line = s->fresh_line;
	s->fresh_line = false;
	int c = s->stop ? -1 : look(s);
	out->kind = ZN_TOKEN_END;
	out->line = s->line;
	out->column = s->column;
	out->length = 0;
	out->word = NULL;
	out->sign = 0;
	out->text[0] = '\0';
	if (c < 0)
		return;
	if (c == '\n') {
		take(s);
		s->fresh_line = true;
		out->kind = ZN_TOKEN_NEWLINE;
		return;
	}
	if (c == '.') {
		struct place from = place_of(s);
		take(s);
		bool number = is_digit(look(s));
		go_back(s, from);
		if (number) {
			read_number(out, s);
			return;
		}
	}
	if (is_letter(c))
		read_word(out, s);
	else if (is_digit(c))
		read_number(out, s);
	else if (c == '"' || c == '\'')
		read_string(out, s);
	else
		read_sign(out, s);
	if (s->stop)
		out->kind = ZN_TOKEN_END;
}

const char *zn_screen_sign_text(char *text, char sign)
{
	static const char pairs[][4] = {"P##", "A->", "S<<", "I++", "C=="};
	text[0] = sign;
	text[1] = '\0';
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (pairs[i][0] == sign)
			strcpy(text, pairs[i] + 1);
	return text;
}
