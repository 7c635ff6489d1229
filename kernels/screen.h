/* kernels/screen.h - what a kernel source from a stranger may not say, with the line and the mend.
 *
 * For whoever takes a source from somebody else (a worker, before it builds a job) and for whoever
 * writes one (`zennet kernel check`). Each source of a job is screened by itself and must be whole:
 * no comment, bracket or #if may stay open at its end.
 *
 * Pure and bounded: no memory is allocated, the text is only read (it needs no final zero), time grows
 * with its size alone, the stack needed is below ZN_SCREEN_STACK_BYTES.
 *
 * The screen is not the boundary: the sandbox of zennet-runner is. It reads words and brackets, not
 * types or values, and it does not expand macros, so it cannot see
 *   - loops that never end, indices out of bounds, a stack that is too deep, work that is too much;
 *   - a prototype, an array size or a recursion that is put together from macro arguments;
 *   - exact class: a division by zero, or a float cast to an integer that does not hold it (use
 *     zn_divide, zn_to_int, ...: they have one answer everywhere).
 * What it does hold, macros or not, since neither pasting nor pragmas pass: each word that the
 * compiler sees stands in the text, so no asm, no #include, no reserved name, and in the exact class
 * none of the functions whose results differ between devices.
 */
#ifndef ZN_KERNELS_SCREEN_H
#define ZN_KERNELS_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Maxima, each with its reason. The folder `kernels` uses no core/limits.h. */
#define ZN_SCREEN_SOURCE_BYTES_MAX (1u << 20) /* ZN_SOURCE_BYTES_MAX of core/limits.h */
#define ZN_SCREEN_WORD_BYTES_MAX   127        /* a name; mangled names of clang grow with it */
#define ZN_SCREEN_DEPTH_MAX        96 /* open brackets; clang's parser recurses, its own limit is 256 */
#define ZN_SCREEN_IF_DEPTH_MAX     32   /* #if in #if */
#define ZN_SCREEN_MACROS_MAX       1024 /* defined by one source */
#define ZN_SCREEN_DEFINES_MAX      2048 /* #define lines: some have two, under #if and #else */
#define ZN_SCREEN_PARAMETERS_MAX   32   /* of a macro */
#define ZN_SCREEN_EXPANSION_MAX    (1u << 18) /* words after macros; 1 MiB of plain code has fewer */
#define ZN_SCREEN_STATEMENT_MAX    4096 /* words of a statement; 2,700 casts in a row crash clang */
#define ZN_SCREEN_SIGNS_MAX        16   /* operators in a row: -----x recurses too */
#define ZN_SCREEN_LOOPS_MAX        16   /* if, for, while in a row, without braces between */
#define ZN_SCREEN_ELSES_MAX        1024 /* of a function: else if ... else if ... recurses */
#define ZN_SCREEN_CASES_MAX        4096 /* of a source: 20,000 took clang half a minute */
#define ZN_SCREEN_LITERALS_MAX     (1u << 16) /* of a source: larger tables are shared input */
#define ZN_SCREEN_STRING_BYTES_MAX 4096       /* of a string */
#define ZN_SCREEN_ARRAY_MAX        (1u << 20) /* elements of a constant array */
#define ZN_SCREEN_PRIVATE_MAX      (1u << 16) /* elements of an array inside a function: stack */
#define ZN_SCREEN_ALIGN_MAX        4096       /* aligned(n) */
#define ZN_SCREEN_STACK_BYTES      (128u << 10)
#define ZN_SCREEN_SENTENCE_BYTES   320
#define ZN_SCREEN_CUT_BYTES        40 /* of a word that a finding shows */

/** What the source is for: bits, or'ed. 0 is the close class in the map form, from a stranger. */
enum zn_screen_class {
	ZN_SCREEN_CLOSE = 0,
	ZN_SCREEN_EXACT = 1, /* the exact class: its rules are added */
	ZN_SCREEN_CHUNK =
		2, /* the chunk form: local memory, barriers, work-item functions may be used */
	ZN_SCREEN_DOUBLE =
		4, /* the job says that it needs fp64: double may be used in the exact class */
	ZN_SCREEN_OURS = 8, /* a built-in kernel: it may define names that begin with zn_ and ZN_ */
};

