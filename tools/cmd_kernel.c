/* tools/cmd_kernel.c - `zennet kernel ...`: a first kernel, and is it fit to be a job? */
#include "io/files.h"
#include "io/json.h"
#include "runner/client/inspect.h"
#include "tools/commands.h"
#include "tools/describe.h"
#include "tools/kernel_check.h"
#include "tools/kernel_new.h"
#include "tools/options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "kernel"

const char zn_cmd_kernel_help[] =
	"usage: zennet kernel new NAME                  write NAME.cl and NAME.json, which work as "
	"they are\n"
	"       zennet kernel check FILE.cl|JOB.json [--json]\n"
	"\n"
	"  check screens the source as a worker will, builds it on every device of this machine, "
	"runs\n"
	"  the first and the last chunk in every way that a job can be cut, and, where oclgrind "
	"is\n"
	"  installed, looks for accesses out of bounds, races and values that were never set. It\n"
	"  prints what is wrong with file and line, and exits with 0 only if nothing is. Sizes "
	"and\n"
	"  parameters come from the job file; for FILE.cl from FILE.json, if it is there.\n"
	"  --json        for programs\n"
	"\n"
	"  docs/KERNELS.md says how kernels are written, docs/JOBS.md what a job file may hold.\n"
	"\n"
	"examples: zennet kernel new collatz\n"
	"          zennet kernel check collatz.json && zennet job local collatz.json\n";

/* --- check ---------------------------------------------------------------------------------------- */

static void show_step(const struct zn_kernel_step *step)
{
	static const char *const words[] = {"ok  ", "BAD ", "skip"};
	printf("%s  %s: %s\n", words[step->outcome], step->what, step->told);
	fflush(stdout);
}

static void show_finding(const struct zn_kernel_finding *finding)
{
	if (finding->file[0] != '\0' && finding->line != 0)
		printf("%s:%" PRIu32 ": %s\n", finding->file, finding->line, finding->sentence);
	else if (finding->file[0] != '\0')
		printf("%s: %s\n", finding->file, finding->sentence);
	else
		printf("%s\n", finding->sentence);
}

static int show_json(const struct zn_kernel_report *report)
{
	static const char *const outcomes[] = {"ok", "bad", "skipped"};
	struct zn_json *root = zn_json_object_create(), *steps = zn_json_array_create(),
		       *findings = zn_json_array_create();
	zn_json_add_bool(root, "clean", report->findings_count == 0);
	for (uint32_t i = 0; i < report->steps_count; i++) {
		struct zn_json *step = zn_json_object_create();
		zn_json_add_string(step, "what", report->steps[i].what);
		zn_json_add_string(step, "outcome", outcomes[report->steps[i].outcome]);
		zn_json_add_string(step, "told", report->steps[i].told);
		zn_json_add(steps, NULL, step);
	}
	for (uint32_t i = 0; i < report->findings_count; i++) {
		struct zn_json *finding = zn_json_object_create();
		zn_json_add_string(finding, "file", report->findings[i].file);
		zn_json_add_number(finding, "line", report->findings[i].line);
		zn_json_add_string(finding, "sentence", report->findings[i].sentence);
		zn_json_add(findings, NULL, finding);
	}
	zn_json_add(root, "steps", steps);
	zn_json_add(root, "findings", findings);
	zn_json_add_number(root, "findings_not_shown", report->findings_more);
	return zn_json_show(NAME, root);
}

