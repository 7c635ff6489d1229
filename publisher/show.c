/* publisher/show.c - what a person sees while the job runs: lines that stay, picture and bars. */
#include "core/assert.h"
#include "io/clock.h"
#include "publisher/inside.h"
#include "publisher/render/preview.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BAR_CELLS 24
#define FRAME_MS  250 /* on a terminal */
#define COLUMNS   80

static void clear(struct zn_publisher *publisher)
{
	if (publisher->frame_rows > 0)
		fprintf(publisher->options.to, "\033[%uA\033[J", publisher->frame_rows);
	publisher->frame_rows = 0;
}

static void bar(FILE *to, uint64_t done, uint64_t all)
{
	uint64_t cells = all == 0 ? 0 : done * BAR_CELLS / all;
	fputc('[', to);
	for (uint64_t i = 0; i < BAR_CELLS; i++)
		fputs(i < cells ? "#" : ".", to);
	fputc(']', to);
}

/* What the worker did and we have not paid: what it risks with us now. */
static uint32_t at_risk(const struct zn_publisher_deal *deal)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < deal->leases_count; i++)
		count += deal->leases[i].begun || deal->leases[i].delivered;
	return count;
}

static const char *stage_words(const struct zn_peer *peer)
{
	switch (peer->deal.stage) {
	case ZN_PUBLISHER_PROVED:
		return "is asking its price";
	case ZN_PUBLISHER_AGREED:
	case ZN_PUBLISHER_OPENING:
		return "its channel is being opened";
	case ZN_PUBLISHER_WORKING:
		if (peer->gone)
			return "left and took its pay";
		return peer->deal.pull_open || peer->deal.leases_count > 0 ? "works" : "is silent";
	case ZN_PUBLISHER_REFUSED:
		return "refused";
	default:
		return "";
	}
}

static void peer_row(struct zn_publisher *publisher, const struct zn_peer *peer)
{
	FILE *to = publisher->options.to;
	char paid[ZN_AMOUNT_TEXT_BYTES];
	fprintf(to, "worker %-3u ", peer->deal.peer + 1u);
	bar(to, peer->accepted, publisher->plan.chunks);
	fprintf(to, " %6" PRIu64 " accepted  %16s paid  %3u at risk  %s\033[K\n", peer->accepted,
		zn_amount_text(paid, zn_publisher_deal_paid(&peer->deal)), at_risk(&peer->deal),
		stage_words(peer));
	publisher->frame_rows++;
}

uint64_t zn_publisher_left_s(const struct zn_publisher *publisher)
{
	uint64_t done = zn_chunk_table_accepted(publisher->job.table);
	if (publisher->accepting_ns == 0 || done <= publisher->accepted_at_start + 1)
		return 0;
	/* The first chunk starts the watch. */
	uint64_t gained = done - publisher->accepted_at_start - 1;
	uint64_t passed_ms = (zn_clock_monotonic_ns() - publisher->accepting_ns) / 1000000;
	return (publisher->plan.chunks - done) * passed_ms / gained / 1000;
}

static void total_row(struct zn_publisher *publisher, const char *end)
{
	static const char *const orders[] = {"", "", "  paused", "  cancelled", "  done"};
	FILE *to = publisher->options.to;
	uint64_t done = zn_chunk_table_accepted(publisher->job.table);
	struct zn_amount paid = ZN_AMOUNT_ZERO;
	char text[ZN_AMOUNT_TEXT_BYTES];
	uint32_t working = 0;
	for (uint16_t i = 0; i < publisher->peers_count; i++) {
		const struct zn_peer *peer = publisher->peers[i];
		if (peer == NULL)
			continue;
		if (!zn_amount_add(&paid, paid, zn_publisher_deal_paid(&peer->deal)))
			paid = ZN_AMOUNT_ZERO;
		working += peer->deal.stage == ZN_PUBLISHER_WORKING && !peer->gone;
	}
	bar(to, done, publisher->plan.chunks);
	fprintf(to, " %" PRIu64 " of %" PRIu64 " chunks, %u workers, %s paid", done,
		publisher->plan.chunks, working, zn_amount_text(text, paid));
	if (zn_publisher_left_s(publisher) > 0)
		fprintf(to, ", about %" PRIu64 " s left", zn_publisher_left_s(publisher));
	fprintf(to, "%s%s",
		publisher->job.order <= ZN_ORDER_DONE ? orders[publisher->job.order] : "", end);
}

