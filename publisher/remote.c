/* publisher/remote.c - from another terminal: orders to a running job, and how jobs stand. */
#include "core/assert.h"
#include "io/http_client.h"
#include "io/json.h"
#include "publisher/inside.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TELL_MS          10000
#define STATUS_BYTES_MAX (1u << 20)

struct told {
	struct zn_loop *loop;
	enum zn_err err;
	int status;
	char *body;
};

static void on_told(void *user, const struct zn_http_response *response)
{
	struct told *told = user;
	told->err = response->err;
	told->status = response->status;
	if (response->err == ZN_ERR_OK)
		told->body = strndup((const char *)response->body, response->body_bytes);
	zn_loop_stop(told->loop);
}

/* UNREACHABLE when nobody is there. */
static enum zn_err tell(struct told *told, const struct zn_job_control *control, const char *path,
	const char *body)
{
	struct zn_http_client *http = NULL;
	struct zn_http_call *call;
	char url[128];
	snprintf(url, sizeof url, "http://127.0.0.1:%u/v1/%s", control->port, path);
	struct zn_http_request request = {.url = url,
		.body = body,
		.body_bytes = body != NULL ? strlen(body) : 0,
		.content_type = "text/plain",
		.bearer = control->token,
		.allow_private = true,
		.timeout_ms = TELL_MS,
		.response_bytes_max = STATUS_BYTES_MAX};
	memset(told, 0, sizeof *told);
	enum zn_err err = zn_loop_create(&told->loop);
	if (err == ZN_ERR_OK)
		err = zn_http_client_create(&http, told->loop);
	if (err == ZN_ERR_OK)
		err = zn_http_client_send(&call, http, &request, on_told, told);
	if (err == ZN_ERR_OK)
		err = zn_loop_run(told->loop);
	zn_http_client_destroy(http);
	zn_loop_destroy(told->loop);
	if (err == ZN_ERR_OK)
		err = told->err;
	return err;
}

static int say(const struct zn_complaint *complaint)
{
	fprintf(stderr, "zennet job: %s\n", complaint->text);
	return 1;
}

int zn_publisher_tell(const char *id, const char *order, const char *amount)
{
	struct zn_job_home home;
	struct zn_job_control control;
	struct zn_complaint complaint;
	struct told told;
	if (!zn_job_home_find(&home, id, &complaint))
		return say(&complaint);
	if (!zn_job_home_control_read(&control, &home) ||
		tell(&told, &control, order, amount != NULL ? amount : "") != ZN_ERR_OK) {
		zn_complain(&complaint, "job %s does not run; `zennet job run --resume %s` lets it",
			home.id, home.id);
		return say(&complaint);
	}
	int status = told.status == 200 ? 0 : 1;
	if (status != 0)
		fprintf(stderr, "zennet job: %s", told.body != NULL ? told.body : "it said no\n");
	free(told.body);
	return status;
}

/* --- how jobs stand --- */

/* Of a job that does not run: what its journal knows, as the same JSON. */
static char *status_stored(const struct zn_job_home *home, struct zn_complaint *complaint)
{
	struct zn_publisher *publisher = calloc(1, sizeof *publisher);
	char *text = NULL;
	if (publisher == NULL) {
		zn_complain(complaint, "out of memory");
		return NULL;
	}
	publisher->store.outputs_fd = -1;
	if (zn_stored_open(publisher, home, complaint))
		text = zn_status_json(publisher, true);
	zn_stored_close(publisher);
	free(publisher);
	return text;
}

static char *status_told(const struct zn_job_home *home)
{
	struct zn_job_control control;
	struct told told;
	if (zn_job_home_control_read(&control, home) &&
		tell(&told, &control, "status", NULL) == ZN_ERR_OK && told.status == 200)
		return told.body;
	return NULL;
}

static char *status_text(const struct zn_job_home *home, struct zn_complaint *complaint)
{
	char *text = status_told(home);
	if (text == NULL)
		text = status_stored(home, complaint);
	return text != NULL ? text : status_told(home); /* it may have begun meanwhile */
}

static uint64_t number(const struct zn_json *object, const char *key)
{
	uint64_t value = 0;
	return zn_json_u64(&value, zn_json_get(object, key)) ? value : 0;
}

static const char *words(const struct zn_json *object, const char *key)
{
	const char *value = "";
	return zn_json_string(&value, zn_json_get(object, key)) ? value : "";
}