/* Rule, what is wrong, the mend. A sentence reads: line 12: WORD what; mend. The order is the order
 * of their numbers only; findings come in the order of the text. */
#define ZN_SCREEN_RULES(X)                                                                         \
	/* the bytes */                                                                            \
	X(EMPTY, "the source is empty", "write zn_map into it")                                    \
	X(TOO_LONG, "the source is longer than 1 MiB", "put tables into the shared input")         \
	X(NOT_UTF8, "here is a byte that is not UTF-8", "save the file as UTF-8")                  \
	X(CONTROL, "here is a control character", "use only tabs, spaces and line ends")           \
	X(TRIGRAPH, "here is a trigraph, which compilers read as another character",               \
		"put a space between the question marks")                                          \
	X(CHARACTER, "here is a character that OpenCL C has no use for",                           \
		"keep such characters to comments and strings")                                    \
	X(DIGRAPH, "here is a digraph, which compilers read as another sign",                      \
		"write the sign itself, or a space between")                                       \
	X(UNTERMINATED, "a comment, string or line is still open at its end",                      \
		"close it in this file")                                                           \
	X(STRING_LONG, "the string is longer than 4096 bytes",                                     \
		"put the text into the shared input")                                              \
	X(NAME_LONG, "the name or number is longer than 127 characters", "shorten it")             \
	/* the preprocessor */                                                                     \
	X(INCLUDE, "reads other files", "name all sources in the job file, in their order")        \
	X(PRAGMA, "changes how the compiler works",                                                \
		"leave it out; __attribute__((opencl_unroll_hint(n))) unrolls")                    \
	X(UNDEF, "takes definitions away that others rely on",                                     \
		"choose another name for the macro")                                               \
	X(DIRECTIVE, "is not a directive that a kernel needs",                                     \
		"use #define, #if, #ifdef, #ifndef, #elif, #else, #endif")                         \
	X(CONDITION, "has no #if that it belongs to, or its #endif is missing",                    \
		"let each #if end in the same file")                                               \
	X(BRANCHES, "ends branches of an #if that leave different brackets open",                  \
		"open and close brackets in the same branch")                                      \
	X(PASTING, "makes words that nobody can read beforehand", "write the names whole")         \
	X(MACRO_NAME, "is a word of the language or of our entry point and may not be a macro",    \
		"choose another name for the macro")                                               \
	X(MACRO_FORM, "is not a macro that can be read beforehand",                                \
		"#define NAME text or #define NAME(a, b) text, at most 32 parameters")             \
	X(MACRO_LATER, "is used by an earlier macro", "define it before the macro that uses it")   \
	X(MACRO_COUNT, "is one macro too many; 1024 are allowed", "use functions and constants")   \
	X(MACRO_BOMB, "brings the source above 262,144 words, macros put in",                      \
		"use loops and functions")                                                         \
	/* what strangers may not say */                                                           \
	X(ASSEMBLY, "puts machine code into the kernel", "write it in OpenCL C")                   \
	X(RESERVED, "is a name reserved for compilers",                                            \
		"choose a name without leading underscores")                                       \
	X(ATTRIBUTE, "is not among the attributes that a kernel may use",                          \
		"leave it out; packed, aligned, unused, always_inline, noinline, pure, const, "    \
		"opencl_unroll_hint, vec_type_hint, endian may stay")                              \
	X(ATTRIBUTE_FORM, "must be followed by ((name)) or ((name(number)))", "write it so")       \
	X(ALIGN, "asks for more than 4096 bytes of alignment", "64 are enough for any vector")     \
	X(KERNEL, "makes an entry point; the runner brings its own",                               \
		"write a plain function and call it from zn_map")                                  \
	X(EXTERN, "asks for something from outside the source", "leave it out")                    \
	X(TYPEOF, "hides what is declared", "write the type itself")                               \
	X(PROTOTYPE, "is declared without a body",                                                 \
		"write the function before its first call, with its body")                         \
	X(CALLED_CALL, "is followed by something that is neither an operator nor an end",          \
		"write what is called by its name; put braces behind a macro that makes a loop")   \
	X(MACHINE_FUNCTION, "is a function of the machine that runs the kernel",                   \
		"choose another name; a kernel only computes")                                     \
	X(OUR_NAME, "begins like a name of ours",                                                  \
		"define only zn_map (or zn_chunk); choose another "                                \
		"beginning for your own names")                                                    \
	X(PRINT, "prints", "write what you want to know into the output slot")                     \
	X(RECURSION, "calls itself, which OpenCL C does not allow", "use a loop")                  \
	X(WORK_ITEM, "differs between devices; the map form knows only its item",                  \
		"use `item`, or the chunk form")                                                   \
	X(IMAGE, "is about images, which a job has none of", "read from `shared` or `input`")      \
	/* what is too much for a compiler */                                                      \
	X(BRACKETS, "is a bracket without its partner", "balance the brackets in each file")       \
	X(NESTED, "is nested too deep: more than 96 brackets", "use functions")                    \
	X(STATEMENT, "ends a statement of more than 4096 words", "split it, or use a loop")        \
	X(SIGNS, "is the seventeenth operator in a row", "simplify the expression")                \
	X(LOOPS, "is the seventeenth if or loop in a row without braces", "put braces between")    \
	X(ELSES, "is one of more than 1024 of one function", "use a table or a loop")              \
	X(CASES, "is one of more than 4096 cases", "use a table")                                  \
	X(LITERALS, "is one of more than 65,536 numbers", "put tables into the shared input")      \
	X(ARRAY, "makes an array of more than 1,048,576 elements",                                 \
		"put tables into the shared input")                                                \
	X(PRIVATE_ARRAY,                                                                           \
		"makes an array of more than 65,536 elements inside a function, "                  \
		"where memory is short",                                                           \
		"use the output slot or the shared input")                                         \
	/* what the exact class may not say */                                                     \
	X(EXACT_FUNCTION, "is not the same on every device", "%s")                                 \
	X(EXACT_MACRO, "calls or joins what it is given, so that nobody sees which function runs", \
		"name the function in the macro's text")                                           \
	X(EXACT_CONVERT, "has other results on other devices where the number does not fit",       \
		"use zn_to_int or zn_to_uint")                                                     \
	X(EXACT_ORDER, "lets the order of the work-items decide the result",                       \
		"use atomic_add, atomic_min, ... of integers, or zn_map's own slot")               \
	X(EXACT_HALF, "is arithmetic that not every device has", "use float")                      \
	X(EXACT_DOUBLE, "is fp64, which not every device has",                                     \
		"use float, or say in the job file that it needs fp64")                            \
	X(EXACT_LITERAL, "is a double on some devices and a float on others",                      \
		"write an f behind it")

