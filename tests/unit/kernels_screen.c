/* Each rule of kernels/screen.h: a source with one thing wrong, and its right neighbour. */
#include "tests/unit/kernels_screen.h"

#include "core/limits.h"
#include "kernels/builtin.h"
#include "kernels/screen_internal.h"

#include <string.h>

#define EXACT ZN_SCREEN_EXACT
#define MAP   "void zn_map(ulong item, __global const uchar *params, __global uchar *slot)\n"

_Static_assert(ZN_SCREEN_SOURCE_BYTES_MAX == ZN_SOURCE_BYTES_MAX, "one limit, written twice");

struct row {
	enum zn_screen_rule rule;
	unsigned bits;
	uint32_t line; /* of the finding */
	const char *wrong, *right;
};

static const struct row rows[] = {
	/* the bytes */
	{ZN_SCREEN_EMPTY, 0, 0, " \n/* nothing */\n", "uint f(void) { return 1; }\n"},
	{ZN_SCREEN_NOT_UTF8, 0, 2, "// caf\xc3\xa9\n// caf\xe9\n", "// caf\xc3\xa9\n;"},
	{ZN_SCREEN_NOT_UTF8, 0, 1, "// \xed\xa0\x80\n;", "// \xed\x9f\xbf\n;"},
	{ZN_SCREEN_NOT_UTF8, 0, 1, "// \xc0\xaf\n;", "// \xc2\xaf\n;"},
	{ZN_SCREEN_NOT_UTF8, 0, 1, "; // \xf0\x9f\x98", "; // \xf0\x9f\x98\x80"},
	{ZN_SCREEN_CONTROL, 0, 1, "uint\vf(void) { return 1; }", "uint\tf(void) { return 1; }"},
	{ZN_SCREEN_CONTROL, 0, 1, "/* \f */;", "/* \t */;"},
	{ZN_SCREEN_CONTROL, 0, 1, "// a\rb\n;", "// a\r\n;"},
	{ZN_SCREEN_CONTROL, 0, 1, "; // \x1b[31m", "; // [31m"},
	{ZN_SCREEN_TRIGRAPH, 0, 1, "?\?=define A 1\n;", "// ? ?=\n;"},
	{ZN_SCREEN_TRIGRAPH, 0, 1, "// why?\?/\nasm\n;", "// why? ?/\n;"},
	{ZN_SCREEN_CHARACTER, 0, 1, "uint f\xc3\xbcr(void) { return 1; }",
		"uint fuer(void) { return 1; }"},
	{ZN_SCREEN_CHARACTER, 0, 1, "uint \\u0061sm(void) { return 1; }", ";"},
	{ZN_SCREEN_CHARACTER, 0, 1, "uint a$(void) { return 1; }", ";"},
	{ZN_SCREEN_DIGRAPH, 0, 1, "%:define A 1\n;", "#define A 1\n;"},
	{ZN_SCREEN_DIGRAPH, 0, 1, "uint f(void) <% return 1; }", "uint f(void) { return 1; }"},
	{ZN_SCREEN_UNTERMINATED, 0, 2, ";\n/* open\n;", ";\n/* closed */\n;"},
	{ZN_SCREEN_UNTERMINATED, 0, 1, "__constant char a[] = \"open\n;", "; // \"open"},
	{ZN_SCREEN_UNTERMINATED, 0, 1, "; // last \\", "; // last"},
	{ZN_SCREEN_UNTERMINATED, 0, 1, "#define A 1 \\  ", "#define A 1 \\\n 2\n"},
	{ZN_SCREEN_UNTERMINATED, 0, 1, "uint f", "typedef uint f;"},
	/* the preprocessor */
	{ZN_SCREEN_INCLUDE, 0, 1, "#include \"/etc/passwd\"\n;", "// #include\n;"},
	{ZN_SCREEN_INCLUDE, 0, 1, " /* x */ # /* y */ include <a>\n;", "; /* x # include <a> */"},
	{ZN_SCREEN_INCLUDE, 0, 1, "#inc\\\nlude <a>\n;", ";"},
	{ZN_SCREEN_INCLUDE, 0, 1, "#include_next <a>\n;", ";"},
	{ZN_SCREEN_INCLUDE, 0, 1, "#import <a>\n;", ";"},
	{ZN_SCREEN_INCLUDE, 0, 1, "#embed <a>\n;", ";"},
	{ZN_SCREEN_INCLUDE, 0, 1, "#if __has_include(<a>)\n#endif\n;", "#if defined(A)\n#endif\n;"},
	{ZN_SCREEN_INCLUDE, 0, 1, "#define A __has_include\n;", "#define A has_include\n;"},
	{ZN_SCREEN_PRAGMA, 0, 1, "#pragma OPENCL FP_CONTRACT ON\n;", "; // #pragma"},
	{ZN_SCREEN_PRAGMA, 0, 1, "_Pragma(\"x\")\n;", ";"},
	{ZN_SCREEN_UNDEF, 0, 1, "#undef ZN_SLOT_BYTES\n;", ";"},
	{ZN_SCREEN_DIRECTIVE, 0, 1, "#line 7 \"exact.h\"\n;", "#\n;"},
	{ZN_SCREEN_DIRECTIVE, 0, 1, "# 7 \"exact.h\"\n;", ";"},
	{ZN_SCREEN_DIRECTIVE, 0, 1, "#error no\n;", ";"},
	{ZN_SCREEN_DIRECTIVE, 0, 1, "#ident \"x\"\n;", ";"},
	{ZN_SCREEN_CONDITION, 0, 1, "#if 0\n;", "#if 0\n#endif\n;"},
	{ZN_SCREEN_CONDITION, 0, 2, ";\n#endif\n", ";\n#ifdef A\n#elif B\n#else\n#endif\n"},
	{ZN_SCREEN_CONDITION, 0, 3, "#if 1\n#else\n#else\n#endif\n;", ";"},
	{ZN_SCREEN_BRANCHES, 0, 4, MAP "#if 1\n{\n#endif\n}", MAP "{\n#if 1\n;\n#endif\n}"},
	{ZN_SCREEN_BRANCHES, 0, 7, MAP "{\n#if 1\n;\n#else\n{\n#endif\n}",
		MAP "{\n#if 1\n{\n#else\nif (1) {\n#endif\n}}"},
	{ZN_SCREEN_PASTING, 0, 1, "#define A(x) x ## m\n;", "#define A(x) x, m\n;"},
	{ZN_SCREEN_PASTING, 0, 1, "#define A(x) #x\n;", "#define A(x) \"x\"\n;"},
	{ZN_SCREEN_PASTING, 0, 1, "#define A(x) x #\\\n# m\n;", ";"},
	{ZN_SCREEN_MACRO_NAME, 0, 1, "#define return\n;", "#define RETURN\n;"},
	{ZN_SCREEN_MACRO_NAME, 0, 1, "#define listed 0\n;", "#define LISTED 0\n;"},
	{ZN_SCREEN_MACRO_NAME, 0, 1, "#define stripe 0\n;", "#define STRIPE 0\n;"},
	{ZN_SCREEN_MACRO_NAME, 0, 1, "#define float16 double16\n;", "#define float17 float16\n;"},
	{ZN_SCREEN_MACRO_NAME, 0, 1, "#define packed constructor\n;", ";"},
	{ZN_SCREEN_MACRO_FORM, 0, 1, "#define A(x, ...) x\n;", "#define A(x, y) x\n;"},
	{ZN_SCREEN_MACRO_FORM, 0, 1, "#define 1 2\n;", "#define A (1)\n;"},
	{ZN_SCREEN_MACRO_LATER, 0, 2, "#define B A A\n#define A B B\n;",
		"#define A 1\n#define B A A\n;"},
	{ZN_SCREEN_MACRO_BOMB, 0, 3,
		"#define A(x) x x x x x x x x x x\n#define B(x) A(A(A(x)))\n"
		"__constant int t = 0 B(B(B(+1)));\n",
		"#define A(x) x x x x x x x x x x\n#define B(x) A(A(A(x)))\n"
		"__constant int t = 0 B(A(+1));\n"},
	{ZN_SCREEN_MACRO_BOMB, 0, 6,
		"#define A 1 1 1 1 1 1 1 1 1 1\n#define B A A A A A A A A A A\n"
		"#define C B B B B B B B B B B\n#define D C C C C C C C C C C\n"
		"#define E D D D D D D D D D D\n#define F E E E E E E E E E E\n"
		"\n#define G F F F F F F F F F F\n;",
		"#define A 1 1 1 1 1 1 1 1 1 1\n#define B A A A A A A A A A A\n;"},
	/* what strangers may not say */
	{ZN_SCREEN_ASSEMBLY, 0, 2, MAP "{ asm(\"nop\"); }", MAP "{ uint assembly = 1; }"},
	{ZN_SCREEN_ASSEMBLY, 0, 1, "#define A __asm__\n;", ";"},
	{ZN_SCREEN_ASSEMBLY, 0, 3, MAP "{\n__as\\\nm volatile(\"nop\"); }", ";"},
	{ZN_SCREEN_ASSEMBLY, 0, 2, "#if 0\nuint f(void) asm(\"system\");\n#endif\n;", ";"},
	{ZN_SCREEN_RESERVED, 0, 2, MAP "{ __builtin_trap(); }", MAP "{ builtin_trap(); }"},
	{ZN_SCREEN_RESERVED, 0, 1, "#define _CL_X 1\n;", "#define X_CL_ 1\n;"},
	{ZN_SCREEN_RESERVED, 0, 2, MAP "{ float a = _cl_native_sin(1.0f); }",
		MAP "{ float _cl = 1.0f, a_cl_b = _cl; }"},
	{ZN_SCREEN_RESERVED, 0, 1, "#define A(x) _cl_mad(x, x, x)\n;", ";"},
	{ZN_SCREEN_RESERVED, 0, 2, MAP "{ _Generic(1, int: 2); }", ";"},
	{ZN_SCREEN_RESERVED, 0, 1, "__constant uint a = __COUNTER__;",
		"__constant uint a = __LINE__;"},
	{ZN_SCREEN_ATTRIBUTE, 0, 1, "__attribute__((constructor)) void f(void) {}",
		"__attribute__((always_inline)) void f(void) {}"},
	{ZN_SCREEN_ATTRIBUTE, 0, 1, "__attribute__((packed, weak)) void f(void) {}",
		"__attribute__((packed, aligned(16))) void f(void) {}"},
	{ZN_SCREEN_ATTRIBUTE, 0, 1, "#define A(x) __attribute__((x))\n;",
		"#define A __attribute__((packed, aligned(8))) uint\n;"},
	{ZN_SCREEN_ATTRIBUTE, 0, 1, "#define A __attribute__((packed(1), used)) uint\n;", NULL},
	{ZN_SCREEN_ATTRIBUTE, 0, 1, "void f(void) __attribute__((section(\"a\"))) {}",
		"void f(void) __attribute__((noinline)) {}"},
	{ZN_SCREEN_ATTRIBUTE, 0, 1, "[[gnu::constructor]] void f(void) {}", NULL},
	{ZN_SCREEN_ATTRIBUTE_FORM, 0, 1, "#define A __attribute__\n;", "#define A ((b))\n;"},
	{ZN_SCREEN_ATTRIBUTE_FORM, 0, 1, "#define A __attribute__ B\n;", ";"},
	{ZN_SCREEN_ATTRIBUTE_FORM, 0, 1, "__attribute__ A void f(void) {}", ";"},
	{ZN_SCREEN_ATTRIBUTE_FORM, 0, 1, "__attribute__(A) void f(void) {}", ";"},
	{ZN_SCREEN_ALIGN, 0, 1, "typedef uint a __attribute__((aligned(1048576)));",
		"typedef uint a __attribute__((aligned(64)));"},
	{ZN_SCREEN_KERNEL, 0, 1, "__kernel void f(__global uchar *a) {}",
		"void f(__global uchar *a) {}"},
	{ZN_SCREEN_KERNEL, ZN_SCREEN_CHUNK, 1, "kernel void f(__global uchar *a) {}", ";"},
	{ZN_SCREEN_EXTERN, 0, 1, "extern __constant uint a;", "__constant uint a = 1;"},
	{ZN_SCREEN_TYPEOF, 0, 1, "typeof(f) g;", ";"},
	{ZN_SCREEN_PROTOTYPE, 0, 1, "uint get_more(void);", "uint get_more(void) { return 1; }"},
	{ZN_SCREEN_PROTOTYPE, 0, 1, "int run(const char *) /* { */ ;", ";"},
	{ZN_SCREEN_PROTOTYPE, 0, 1, "typedef uint fn(void);\nfn get_more;", "typedef uint fn;"},
	{ZN_SCREEN_PROTOTYPE, 0, 1, "uint (get_more)(void);", ";"},
	{ZN_SCREEN_PROTOTYPE, 0, 1, "uint a(void), b(void) { return 1; }", ";"},
	{ZN_SCREEN_PROTOTYPE, 0, 1, "uint a(void) __attribute__((pure));",
		"uint a(void) __attribute__((pure)) { return 1; }"},
	{ZN_SCREEN_PROTOTYPE, 0, 1, "uint a()\n#if 1\n;\n#else\n{}\n#endif\n", ";"},
	{ZN_SCREEN_PROTOTYPE, 0, 2, MAP "{ uint get_more(void); }", MAP "{ get_more(); }"},
	{ZN_SCREEN_PROTOTYPE, 0, 2, MAP "{ uint *get_more(void); }", MAP "{ x = a * b(1); }"},
	{ZN_SCREEN_PROTOTYPE, 0, 2, MAP "{ uint a = 1, get_more(void); }",
		MAP "{ uint a = 1, b = more(2); }"},
	{ZN_SCREEN_PROTOTYPE, 0, 2, MAP "{ for (uint a = 1, f(void); a; a++) {} }",
		MAP "{ for (uint a = 1, b = 2; a < b; a++) {} }"},
	{ZN_SCREEN_PROTOTYPE, 0, 2, MAP "{ uint a[2] = {1}, get_more(void); }",
		"#define M(x) x;\n" MAP "{ M(1) M(2) uint a[2] = {1}, b = more(2); }"},
	{ZN_SCREEN_CALLED_CALL, 0, 2, MAP "{ uint (get_more)(void); }",
		MAP "{ uint a = (uint)(b); }"},
	{ZN_SCREEN_CALLED_CALL, 0, 2, MAP "{ a = f(1)(2); }", MAP "{ if (f(1)) (void)(a); }"},
	{ZN_SCREEN_MACHINE_FUNCTION, 0, 2, MAP "{ system(params); }", MAP "{ a.system = 1; }"},
	{ZN_SCREEN_MACHINE_FUNCTION, 0, 1, "#define A mmap\n;", "#define A map\n;"},
	{ZN_SCREEN_OUR_NAME, 0, 1, "float zn_mine(float x) { return x; }",
		"float mine(float x) { return zn_exp(x); }"},
	{ZN_SCREEN_OUR_NAME, 0, 1, "void zn_map_items(void) {}", "void zn_map(void) {}"},
	{ZN_SCREEN_OUR_NAME, 0, 1, "#define zn_exp native_exp\n;", "#define my_exp zn_exp\n;"},
	{ZN_SCREEN_OUR_NAME, 0, 1, "#define ZN_MINE 1\n;", "#define MINE ZN_WIDTH\n;"},
	{ZN_SCREEN_OUR_NAME, EXACT, 2, MAP "{ ZN_PASTE(a, sm)(\"nop\"); }",
		MAP "{ slot[ZN_SLOT_BYTES - ZN_WIDTH] = ZN_DEVICE_CPU; }"},
	{ZN_SCREEN_OUR_NAME, 0, 1, "struct zn_vec3 { float x; };",
		"float f(struct zn_vec3 a) { return a.x; }"},
	{ZN_SCREEN_PRINT, 0, 2, MAP "{ printf(\"x\"); }", MAP "{ print(1); }"},
	{ZN_SCREEN_RECURSION, 0, 1, "uint f(uint x) { return x ? f(x - 1) : 0; }",
		"uint f(uint x) { return x ? a.f(x - 1) : 0; }"},
	{ZN_SCREEN_WORK_ITEM, 0, 2, MAP "{ a = get_global_id(0); }", MAP "{ a = item; }"},
	{ZN_SCREEN_WORK_ITEM, 0, 2, MAP "{ barrier(CLK_LOCAL_MEM_FENCE); }", ";"},
	{ZN_SCREEN_WORK_ITEM, 0, 2, MAP "{ __local uint a[64]; }", MAP "{ uint a[64]; }"},
	{ZN_SCREEN_IMAGE, 0, 1, "void f(image2d_t a) {}", "void f(uint image) {}"},
	/* what is too much for a compiler */
	{ZN_SCREEN_BRACKETS, 0, 2, MAP "{ a(1]; }", MAP "{ a[1]; }"},
	{ZN_SCREEN_BRACKETS, 0, 1, "uint f(void) {", "uint f(void) {}"},
	{ZN_SCREEN_BRACKETS, 0, 1, "#define A {\n;", "#define A {}\n;"},
	{ZN_SCREEN_BRACKETS, 0, 1, "#define A )(\n;", "#define A ()\n;"},
	{ZN_SCREEN_ARRAY, 0, 1, "__constant uint a[1 << 30] = {1};",
		"__constant uint a[1 << 20] = {1};"},
	{ZN_SCREEN_ARRAY, 0, 1, "__constant uint a[4096][4096] = {1};",
		"__constant uint a[8][8] = {{1}};"},
	{ZN_SCREEN_PRIVATE_ARRAY, 0, 2, MAP "{ uint a[16 * 1024 * 1024]; }",
		MAP "{ uint a[1024]; }"},
	{ZN_SCREEN_PRIVATE_ARRAY, 0, 2, MAP "{ uint b, a[0x4000000]; }",
		MAP "{ uint b = c[0x4000000]; }"},
	/* what the exact class may not say */
	{ZN_SCREEN_EXACT_FUNCTION, EXACT, 2, MAP "{ a = native_sin(b); }",
		MAP "{ a = zn_sin(b); }"},
	{ZN_SCREEN_EXACT_FUNCTION, EXACT, 2, MAP "{ a = half_recip(b); }", MAP "{ a = 1.0f / b; }"},
	{ZN_SCREEN_EXACT_FUNCTION, EXACT, 2, MAP "{ a = length (b); }",
		MAP "{ float length = sqrt(b); a.length = length; }"},
	{ZN_SCREEN_EXACT_FUNCTION, EXACT, 2, MAP "{ a = mad(b, c, d); }",
		MAP "{ a = fma(b, c, d); }"},
	{ZN_SCREEN_EXACT_FUNCTION, EXACT, 2, MAP "{ a = fmin(b, c); }",
		MAP "{ a = zn_min(b, c); }"},
	{ZN_SCREEN_EXACT_FUNCTION, EXACT, 1, "#define F dot\n;", "#define F(a) a.dot\n;"},
	{ZN_SCREEN_EXACT_FUNCTION, EXACT, 3, "#define P (1.0f)\n" MAP "{ a = sin P; }",
		"#define P (1.0f)\n" MAP "{ a = zn_sin P; }"},
	{ZN_SCREEN_EXACT_FUNCTION, EXACT, 2, MAP "{ a = sin\n#if 1\n#else\n+ 1\n#endif\n(b); }",
		";"},
	{ZN_SCREEN_EXACT_MACRO, EXACT, 1, "#define CALL(f, x) f(x)\n;",
		"#define CALL(x) zn_exp(x)\n;"},
	{ZN_SCREEN_EXACT_MACRO, EXACT, 1, "#define CALL(f, x) f x\n;",
		"#define CALL(f, x) f, x\n;"},
	{ZN_SCREEN_CALLED_CALL, EXACT, 3, "#define ID(f) f\n" MAP "{ a = ID(sin)(b); }",
		"#define ID(f) f\n" MAP "{ a = ID(b) * (c); }"},
	{ZN_SCREEN_CALLED_CALL, EXACT, 3, "#define ID(f) f\n" MAP "{ a = ID(sin) P; }",
		"#define ID(f) f\n" MAP "{ a = ID(b) + P; }"},
	{ZN_SCREEN_CALLED_CALL, EXACT, 3,
		"#define ID(f) f\n" MAP "{ a = ID(sin)\n#if X\n+ 1\n#endif\n(b); }", ";"},
	{ZN_SCREEN_EXACT_CONVERT, EXACT, 2, MAP "{ a = convert_int4_sat(b); }",
		MAP "{ a = convert_float4_rte(b); }"},
	{ZN_SCREEN_EXACT_CONVERT, EXACT, 2, MAP "{ a = convert_uchar_rtz(b); }",
		MAP "{ a = convert_ulong4(b); }"},
	{ZN_SCREEN_EXACT_ORDER, EXACT, 2, MAP "{ atomic_xchg(a, b); }",
		MAP "{ atomic_add(a, b); }"},
	{ZN_SCREEN_EXACT_HALF, EXACT, 2, MAP "{ half4 a; }", MAP "{ float half_way; }"},
	{ZN_SCREEN_EXACT_HALF, EXACT, 2, MAP "{ a = vload_half(0, b); }",
		MAP "{ a = vload4(0, b); }"},
	{ZN_SCREEN_EXACT_DOUBLE, EXACT, 2, MAP "{ double a; }", MAP "{ float a; }"},
	{ZN_SCREEN_EXACT_DOUBLE, EXACT, 2, MAP "{ a = convert_double4(b); }", ";"},
	{ZN_SCREEN_EXACT_LITERAL, EXACT, 2, MAP "{ a = 0.5 * b; }", MAP "{ a = 0.5f * b; }"},
	{ZN_SCREEN_EXACT_LITERAL, EXACT, 2, MAP "{ a = 1e-3; }", MAP "{ a = 1e-3F; }"},
	{ZN_SCREEN_EXACT_LITERAL, EXACT, 1, "#define A 0x1p-3\n;", "#define A 0x1p-3f\n;"},
	{ZN_SCREEN_EXACT_LITERAL, EXACT, 2, MAP "{ a = .5; }", MAP "{ a = 0xefUL; }"},
};

