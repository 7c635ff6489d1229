/* io/json_scan.c - is this text JSON, to the letter?
 *
 * cJSON takes more than the grammar (01, 1., control bytes, broken UTF-8, \u0000 that ends a string
 * early) and says less of what is wrong, so every text passes here first.
 */
#include "io/json_scan.h"

#include "core/limits.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct scan {
	const char *text;
	size_t count;
	size_t at;
	size_t values;
	const char *wrong; /* the first thing wrong, NULL so far */
};

static bool scan_value(struct scan *scan, unsigned int depth);

static bool wrong(struct scan *scan, const char *what)
{
	if (scan->wrong == NULL)
		scan->wrong = what;
	return false;
}

/* 0 at the end, which is also no valid byte anywhere. */
static unsigned char peek(const struct scan *scan)
{
	return scan->at < scan->count ? (unsigned char)scan->text[scan->at] : 0;
}

static void skip_space(struct scan *scan)
{
	unsigned char c;

	while (c = peek(scan), c == ' ' || c == '\t' || c == '\n' || c == '\r')
		scan->at++;
}

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

size_t zn_utf8_bytes(const char *text, size_t count)
{
	const unsigned char *c = (const unsigned char *)text;
	uint32_t value;
	size_t bytes;

	if (count == 0)
		return 0;
	if (c[0] < 0x80)
		return 1;
	bytes = c[0] >= 0xf0 ? 4 : c[0] >= 0xe0 ? 3 : 2;
	if (c[0] < 0xc2 || c[0] > 0xf4 || count < bytes)
		return 0;
	value = c[0] & (0xffu >> (bytes + 1));
	for (size_t i = 1; i < bytes; i++) {
		if ((c[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (c[i] & 0x3f);
	}
	if ((bytes == 3 && value < 0x800) || (bytes == 4 && value < 0x10000))
		return 0;
	if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff)
		return 0;
	return bytes;
}

static bool hex4(struct scan *scan, unsigned int *out)
{
	*out = 0;
	for (int i = 0; i < 4; i++, scan->at++) {
		unsigned char c = peek(scan);

		if (is_digit(c))
			*out = *out << 4 | (unsigned int)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			*out = *out << 4 | (unsigned int)((c | 0x20) - 'a' + 10);
		else
			return wrong(scan, "four hexadecimal digits must follow \\u");
	}
	return true;
}

static bool scan_escape(struct scan *scan)
{
	unsigned int first, second;
	unsigned char c = peek(scan);

	if (c != 'u') {
		if (c == 0 || strchr("\"\\/bfnrt", c) == NULL)
			return wrong(scan, "this escape is unknown");
		scan->at++;
		return true;
	}
	scan->at++;
	if (!hex4(scan, &first))
		return false;
	if (first == 0)
		return wrong(scan, "a zero character is not allowed");
	if (first < 0xd800 || first > 0xdfff)
		return true;
	if (first > 0xdbff || peek(scan) != '\\')
		return wrong(scan, "half of a surrogate pair is missing");
	scan->at++;
	if (peek(scan) != 'u')
		return wrong(scan, "half of a surrogate pair is missing");
	scan->at++;
	if (!hex4(scan, &second))
		return false;
	return (second >= 0xdc00 && second <= 0xdfff) ||
	       wrong(scan, "half of a surrogate pair is missing");
}

static bool scan_string(struct scan *scan)
{
	scan->at++;
	for (;;) {
		unsigned char c = peek(scan);
		size_t bytes;

		if (c == '"') {
			scan->at++;
			return true;
		}
		if (scan->at >= scan->count)
			return wrong(scan, "a closing \" is missing");
		if (c < 0x20)
			return wrong(scan, "a line break or control character must be escaped");
		if (c == '\\') {
			scan->at++;
			if (!scan_escape(scan))
				return false;
			continue;
		}
		bytes = zn_utf8_bytes(scan->text + scan->at, scan->count - scan->at);
		if (bytes == 0)
			return wrong(scan, "this is no UTF-8");
		scan->at += bytes;
	}
}

static bool scan_digits(struct scan *scan)
{
	if (!is_digit(peek(scan)))
		return wrong(scan, "a digit is missing");
	while (is_digit(peek(scan)))
		scan->at++;
	return true;
}

static bool scan_number(struct scan *scan)
{
	size_t begin = scan->at;
	char text[64];

	if (peek(scan) == '-')
		scan->at++;
	if (peek(scan) == '0') {
		scan->at++;
		if (is_digit(peek(scan)))
			return wrong(scan, "a number does not begin with 0");
	} else if (!scan_digits(scan)) {
		return false;
	}
	if (peek(scan) == '.') {
		scan->at++;
		if (!scan_digits(scan))
			return false;
	}
	if ((peek(scan) | 0x20) == 'e') {
		scan->at++;
		if (peek(scan) == '+' || peek(scan) == '-')
			scan->at++;
		if (!scan_digits(scan))
			return false;
	}
	/* cJSON reads at most 63 characters of a number and would take the rest for something else. */
	if (scan->at - begin >= sizeof text)
		return wrong(scan, "this number is too long");
	memcpy(text, scan->text + begin, scan->at - begin);
	text[scan->at - begin] = '\0';
	return isfinite(strtod(text, NULL)) || wrong(scan, "this number is too large");
}

static bool scan_word(struct scan *scan, const char *word)
{
	size_t bytes = strlen(word);

	if (scan->count - scan->at < bytes || memcmp(scan->text + scan->at, word, bytes) != 0)
		return wrong(scan, "a value should stand here: text goes in \"\", words are true, "
				   "false and null");
	scan->at += bytes;
	return true;
}

static bool scan_key(struct scan *scan)
{
	skip_space(scan);
	if (peek(scan) != '"')
		return wrong(scan, "a key in \"\" should stand here");
	if (!scan_string(scan))
		return false;
	skip_space(scan);
	if (peek(scan) != ':')
		return wrong(scan, "a : should follow the key");
	scan->at++;
	return true;
}

static bool scan_list(struct scan *scan, unsigned int depth, bool keys, unsigned char close)
{
	scan->at++;
	skip_space(scan);
	if (peek(scan) == close) {
		scan->at++;
		return true;
	}
	for (;;) {
		if ((keys && !scan_key(scan)) || !scan_value(scan, depth + 1))
			return false;
		skip_space(scan);
		if (peek(scan) == close) {
			scan->at++;
			return true;
		}
		if (peek(scan) != ',')
			return wrong(scan, keys ? "a , or } is missing" : "a , or ] is missing");
		scan->at++;
	}
}

static bool scan_value(struct scan *scan, unsigned int depth)
{
	skip_space(scan);
	if (depth > ZN_JSON_DEPTH_MAX)
		return wrong(scan, "it is nested too deep");
	if (++scan->values > ZN_JSON_VALUES_MAX)
		return wrong(scan, "there are too many values");
	switch (peek(scan)) {
	case '{':
		return scan_list(scan, depth, true, '}');
	case '[':
		return scan_list(scan, depth, false, ']');
	case '"':
		return scan_string(scan);
	case 't':
		return scan_word(scan, "true");
	case 'f':
		return scan_word(scan, "false");
	case 'n':
		return scan_word(scan, "null");
	default:
		if (peek(scan) == '-' || is_digit(peek(scan)))
			return scan_number(scan);
		return scan_word(scan, "a value");
	}
}

static bool complain_at(const struct scan *scan, const char *name, struct zn_complaint *complaint)
{
	size_t line = 1, column = 1;

	for (size_t i = 0; i < scan->at && i < scan->count; i++) {
		column++;
		if (scan->text[i] == '\n') {
			line++;
			column = 1;
		}
	}
	return zn_complain(complaint, "%s: line %zu, column %zu: %s", name, line, column,
		scan->wrong);
}

bool zn_json_scan(const char *name, const char *text, size_t count, struct zn_complaint *complaint)
{
	struct scan scan = {.text = text, .count = count};

	if (count > ZN_JSON_BYTES_MAX)
		return zn_complain(complaint, "%s: it has %zu bytes; at most %u are read", name,
			count, ZN_JSON_BYTES_MAX);
	if (scan_value(&scan, 1)) {
		skip_space(&scan);
		if (scan.at == scan.count)
			return true;
		wrong(&scan, "something follows after the end");
	}
	return complain_at(&scan, name, complaint);
}
