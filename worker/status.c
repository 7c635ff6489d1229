/* worker/status.c - what people see: lines, and the status as JSON in home/worker/status.json. */
#include "worker/inside.h"

#include "io/clock.h"
#include "io/files.h"
#include "io/json.h"
#include "market/bargain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_EVERY_MS 500

void zn_worker_say(struct zn_worker *worker, const char *format, ...)
{
	char line[ZN_LOG_LINE_BYTES_MAX];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	if (worker->options.handlers.say != NULL)
		worker->options.handlers.say(worker->options.handlers.user, line);
}

void zn_worker_idle(struct zn_worker *worker, const char *format, ...)
{
	char reason[sizeof worker->idle];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	if (strcmp(reason, worker->idle) == 0)
		return;
	memcpy(worker->idle, reason, sizeof reason);
	zn_worker_say(worker, "waiting: %s", reason);
	zn_worker_status_touch(worker);
}

static const char *stage_name(const struct zn_worker *worker)
{
	switch (worker->stage) {
	case ZN_PROGRAM_STARTING:
		return "starting";
	case ZN_PROGRAM_COLLECTING:
		return "settling";
	case ZN_PROGRAM_SEARCHING:
		return "searching";
	case ZN_PROGRAM_DEALING:
		return worker->paused || worker->care.cap.held
			       ? "paused"
			       : zn_worker_stage_name(worker->deal.stage);
	case ZN_PROGRAM_ENDED:
		break;
	}
	return "ended";
}

static const char *sentence(const struct zn_worker *worker)
{
	if (worker->failure != NULL)
		return worker->failure;
	if (worker->care.cap.held)
		return worker->care.cap.sentence.text;
	if (worker->idle[0] != '\0')
		return worker->idle;
	if (worker->stage == ZN_PROGRAM_DEALING && worker->deal.funded && !worker->deal.linked)
		return "the publisher does not answer; trying again";
	return worker->last_end;
}

static struct zn_amount paid(const struct zn_worker *worker)
{
	return worker->stage == ZN_PROGRAM_DEALING && worker->deal.has_voucher
		       ? worker->deal.voucher.voucher.paid
		       : ZN_AMOUNT_ZERO;
}

static void add_deal(struct zn_json *object, const struct zn_worker *worker)
{
	const struct zn_worker_deal *deal = &worker->deal;
	char text[ZN_HASH_TEXT_BYTES];
	bool dealing = worker->stage == ZN_PROGRAM_DEALING;
	struct zn_amount risk = dealing ? zn_worker_deal_at_risk(deal) : ZN_AMOUNT_ZERO;
	zn_json_add_string(object, "job", dealing ? zn_hash_text(text, &worker->where.job_id) : "");
	zn_json_add_string(object, "channel",
		dealing && deal->funded ? zn_hash_text(text, &deal->channel_id) : "");
	zn_json_add_u64_text(object, "chunks_begun", dealing ? deal->begun_total : 0);
	zn_json_add_u64_text(object, "chunks_done", dealing ? worker->figures.done : 0);
	zn_json_add_u64_text(object, "chunks_accepted", dealing ? deal->units : 0);
	zn_json_add_u64_text(object, "chunks_unpaid", dealing ? zn_worker_deal_unpaid(deal) : 0);
	zn_json_add_u64_text(object, "window_chunks", dealing ? deal->terms.window_chunks : 0);
	zn_json_add_u64_text(object, "price_zat", dealing ? deal->terms.price_zat : 0);
	zn_json_add_u64_text(object, "paid_zat", paid(worker).zat);
	zn_json_add_u64_text(object, "at_risk_zat", risk.zat);
}

static char *status_text(const struct zn_worker *worker)
{
	char account_text[ZN_ACCOUNT_TEXT_BYTES] = "";
	struct zn_account account;
	struct zn_json *object = zn_json_object_create();
	if (object == NULL)
		return NULL;
	if (worker->journal != NULL) {
		zn_account_of(&account, &worker->public_key);
		zn_account_text(account_text, &account);
	}
	zn_json_add_string(object, "device", worker->device.name);
	zn_json_add_string(object, "account", account_text);
	zn_json_add_string(object, "stage", stage_name(worker));
	add_deal(object, worker);
	zn_json_add_u64_text(object, "deals_settled", worker->figures.deals);
	zn_json_add_u64_text(object, "earned_zat", worker->figures.earned.zat);
	zn_json_add_number(object, "duty_percent", worker->care.cap.duty_percent);
	if (worker->care.last.has_temperature)
		zn_json_add_number(object, "temperature_c", worker->care.last.temperature / 1000.0);
	if (worker->care.last.has_power)
		zn_json_add_number(object, "power_w", worker->care.last.power / 1000.0);
	zn_json_add_string(object, "sentence", sentence(worker));
	char *text = zn_json_print(object, false);
	zn_json_destroy(object);
	return text;
}

