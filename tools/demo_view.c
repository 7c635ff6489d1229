/* tools/demo_view.c - draws the demo: story lines that stay, and below them the picture and the bars.
 *
 * The only writer to the terminal while the demo runs; the script and the processes append to the
 * story. Without a terminal: the same lines, and one line of progress every few seconds.
 */
#include "core/amount.h"
#include "io/clock.h"
#include "io/json.h"
#include "publisher/render/picture.h"
#include "publisher/render/preview.h"
#include "tools/commands.h"
#include "tools/demo_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define FRAME_NS         UINT64_C(250000000)
#define PLAIN_NS         UINT64_C(4000000000)
#define STORY_LINE_BYTES 512
#define BAR_CELLS        24
#define COLUMNS_MAX      96 /* wider previews cost more than they show */
#define ROWS_BESIDE      12 /* bars, and a few lines of the story above */

/* What a bar shows; kept, since a worker's deal, and its figures with it, ends before the demo. */
struct bar {
	uint64_t done, accepted;
	struct zn_amount paid, risk;
	char words[40];
};

struct view {
	const struct zn_demo_options *options;
	struct bar bars[ZN_DEMO_WORKERS_MAX];
	bool terminal;
	uint32_t columns, rows;
	uint32_t drawn_rows; /* of the last frame, to be drawn over */
	FILE *story;
	uint64_t plain_ns;
};

static void measure(struct view *view)
{
	struct winsize size;

	view->columns = 80;
	view->rows = 24;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
		view->columns = size.ws_col;
		view->rows = size.ws_row;
	}
}

static uint64_t number(const struct zn_json *object, const char *key)
{
	uint64_t value = 0;

	if (object != NULL && !zn_json_u64(&value, zn_json_get(object, key)))
		value = 0;
	return value;
}

static struct zn_amount amount(const struct zn_json *object, const char *key)
{
	struct zn_amount value;

	return zn_amount_make(&value, number(object, key)) ? value : ZN_AMOUNT_ZERO;
}

static const char *text(const struct zn_json *object, const char *key)
{
	const char *value = "";

	if (object != NULL && !zn_json_string(&value, zn_json_get(object, key)))
		value = "";
	return value;
}

/* The story's new lines; true when there were any. */
static bool tell_story(struct view *view, FILE *out)
{
	char line[STORY_LINE_BYTES];
	bool any = false;

	if (view->story == NULL)
		return false;
	clearerr(view->story);
	for (long at = ftell(view->story); fgets(line, sizeof line, view->story) != NULL;
		at = ftell(view->story)) {
		if (strchr(line, '\n') == NULL && strlen(line) + 1 < sizeof line) {
			fseek(view->story, at, SEEK_SET); /* half a line: its end comes later */
			break;
		}
		fputs(line, out);
		any = true;
	}
	return any;
}

static uint32_t draw_picture(struct view *view, FILE *out)
{
	struct zn_picture picture;
	struct zn_complaint complaint;
	uint32_t columns = view->columns < COLUMNS_MAX ? view->columns : COLUMNS_MAX;
	uint32_t rows = 0;

	if (view->options->picture == NULL || view->rows < ROWS_BESIDE + 4 ||
		!zn_picture_read(&picture, view->options->picture, &complaint))
		return 0;
	size_t pixels = (size_t)picture.width * picture.height;
	while (columns > 8 &&
		zn_preview_rows(columns, picture.width, picture.height) + ROWS_BESIDE > view->rows)
		columns--;
	size_t bytes = zn_preview_bytes_max(columns, picture.width, picture.height);
	char *preview = malloc(bytes);
	uint8_t *rgb = malloc(pixels * 3);
	if (preview != NULL && rgb != NULL) {
		for (size_t i = 0; i < pixels; i++)
			memcpy(rgb + i * 3, picture.rgba + i * 4, 3);
		if (zn_preview_make(preview, bytes, rgb, picture.width, picture.height, columns) >
			0) {
			rows = zn_preview_rows(columns, picture.width, picture.height);
			fputs(preview, out);
		}
	}
	free(rgb);
	free(preview);
	zn_picture_finish(&picture);
	return rows;
}

static void draw_cells(FILE *out, uint64_t part, uint64_t whole)
{
	uint64_t cells = whole == 0 ? 0 : part * BAR_CELLS / whole;

	for (uint64_t i = 0; i < BAR_CELLS; i++)
		fputs(i < cells ? "█" : "░", out);
}

