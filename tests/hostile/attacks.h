/* tests/hostile/attacks.h - sources of publishers who mean harm, and how each may end.
 *
 * A text is head, `count` times middle, tail. In it stand
 *   @SECRET@  a file of ours whose words must never come out
 *   @MARK@    a file that nobody may make
 *   @PID@     the test's own process
 * No attack does harm where it succeeds: signals are ones that the test waits for, marks lie in a
 * directory of the test.
 */
#ifndef ZN_TESTS_HOSTILE_ATTACKS_H
#define ZN_TESTS_HOSTILE_ATTACKS_H

#include "kernels/screen.h"

#include <stddef.h>

/* How it may end once it is past the screen. */
#define BUILDS_NOT 1  /* ZN_ERR_BUILD */
#define CRASHES    2  /* ZN_ERR_DEVICE: the runner dies, or is stopped for its memory */
#define IS_STOPPED 4  /* ZN_ERR_TIMEOUT: by a watchdog */
#define PASSES     8  /* some output, which nobody is hurt by */
#define TOO_BIG    16 /* ZN_ERR_TOO_LARGE, MALFORMED: not even tried */
#define ANY_END    (BUILDS_NOT | CRASHES | IS_STOPPED | PASSES)
/* What else there is to know. */
#define CHUNK   32  /* chunk form: groups of 16, 1 KiB of local memory */
#define REFUSED 64  /* if it passes, slot 0 holds a negative number: what the system answered */
#define IN_ROOT 128 /* if it passes in a root of its own, slot 0 holds 0 */
#define FEW     256 /* also tried in the short runs of the other user and of the lower level */
#define LONG    512 /* tried only in the long run: much like another */

struct attack {
	const char *name;
	enum zn_screen_rule rule; /* of the screen; ZN_SCREEN_OK: it cannot see this */
	unsigned how;
	const char *head, *middle;
	size_t count;
	const char *tail;
};

/* Each list ends with a row without a name. */
extern const struct attack attacks_run[];   /* at run time */
extern const struct attack attacks_words[]; /* files, machine code, foreign functions */
extern const struct attack attacks_build[]; /* the compiler */

#define MAP                                                                                        \
	"void zn_map(ulong item, __global const uchar *params, __global const uchar *shared,\n"    \
	"	__global const uchar *input, __global uchar *slot)\n"
#define GROUP                                                                                      \
	"void zn_chunk(ulong item, uint place, __global const uchar *params,\n"                    \
	"	__global const uchar *shared, __global const uchar *input, __global uchar "              \
	"*slot,\n"                                                                                 \
	"	__local uchar *scratch)\n"
#define NOTHING MAP "{\n	slot[0] = 1;\n}\n"

#endif