void zn_worker_status_write(struct zn_worker *worker)
{
	char path[PATH_MAX];
	char *text;
	zn_timer_stop(&worker->status_timer);
	worker->figures.status_ns = zn_clock_monotonic_ns();
	if (worker->journal == NULL || (text = status_text(worker)) == NULL)
		return;
	if (worker->options.handlers.status != NULL)
		worker->options.handlers.status(worker->options.handlers.user, text);
	if (zn_path_make(path, "%s/worker/status.json", worker->options.home))
		(void)zn_file_replace(path, text, strlen(text), 0600);
	free(text);
}

static void on_status(void *user)
{
	zn_worker_status_write(user);
}

void zn_worker_status_touch(struct zn_worker *worker)
{
	uint64_t passed_ms = (zn_clock_monotonic_ns() - worker->figures.status_ns) / 1000000;
	if (worker->status_timer.armed || worker->stage == ZN_PROGRAM_ENDED)
		return;
	zn_timer_start(&worker->status_timer, worker->loop,
		passed_ms >= STATUS_EVERY_MS ? 0 : STATUS_EVERY_MS - passed_ms, on_status, worker);
}

/* --- lines --- */

void zn_worker_say_progress(struct zn_worker *worker)
{
	const struct zn_worker_deal *deal = &worker->deal;
	char paid_text[ZN_AMOUNT_TEXT_BYTES], risk_text[ZN_AMOUNT_TEXT_BYTES];
	if (deal->stage != ZN_WORKER_WORKING)
		return;
	uint64_t told = deal->begun_total + worker->figures.done + deal->units;
	if (told == worker->figures.accepted_told)
		return;
	worker->figures.accepted_told = told;
	zn_worker_say(worker, "chunks: %llu done, %llu accepted; paid %s, at risk now %s",
		(unsigned long long)worker->figures.done, (unsigned long long)deal->units,
		zn_amount_text(paid_text, paid(worker)),
		zn_amount_text(risk_text, zn_worker_deal_at_risk(deal)));
}

/* A price per 10^6 chunks, told per hour of this device. */
static const char *hourly(char text[ZN_AMOUNT_TEXT_BYTES], const struct zn_worker *worker,
	uint64_t price_zat)
{
	struct zn_amount amount;
	double zat = (double)price_zat * 3600e3 / (double)worker->deal.chunk_ns;
	if (zat > 9e18 || !zn_amount_make(&amount, (uint64_t)(zat + 0.5)))
		return "a fortune";
	return zn_amount_text(text, amount);
}

void zn_worker_say_talk(struct zn_worker *worker, const struct zn_message *message)
{
	char text[ZN_AMOUNT_TEXT_BYTES];
	if (message->kind == ZN_MESSAGE_OFFER)
		zn_worker_say(worker, "asked %s per hour (round %u)",
			hourly(text, worker, message->offer.price_zat), message->offer.round);
	else if (message->kind == ZN_MESSAGE_ANSWER &&
		 message->answer.answer == ZN_BARGAIN_COUNTER && worker->deal.chunk_ns > 0)
		zn_worker_say(worker, "countered: %s per hour",
			hourly(text, worker, message->answer.price_zat));
	else if (message->kind == ZN_MESSAGE_REFUSAL)
		zn_worker_say(worker, "the publisher refused: %s",
			zn_deal_refusal_sentence(message->refusal.refusal));
}

void zn_worker_say_agreed(struct zn_worker *worker)
{
	char text[ZN_AMOUNT_TEXT_BYTES];
	zn_worker_say(worker, "agreed: %s per hour; at most %u chunks unpaid",
		hourly(text, worker, worker->deal.terms.price_zat),
		worker->deal.terms.window_chunks);
}

void zn_worker_say_end(struct zn_worker *worker)
{
	const struct zn_worker_deal *deal = &worker->deal;
	char text[ZN_AMOUNT_TEXT_BYTES];
	snprintf(worker->last_end, sizeof worker->last_end, "the last deal ended: %s",
		zn_worker_end_sentence(deal->end));
	if (deal->funded)
		zn_worker_say(worker, "the deal is over (%s): %llu chunks accepted, earned %s",
			zn_worker_end_sentence(deal->end), (unsigned long long)deal->units,
			zn_amount_text(text, worker->figures.deal_earned));
	else
		zn_worker_say(worker, "no deal: %s", zn_worker_end_sentence(deal->end));
}
