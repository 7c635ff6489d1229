/* tools/options.h - what a person wrote after `zennet <command>`: words, and long options.
 *
 * `--name value`, `--name=value` and flags `--name`; words in any place; `--` ends the options. There
 * are no abbreviations. The first thing wrong is one complaint that names the mend.
 */
#ifndef ZN_TOOLS_OPTIONS_H
#define ZN_TOOLS_OPTIONS_H

#include "core/amount.h"
#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum zn_option_kind {
	ZN_OPTION_FLAG,     /* bool */
	ZN_OPTION_TEXT,     /* const char *: points into argv, not empty */
	ZN_OPTION_NUMBER,   /* uint64_t, least to most */
	ZN_OPTION_DECIMAL,  /* double, "0.5", least to most */
	ZN_OPTION_DURATION, /* uint64_t in seconds, "90s", "30m", "2h", "3d" */
	ZN_OPTION_AMOUNT,   /* struct zn_amount, "5 XEN", "12 zat" */
};

/** One option; `out` (of the type above) keeps its value where the option is absent. */
struct zn_option {
	const char *name; /* without the two dashes */
	enum zn_option_kind kind;
	void *out;
	uint64_t least, most; /* of numbers and decimals; both 0: any */
	bool *given;          /* set when the option is there; may be NULL */
};

/** Read argv[1..]. Out: the words in order, *words_count of them, at least words_least and at most
 *  words_max. */
bool zn_options_parse(struct zn_complaint *complaint, const char **words, size_t *words_count,
	size_t words_least, size_t words_max, int argc, char **argv,
	const struct zn_option *options, size_t options_count) __attribute__((warn_unused_result));

/** "90s", "30m", "2h", "3d" in seconds; "45" is none. */
bool zn_duration_parse(uint64_t *out_s, const char *text) __attribute__((warn_unused_result));
/** Decimal digits only. */
bool zn_number_parse(uint64_t *out, const char *text) __attribute__((warn_unused_result));

/** Of `count` names, the one that `word` most likely meant; NULL when none is near. `names[i]` is read
 *  at stride bytes from the one before, so that it may lie in a table. */
const char *zn_nearest_name(const char *word, const char *const *names, size_t count,
	size_t stride_bytes);

#endif
