/* Files, machine code, functions of the machine: what the screen refuses and the sandbox holds. */
#include "tests/hostile/attacks.h"

#define ROW(name, rule, how, text)                                                                 \
	{                                                                                          \
		name, ZN_SCREEN_##rule, how, text, "", 0, ""                                       \
	}

/* A system call by its number; slot 0 gets what the system answers. x86-64. */
#define CALL                                                                                       \
	"__asm__ volatile(\"syscall\" : \"=a\"(r) : \"a\"(n), \"D\"(a), \"S\"(b), \"d\"(c) : "     \
	"\"rcx\", \"r11\", \"r10\", \"r8\", \"r9\", \"memory\");"
#define SYSTEM                                                                                     \
	"long sys(long n, ulong a, ulong b, ulong c) { long r; " CALL " return r; }\n"             \
	"__constant char secret[] = \"@SECRET@\";\n__constant char mark[] = \"@MARK@\";\n"         \
	"__constant char shell[] = \"/bin/sh\";\n__constant char dash[] = \"-c\";\n"               \
	"__constant char order[] = \"echo > @MARK@\";\n"
#define ANSWER(expression) SYSTEM MAP "{ *(__global long *)slot = " expression "; }\n"
#define SYSCALL(name, how, expression)                                                             \
	{                                                                                          \
		name, ZN_SCREEN_ASSEMBLY, CRASHES | PASSES | REFUSED | (how), ANSWER(expression),  \
			"", 0, ""                                                                  \
	}