static void each_rule_refuses_one_thing_and_lets_its_neighbour_pass(void **state)
{
	uint32_t wrong = 0;
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		struct zn_screen_finding finding = {0};
		screen_text(&finding, row->wrong, row->bits);
		if (finding.rule != row->rule || finding.line != row->line) {
			print_error("row %zu: %s at line %u instead of %s at %u: %s\n", i,
				zn_screen_rule_name(finding.rule), finding.line,
				zn_screen_rule_name(row->rule), row->line, row->wrong);
			wrong++;
		}
		if (row->right == NULL)
			continue;
		finding = (struct zn_screen_finding){0};
		if (screen_text(&finding, row->right, row->bits) != 0) {
			print_error("row %zu: %s at line %u for: %s\n", i,
				zn_screen_rule_name(finding.rule), finding.line, row->right);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

static void rules_of_the_exact_class_leave_the_close_class_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct zn_screen_finding finding = {0};
		if (rows[i].bits != EXACT || rows[i].rule == ZN_SCREEN_CALLED_CALL ||
			rows[i].rule == ZN_SCREEN_OUR_NAME)
			continue;
		if (screen_text(&finding, rows[i].wrong, ZN_SCREEN_CLOSE) != 0)
			fail_msg("row %zu: %s: %s", i, zn_screen_rule_name(finding.rule),
				rows[i].wrong);
	}
}