static int show_verdict(const struct zn_kernel_report *report)
{
	uint32_t skipped = 0;
	for (uint32_t i = 0; i < report->findings_count; i++)
		show_finding(&report->findings[i]);
	if (report->findings_more > 0)
		printf("and %" PRIu32 " more\n", report->findings_more);
	for (uint32_t i = 0; i < report->steps_count; i++)
		skipped += report->steps[i].outcome == ZN_KERNEL_SKIPPED;
	if (report->findings_count > 0) {
		printf("not clean: %" PRIu32 " finding%s\n",
			report->findings_count + report->findings_more,
			report->findings_count + report->findings_more == 1 ? "" : "s");
		return ZN_EXIT_FAILED;
	}
	if (skipped > 0)
		printf("clean, as far as it was checked: %" PRIu32 " of %" PRIu32
		       " steps were skipped\n",
			skipped, report->steps_count);
	else
		puts("clean");
	return ZN_EXIT_OK;
}

static int kernel_check(const char *path, const char *runner, bool json)
{
	static struct zn_kernel_report report;
	struct zn_complaint complaint;
	struct zn_kernel_case *kernel = malloc(sizeof *kernel);
	struct zn_kernel_check_options options = {.runner = runner,
		.inspector = zn_inspector_find(),
		.on_step = json ? NULL : show_step};
	if (kernel == NULL)
		return zn_command_fail(ZN_EXIT_FAILED, NAME, "out of memory");
	if (!zn_kernel_case_open(kernel, path, &complaint)) {
		free(kernel);
		return zn_command_fail(ZN_EXIT_FAILED, NAME, "%s", complaint.text);
	}
	bool tried = zn_kernel_check(&report, kernel, &options, &complaint);
	zn_kernel_case_close(kernel);
	free(kernel);
	if (!tried)
		return zn_command_fail(ZN_EXIT_FAILED, NAME, "%s", complaint.text);
	if (!json)
		return show_verdict(&report);
	int status = show_json(&report);
	return status == ZN_EXIT_OK && report.findings_count > 0 ? ZN_EXIT_FAILED : status;
}

/* --- new ------------------------------------------------------------------------------------------ */

static int kernel_new(const char *name)
{
	struct zn_complaint complaint;
	if (!zn_kernel_new(name, &complaint))
		return zn_command_fail(ZN_EXIT_FAILED, NAME, "%s", complaint.text);
	printf("%s.cl and %s.json are written; try them:\n"
	       "  zennet kernel check %s.json\n"
	       "  zennet job local %s.json\n",
		name, name, name, name);
	return ZN_EXIT_OK;
}

int zn_cmd_kernel(int argc, char **argv)
{
	static const char *const verbs[] = {"new", "check"};
	const char *words[2] = {NULL, NULL}, *runner = NULL;
	bool json = false;
	size_t count;
	struct zn_complaint complaint;
	const struct zn_option known[] = {
		{.name = "runner", .kind = ZN_OPTION_TEXT, .out = &runner},
		{.name = "json", .kind = ZN_OPTION_FLAG, .out = &json},
	};
	if (argc < 2)
		return zn_command_fail(ZN_EXIT_USAGE, NAME,
			"say what to do: zennet kernel new NAME, or zennet kernel check FILE");
	if (!zn_options_parse(&complaint, words, &count, 1, 2, argc, argv, known,
		    sizeof known / sizeof known[0]))
		return zn_command_fail(ZN_EXIT_USAGE, NAME, "%s", complaint.text);
	bool is_new = strcmp(words[0], "new") == 0, is_check = strcmp(words[0], "check") == 0;
	if (!is_new && !is_check) {
		const char *near = zn_nearest_name(words[0], verbs, 2, sizeof verbs[0]);
		return zn_command_fail(ZN_EXIT_USAGE, NAME,
			"there is no 'zennet kernel %s'; %s%s%s", words[0],
			near != NULL ? "did you mean '" : "say new or check",
			near != NULL ? near : "", near != NULL ? "'?" : "");
	}
	if (count != 2)
		return zn_command_fail(ZN_EXIT_USAGE, NAME,
			is_new ? "name the kernel: zennet kernel new NAME"
			       : "name the file: zennet kernel check FILE.cl, or JOB.json");
	return is_new ? kernel_new(words[1]) : kernel_check(words[1], runner, json);
}
