/* tools/bench_bare.h - zennet-bare as a child that answers a line of commands with a number. */
#ifndef ZN_TOOLS_BENCH_BARE_H
#define ZN_TOOLS_BENCH_BARE_H

#include "io/loop.h"

/** Start it beside this program. Ends the program with a sentence on failure. */
void bare_start(void);
void bare_end(void);
/** Ask and wait; the loop stands still meanwhile. */
double bare_ask(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** Ask, and let the loop run until the answer is there. */
double bare_ask_on(struct zn_loop *loop, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
_Noreturn void bench_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
