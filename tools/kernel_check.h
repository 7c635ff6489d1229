/* tools/kernel_check.h - is a kernel fit to be a job? Screened, built and run on every device here, and
 * under oclgrind.
 *
 * Every compiler, driver and kernel runs in a zennet-runner of its own; here outputs are compared.
 */
#ifndef ZN_TOOLS_KERNEL_CHECK_H
#define ZN_TOOLS_KERNEL_CHECK_H

#include "tools/kernel_case.h"

#define ZN_KERNEL_FINDINGS_MAX 32
#define ZN_KERNEL_STEPS_MAX    (ZN_DEVICES_MAX + 4)
#define ZN_KERNEL_TEXT_BYTES   400

enum zn_kernel_outcome { ZN_KERNEL_GOOD, ZN_KERNEL_BAD, ZN_KERNEL_SKIPPED };

/** One thing that was tried: "CPU pthread-..." and what came of it. */
struct zn_kernel_step {
	enum zn_kernel_outcome outcome;
	char what[ZN_DEVICE_TEXT_BYTES_MAX + 16];
	char told[ZN_KERNEL_TEXT_BYTES];
};

/** One thing that is wrong, at a place where that is known. */
struct zn_kernel_finding {
	char file[64]; /* "" if it is of no file */
	uint32_t line; /* 0 if it is of no line */
	char sentence[ZN_KERNEL_TEXT_BYTES];
};

struct zn_kernel_report {
	uint32_t steps_count, findings_count;
	struct zn_kernel_step steps[ZN_KERNEL_STEPS_MAX];
	struct zn_kernel_finding findings[ZN_KERNEL_FINDINGS_MAX];
	uint32_t findings_more; /* that had no room */
};

struct zn_kernel_check_options {
	const char *runner;    /* zennet-runner's path; NULL: beside this program */
	const char *inspector; /* zn_inspector_find(); NULL: none is here */
	/** A step has ended; for showing progress. May be NULL. */
	void (*on_step)(const struct zn_kernel_step *step);
};

/** Try everything. False with a sentence when the trying itself failed; findings are no failure. */
bool zn_kernel_check(struct zn_kernel_report *out, struct zn_kernel_case *kernel,
	const struct zn_kernel_check_options *options, struct zn_complaint *complaint);

/* --- between its files ---------------------------------------------------------------------------- */

void zn_kernel_report_find(struct zn_kernel_report *report, const char *file, uint32_t line,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
struct zn_kernel_step *zn_kernel_report_step(struct zn_kernel_report *report,
	enum zn_kernel_outcome outcome, const char *what, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/** What a compiler said: its errors become findings. `device` names it. */
void zn_kernel_report_log(struct zn_kernel_report *report, const char *log, const char *device);
/** Screen every source that is not built-in: one step. False with a sentence when one cannot be read. */
bool zn_kernel_screen(struct zn_kernel_report *report, const struct zn_kernel_case *kernel,
	struct zn_complaint *complaint);

#endif