static void doubles_and_work_items_pass_where_the_job_says_so(void **state)
{
	(void)state;
	struct zn_screen_finding finding;
	assert_int_equal(screen_text(&finding, MAP "{ double a = 0.5 * 1e3; }",
				 EXACT | ZN_SCREEN_DOUBLE),
		0);
	assert_int_equal(
		screen_text(&finding,
			"void zn_chunk(__local uint *a) { barrier(1); a[get_local_id(0)]; }",
			EXACT | ZN_SCREEN_CHUNK),
		0);
}

static void the_built_in_kernels_pass_in_the_exact_class(void **state)
{
	(void)state;
	for (const struct zn_builtin_kernel *kernel = zn_builtin_kernels; kernel->name != NULL;
		kernel++)
		for (const char *const *name = kernel->sources; *name != NULL; name++) {
			const struct zn_kernel_source *source = zn_kernel_source_find(*name);
			struct zn_screen_finding finding;
			char sentence[ZN_SCREEN_SENTENCE_BYTES];
			if (zn_screen(&finding, 1, source->text, source->bytes,
				    EXACT | ZN_SCREEN_OURS) != 0)
				fail_msg("%s: %s", *name,
					zn_screen_sentence(sentence, sizeof sentence, &finding));
		}
	/* and mix, which defines nothing but zn_map, also as a stranger's */
	const struct zn_kernel_source *mix = zn_kernel_source_find("mix.cl");
	struct zn_screen_finding finding;
	assert_int_equal(zn_screen(&finding, 1, mix->text, mix->bytes, EXACT), 0);
}

