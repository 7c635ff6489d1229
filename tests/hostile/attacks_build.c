/* What a source may do to whoever reads it: forms that are none, and bombs for the compiler. */
#include "tests/hostile/attacks.h"

#define ROW(name, rule, how, text)                                                                 \
	{                                                                                          \
		name, ZN_SCREEN_##rule, how, text, "", 0, ""                                       \
	}
#define MIB (1u << 20)

const struct attack attacks_build[] = {
	/* no sources */
	ROW("an empty source", EMPTY, BUILDS_NOT | TOO_BIG, ""),
	ROW("a source of blanks", EMPTY, BUILDS_NOT | LONG, "\n\n \n"),
	ROW("no zn_map", OK, BUILDS_NOT, "uint f(void) { return 1; }\n"),
	ROW("a zn_map of another form", OK, BUILDS_NOT, "uint zn_map(uint a) { return a; }\n"),
	ROW("bytes that are no UTF-8", NOT_UTF8, BUILDS_NOT, NOTHING "\xff\xfe\x80 \xc0\xaf;\n"),
	ROW("a comment that stays open", UNTERMINATED, ANY_END, NOTHING "/* "),
	ROW("an #if that stays open", CONDITION, ANY_END, NOTHING "#if 0\n"),
	ROW("a bracket that stays open", BRACKETS, ANY_END, NOTHING "void f(void) {"),
	ROW("a splice at the end", UNTERMINATED, ANY_END | LONG, NOTHING "// \\"),
	{"1 MiB of the letter a", ZN_SCREEN_NAME_LONG, BUILDS_NOT | IS_STOPPED, "", "a", MIB, ""},
	{"1 MiB of brackets", ZN_SCREEN_NESTED, BUILDS_NOT | IS_STOPPED | LONG, "", "(", MIB, ""},
	{"1 MiB of comments", ZN_SCREEN_OK, PASSES | FEW, NOTHING, "/*********/\n", 87000, ""},
	{"more than 1 MiB", ZN_SCREEN_TOO_LONG, TOO_BIG, "", " ", MIB + 1, ""},
	/* names of ours */
	ROW("an entry point of its own", KERNEL, BUILDS_NOT,
		NOTHING "__kernel void zn_map_items(__global uchar *out) { out[0] = 1; }\n"),
	ROW("another kernel", KERNEL, PASSES | BUILDS_NOT | LONG,
		NOTHING "__kernel void more(__global uchar *out) { out[0] = 1; }\n"),
	ROW("macros over the entry point's words", MACRO_NAME, PASSES | CRASHES | BUILDS_NOT,
		"#define item 0\n#define listed 0\n#define stripe (1UL << 40)\n"
		"void zn_map(ulong i, __global const uchar *p, __global const uchar *s,\n"
		"	__global const uchar *n, __global uchar *slot) { slot[0] = 1; }\n"),
	ROW("another slot size", MACRO_NAME, ANY_END,
		"#define ZN_SLOT_BYTES 1000000000UL\n" NOTHING),
	ROW("functions of the exact class", OUR_NAME, ANY_END | LONG,
		"float zn_exp(float x) { return x; }\n" NOTHING),
	ROW("functions of the machine", MACHINE_FUNCTION, ANY_END,
		"void *malloc(ulong n) { return 0; }\nvoid free(void *p) {}\n"
		"void abort(void) { for (;;) ; }\n" NOTHING),
	ROW("a function named main", OK, ANY_END, "int main(void) { return 1; }\n" NOTHING),
	/* bombs */
	ROW("a macro bomb", MACRO_BOMB, IS_STOPPED | BUILDS_NOT | CRASHES | FEW,
		"#define A(x) x x x x x x x x x x\n#define B(x) A(A(A(x)))\n"
		"__constant int t = 0 B(B(B(+1)));\n" NOTHING),
	ROW("a macro bomb of plain names", MACRO_BOMB, IS_STOPPED | BUILDS_NOT | CRASHES | LONG,
		"#define A 1+1+1+1+1+1+1+1+1+1+\n#define B A A A A A A A A A A\n"
		"#define C B B B B B B B B B B\n#define D C C C C C C C C C C\n"
		"#define E D D D D D D D D D D\n#define F E E E E E E E E E E\n"
		"#define G F F F F F F F F F F\n__constant int t = G 0;\n" NOTHING),
	ROW("an inlining bomb", OK, ANY_END,
		"#define I __attribute__((always_inline)) ulong\n"
		"I f0(ulong x) { return x * 3 + (x >> 5); }\n"
		"I f1(ulong x) { return f0(x) + f0(x + 1) * f0(x + 2) + f0(x + 3); }\n"
		"I f2(ulong x) { return f1(x) + f1(x + 1) * f1(x + 2) + f1(x + 3); }\n"
		"I f3(ulong x) { return f2(x) + f2(x + 1) * f2(x + 2) + f2(x + 3); }\n"
		"I f4(ulong x) { return f3(x) + f3(x + 1) * f3(x + 2) + f3(x + 3); }\n"
		"I f5(ulong x) { return f4(x) + f4(x + 1) * f4(x + 2) + f4(x + 3); }\n"
		"I f6(ulong x) { return f5(x) + f5(x + 1) * f5(x + 2) + f5(x + 3); }\n"
		"I f7(ulong x) { return f6(x) + f6(x + 1) * f6(x + 2) + f6(x + 3); }\n"
		"I f8(ulong x) { return f7(x) + f7(x + 1) * f7(x + 2) + f7(x + 3); }\n"
		"I f9(ulong x) { return f8(x) + f8(x + 1) * f8(x + 2) + f8(x + 3); }\n" MAP
		"{ slot[0] = (uchar)(f9(item) + f9(item + 9)); }\n"),
	ROW("an unrolling bomb", OK, ANY_END,
		MAP "{ ulong x = item;\n"
		    "__attribute__((opencl_unroll_hint(1000))) for (uint a = 0; a < 1000; a++)\n"
		    "__attribute__((opencl_unroll_hint(1000))) for (uint b = 0; b < 1000; b++)\n"
		    "__attribute__((opencl_unroll_hint(1000))) for (uint c = 0; c < 1000; c++)\n"
		    "  x = x * 3 + a * b + c; slot[0] = (uchar)x; }\n"),
	{"300,000 signs in a row", ZN_SCREEN_SIGNS, ANY_END,
		MAP "{ int a = (int)item; slot[0] = (uchar)(", "- ", 300000, "a); }\n"},
	{"a sum of 100,000", ZN_SCREEN_STATEMENT, ANY_END | LONG,
		MAP "{ uint a = (uint)item; slot[0] = (uchar)(a", "+a", 100000, "); }\n"},
	{"a sum as long as the screen lets pass", ZN_SCREEN_OK, ANY_END | LONG,
		MAP "{ uint a = (uint)item; slot[0] = (uchar)(a", "+a", 2000, "); }\n"},
	{"assignments as long as the screen lets pass", ZN_SCREEN_OK, ANY_END | LONG,
		MAP "{ uint a = (uint)item; ", "a=", 2000, "1; slot[0] = (uchar)a; }\n"},
	{"casts as long as the screen lets pass", ZN_SCREEN_OK, ANY_END,
		MAP "{ uint a = (uint)item; a = ", "(int)", 1350, "a; slot[0] = (uchar)a; }\n"},
	{"choices as long as the screen lets pass", ZN_SCREEN_OK, ANY_END | LONG,
		MAP "{ uint a = (uint)item; a = ", "a?1:", 1000, "a; slot[0] = (uchar)a; }\n"},
	{"20,000 blocks in each other", ZN_SCREEN_NESTED, ANY_END, MAP "{ ", "{ ", 20000, "\n"},
	{"20,000 if in each other", ZN_SCREEN_LOOPS, ANY_END | LONG, MAP "{ ", "if (item) ", 20000,
		"slot[0] = 1; }\n"},
	{"20,000 else if", ZN_SCREEN_ELSES, ANY_END, MAP "{ if (item == 1) slot[0] = 1;\n",
		"else if (item == 2) slot[0]++;\n", 20000, "}\n"},
	{"1,000 else if", ZN_SCREEN_OK, ANY_END | LONG, MAP "{ if (item == 1) slot[0] = 1;\n",
		"else if (item == 2) slot[0]++;\n", 1000, "}\n"},
	{"60,000 statements", ZN_SCREEN_MACRO_BOMB, ANY_END, MAP "{ ulong a = item, b = 1;\n",
		"a = a * b + (b >> 3); b ^= a;\n", 34000, "slot[0] = (uchar)a; }\n"},
	{"10,000 structures without a name", ZN_SCREEN_OK, ANY_END | LONG, "",
		"struct { uint a; } __attribute__((packed));\n", 10000, NOTHING},
	ROW("a constant array of 4 GiB", ARRAY, ANY_END | FEW,
		"__constant uint t[1 << 30] = {1};\n" MAP "{ slot[0] = (uchar)t[item]; }\n"),
	ROW("a constant array of 256 GiB behind a macro", OK, ANY_END | LONG,
		"#define MANY (1UL << 36)\n__constant uint t[MANY] = {1};\n" MAP
		"{ slot[0] = (uchar)t[item]; }\n"),
	{"a type of 2^60 bytes", ZN_SCREEN_OK, ANY_END,
		"struct a { uint x[65536]; };\nstruct b { struct a x[65536]; };\n"
		"struct c { struct b x[65536]; };\nstruct d { struct c x[1024]; };\n" MAP
		"{ struct d a; a.x[item].x[1].x[1].x[1] = 1; slot[0] = "
		"(uchar)a.x[1].x[1].x[1].x[1]; }\n",
		"", 0, ""},
	{"a name of 500,000 letters", ZN_SCREEN_NAME_LONG, ANY_END, "uint ", "abcde", 100000,
		"(void) { return 1; }\n" NOTHING},
	{"a string of 1,000,000 letters", ZN_SCREEN_STRING_LONG, ANY_END | LONG,
		"__constant char s[] = \"", "abcde", 200000, "\";\n" NOTHING},
	{"an initialiser of 200,000 numbers", ZN_SCREEN_LITERALS, ANY_END,
		"__constant uint t[] = {1", ",2", 200000,
		"};\n" MAP "{ slot[0] = (uchar)t[item]; }\n"},
	{"a switch of 20,000 cases", ZN_SCREEN_MACRO_BOMB, ANY_END,
		"#define C(n) case n: x += n * x; break; case n + 1: x ^= n; break; case n + 2: x "
		"*= 3;\n"
		"#define D(n) C(n) C(n + 8) C(n + 16) C(n + 24) C(n + 32) C(n + 40) C(n + 48) C(n "
		"+ 56)\n"
		"#define E(n) D(n) D(n + 64) D(n + 128) D(n + 192) D(n + 256) D(n + 320) D(n + "
		"384)\n"
		"#define F(n) E(n) E(n + 448) E(n + 896) E(n + 1344) E(n + 1792) E(n + 2240)\n" MAP
		"{ ulong x = item; for (uint i = 0; i < 9; i++) switch (x & 65535) {\n"
		"F(0) F(2688) F(5376) F(8064) F(10752) F(13440) F(16128) F(18816)\n} slot[0] = "
		"(uchar)x; }\n",
		"", 0, ""},
	{NULL, 0, 0, NULL, NULL, 0, NULL},
};
