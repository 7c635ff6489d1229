/* tools/kernel_report.c - what `zennet kernel check` found: the screen's, compilers' and its own words. */
#include "kernels/screen.h"
#include "tools/kernel_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCREEN_FINDINGS_MAX 8 /* of one source; mending them shows the rest */
#define LOG_LINES_MAX       2048

void zn_kernel_report_find(struct zn_kernel_report *report, const char *file, uint32_t line,
	const char *format, ...)
{
	if (report->findings_count == ZN_KERNEL_FINDINGS_MAX) {
		report->findings_more++;
		return;
	}
	struct zn_kernel_finding *finding = &report->findings[report->findings_count++];
	va_list arguments;
	*finding = (struct zn_kernel_finding){.line = line};
	snprintf(finding->file, sizeof finding->file, "%s", file);
	va_start(arguments, format);
	vsnprintf(finding->sentence, sizeof finding->sentence, format, arguments);
	va_end(arguments);
}

struct zn_kernel_step *zn_kernel_report_step(struct zn_kernel_report *report,
	enum zn_kernel_outcome outcome, const char *what, const char *format, ...)
{
	if (report->steps_count == ZN_KERNEL_STEPS_MAX)
		report->steps_count--; /* the last one gives way */
	struct zn_kernel_step *step = &report->steps[report->steps_count++];
	va_list arguments;
	*step = (struct zn_kernel_step){.outcome = outcome};
	snprintf(step->what, sizeof step->what, "%s", what);
	va_start(arguments, format);
	vsnprintf(step->told, sizeof step->told, format, arguments);
	va_end(arguments);
	return step;
}

/* "probe.cl:12:5: error: words", or PoCL's "error: probe.cl:12:5: words": true with the parts of it. */
static bool diagnostic(char *file, size_t file_bytes, uint32_t *line, const char **words,
	const char *text)
{
	const char *error = strstr(text, "error: ");
	bool first = error == text;
	const char *place = first ? text + strlen("error: ") : text;
	const char *colon = strchr(place, ':');
	if (error == NULL || colon == NULL || (!first && colon > error))
		return false;
	*line = (uint32_t)strtoul(colon + 1, NULL, 10);
	*words = error + strlen("error: ");
	if (first) {
		const char *after = strstr(colon, ": ");
		*words = after != NULL ? after + 2 : place;
	}
	snprintf(file, file_bytes, "%.*s", (int)(colon - place), place);
	return *line != 0;
}

void zn_kernel_report_log(struct zn_kernel_report *report, const char *log, const char *device)
{
	char text[ZN_KERNEL_TEXT_BYTES], file[64];
	uint32_t line, found = 0;
	const char *words;
	for (int lines = 0; lines < LOG_LINES_MAX && *log != '\0'; lines++) {
		size_t length = strcspn(log, "\n");
		snprintf(text, sizeof text, "%.*s", (int)(length < 4096 ? length : 4096), log);
		log += length + (log[length] == '\n');
		if (!diagnostic(file, sizeof file, &line, &words, text))
			continue;
		zn_kernel_report_find(report, file, line, "%s", words);
		found++;
	}
	if (found == 0)
		zn_kernel_report_find(report, "", 0, "%s does not build it and does not say why",
			device);
}

static uint32_t screen_one(struct zn_kernel_report *report, const char *name, const char *text,
	size_t bytes, unsigned bits)
{
	struct zn_screen_finding findings[SCREEN_FINDINGS_MAX];
	char sentence[ZN_SCREEN_SENTENCE_BYTES];
	uint32_t count = zn_screen(findings, SCREEN_FINDINGS_MAX, text, bytes, bits);
	for (uint32_t i = 0; i < count; i++) {
		zn_screen_sentence(sentence, sizeof sentence, &findings[i]);
		const char *words = strstr(sentence, ": ");
		bool placed = strncmp(sentence, "line ", 5) == 0 && words != NULL;
		zn_kernel_report_find(report, name, findings[i].line, "%s",
			placed ? words + 2 : sentence);
	}
	return count;
}

bool zn_kernel_screen(struct zn_kernel_report *report, const struct zn_kernel_case *kernel,
	struct zn_complaint *complaint)
{
	const struct zn_job_file_kernel *file = &kernel->file.kernel;
	unsigned bits = ZN_SCREEN_EXACT | (file->chunk_form ? ZN_SCREEN_CHUNK : 0u) |
			(file->fp64 ? ZN_SCREEN_DOUBLE : 0u);
	uint32_t refused = 0;
	for (uint32_t i = 0; i < file->sources.count; i++) {
		uint8_t *text;
		size_t bytes;
		const char *name;
		if (!zn_kernel_case_source(kernel, i, &text, &bytes, &name, complaint))
			return false;
		refused += screen_one(report, name, (const char *)text, bytes, bits);
		free(text);
	}
	zn_kernel_report_step(report, refused == 0 ? ZN_KERNEL_GOOD : ZN_KERNEL_BAD, "screened",
		refused == 0 ? "nothing that a worker would refuse"
			     : "a worker refuses it before it builds anything");
	return true;
}
