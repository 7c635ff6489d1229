/* Which words mean what: the tables of the screen. */
#include "kernels/builtin.h"
#include "kernels/screen_internal.h"

#include <string.h>

struct word {
	const char *name;
	uint8_t rule;
	const char *mend; /* NULL: the rule's own */
};

static bool is_one_of(const struct zn_token *token, const char *const *list)
{
	for (; *list != NULL; list++)
		if (token->text[0] == (*list)[0] && strcmp(token->text, *list) == 0)
			return true;
	return false;
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static const struct word *find(const struct word *list, const char *name)
{
	for (; list->name != NULL; list++)
		if (list->name[0] == name[0] && strcmp(list->name, name) == 0)
			return list;
	return NULL;
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

enum zn_word_kind zn_word_kind_of(const struct zn_token *token)
{
	static const char *const flow[] = {"if", "else", "for", "while", "do", "switch", "case",
		"default", "return", "goto", "break", "continue", "defined", NULL};
	if (strcmp(token->text, "__attribute__") == 0)
		return ZN_WORD_ATTRIBUTE;
	if (strcmp(token->text, "sizeof") == 0)
		return ZN_WORD_SIZEOF;
	return is_one_of(token, flow) ? ZN_WORD_FLOW : ZN_WORD_NAME;
}

/* Refused in both classes, wherever they stand. */
static const struct word everywhere[] = {
	{"asm", ZN_SCREEN_ASSEMBLY, NULL},
	{"__asm", ZN_SCREEN_ASSEMBLY, NULL},
	{"__asm__", ZN_SCREEN_ASSEMBLY, NULL},
	{"_asm", ZN_SCREEN_ASSEMBLY, NULL},
	{"__has_include", ZN_SCREEN_INCLUDE, NULL},
	{"__has_include_next", ZN_SCREEN_INCLUDE, NULL},
	{"__has_embed", ZN_SCREEN_INCLUDE, NULL},
	{"_Pragma", ZN_SCREEN_PRAGMA, NULL},
	{"__pragma", ZN_SCREEN_PRAGMA, NULL},
	{"kernel", ZN_SCREEN_KERNEL, NULL},
	{"__kernel", ZN_SCREEN_KERNEL, NULL},
	{"extern", ZN_SCREEN_EXTERN, NULL},
	{"typeof", ZN_SCREEN_TYPEOF, NULL},
	{"__typeof", ZN_SCREEN_TYPEOF, NULL},
	{"__typeof__", ZN_SCREEN_TYPEOF, NULL},
	{"printf", ZN_SCREEN_PRINT, NULL},
	{"sampler_t", ZN_SCREEN_IMAGE, NULL},
	{NULL, 0, NULL},
};

/* C libraries have these; a compiler that links against one would find them. */
static const char *const machine_functions[] = {"system", "popen", "fork", "vfork", "execl",
	"execlp", "execle", "execv", "execvp", "execve", "execvpe", "posix_spawn", "posix_spawnp",
	"clone", "syscall", "ptrace", "dlopen", "dlsym", "mmap", "mprotect", "mremap", "munmap",
	"fopen", "freopen", "openat", "opendir", "unlink", "rename", "chmod", "chown", "mkdir",
	"socket", "connect", "sendto", "recvfrom", "getenv", "setenv", "putenv", "getpid",
	"getppid", "setuid", "setgid", "sigaction", "raise", "abort", "atexit", "longjmp", "setjmp",
	"malloc", "calloc", "realloc", "alloca", "fprintf", "sprintf", "snprintf", "vprintf",
	"puts", "fputs", "fwrite", "fread", "pthread_create", NULL};

/* Names with leading underscores that OpenCL C itself gives. */
static const char *const reserved_allowed[] = {"__attribute__", "__global", "__local", "__constant",
	"__private", "__read_only", "__write_only", "__read_write", "__OPENCL_VERSION__",
	"__OPENCL_C_VERSION__", "__ENDIAN_LITTLE__", "__IMAGE_SUPPORT__", "__LINE__", "__FILE__",
	"__func__", NULL};

static const char *const attributes[] = {"packed", "aligned", "unused", "always_inline", "noinline",
	"pure", "const", "opencl_unroll_hint", "vec_type_hint", "endian", "__packed__",
	"__aligned__", "__unused__", "__always_inline__", "__noinline__", NULL};

/* The chunk form may use them. */
static const char *const work_item[] = {"get_global_id", "get_global_size", "get_global_offset",
	"get_local_id", "get_local_size", "get_group_id", "get_num_groups", "get_work_dim",
	"get_enqueued_local_size", "get_global_linear_id", "get_local_linear_id", "barrier",
	"work_group_barrier", "mem_fence", "read_mem_fence", "write_mem_fence", "local", "__local",
	"async_work_group_copy", "async_work_group_strided_copy", "wait_group_events", NULL};

static const struct word exact_words[] = {
	{"atomic_xchg", ZN_SCREEN_EXACT_ORDER, NULL},
	{"atom_xchg", ZN_SCREEN_EXACT_ORDER, NULL},
	{"atomic_cmpxchg", ZN_SCREEN_EXACT_ORDER, NULL},
	{"atom_cmpxchg", ZN_SCREEN_EXACT_ORDER, NULL},
	{NULL, 0, NULL},
};

static enum zn_screen_rule exact_rule(const struct zn_token *token, unsigned bits)
{
	static const char *const halves[] = {"vload_half", "vstore_half", "vloada_half",
		"vstorea_half", NULL};
	const struct word *word = find(exact_words, token->text);
	if (word != NULL)
		return word->rule;
	if (begins(token->text, "atomic_") && strstr(token->text, "exchange") != NULL)
		return ZN_SCREEN_EXACT_ORDER;
	if (is_vector_of(token->text, "half"))
		return ZN_SCREEN_EXACT_HALF;
	for (const char *const *half = halves; *half != NULL; half++)
		if (begins(token->text, *half))
			return ZN_SCREEN_EXACT_HALF;
	if (!(bits & ZN_SCREEN_DOUBLE) &&
		(is_vector_of(token->text, "double") || begins(token->text, "convert_double") ||
			begins(token->text, "as_double")))
		return ZN_SCREEN_EXACT_DOUBLE;
	return ZN_SCREEN_OK;
}

static bool is_image(const char *text)
{
	size_t length = strlen(text);
	return begins(text, "read_image") || begins(text, "write_image") ||
	       begins(text, "get_image_") ||
	       (begins(text, "image") && length > 2 && strcmp(text + length - 2, "_t") == 0);
}

static bool is_reserved(const struct zn_token *token)
{
	const char *text = token->text;
	if (text[0] != '_' || (text[1] != '_' && !(text[1] >= 'A' && text[1] <= 'Z')))
		return false;
	return !is_one_of(token, reserved_allowed);
}

enum zn_screen_rule zn_word_rule(const char **mend, const struct zn_token *token, unsigned bits)
{
	*mend = NULL;
	const struct word *word = find(everywhere, token->text);
	if (word != NULL)
		return word->rule;
	if (is_reserved(token))
		return ZN_SCREEN_RESERVED;
	if (is_one_of(token, machine_functions))
		return ZN_SCREEN_MACHINE_FUNCTION;
	if (is_image(token->text))
		return ZN_SCREEN_IMAGE;
	if (!(bits & ZN_SCREEN_CHUNK) && is_one_of(token, work_item))
		return ZN_SCREEN_WORK_ITEM;
	return bits & ZN_SCREEN_EXACT ? exact_rule(token, bits) : ZN_SCREEN_OK;
}

#define SUMS "add up products yourself, in an order that you choose (fma is exact)"
#define OWN  "write it with + - * / sqrt fma"
#define COMP "use zn_min and zn_max, or a comparison and ?:, which say what NaN does"

static const struct word exact_functions[] = {
	{"sin", 0, "use zn_sin"},
	{"cos", 0, "use zn_cos"},
	{"tan", 0, "use zn_tan"},
	{"asin", 0, "use zn_asin"},
	{"acos", 0, "use zn_acos"},
	{"atan", 0, "use zn_atan"},
	{"atan2", 0, "use zn_atan2"},
	{"exp", 0, "use zn_exp"},
	{"exp2", 0, "use zn_exp2"},
	{"log", 0, "use zn_log"},
	{"log2", 0, "use zn_log2"},
	{"log10", 0, "use zn_log10"},
	{"pow", 0, "use zn_pow"},
	{"powr", 0, "use zn_pow"},
	{"rsqrt", 0, "use zn_rsqrt"},
	{"sincos", 0, "use zn_sincos"},
	{"sinh", 0, OWN},
	{"cosh", 0, OWN},
	{"tanh", 0, OWN},
	{"asinh", 0, OWN},
	{"acosh", 0, OWN},
	{"atanh", 0, OWN},
	{"sinpi", 0, "use zn_sin"},
	{"cospi", 0, "use zn_cos"},
	{"tanpi", 0, "use zn_tan"},
	{"asinpi", 0, "use zn_asin"},
	{"acospi", 0, "use zn_acos"},
	{"atanpi", 0, "use zn_atan"},
	{"atan2pi", 0, "use zn_atan2"},
	{"exp10", 0, "use zn_pow"},
	{"expm1", 0, "use zn_exp"},
	{"log1p", 0, "use zn_log"},
	{"pown", 0, "use zn_pow"},
	{"rootn", 0, "use zn_pow"},
	{"cbrt", 0, "use zn_pow"},
	{"erf", 0, OWN},
	{"erfc", 0, OWN},
	{"tgamma", 0, OWN},
	{"lgamma", 0, OWN},
	{"lgamma_r", 0, OWN},
	{"hypot", 0, "use sqrt(x * x + y * y)"},
	{"fmod", 0, OWN},
	{"remainder", 0, OWN},
	{"remquo", 0, OWN},
	{"mad", 0, "use fma, or a * b + c"},
	{"mad24", 0, "use a * b + c"},
	{"mul24", 0, "use a * b"},
	{"dot", 0, SUMS},
	{"length", 0, SUMS},
	{"distance", 0, SUMS},
	{"normalize", 0, SUMS},
	{"cross", 0, SUMS},
	{"mix", 0, "use fma(b - a, t, a)"},
	{"smoothstep", 0, OWN},
	{"degrees", 0, "multiply by a constant"},
	{"radians", 0, "multiply by a constant"},
	{"fmin", 0, COMP},
	{"fmax", 0, COMP},
	{"fdim", 0, COMP},
	{"maxmag", 0, COMP},
	{"minmag", 0, COMP},
	{"fract", 0, "use x - floor(x)"},
	{"nan", 0, "use as_float(0x7fc00000u)"},
	{NULL, 0, NULL},
};

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
	if (is_float_convert(token->text))
		return ZN_SCREEN_EXACT_CONVERT;
	const char *name = token->text;
	bool prefixed = begins(name, "native_") || begins(name, "half_") || begins(name, "fast_");
	if (prefixed)
		name = strchr(name, '_') + 1;
	const struct word *word = find(exact_functions, name);
	if (word != NULL)
		*mend = word->mend;
	else if (strcmp(name, "divide") == 0)
		*mend = "use /";
	else if (strcmp(name, "recip") == 0)
		*mend = "use 1.0f / x";
	else if (prefixed)
		*mend = strcmp(name, "sqrt") == 0 ? "use sqrt" : OWN;
	return *mend != NULL ? ZN_SCREEN_EXACT_FUNCTION : ZN_SCREEN_OK;
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

bool zn_word_is_allowed_attribute(const struct zn_token *token)
{
	return is_one_of(token, attributes);
}

bool zn_word_is_ours(const struct zn_token *token)
{
	return begins(token->text, "zn_") || begins(token->text, "ZN_");
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
	static const char *const keywords[] = {"auto", "break", "case", "char", "const", "constant",
		"continue", "default", "do", "double", "else", "enum", "float", "for", "global",
		"goto", "half", "if", "inline", "int", "local", "long", "private", "register",
		"restrict", "return", "short", "signed", "sizeof", "static", "struct", "switch",
		"typedef", "uchar", "uint", "ulong", "union", "unsigned", "ushort", "void",
		"volatile", "while", "bool", "size_t", "true", "false", "defined", NULL};
	static const char *const types[] = {"char", "uchar", "short", "ushort", "int", "uint",
		"long", "ulong", "float", "double", "half", NULL};
	for (const char *const *type = types; *type != NULL; type++)
		if (is_vector_of(token->text, *type))
			return true;
	return is_one_of(token, keywords) || is_one_of(token, work_item) ||
	       is_one_of(token, reserved_allowed) || zn_word_is_allowed_attribute(token) ||
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