static void picture(struct zn_publisher *publisher, uint32_t columns, uint32_t rows_max)
{
	const uint8_t *rgb = zn_results_picture(&publisher->results);
	uint32_t width = publisher->results.film.width, height = publisher->results.film.height;
	if (rgb == NULL)
		return;
	while (columns > 8 && zn_preview_rows(columns, width, height) > rows_max)
		columns -= 4;
	size_t room = zn_preview_bytes_max(columns, width, height);
	char *text = malloc(room);
	if (text != NULL && zn_preview_make(text, room, rgb, width, height, columns) > 0) {
		fputs(text, publisher->options.to);
		publisher->frame_rows += zn_preview_rows(columns, width, height);
	}
	free(text);
}

static void frame(struct zn_publisher *publisher)
{
	struct winsize size;
	uint32_t columns = COLUMNS, rows = 24, bars = 0;
	clear(publisher);
	if (ioctl(fileno(publisher->options.to), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
		columns = size.ws_col;
		rows = size.ws_row;
	}
	for (uint16_t i = 0; i < publisher->peers_count; i++)
		bars += publisher->peers[i] != NULL &&
			publisher->peers[i]->deal.stage >= ZN_PUBLISHER_PROVED;
	fputs("\033[?7l", publisher->options.to); /* a row that wraps would be two to draw over */
	if (rows > bars + 6)
		picture(publisher, columns, rows - bars - 4);
	for (uint16_t i = 0; i < publisher->peers_count && publisher->frame_rows + 2 < rows; i++)
		if (publisher->peers[i] != NULL &&
			publisher->peers[i]->deal.stage >= ZN_PUBLISHER_PROVED)
			peer_row(publisher, publisher->peers[i]);
	total_row(publisher, "\033[K\033[?7h\n");
	publisher->frame_rows++;
	fflush(publisher->options.to);
}

static void json_line(struct zn_publisher *publisher)
{
	char *text = zn_status_json(publisher, false);
	if (text != NULL)
		fprintf(publisher->options.to, "%s\n", text);
	free(text);
	fflush(publisher->options.to);
}

static void show(void *user)
{
	struct zn_publisher *publisher = user;
	if (publisher->options.json) {
		json_line(publisher);
	} else if (publisher->terminal) {
		frame(publisher);
	} else {
		total_row(publisher, "\n");
		fflush(publisher->options.to);
	}
	zn_timer_start(&publisher->show, publisher->loop,
		publisher->terminal && !publisher->options.json ? FRAME_MS : ZN_SHOW_MS, show,
		publisher);
}

void zn_show_start(struct zn_publisher *publisher)
{
	publisher->terminal = isatty(fileno(publisher->options.to)) != 0;
	zn_timer_start(&publisher->show, publisher->loop, ZN_SHOW_MS, show, publisher);
}

void zn_show_line(struct zn_publisher *publisher, const char *format, ...)
{
	va_list arguments;
	/* Scripts read standard output; these are for whoever watches. */
	FILE *to = publisher->options.json ? stderr : publisher->options.to;
	clear(publisher);
	va_start(arguments, format);
	vfprintf(to, format, arguments);
	va_end(arguments);
	fputc('\n', to);
	fflush(to);
}

void zn_show_finish(struct zn_publisher *publisher)
{
	zn_timer_stop(&publisher->show);
	if (publisher->options.json)
		json_line(publisher);
	else if (publisher->terminal)
		frame(publisher);
	else
		total_row(publisher, "\n");
	publisher->frame_rows = 0;
	fflush(publisher->options.to);
}