/* The worker's own words; what it was paid is the publisher's, whose figures outlive a deal. */
static void bar_learn(struct bar *bar, const struct zn_json *status, const struct zn_json *job)
{
	const struct zn_json *workers = zn_json_get(job, "workers");
	const char *account = text(status, "account");
	uint64_t done = number(status, "chunks_done");

	snprintf(bar->words, sizeof bar->words, "%s", text(status, "stage"));
	bar->risk =
		strcmp(bar->words, "killed") == 0 ? ZN_AMOUNT_ZERO : amount(status, "at_risk_zat");
	bar->done = done > bar->done ? done : bar->done;
	for (size_t i = 0; workers != NULL && i < zn_json_count(workers); i++) {
		const struct zn_json *worker = zn_json_at(workers, i);
		if (strcmp(text(worker, "account"), account) != 0)
			continue;
		bar->accepted = number(worker, "accepted");
		bar->paid = amount(worker, "paid_zat");
	}
	if (bar->done < bar->accepted)
		bar->done = bar->accepted;
}

static void draw_bar(FILE *out, const char *name, const struct bar *bar, uint64_t chunks)
{
	char paid[ZN_AMOUNT_TEXT_BYTES], risk[ZN_AMOUNT_TEXT_BYTES];

	fprintf(out, "%-6s ", name);
	draw_cells(out, bar->accepted, chunks);
	fprintf(out, " %3" PRIu64 " done %3" PRIu64 " accepted  paid %-15s at risk %-15s %s\n",
		bar->done, bar->accepted, zn_amount_text(paid, bar->paid),
		zn_amount_text(risk, bar->risk), bar->words);
}

static uint32_t draw_bars(struct view *view, FILE *out, const struct zn_json *job)
{
	uint32_t rows = 0;

	for (size_t i = 0; i < view->options->workers_count; i++) {
		struct zn_json *status = zn_demo_json(view->options->workers[i].value);
		if (status == NULL)
			continue;
		bar_learn(&view->bars[i], status, job);
		draw_bar(out, view->options->workers[i].name, &view->bars[i],
			number(job, "chunks"));
		zn_json_destroy(status);
		rows++;
	}
	return rows;
}

static uint32_t draw_job(FILE *out, const struct zn_json *job)
{
	char spent[ZN_AMOUNT_TEXT_BYTES];
	uint64_t chunks = number(job, "chunks"), accepted = number(job, "accepted");

	fputs("job    ", out);
	draw_cells(out, accepted, chunks);
	fprintf(out, " %3" PRIu64 " of %" PRIu64 " chunks  spent %s", accepted, chunks,
		zn_amount_text(spent, amount(job, "spent_zat")));
	if (number(job, "left_s") > 0)
		fprintf(out, "  %" PRIu64 " s left", number(job, "left_s"));
	fputc('\n', out);
	return 1;
}

static void draw(struct view *view, FILE *out, const struct zn_json *job)
{
	measure(view);
	view->drawn_rows = draw_picture(view, out);
	if (job != NULL) {
		view->drawn_rows += draw_bars(view, out, job);
		view->drawn_rows += draw_job(out, job);
	}
}

/* One frame, written at once so that it does not flicker. */
static void frame(struct view *view)
{
	struct zn_json *job = zn_demo_json(view->options->job);
	uint64_t now_ns = zn_clock_monotonic_ns();
	char *bytes = NULL;
	size_t count = 0;
	FILE *out = open_memstream(&bytes, &count);

	if (out == NULL)
		goto done;
	if (view->terminal && view->drawn_rows > 0)
		fprintf(out, "\033[%" PRIu32 "A\033[J", view->drawn_rows);
	tell_story(view, out);
	if (view->terminal) {
		fputs("\033[?7l", out); /* a line that is too long must not become two */
		draw(view, out, job);
		fputs("\033[?7h", out);
	} else if (job != NULL && now_ns - view->plain_ns >= PLAIN_NS) {
		view->plain_ns = now_ns;
		draw_job(out, job);
	}
	if (fclose(out) == 0)
		fwrite(bytes, 1, count, stdout);
	fflush(stdout);
done:
	free(bytes);
	zn_json_destroy(job);
}

int zn_demo_view(const struct zn_demo_options *options)
{
	struct view view = {.options = options, .terminal = isatty(STDOUT_FILENO) == 1};
	const struct timespec pause = {.tv_nsec = (long)FRAME_NS};
	const char *kind = getenv("TERM");

	if (kind == NULL || strcmp(kind, "dumb") == 0)
		view.terminal = false;
	if (options->until == NULL || options->story == NULL)
		return zn_command_fail(ZN_EXIT_USAGE, "view", "--until and --story are needed");
	view.story = fopen(options->story, "r");
	view.plain_ns = zn_clock_monotonic_ns();
	while (access(options->until, F_OK) != 0) {
		frame(&view);
		nanosleep(&pause, NULL);
	}
	frame(&view);
	if (view.story != NULL)
		fclose(view.story);
	return ZN_EXIT_OK;
}
