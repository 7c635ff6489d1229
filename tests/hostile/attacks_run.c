/* What a kernel may try while it runs. */
#include "tests/hostile/attacks.h"

#define ROW(name, rule, how, text)                                                                 \
	{                                                                                          \
		name, ZN_SCREEN_##rule, how, text, "", 0, ""                                       \
	}

const struct attack attacks_run[] = {
	/* time */
	ROW("a loop without end", OK, IS_STOPPED | FEW,
		MAP "{ volatile uint x = 1; while (x) slot[0]++; }\n"),
	ROW("a loop without end that does nothing", OK, ANY_END | LONG, MAP "{ for (;;) ; }\n"),
	ROW("a loop without end in goto", OK, ANY_END | LONG,
		MAP "{ again: slot[0]++; goto again; }\n"),
	ROW("a loop of 2^60 steps", OK, IS_STOPPED,
		MAP
		"{ ulong x = item; for (ulong i = 0; i < (1UL << 60); i++) x = x * 3 + (x >> 7);\n"
		"  slot[0] = (uchar)x; }\n"),
	ROW("one item of a chunk without end", OK, IS_STOPPED | LONG,
		MAP "{ volatile uint x = item == 63; while (x) slot[0]++; }\n"),
	/* memory that is not its own */
	ROW("a write just behind the slot", OK, PASSES | CRASHES,
		MAP "{ for (uint i = 0; i < 4096; i++) slot[ZN_SLOT_BYTES + i] = 7; }\n"),
	ROW("a write just before the slot", OK, PASSES | CRASHES | LONG,
		MAP "{ for (int i = 1; i < 4096; i++) slot[-i] = 7; }\n"),
	ROW("a write 1 MiB off", OK, PASSES | CRASHES | FEW, MAP "{ slot[1 << 20] = 7; }\n"),
	ROW("a write 16 MiB off, of 16 MiB", OK, PASSES | CRASHES | IS_STOPPED | LONG,
		MAP "{ for (uint i = 0; i < (16u << 20); i++) slot[(16u << 20) + i] = 7; }\n"),
	ROW("a write 2^40 off", OK, CRASHES | LONG, MAP "{ slot[1UL << 40] = 7; }\n"),
	ROW("a write to NULL", OK, ANY_END, MAP "{ *(volatile __global uint *)item = 7; }\n"),
	ROW("a write to the parameters", OK, CRASHES | PASSES,
		MAP "{ ((__global uchar *)params)[0] = 7; }\n"),
	ROW("a write to the shared input", OK, CRASHES | PASSES | LONG,
		MAP "{ ((__global uchar *)shared)[-64] = 7; }\n"),
	ROW("a read from everywhere", OK, CRASHES | LONG,
		MAP "{ ulong x = 0; for (ulong at = 0; at < (1UL << 46); at += 4096)\n"
		    "  x += *(volatile __global uchar *)at; slot[0] = (uchar)x; }\n"),
	ROW("its own stack, read upwards to the environment", OK, PASSES | CRASHES | FEW,
		MAP
		"{ uchar here; volatile uchar *at = &here;\n"
		"  for (uint i = 0; i < ZN_SLOT_BYTES; i++) slot[i] = at[i + item * 4096]; }\n"),
	ROW("its own return address, smashed", OK, CRASHES | PASSES,
		MAP
		"{ volatile ulong a[4]; for (uint i = 0; i < 4096; i++) a[i] = 0x41414141; }\n"),
	/* stack */
	ROW("a private array of 64 MiB", PRIVATE_ARRAY, CRASHES | PASSES | BUILDS_NOT | LONG,
		MAP "{ volatile uint a[16 << 20]; for (uint i = 0; i < (16u << 20); i += 64) a[i] "
		    "= i;\n"
		    "  slot[0] = (uchar)a[item]; }\n"),
	ROW("a private array of 64 MiB behind a macro", OK, CRASHES | PASSES | BUILDS_NOT,
		"#define MANY (16 << 20)\n" MAP
		"{ volatile uint a[MANY]; for (uint i = 0; i < MANY; i += 64) a[i] = i;\n"
		"  slot[0] = (uchar)a[item]; }\n"),
	ROW("recursion", RECURSION, ANY_END,
		"uint f(uint x) { volatile uint a[64]; a[x & 63] = x; return f(x + 1) + a[x & 63]; "
		"}\n" MAP "{ slot[0] = (uchar)f(1); }\n"),
	ROW("recursion through another function", PROTOTYPE, ANY_END | LONG,
		"uint g(uint x);\nuint f(uint x) { volatile uint a = x; return g(x + 1) + a; }\n"
		"uint g(uint x) { volatile uint a = x; return f(x + 1) + a; }\n" MAP
		"{ slot[0] = (uchar)f(1); }\n"),
	ROW("a local array of 256 MiB", PRIVATE_ARRAY, ANY_END | CHUNK,
		GROUP "{ __local uchar a[256 << 20]; a[item] = 1; slot[0] = a[item + 1]; }\n"),
	ROW("local memory beyond its end", OK, ANY_END | CHUNK,
		GROUP "{ for (uint i = 0; i < (1u << 24); i++) scratch[i] = 1; }\n"),
	ROW("a barrier that some pass and some do not", OK, ANY_END | CHUNK | FEW,
		GROUP "{ if (place & 1) barrier(CLK_LOCAL_MEM_FENCE);\n"
		      "  scratch[place] = 1; if (place > 3) barrier(CLK_LOCAL_MEM_FENCE);\n"
		      "  slot[0] = scratch[15 - place]; }\n"),
	ROW("a barrier in a loop of different lengths", OK, ANY_END | CHUNK | LONG,
		GROUP "{ for (uint i = 0; i < place; i++) barrier(CLK_LOCAL_MEM_FENCE); }\n"),
	/* arithmetic */
	ROW("division by zero", OK, PASSES | CRASHES | FEW,
		MAP "{ int z = params[0]; slot[0] = (uchar)(7 / z); slot[1] = (uchar)(7 % z); }\n"),
	ROW("INT_MIN / -1", OK, PASSES | CRASHES | LONG,
		MAP "{ int m = -1 - params[0]; slot[0] = (uchar)((-2147483647 - 1) / m); }\n"),
	ROW("long division by zero in vectors", OK, PASSES | CRASHES,
		MAP "{ long4 z = (long4)(params[0]); long4 a = (long4)(7) / z; slot[0] = "
		    "(uchar)a.x; }\n"),
	/* talk */
	ROW("a flood of printf", PRINT, ANY_END | FEW,
		MAP "{ for (uint i = 0; i < 100000; i++) printf(\"%d flood flood flood flood\\n\", "
		    "i); }\n"),
	ROW("a printf with a wild format", PRINT, ANY_END,
		MAP "{ printf(\"%s%s%s%n%999999d\", 1, 2, 3, 4, 5); }\n"),
	ROW("terminal escapes in words of the compiler", CONTROL, BUILDS_NOT,
		NOTHING "\x1b]0;gone\x07 \x1b[2J\n"),
	{NULL, 0, 0, NULL, NULL, 0, NULL},
};