const struct attack attacks_words[] = {
	/* files at compile time */
	ROW("#include of a secret", INCLUDE, ANY_END | FEW, "#include \"@SECRET@\"\n" NOTHING),
	ROW("#include <> of a secret", INCLUDE, ANY_END | LONG, "#include <@SECRET@>\n" NOTHING),
	ROW("#include of /etc/passwd", INCLUDE, ANY_END, "#include \"/etc/passwd\"\n" NOTHING),
	ROW("#include of a relative file", INCLUDE, ANY_END,
		"#include \"../../../../../../../../../../etc/passwd\"\n" NOTHING),
	ROW("#include of what never ends", INCLUDE, ANY_END, "#include \"/dev/zero\"\n" NOTHING),
	ROW("#include of its own memory", INCLUDE, ANY_END | LONG,
		"#include \"/proc/self/mem\"\n" NOTHING),
	ROW("#include of the environment", INCLUDE, ANY_END | LONG,
		"#include \"/proc/self/environ\"\n" NOTHING),
	ROW("#include of itself", INCLUDE, ANY_END, "#include __FILE__\n" NOTHING),
	ROW("#include with a splice and comments", INCLUDE, ANY_END,
		"# /**/ inc\\\nlude /**/ \"@SECRET@\"\n" NOTHING),
	ROW("#include as a digraph", DIGRAPH, ANY_END, "%:include \"@SECRET@\"\n" NOTHING),
	ROW("#include as a trigraph", TRIGRAPH, ANY_END, "?\?=include \"@SECRET@\"\n" NOTHING),
	ROW("#include from a macro", INCLUDE, ANY_END | LONG,
		"#define FILE \"@SECRET@\"\n#include FILE\n" NOTHING),
	ROW("#include_next", INCLUDE, ANY_END | LONG, "#include_next \"@SECRET@\"\n" NOTHING),
	ROW("#import", INCLUDE, ANY_END | LONG, "#import \"@SECRET@\"\n" NOTHING),
	ROW("__has_include of a secret", INCLUDE, PASSES | BUILDS_NOT | IN_ROOT | FEW,
		MAP "{\n#if __has_include(\"@SECRET@\")\n*(__global long *)slot = 1;\n#endif\n}\n"),
	ROW("__has_include of /etc/shadow", INCLUDE, PASSES | BUILDS_NOT | IN_ROOT,
		MAP
		"{\n#if __has_include(\"/etc/shadow\")\n*(__global long *)slot = 1;\n#endif\n}\n"),
	ROW("a line directive that lies", DIRECTIVE, ANY_END,
		"# 1 \"@SECRET@\" 3\n" MAP "{ slot[0] = nothing; }\n"),
	/* pragmas */
	ROW("#pragma GCC dependency", PRAGMA, ANY_END,
		"#pragma GCC dependency \"@SECRET@\"\n" NOTHING),
	ROW("#pragma that crashes clang", PRAGMA, ANY_END, "#pragma clang __debug crash\n" NOTHING),
	ROW("#pragma that overflows clang's stack", PRAGMA, ANY_END | LONG,
		"#pragma clang __debug overflow_stack\n" NOTHING),
	ROW("_Pragma", PRAGMA, ANY_END | LONG, "_Pragma(\"clang __debug crash\")\n" NOTHING),
	ROW("#undef of the slot size", UNDEF, ANY_END | LONG,
		"#undef ZN_SLOT_BYTES\n#define ZN_SLOT_BYTES 4\n" NOTHING),
	/* spellings of asm */
	ROW("asm", ASSEMBLY, ANY_END, MAP "{ asm(\"nop\"); slot[0] = 1; }\n"),
	ROW("__asm", ASSEMBLY, ANY_END | LONG, MAP "{ __asm volatile(\"nop\"); slot[0] = 1; }\n"),
	ROW("asm with a splice", ASSEMBLY, ANY_END | LONG,
		MAP "{ __a\\\nsm__(\"nop\"); slot[0] = 1; }\n"),
	ROW("asm pasted together", PASTING, ANY_END,
		"#define P(a, b) a##b\n" MAP "{ P(__as, m__)(\"nop\"); slot[0] = 1; }\n"),
	ROW("asm pasted by digraphs", DIGRAPH, ANY_END | LONG,
		"#define P(a, b) a%:%:b\n" MAP "{ P(__as, m__)(\"nop\"); slot[0] = 1; }\n"),
	ROW("asm in universal characters", CHARACTER, ANY_END | LONG,
		MAP "{ \\u0061sm(\"nop\"); slot[0] = 1; }\n"),
	/* what asm can do to the assembler and the linker */
	ROW(".incbin of a secret", ASSEMBLY, ANY_END | FEW,
		MAP "{ __global uchar *p;\n"
		    "__asm__ volatile(\".pushsection .data\\nleak%=: .incbin "
		    "\\\"@SECRET@\\\"\\n.zero 256\\n\"\n"
		    "  \".popsection\\nlea leak%=(%%rip), %0\" : \"=r\"(p));\n"
		    "for (uint i = 0; i < ZN_SLOT_BYTES; i++) slot[i] = p[i]; }\n"),
	ROW(".incbin of a secret, outside functions", ASSEMBLY, ANY_END | LONG,
		"__asm__(\".data\\nleak: .incbin \\\"@SECRET@\\\"\\n.zero 256\\n.text\\n\");\n" MAP
		"{ __global uchar *p; __asm__ volatile(\"lea leak(%%rip), %0\" : \"=r\"(p));\n"
		"  for (uint i = 0; i < ZN_SLOT_BYTES; i++) slot[i] = p[i]; }\n"),
	ROW(".include of a secret", ASSEMBLY, ANY_END,
		MAP "{ __asm__ volatile(\".include \\\"@SECRET@\\\"\\n\"); slot[0] = 1; }\n"),
	ROW("an assembler bomb", ASSEMBLY, ANY_END,
		MAP "{ __asm__ volatile(\".rept 1000000000\\nnop\\n.endr\\n\"); slot[0] = 1; }\n"),
	ROW("an object of 1 TiB", ASSEMBLY, ANY_END,
		MAP "{ __asm__ volatile(\".pushsection .data\\n.fill 1 << 37, 8, "
		    "1\\n.popsection\\n\");\n"
		    "slot[0] = 1; }\n"),
	ROW("code that runs when it is loaded", ASSEMBLY, ANY_END | FEW,
		MAP "{ __asm__ volatile(\".pushsection .init_array,\\\"aw\\\"\\n.quad "
		    "boom%=\\n.popsection\\n\"\n"
		    "\"jmp over%=\\nboom%=: mov $2, %%eax\\nlea path%=(%%rip), %%rdi\\nmov $0x41, "
		    "%%esi\\n\"\n"
		    "\"mov $0x1a4, %%edx\\nsyscall\\nret\\npath%=: .asciz \\\"@MARK@\\\"\\nover%=: "
		    "nop\\n\"\n"
		    ": : : \"memory\"); slot[0] = 1; }\n"),
	ROW("system() through the linker", ASSEMBLY, ANY_END | FEW,
		SYSTEM MAP
		"{ long r; __asm__ volatile(\"call system@plt\" : \"=a\"(r) : \"D\"(order) :\n"
		"\"rcx\", \"rdx\", \"rsi\", \"r8\", \"r9\", \"r10\", \"r11\", \"memory\");\n"
		"slot[0] = (uchar)r; }\n"),
	/* foreign functions without asm */
	ROW("system() by a prototype", MACHINE_FUNCTION, ANY_END | FEW,
		"int system(__constant char *);\n__constant char order[] = \"echo > @MARK@\";\n" MAP
		"{ slot[0] = (uchar)system(order); }\n"),
	ROW("system() by a prototype in a block", MACHINE_FUNCTION, ANY_END | LONG,
		"__constant char order[] = \"echo > @MARK@\";\n" MAP
		"{ int system(__constant char *); slot[0] = (uchar)system(order); }\n"),
	ROW("system() by an asm label", ASSEMBLY, ANY_END,
		"int run(__constant char *) __asm__(\"system\");\n"
		"__constant char order[] = \"echo > @MARK@\";\n" MAP
		"{ slot[0] = (uchar)run(order); }\n"),
	ROW("getpid() by extern", EXTERN, ANY_END | LONG,
		"extern int getpid(void);\n" MAP "{ slot[0] = (uchar)getpid(); }\n"),
	ROW("a constructor", ASSEMBLY, ANY_END | FEW,
		SYSTEM "__attribute__((constructor)) void boom(void) { sys(2, (ulong)mark, 0x41, "
		       "0644); }\n" NOTHING),
	ROW("a destructor", ASSEMBLY, ANY_END | LONG,
		SYSTEM "__attribute__((destructor)) void boom(void) { sys(2, (ulong)mark, 0x41, "
		       "0644); }\n" NOTHING),
	ROW("a section of its own", ATTRIBUTE, ANY_END | LONG,
		"__attribute__((section(\".init_array\"), used)) __constant ulong a = "
		"1;\n" NOTHING),
	ROW("an alias", ATTRIBUTE, ANY_END | LONG,
		"void f(void) {}\nvoid exit(void) __attribute__((alias(\"f\")));\n" NOTHING),
	ROW("an ifunc", ATTRIBUTE, ANY_END | LONG,
		"void *f(void) { return 0; }\nvoid g(void) "
		"__attribute__((ifunc(\"f\")));\n" NOTHING),
	ROW("a trap", RESERVED, ANY_END, MAP "{ __builtin_trap(); }\n"),
	ROW("alloca of 1 TiB", RESERVED, ANY_END,
		MAP
		"{ volatile uchar *a = __builtin_alloca(1UL << 40); a[0] = 1; slot[0] = a[0]; }\n"),
	/* system calls */
	SYSCALL("opening a secret", FEW, "sys(2, (ulong)secret, 0, 0)"),
	SYSCALL("making a file", FEW, "sys(2, (ulong)mark, 0x41, 0644)"),
	SYSCALL("openat of the root", LONG, "sys(257, (ulong)-100, (ulong)\"/\", 0x10000)"),
	SYSCALL("a socket", FEW, "sys(41, 2, 1, 0)"),
	SYSCALL("a socket of this machine", LONG, "sys(41, 1, 1, 0)"),
	SYSCALL("a raw socket", LONG, "sys(41, 17, 3, 0)"),
	{"fork", ZN_SCREEN_ASSEMBLY, CRASHES | PASSES | REFUSED | FEW,
		SYSTEM MAP "{ long r = sys(57, 0, 0, 0); if (r == 0) sys(231, 0, 0, 0);\n"
			   "*(__global long *)slot = r; }\n",
		"", 0, ""},
	{"vfork", ZN_SCREEN_ASSEMBLY, CRASHES | PASSES | REFUSED | LONG,
		SYSTEM MAP "{ long r = sys(58, 0, 0, 0); if (r == 0) sys(231, 0, 0, 0);\n"
			   "*(__global long *)slot = r; }\n",
		"", 0, ""},
	{"exec of a shell", ZN_SCREEN_ASSEMBLY, CRASHES | PASSES | REFUSED | FEW,
		SYSTEM MAP
		"{ ulong v[4]; v[0] = (ulong)shell; v[1] = (ulong)dash; v[2] = (ulong)order;\n"
		"v[3] = 0; *(__global long *)slot = sys(59, (ulong)shell, (ulong)v, 0); }\n",
		"", 0, ""},
	SYSCALL("a signal to the test", FEW, "sys(62, @PID@, 12, 0)"),
	SYSCALL("a signal to everybody", LONG, "sys(62, (ulong)-1, 0, 0)"),
	SYSCALL("ptrace of the test", FEW, "sys(101, 0x4206, @PID@, 0)"),
	SYSCALL("a handle of the test's process", LONG, "sys(434, @PID@, 0, 0)"),
	SYSCALL("a namespace of its own", LONG, "sys(272, 0x10000000, 0, 0)"),
	SYSCALL("mount", LONG, "sys(165, (ulong)mark, (ulong)mark, (ulong)mark)"),
	SYSCALL("chroot", LONG, "sys(161, (ulong)\"/\", 0, 0)"),
	SYSCALL("bpf", LONG, "sys(321, 0, 0, 0)"),
	SYSCALL("perf events", LONG, "sys(298, 0, 0, (ulong)-1)"),
	SYSCALL("io_uring", LONG, "sys(425, 8, 0, 0)"),
	SYSCALL("userfaultfd", LONG, "sys(323, 0, 0, 0)"),
	SYSCALL("the kernel's keys", LONG, "sys(250, 0, (ulong)-3, 1)"),
	SYSCALL("real-time priority", LONG, "sys(144, 0, 1, 0)"),
	/* against its own driver program */
	ROW("a false message to the worker", ASSEMBLY, ANY_END,
		SYSTEM MAP "{ for (uint i = 0; i < 99; i++) sys(1, 3, (ulong)mark, 20);\n"
			   "for (;;) sys(1, 3, (ulong)secret, 30); }\n"),
	ROW("hanging up", ASSEMBLY, ANY_END | LONG, SYSTEM MAP "{ sys(3, 3, 0, 0); for (;;) ; }\n"),
	ROW("leaving with a good status", ASSEMBLY, CRASHES, SYSTEM MAP "{ sys(231, 0, 0, 0); }\n"),
	ROW("stopping itself", ASSEMBLY, CRASHES | IS_STOPPED | LONG,
		SYSTEM MAP "{ sys(62, (ulong)sys(39, 0, 0, 0), 19, 0); for (;;) ; }\n"),
	{NULL, 0, 0, NULL, NULL, 0, NULL},
};
