/* The screen's maxima, and that no text of any kind makes it slow or read past its end. */
#include "tests/unit/kernels_screen.h"

#include <time.h>

#define MIB (1u << 20)
#define MAP "void zn_map(ulong item, __global uchar *slot)\n"

#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
#define SLOWER 12 /* than the programs that people run */
#else
#define SLOWER 1
#endif
#define LIMIT_MS (150 * SLOWER) /* 50, and three times that on a busy machine */

/* head, `count` times middle, tail */
static char *repeat(const char *head, const char *middle, size_t count, const char *tail)
{
	size_t bytes = strlen(head) + strlen(middle) * count + strlen(tail);
	char *text = malloc(bytes + 1);
	assert_non_null(text);
	char *at = stpcpy(text, head);
	for (size_t i = 0; i < count; i++)
		at = stpcpy(at, middle);
	strcpy(at, tail);
	return text;
}

static const struct {
	enum zn_screen_rule rule;
	size_t most; /* repetitions that pass; one more does not */
	const char *head, *middle, *tail;
} rows[] = {
	{ZN_SCREEN_NAME_LONG, 127, "uint ", "a", ";"},
	{ZN_SCREEN_NAME_LONG, 127, "__constant uint a = ", "1", ";"},
	{ZN_SCREEN_STRING_LONG, 4096, "__constant char a[] = \"", "a", "\";"},
	{ZN_SCREEN_MACRO_FORM, 31, "#define A(a", ", a", ") 1\n;"},
	{ZN_SCREEN_SIGNS, 16, MAP "{ a ", "- ", "b; }"},
	{ZN_SCREEN_SIGNS, 16, MAP "{ a = b ", "sizeof ", "b; }"},
	{ZN_SCREEN_LOOPS, 16, MAP "{", "if (a) ", "b(); }"},
	{ZN_SCREEN_LOOPS, 16, MAP "{", "for (;;) ", "b(); }"},
	{ZN_SCREEN_ELSES, 1024, MAP "{ if (a) {} ", "else if (a) {} ", "}"},
	{ZN_SCREEN_CASES, 4096, MAP "{ switch (a) {", "case 1: a = 1;", "}}"},
	{ZN_SCREEN_STATEMENT, 2047, MAP "{ a ", "+ a", "; }"},
	{ZN_SCREEN_LITERALS, 65535, "__constant uchar a[] = {1", ",1", "};"},
	{ZN_SCREEN_CONDITION, 31, "#if A\n", "#if A\n", ";"}, /* 32 deep, still open */
	{ZN_SCREEN_MACRO_BOMB, 262131, MAP "{", ";", "}"},
};

static void a_maximum_passes_and_one_more_does_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (size_t more = 0; more < 2; more++) {
			char *text = repeat(rows[i].head, rows[i].middle, rows[i].most + more,
				rows[i].tail);
			struct zn_screen_finding finding = {0};
			screen_text(&finding, text, ZN_SCREEN_CLOSE);
			enum zn_screen_rule wanted = more ? rows[i].rule : ZN_SCREEN_OK;
			if (rows[i].rule == ZN_SCREEN_CONDITION)
				wanted = more ? ZN_SCREEN_NESTED : ZN_SCREEN_CONDITION;
			if (strlen(text) > MIB)
				wanted = ZN_SCREEN_TOO_LONG;
			if (finding.rule != wanted)
				fail_msg("row %zu, %zu more: %s instead of %s", i, more,
					zn_screen_rule_name(finding.rule),
					zn_screen_rule_name(wanted));
			free(text);
		}
	}
}

static void brackets_of_all_kinds_have_a_depth(void **state)
{
	(void)state;
	static const char *const kinds[][2] = {{"(", ")"}, {"b[", "]"}, {"{", "}"}};
	for (size_t kind = 0; kind < 3; kind++) {
		for (uint32_t more = 0; more < 2; more++) {
			size_t depth = ZN_SCREEN_DEPTH_MAX - 1 + more; /* and the function's own */
			char *opened = repeat("void f(void) { a = ", kinds[kind][0], depth, "1");
			char *text = repeat(opened, kinds[kind][1], depth, "; }");
			struct zn_screen_finding finding = {0};
			screen_text(&finding, text, 0);
			assert_int_equal(finding.rule, more ? ZN_SCREEN_NESTED : ZN_SCREEN_OK);
			free(opened);
			free(text);
		}
	}
}

static void macros_have_a_number_and_so_have_their_words(void **state)
{
	(void)state;
	char *text = malloc(MIB);
	for (uint32_t count = ZN_SCREEN_MACROS_MAX; count <= ZN_SCREEN_MACROS_MAX + 1; count++) {
		size_t at = 0;
		for (uint32_t i = 0; i < count; i++)
			at += (size_t)snprintf(text + at, 64, "#define A%u a b\n", i);
		strcpy(text + at, ";");
		struct zn_screen_finding finding = {0};
		screen_text(&finding, text, 0);
		assert_int_equal(finding.rule,
			count > ZN_SCREEN_MACROS_MAX ? ZN_SCREEN_MACRO_COUNT : ZN_SCREEN_OK);
	}
	size_t at = (size_t)sprintf(text, "#define A ");
	for (uint32_t i = 0; i < 4096; i++)
		at += (size_t)snprintf(text + at, 64, "a%u ", i);
	strcpy(text + at, "\n;");
	struct zn_screen_finding finding = {0};
	screen_text(&finding, text, 0);
	assert_int_equal(finding.rule, ZN_SCREEN_MACRO_COUNT);
	finding = (struct zn_screen_finding){0};
	free(text);
	text = repeat("", "#define A 1\n", ZN_SCREEN_DEFINES_MAX, ";"); /* always the same one */
	assert_int_equal(screen_text(&finding, text, 0), 0);
	free(text);
	text = repeat("", "#define A 1\n", ZN_SCREEN_DEFINES_MAX + 1, ";");
	screen_text(&finding, text, 0);
	assert_int_equal(finding.rule, ZN_SCREEN_MACRO_COUNT);
	free(text);
}