static void no_word_of_the_entry_point_may_be_a_macro(void **state)
{
	(void)state;
	static const char *const words[] = {"items", "listed", "first", "begin", "end", "stripe",
		"params", "shared", "input", "out", "k", "at", "item", "get_global_id", "zn_map",
		"ZN_STRIPE_AT", "ZN_SLOT_BYTES", "ulong", "uchar", "__global", "return", NULL};
	for (const char *const *word = words; *word != NULL; word++) {
		char text[64];
		struct zn_screen_finding finding = {0};
		snprintf(text, sizeof text, "#define %s x\n", *word);
		screen_text(&finding, text, ZN_SCREEN_OURS);
		assert_int_equal(finding.rule, ZN_SCREEN_MACRO_NAME);
	}
	/* words of its comments are free */
	struct zn_screen_finding finding;
	assert_int_equal(screen_text(&finding, "#define neighbours 1\n#define CPU 1\n", 0), 0);
}

static void findings_name_the_place_and_the_mend(void **state)
{
	(void)state;
	char sentence[ZN_SCREEN_SENTENCE_BYTES];
	struct zn_screen_finding all[8];
	uint32_t count = screen_all(all, 8, MAP "{\n\ta = native_sin(b);\n\tb = 0.5;\n}\n", EXACT);
	assert_int_equal(count, 2);
	assert_int_equal(all[0].line, 3);
	assert_int_equal(all[0].column, 6);
	zn_screen_sentence(sentence, sizeof sentence, &all[0]);
	assert_string_equal(sentence,
		"line 3: native_sin is not the same on every device; use zn_sin");
	zn_screen_sentence(sentence, sizeof sentence, &all[1]);
	assert_string_equal(sentence, "line 4: 0.5 is a double on some devices and a float on "
				      "others; write an f behind it");
	count = screen_all(all, 1, "a b \xff", 0);
	assert_int_equal(count, 1);
	zn_screen_sentence(sentence, sizeof sentence, &all[0]);
	assert_string_equal(sentence,
		"line 1: here is a byte that is not UTF-8; save the file as UTF-8");
	assert_int_equal(zn_screen(all, 1, NULL, 0, 0), 1);
	zn_screen_sentence(sentence, sizeof sentence, &all[0]);
	assert_string_equal(sentence, "the source is empty; write zn_map into it");
	char cut[8];
	assert_string_equal(zn_screen_sentence(cut, sizeof cut, &all[0]), "the sou");
}

