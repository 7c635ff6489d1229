/* Which words mean what. */
#include "kernels/builtin.h"
#include "kernels/screen_internal.h"

#include <string.h>

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

const struct zn_word *zn_word_find(const char *name)
{
	uint32_t low = 0, high = zn_screen_words_count;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		const char *other = zn_screen_words[middle].name;
		int order = name[0] != other[0] ? name[0] - other[0] : strcmp(name, other);
		if (order == 0)
			return &zn_screen_words[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

bool zn_word_is(const struct zn_token *token, unsigned what)
{
	return token->word != NULL && (token->word->is & what) != 0;
}

/* "float", "float4", "float16": a type's name and a width behind it? */
static bool is_vector_of(const char *text, const char *type)
{
	size_t length = strlen(type);
	if (strncmp(text, type, length) != 0)
		return false;
	text += length;
	return *text == '\0' || strcmp(text, "2") == 0 || strcmp(text, "3") == 0 ||
	       strcmp(text, "4") == 0 || strcmp(text, "8") == 0 || strcmp(text, "16") == 0;
}

static enum zn_screen_rule exact_rule(const struct zn_token *token, unsigned bits)
{
	const char *text = token->text;
	if (zn_word_is(token, ZN_IS_EXACT))
		return token->word->rule;
	switch (text[0]) { /* most words end here */
	case 'a':
		if (begins(text, "atomic_") && strstr(text, "exchange") != NULL)
			return ZN_SCREEN_EXACT_ORDER;
		break;
	case 'h':
		return is_vector_of(text, "half") ? ZN_SCREEN_EXACT_HALF : ZN_SCREEN_OK;
	case 'v':
		if (begins(text, "vload_half") || begins(text, "vstore_half") ||
			begins(text, "vloada_half") || begins(text, "vstorea_half"))
			return ZN_SCREEN_EXACT_HALF;
		break;
	case 'c':
	case 'd':
		break;
	default:
		return ZN_SCREEN_OK;
	}
	bool fp64 = is_vector_of(text, "double") || begins(text, "convert_double") ||
		    begins(text, "as_double");
	return fp64 && !(bits & ZN_SCREEN_DOUBLE) ? ZN_SCREEN_EXACT_DOUBLE : ZN_SCREEN_OK;
}

static bool is_image(const char *text)
{
	size_t length;
	if (text[0] != 'r' && text[0] != 'w' && text[0] != 'g' && text[0] != 'i')
		return false;
	length = strlen(text);
	return begins(text, "read_image") || begins(text, "write_image") ||
	       begins(text, "get_image_") ||
	       (begins(text, "image") && length > 2 && strcmp(text + length - 2, "_t") == 0);
}

/* Names with leading underscores, but those that OpenCL C itself gives. PoCL calls each of its own
 * functions twice: native_sin is _cl_native_sin. */
static bool is_reserved(const struct zn_token *token)
{
	const char *text = token->text;
	if (begins(text, "_cl_"))
		return true;
	return text[0] == '_' && (text[1] == '_' || (text[1] >= 'A' && text[1] <= 'Z')) &&
	       !zn_word_is(token, ZN_IS_GIVEN | ZN_IS_PLACE);
}

enum zn_screen_rule zn_word_rule(const struct zn_token *token, unsigned bits)
{
	if (zn_word_is(token, ZN_IS_REFUSED))
		return token->word->rule;
	if (is_reserved(token))
		return ZN_SCREEN_RESERVED;
	/* exact.h has macros of its own, some of which paste */
	if (!(bits & ZN_SCREEN_OURS) && begins(token->text, "ZN_") &&
		!zn_word_is(token, ZN_IS_GIVEN))
		return ZN_SCREEN_OUR_NAME;
	if (zn_word_is(token, ZN_IS_MACHINE))
		return ZN_SCREEN_MACHINE_FUNCTION;
	if (is_image(token->text))
		return ZN_SCREEN_IMAGE;
	if (!(bits & ZN_SCREEN_CHUNK) && zn_word_is(token, ZN_IS_PLACE))
		return ZN_SCREEN_WORK_ITEM;
	return bits & ZN_SCREEN_EXACT ? exact_rule(token, bits) : ZN_SCREEN_OK;
}

/* convert_int4_sat, convert_uchar_rte, ...: the plain ones may be between integers. */
static bool is_float_convert(const char *text)
{
	static const char *const integers[] = {"convert_char", "convert_uchar", "convert_short",
		"convert_ushort", "convert_int", "convert_uint", "convert_long", "convert_ulong",
		NULL};
	for (const char *const *name = integers; *name != NULL; name++) {
		size_t length = strlen(*name);
		if (strncmp(text, *name, length) == 0 && strchr(text + length, '_') != NULL)
			return true;
	}
	return false;
}

enum zn_screen_rule zn_word_function_rule(const char **mend, const struct zn_token *token,
	unsigned bits)
{
	*mend = NULL;
	if (!(bits & ZN_SCREEN_EXACT))
		return ZN_SCREEN_OK;
	if (token->text[0] == 'c' && is_float_convert(token->text))
		return ZN_SCREEN_EXACT_CONVERT;
	const char *name = token->text;
	bool prefixed = (name[0] == 'n' || name[0] == 'h' || name[0] == 'f') &&
			(begins(name, "native_") || begins(name, "half_") || begins(name, "fast_"));
	const struct zn_word *word = token->word;
	if (prefixed) {
		name = strchr(name, '_') + 1;
		word = zn_word_find(name);
	}
	if (word != NULL && (word->is & ZN_IS_FUNCTION))
		*mend = word->mend;
	else if (!prefixed)
		return ZN_SCREEN_OK;
	else if (strcmp(name, "divide") == 0)
		*mend = "use /";
	else if (strcmp(name, "recip") == 0)
		*mend = "use 1.0f / x";
	else
		*mend = strcmp(name, "sqrt") == 0 ? "use sqrt" : "write it with + - * / sqrt fma";
	return ZN_SCREEN_EXACT_FUNCTION;
}

enum zn_screen_rule zn_word_number_rule(const struct zn_token *token, unsigned bits)
{
	const char *text = token->text;
	if (!(bits & ZN_SCREEN_EXACT) || (bits & ZN_SCREEN_DOUBLE))
		return ZN_SCREEN_OK;
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	if (strpbrk(text, hex ? ".pP" : ".eE") == NULL)
		return ZN_SCREEN_OK;
	char last = text[strlen(text) - 1];
	return last == 'f' || last == 'F' ? ZN_SCREEN_OK : ZN_SCREEN_EXACT_LITERAL;
}

bool zn_word_is_ours(const struct zn_token *token)
{
	const char *text = token->text;
	return (text[0] == 'z' || text[0] == 'Z') && (begins(text, "zn_") || begins(text, "ZN_"));
}

static bool is_name_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* Does a source of ours use this word outside comments? */
static bool is_word_of(const char *text, const struct zn_token *token)
{
	while (*text != '\0') {
		if (begins(text, "/*")) {
			const char *end = strstr(text + 2, "*/");
			text = end == NULL ? "" : end + 2;
		} else if (is_name_character(*text)) {
			size_t length = 0;
			while (is_name_character(text[length]))
				length++;
			if (length == token->length && memcmp(text, token->text, length) == 0)
				return true;
			text += length;
		} else {
			text++;
		}
	}
	return false;
}

/* The entry points come behind the job's sources: a macro of such a name would change them. */
static bool is_in_entry(const struct zn_token *token)
{
	static const char *const entries[] = {"map.cl", "chunk.cl", NULL};
	for (const char *const *name = entries; *name != NULL; name++) {
		const struct zn_kernel_source *source = zn_kernel_source_find(*name);
		if (source != NULL && is_word_of(source->text, token))
			return true;
	}
	return false;
}

bool zn_word_is_no_macro(const struct zn_token *token)
{
	static const char *const types[] = {"char", "uchar", "short", "ushort", "int", "uint",
		"long", "ulong", "float", "double", "half", NULL};
	for (const char *const *type = types; *type != NULL; type++)
		if (is_vector_of(token->text, *type))
			return true;
	return zn_word_is(token, ZN_IS_FLOW | ZN_IS_SIZEOF | ZN_IS_ATTRIBUTE | ZN_IS_GIVEN |
					 ZN_IS_ALLOWED | ZN_IS_PLACE | ZN_IS_KEYWORD) ||
	       is_in_entry(token);
}

bool zn_word_number(uint64_t *out, const struct zn_token *token)
{
	const char *at = token->text;
	uint64_t base = 10, value = 0;
	if (at[0] == '0' && (at[1] == 'x' || at[1] == 'X')) {
		base = 16;
		at += 2;
	} else if (at[0] == '0') {
		base = 8;
	}
	for (; *at != '\0' && strchr("uUlL", *at) == NULL; at++) {
		const char *digits = "0123456789abcdef";
		char lower = *at >= 'A' && *at <= 'F' ? (char)(*at - 'A' + 'a') : *at;
		const char *digit = strchr(digits, lower);
		if (digit == NULL || (uint64_t)(digit - digits) >= base)
			return false;
		value = value * base + (uint64_t)(digit - digits);
		if (value > UINT64_C(1) << 32)
			value = UINT64_C(1) << 32;
	}
	*out = value;
	return true;
}