static const char *state_words(const struct zn_json *root)
{
	bool running = false;
	const char *order = words(root, "order");
	zn_json_bool(&running, zn_json_get(root, "running"));
	if (strcmp(order, "done") == 0 || strcmp(order, "cancel") == 0)
		return order[0] == 'd' ? "done" : "cancelled";
	if (!running)
		return "stopped";
	return strcmp(order, "pause") == 0 ? "paused" : "running";
}

static void status_print(const struct zn_json *root, FILE *to)
{
	char paid[ZN_AMOUNT_TEXT_BYTES], budget[ZN_AMOUNT_TEXT_BYTES];
	const struct zn_json *workers = zn_json_get(root, "workers");
	fprintf(to, "job %s  %s  %s\n", words(root, "id"), state_words(root), words(root, "what"));
	fprintf(to, "  chunks    %" PRIu64 " of %" PRIu64 " accepted, %" PRIu64 " leased\n",
		number(root, "accepted"), number(root, "chunks"), number(root, "leased"));
	if (zn_json_get(root, "metered_units") != NULL)
		fprintf(to, "  counted   %" PRIu64 " metered units\n",
			number(root, "metered_units"));
	fprintf(to, "  spent     %s of %s\n",
		zn_amount_text(paid, (struct zn_amount){number(root, "spent_zat")}),
		zn_amount_text(budget, (struct zn_amount){number(root, "budget_zat")}));
	fprintf(to, "  checked   %" PRIu64 " items", number(root, "items_checked"));
	if (number(root, "one_wrong_in_at_least") > 0)
		fprintf(to, ": at most 1 item in %" PRIu64 " is wrong, at 99 %%",
			number(root, "one_wrong_in_at_least"));
	fprintf(to, "\n  output    %s\n", words(root, "output"));
	for (size_t i = 0; i < zn_json_count(workers); i++) {
		const struct zn_json *worker = zn_json_at(workers, i);
		fprintf(to, "  worker %-3" PRIu64 " %-9s %6" PRIu64 " accepted  %s paid  %s\n",
			number(worker, "number"), words(worker, "stage"),
			number(worker, "accepted"),
			zn_amount_text(paid, (struct zn_amount){number(worker, "paid_zat")}),
			words(worker, "device"));
	}
}

int zn_publisher_status(const char *id, bool json, FILE *to)
{
	struct zn_job_home home;
	struct zn_complaint complaint;
	if (!zn_job_home_find(&home, id, &complaint))
		return say(&complaint);
	char *text = status_text(&home, &complaint);
	if (text == NULL)
		return say(&complaint);
	if (json) {
		fprintf(to, "%s\n", text);
	} else {
		struct zn_json *root = zn_json_parse("status", text, strlen(text), &complaint);
		if (root == NULL) {
			free(text);
			return say(&complaint);
		}
		status_print(root, to);
		zn_json_destroy(root);
	}
	free(text);
	return 0;
}

struct listing {
	struct zn_json *array; /* NULL: for people */
	FILE *to;
	uint32_t count;
};

static void on_job(void *user, const struct zn_job_home *home)
{
	struct listing *listing = user;
	struct zn_complaint complaint;
	char *text = status_text(home, &complaint);
	struct zn_json *root =
		text == NULL ? NULL : zn_json_parse("status", text, strlen(text), &complaint);
	free(text);
	listing->count++;
	if (listing->array != NULL) {
		if (root != NULL)
			zn_json_add(listing->array, NULL, root);
		return;
	}
	if (root == NULL)
		fprintf(listing->to, "%s  damaged    %s\n", home->id, complaint.text);
	else
		fprintf(listing->to, "%s  %-9s %6" PRIu64 " of %" PRIu64 " chunks  %s\n", home->id,
			state_words(root), number(root, "accepted"), number(root, "chunks"),
			words(root, "what"));
	zn_json_destroy(root);
}

int zn_publisher_list(bool json, FILE *to)
{
	struct listing listing = {.array = json ? zn_json_array_create() : NULL, .to = to};
	struct zn_complaint complaint;
	if (!zn_job_home_list(on_job, &listing, &complaint))
		return say(&complaint);
	if (json) {
		char *text = zn_json_print(listing.array, true);
		fprintf(to, "%s\n", text != NULL ? text : "[]");
		free(text);
		zn_json_destroy(listing.array);
	} else if (listing.count == 0) {
		fprintf(to,
			"no jobs yet; `zennet job new render job.json` writes one to start from\n");
	}
	return 0;
}