static void several_findings_come_up_to_a_maximum(void **state)
{
	(void)state;
	struct zn_screen_finding all[4];
	const char *text = "uint a(void);\nuint b(void);\nuint c(void);\n";
	for (uint32_t most = 1; most <= 4; most++)
		assert_int_equal(screen_all(all, most, text, 0), most < 3 ? most : 3);
	assert_int_equal(all[2].line, 3);
}

static void words_are_sorted_since_they_are_searched(void **state)
{
	(void)state;
	for (uint32_t i = 1; i < zn_screen_words_count; i++)
		assert_true(strcmp(zn_screen_words[i - 1].name, zn_screen_words[i].name) < 0);
}

static void every_sentence_has_its_place_mend_and_length(void **state)
{
	(void)state;
	for (int rule = ZN_SCREEN_OK + 1; rule < ZN_SCREEN_RULES_COUNT; rule++) {
		struct zn_screen_finding finding = {.rule = rule, .line = 4000000000u, .column = 1};
		char sentence[ZN_SCREEN_SENTENCE_BYTES];
		memset(finding.word, 'w', sizeof finding.word - 1);
		zn_screen_sentence(sentence, sizeof sentence, &finding);
		assert_true(strlen(sentence) < sizeof sentence - 1);
		assert_non_null(strstr(sentence, "; "));
		assert_true(strlen(zn_screen_rule_name(rule)) > 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_refuses_one_thing_and_lets_its_neighbour_pass),
		cmocka_unit_test(rules_of_the_exact_class_leave_the_close_class_alone),
		cmocka_unit_test(doubles_and_work_items_pass_where_the_job_says_so),
		cmocka_unit_test(the_built_in_kernels_pass_in_the_exact_class),
		cmocka_unit_test(no_word_of_the_entry_point_may_be_a_macro),
		cmocka_unit_test(findings_name_the_place_and_the_mend),
		cmocka_unit_test(several_findings_come_up_to_a_maximum),
		cmocka_unit_test(words_are_sorted_since_they_are_searched),
		cmocka_unit_test(every_sentence_has_its_place_mend_and_length),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