enum zn_screen_rule {
	ZN_SCREEN_OK,
#define ZN_SCREEN_ENUM(name, what, mend) ZN_SCREEN_##name,
	ZN_SCREEN_RULES(ZN_SCREEN_ENUM)
#undef ZN_SCREEN_ENUM
		ZN_SCREEN_RULES_COUNT
};

struct zn_screen_finding {
	enum zn_screen_rule rule;
	uint32_t line, column; /* from 1; columns count bytes. 0: the source as a whole */
	char word
		[ZN_SCREEN_CUT_BYTES]; /* what stands there, printable, cut; "" where no word is meant */
	const char *mend; /* of this word, where the rule has none of its own; else NULL */
};

/** Screen one source.
 *
 *  Returns: how many findings there are, up to `out_max`; 0 when the source passes.
 *  Out:     out        the first findings, in the order of the text. After some (an open comment, a
 *                      bracket too deep) the rest of the text is not looked at.
 *  In:      out_max    at least 1; 1 is enough to refuse a source.
 *           text       any bytes; may be NULL when `bytes` is 0.
 *           class_bits enum zn_screen_class, or'ed.
 */
uint32_t zn_screen(struct zn_screen_finding *out, uint32_t out_max, const char *text, size_t bytes,
	unsigned class_bits);

/** "line 12: native_sin is not the same on every device; use zn_sin". Cut at out_bytes - 1, always
 *  zero-terminated. Returns `out`. */
const char *zn_screen_sentence(char *out, size_t out_bytes,
	const struct zn_screen_finding *finding);

/** "EXACT_FUNCTION"; "OK" for ZN_SCREEN_OK. */
const char *zn_screen_rule_name(enum zn_screen_rule rule);

#endif