static void the_longest_source_passes_and_one_byte_more_does_not(void **state)
{
	(void)state;
	struct zn_screen_finding finding = {0};
	char *text = repeat("//", "x", MIB - 4, "\n;");
	assert_int_equal(zn_screen(&finding, 1, text, MIB, 0), 0);
	assert_int_equal(zn_screen(&finding, 1, text, MIB + 1, 0), 1); /* not read */
	assert_int_equal(finding.rule, ZN_SCREEN_TOO_LONG);
	free(text);
}

/* CPU time, the best of a few tries: others use the machine too. */
static double screen_ms(const char *text, size_t bytes, unsigned bits)
{
	double best = 1e9;
	for (int i = 0; i < 5 && best > LIMIT_MS / 2.0; i++) {
		struct zn_screen_finding all[64];
		struct timespec begin, end;
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
		zn_screen(all, 64, text, bytes, bits);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
		double ms = (double)(end.tv_sec - begin.tv_sec) * 1e3 +
			    (double)(end.tv_nsec - begin.tv_nsec) / 1e6;
		best = ms < best ? ms : best;
	}
	return best;
}

/* A mebibyte of everything that has a path of its own, and of random bytes. */
static void a_mebibyte_of_anything_is_read_in_no_time(void **state)
{
	(void)state;
	static const char *const pieces[] = {"a", "a ", "1 ", "1,", "\"\" ", "' ' ", "(", "()",
		"{}", "{};", "/", "/**/", "/*", "//\n", "\\\n", "\\ ", "\\", "#\n", "# ", "#if a\n",
		"#if a\n#endif\n", "#define a a\n", "#define a(b) b(b)\n", "a(", "a()", "-", "-a;",
		"a*b;", "uint a;", "uint a[1];", "a.b.", "[[", "[", "[1<<", "<:", "\xc3\xa9",
		"/*\xc3\xa9*/", "if ", "else ", "case 1:", "zn_map ", "native_sin ", "a;\n",
		"__attribute__((packed)) ", "get_global_id ", "float4 a = (float4)(1.0f); ",
		"#define a", "a\\\n", "0x1p", "1e+", "__a ", "\n", "\r\n", "\t", ";", ",", "=",
		"? ?"};
	char *text = malloc(MIB + 64);
	double worst = 0;
	const char *worst_piece = "";
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		for (unsigned inside = 0; inside < 2; inside++) {
			size_t length = strlen(pieces[i]), at = 0;
			if (inside)
				at = (size_t)sprintf(text, MAP "{");
			for (; at + length <= MIB; at += length)
				memcpy(text + at, pieces[i], length);
			double ms = screen_ms(text, at, ZN_SCREEN_EXACT);
			if (ms > worst) {
				worst = ms;
				worst_piece = pieces[i];
			}
		}
	}
	uint64_t seed = 1;
	for (size_t i = 0; i < MIB; i++)
		text[i] = (char)test_random(&seed);
	double ms = screen_ms(text, MIB, ZN_SCREEN_EXACT);
	worst = ms > worst ? ms : worst;
	free(text);
	print_message("the slowest mebibyte took %.1f ms: %s\n", worst, worst_piece);
	assert_true(worst < LIMIT_MS);
}

/* Tokens of a kernel in random order: nothing but findings may come of it. */
static void random_tokens_are_read_to_their_end(void **state)
{
	(void)state;
	static const char *const tokens[] = {"a", "zn_map", "uint", "(", ")", "{", "}", "[", "]",
		";", ",", "*", "=", "1", "0x10", "1.5f", "\n#define A", "\n#define B(x)",
		"\n#if A\n", "\n#else\n", "\n#endif\n", "\n", "__attribute__", "((", "))", "packed",
		"A", "B", "if", "for", "return", "sizeof", "\"s\"", "'c'", "/*c*/", "//c\n", "\\\n",
		"<<", "->", ".", "##", "#", "struct", "else", "case", "sin"};
	uint64_t seed = 7;
	int rounds = test_is_long() ? 400000 : 20000;
	for (int i = 0; i < rounds; i++) {
		char text[1024] = "";
		size_t at = 0, count = test_random(&seed) % 80;
		for (size_t k = 0; k < count; k++)
			at += (size_t)sprintf(text + at, "%s ",
				tokens[test_random(&seed) % (sizeof tokens / sizeof *tokens)]);
		struct zn_screen_finding all[8];
		uint32_t found = screen_all(all, 1 + (uint32_t)(i % 8), text, (unsigned)i / 8 % 16);
		assert_true(found <= 1 + (uint32_t)(i % 8));
		for (uint32_t k = 0; k < found; k++)
			assert_true(all[k].rule > ZN_SCREEN_OK &&
				    all[k].rule < ZN_SCREEN_RULES_COUNT && all[k].line <= 1024);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_maximum_passes_and_one_more_does_not),
		cmocka_unit_test(brackets_of_all_kinds_have_a_depth),
		cmocka_unit_test(macros_have_a_number_and_so_have_their_words),
		cmocka_unit_test(the_longest_source_passes_and_one_byte_more_does_not),
		cmocka_unit_test(a_mebibyte_of_anything_is_read_in_no_time),
		cmocka_unit_test(random_tokens_are_read_to_their_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
