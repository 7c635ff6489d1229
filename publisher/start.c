/* publisher/start.c - from a job file, or a job directory, to the announcement.
 *
 * What a person can have got wrong is found out before anything is made or announced.
 */
#include "core/assert.h"
#include "io/clock.h"
#include "io/files.h"
#include "io/keyfile.h"
#include "io/random.h"
#include "publisher/ask.h"
#include "publisher/blobs.h"
#include "publisher/inside.h"
#include "publisher/restore.h"

#include <stdlib.h>
#include <string.h>

#define ASK_MS   15000
#define LOAD_MS  120000 /* a cold build on a slow machine */
#define SILENT_S 20
#define TERMS_S  (ZN_JOB_LIFE_S_MAX) /* the terms' expiry where the job has no deadline */

static bool fail(struct zn_publisher *publisher, const struct zn_complaint *complaint)
{
	zn_publisher_trouble(publisher, "%s", complaint->text);
	return false;
}

/* --- asking the ledger, one thing after the other --- */

static bool answered(struct zn_publisher *publisher, struct zn_asked *asked, uint64_t timeout_ms)
{
	bool came = zn_asked_wait(asked, publisher, timeout_ms);
	if (came && asked->err == ZN_ERR_OK)
		return true;
	if (!publisher->interrupted)
		zn_publisher_trouble(publisher,
			"--ledger %s: %s; start a node with `xencoind --solo`, or name one that "
			"runs",
			publisher->options.ledger_url,
			came ? asked->detail.text : "the node does not answer");
	return false;
}

static bool account_read(struct zn_publisher *publisher, struct zn_asked *asked)
{
	zn_asked_begin(asked, publisher);
	zn_ledger_get_account(&asked->call, publisher->ledger, &publisher->account, zn_asked_answer,
		asked);
	return answered(publisher, asked, ASK_MS);
}

static bool ledger_look(struct zn_publisher *publisher, struct zn_asked *asked)
{
	enum zn_err err = zn_ledger_client_create(&publisher->ledger, publisher->loop,
		publisher->http, publisher->options.ledger_url);
	if (err != ZN_ERR_OK) {
		zn_publisher_trouble(publisher, "--ledger %s: this is no address of a node",
			publisher->options.ledger_url);
		return false;
	}
	if (!zn_ledger_client_home(publisher->ledger, NULL, &publisher->trouble))
		return false;
	zn_asked_begin(asked, publisher);
	zn_ledger_get_status(&asked->call, publisher->ledger, zn_asked_answer, asked);
	if (!answered(publisher, asked, ASK_MS))
		return false;
	publisher->job.chain = asked->status.chain;
	zn_money_learn(&publisher->money, asked->status.height, asked->status.time_s);
	zn_asked_begin(asked, publisher);
	zn_ledger_get_params(&asked->call, publisher->ledger, zn_asked_answer, asked);
	if (!answered(publisher, asked, ASK_MS))
		return false;
	return account_read(publisher, asked);
}

/* --- what the person wrote --- */

static bool key_read(struct zn_publisher *publisher)
{
	const char *path = publisher->options.key_path;
	enum zn_err err = zn_keyfile_read(&publisher->key, path);
	if (err != ZN_ERR_OK) {
		zn_publisher_trouble(publisher, "--key %s: %s; `zennet wallet new` makes one", path,
			zn_err_sentence(err));
		return false;
	}
	publisher->job.key = &publisher->key;
	zn_public_key_of(&publisher->job.publisher_key, &publisher->key);
	zn_account_of(&publisher->account, &publisher->job.publisher_key);
	return true;
}

static bool policy_make(struct zn_publisher *publisher, const struct zn_asked *asked)
{
	const struct zn_job_file *file = &publisher->file;
	uint64_t life_s = file->deadline_s > 0 ? file->deadline_s : TERMS_S;
	uint64_t ceiling = file->ceiling_zat;
	struct zn_amount spread;
	/* Two workers' deposits may wait for work that a third one does: half of the budget is pay. */
	if (ceiling == 0 && zn_amount_price_floor(&spread, ZN_PRICE_PER_UNITS, file->budget.zat / 2,
				    publisher->plan.chunks))
		ceiling = spread.zat;
	if (ceiling == 0) {
		zn_publisher_trouble(publisher,
			"%s: budget: less than a zat for each of %llu chunks; "
			"give more",
			publisher->options.job_path, (unsigned long long)publisher->plan.chunks);
		return false;
	}
	if (file->grace_s < asked->params.grace_s_min) {
		zn_publisher_trouble(publisher,
			"%s: grace: %u s is less than the ledger's minimum, %u s",
			publisher->options.job_path, file->grace_s, asked->params.grace_s_min);
		return false;
	}
	publisher->job.policy = (struct zn_publisher_policy){.ceiling_zat = ceiling,
		.budget = file->budget,
		.window_chunks_max = file->window_chunks,
		.check_items = file->check_items,
		.lease_s = file->lease_s,
		.grace_s = file->grace_s,
		.deposit_s = ZN_DEPOSIT_S,
		.silent_s = SILENT_S,
		.deposit_min =
			zn_transaction_fee(ZN_DEPOSIT_BYTES_MIN, asked->params.fee_zat_per_byte),
		.expiry_s = zn_publisher_now_s(publisher) + life_s};
	return true;
}

static bool job_make(struct zn_publisher *publisher)
{
	publisher->job.manifest = publisher->plan.manifest;
	publisher->job.order = ZN_ORDER_WORK;
	zn_manifest_hash(&publisher->job.job_hash, &publisher->job.chain, &publisher->job.manifest);
	publisher->job.table = zn_chunk_table_create(publisher->plan.chunks);
	if (publisher->job.table == NULL)
		zn_publisher_trouble(publisher, "out of memory");
	return publisher->job.table != NULL;
}

static bool out_choose(char out[PATH_MAX], const struct zn_publisher *publisher)
{
	const char *path = publisher->options.job_path;
	if (publisher->options.out != NULL)
		return zn_path_make(out, "%s", publisher->options.out);
	if (publisher->file.out[0] != '\0')
		return zn_path_make(out, "%s", publisher->file.out);
	const char *end = strrchr(path, '.');
	int stem = end != NULL && strchr(end, '/') == NULL ? (int)(end - path) : (int)strlen(path);
	return zn_path_make(out, "%.*s.%s", stem, path, publisher->plan.is_render ? "png" : "bin");
}

/* A resumed job may be started from elsewhere. */
static bool out_absolute(char out[PATH_MAX])
{
	char relative[PATH_MAX], *here;
	if (out[0] == '/')
		return true;
	memcpy(relative, out, sizeof relative);
	here = realpath(".", NULL);
	bool good = here != NULL && zn_path_make(out, "%s/%s", here, relative);
	free(here);
	return good;
}

static bool results_make(struct zn_publisher *publisher)
{
	char out[PATH_MAX];
	if (!out_choose(out, publisher) || !out_absolute(out)) {
		zn_publisher_trouble(publisher, "--out: this path is too long");
		return false;
	}
	const char *fault =
		zn_results_out_fault(out, &publisher->file, publisher->options.job_path);
	if (fault != NULL) {
		zn_publisher_trouble(publisher, "--out %s: %s", out, fault);
		return false;
	}
	enum zn_err err = zn_results_init(&publisher->results, publisher->loop, &publisher->plan,
		out, publisher->file.render.exposure);
	if (err != ZN_ERR_OK)
		zn_publisher_trouble(publisher, "%s", zn_err_sentence(err));
	return err == ZN_ERR_OK;
}

static bool device_load(struct zn_publisher *publisher)
{
	enum zn_err err = zn_checks_start(&publisher->checks, publisher);
	if (err != ZN_ERR_OK) {
		zn_publisher_trouble(publisher,
			"the checks' runner cannot be started: %s; `zennet doctor` says what to do",
			zn_err_sentence(err));
		return false;
	}
	if (zn_publisher_wait(publisher, &publisher->checks.loaded, LOAD_MS))
		return true;
	if (!publisher->interrupted)
		zn_publisher_trouble(publisher,
			"this machine cannot check results: %s; `zennet doctor`"
			" says what to do",
			publisher->checks.sentence[0] != '\0' ? publisher->checks.sentence
							      : "its device does not answer");
	return false;
}

/* --- making the job's directory --- */

/* With its job.json others find the job: by then its journal is ours. */
static bool home_open(struct zn_publisher *publisher, struct zn_complaint *complaint)
{
	uint8_t *text;
	size_t count;
	enum zn_err err = zn_blobs_sync(&publisher->home);
	if (err == ZN_ERR_OK)
		err = zn_store_open(&publisher->store, &publisher->home);
	if (err != ZN_ERR_OK)
		return zn_complain(complaint, "%s: %s", publisher->home.directory,
			zn_err_sentence(err));
	err = zn_file_read(&text, &count, publisher->options.job_path, ZN_JOB_FILE_BYTES_MAX);
	if (err != ZN_ERR_OK)
		return zn_complain(complaint, "%s: %s", publisher->options.job_path,
			zn_err_sentence(err));
	bool good = zn_job_home_write(&publisher->home, "job.json", text, count, complaint);
	free(text);
	return good;
}

static bool home_fill(struct zn_publisher *publisher, struct zn_complaint *complaint)
{
	uint8_t manifest[ZN_MANIFEST_BYTES_MAX];
	size_t count;
	if (!home_open(publisher, complaint))
		return false;
	struct zn_store *store = &publisher->store;
	zn_random_bytes(publisher->secret.bytes, sizeof publisher->secret);
	count = zn_manifest_encode(manifest, sizeof manifest, &publisher->plan.manifest);
	zn_store_set(store, "manifest", manifest, count);
	zn_store_set(store, "secret", publisher->secret.bytes, sizeof publisher->secret);
	zn_store_set(store, "what", publisher->plan.what, strlen(publisher->plan.what));
	zn_store_set(store, "out", publisher->results.out, strlen(publisher->results.out));
	/* Whole, since a resumed job may be started from elsewhere. */
	char *directory =
		realpath(publisher->file.directory[0] != '\0' ? publisher->file.directory : ".",
			NULL);
	if (directory != NULL)
		zn_store_set(store, "directory", directory, strlen(directory));
	free(directory);
	zn_store_set(store, "chain", publisher->job.chain.text, strlen(publisher->job.chain.text));
	zn_store_set(store, "key", publisher->job.publisher_key.bytes,
		sizeof publisher->job.publisher_key);
	zn_store_set_number(store, "ceiling", publisher->job.policy.ceiling_zat);
	zn_store_set_number(store, "budget", publisher->job.policy.budget.zat);
	zn_store_set_number(store, "expiry", publisher->job.policy.expiry_s);
	zn_store_set_number(store, "begun_s", publisher->begun_s);
	zn_store_set_number(store, "begun_height", publisher->begun_height);
	zn_store_set_number(store, "balance_before", publisher->balance_before.zat);
	zn_store_set_number(store, "order", ZN_ORDER_WORK);
	zn_store_note(store, publisher->begun_s, "started");
	return true;
}

static void home_unmake(struct zn_publisher *publisher)
{
	zn_store_close(&publisher->store);
	zn_directory_remove(publisher->home.directory);
}

static bool home_make(struct zn_publisher *publisher)
{
	struct zn_complaint complaint;
	bool good = home_fill(publisher, &complaint) && zn_server_start(publisher, &complaint) &&
		    zn_control_start(publisher, &complaint);
	if (good && zn_store_commit(&publisher->store) != ZN_ERR_OK)
		good = zn_complain(&complaint, "%s: %s", publisher->home.directory,
			zn_err_sentence(publisher->store.failed));
	if (good)
		return true;
	return fail(publisher, &complaint);
}

/* --- the announcement --- */

static struct zn_announcement announcement_make(const struct zn_publisher *publisher)
{
	const struct zn_plan *plan = &publisher->plan;
	struct zn_announcement announcement = {.job_hash = publisher->job.job_hash,
		.kind = plan->inputs.count > 0 ? ZN_JOB_DATA : publisher->file.kind,
		.unit = ZN_UNIT_CHUNK,
		.chunks = plan->chunks,
		.chunk_output_bytes = zn_manifest_chunk_output_bytes(&plan->manifest, 0),
		.shared_bytes = plan->shared_bytes,
		.memory_bytes = plan->shared_bytes +
				2 * (zn_manifest_chunk_output_bytes(&plan->manifest, 0) +
					    plan->manifest.input_bytes_max),
		.device_classes = ZN_DEVICE_CLASS_CPU | ZN_DEVICE_CLASS_GPU,
		.features = ZN_FEATURE_EXACT |
			    ((plan->manifest.options & ZN_OPTION_FP64) != 0 ? ZN_FEATURE_FP64 : 0) |
			    (plan->foreign ? ZN_FEATURE_FOREIGN : 0),
		.price_zat = publisher->file.price_zat,
		.deadline_s = publisher->file.deadline_s > 0 ? publisher->job.policy.expiry_s : 0,
		.expiry_s = publisher->job.policy.expiry_s,
		.tls_pin = publisher->job.tls_pin};
	memcpy(announcement.endpoint, publisher->endpoint, sizeof announcement.endpoint);
	return announcement;
}

bool zn_publisher_announce(struct zn_publisher *publisher)
{
	struct zn_transaction draft;
	struct zn_asked asked = {0};
	memset(&draft, 0, sizeof draft);
	draft.kind = ZN_TX_ANNOUNCE;
	draft.body.announce = announcement_make(publisher);
	enum zn_announcement_refusal refusal =
		zn_announcement_check(&draft.body.announce, zn_publisher_now_s(publisher));
	publisher->announce_refused = refusal != ZN_ANNOUNCEMENT_OK;
	if (publisher->announce_refused) {
		zn_publisher_trouble(publisher, "the job cannot be announced: %s",
			zn_announcement_refusal_sentence(refusal));
		return false;
	}
	zn_asked_begin(&asked, publisher);
	zn_ledger_send(&asked.call, publisher->ledger, &publisher->key, &draft, ZN_LEDGER_SEND_MS,
		zn_asked_answer, &asked);
	if (!answered(publisher, &asked, 2 * ZN_LEDGER_SEND_MS))
		return false;
	publisher->announce_refused = asked.refusal != ZN_LEDGER_OK;
	if (publisher->announce_refused) {
		zn_publisher_trouble(publisher, "the ledger refuses the announcement: %s",
			zn_ledger_refusal_sentence(asked.refusal));
		return false;
	}
	zn_job_id(&publisher->announced_id, &publisher->job.chain, &publisher->account,
		asked.nonce);
	publisher->announced = true;
	zn_store_set(&publisher->store, "announced", publisher->announced_id.bytes,
		sizeof publisher->announced_id);
	zn_store_commit(&publisher->store);
	zn_show_line(publisher, "announced at height %llu: %s, %llu chunks, workers reach us at %s",
		(unsigned long long)asked.height, publisher->plan.what,
		(unsigned long long)publisher->plan.chunks, publisher->endpoint);
	return true;
}

/* --- the two ways to begin --- */

/* Where the accounts stand when the job begins; what is due from before is taken first. */
static bool stand_noted(struct zn_publisher *publisher, struct zn_asked *asked)
{
	if (!zn_refunds_collect(publisher) || !account_read(publisher, asked))
		return false;
	publisher->begun_s = zn_publisher_now_s(publisher);
	publisher->begun_height =
		asked->height > asked->status.height ? asked->height : asked->status.height;
	publisher->balance_before = asked->account.balance;
	return true;
}

/* The budget is for deposits; announcing, opening and closing cost fees beside it. */
static bool budget_check(struct zn_publisher *publisher, const struct zn_asked *asked)
{
	char budget[ZN_AMOUNT_TEXT_BYTES], balance[ZN_AMOUNT_TEXT_BYTES];
	char fees_text[ZN_AMOUNT_TEXT_BYTES], account[ZN_ACCOUNT_TEXT_BYTES];
	struct zn_amount fees =
		zn_transaction_fee(ZN_JOB_FEE_BYTES, asked->params.fee_zat_per_byte);
	struct zn_amount needed;
	if (zn_amount_add(&needed, publisher->file.budget, fees) &&
		zn_amount_compare(needed, asked->account.balance) <= 0)
		return true;
	zn_publisher_trouble(publisher,
		"%s: budget: %s and %s for fees are more than the %s that %s holds; lower it or"
		" send coins there",
		publisher->options.job_path, zn_amount_text(budget, publisher->file.budget),
		zn_amount_text(fees_text, fees), zn_amount_text(balance, asked->account.balance),
		zn_account_text(account, &publisher->account));
	return false;
}

static bool begin_new(struct zn_publisher *publisher)
{
	struct zn_complaint complaint;
	struct zn_asked asked = {0};
	if (!zn_job_file_read(&publisher->file, publisher->options.job_path, &complaint))
		return fail(publisher, &complaint);
	if (!key_read(publisher))
		return false;
	if (!ledger_look(publisher, &asked))
		return false;
	if (!budget_check(publisher, &asked))
		return false;
	/* Sources and inputs are copied while they are read: they are the person's to change. */
	if (!zn_job_home_create(&publisher->home, &complaint))
		return fail(publisher, &complaint);
	if (zn_plan_make(&publisher->plan, &publisher->file, &publisher->home, &complaint)) {
		if (policy_make(publisher, &asked) && job_make(publisher) &&
			results_make(publisher) && device_load(publisher) &&
			stand_noted(publisher, &asked) && home_make(publisher))
			return true;
	} else {
		fail(publisher, &complaint);
	}
	home_unmake(publisher);
	return false;
}

static bool begin_again(struct zn_publisher *publisher)
{
	struct zn_complaint complaint;
	struct zn_asked asked = {0};
	struct zn_chain_id chain;
	if (!zn_restore_open(publisher, &complaint))
		return fail(publisher, &complaint);
	struct zn_public_key wanted = publisher->job.publisher_key;
	if (!key_read(publisher))
		return false;
	if (!zn_public_key_equal(&wanted, &publisher->job.publisher_key)) {
		zn_publisher_trouble(publisher, "--key %s: job %s was begun with another key",
			publisher->options.key_path, publisher->home.id);
		return false;
	}
	chain = publisher->job.chain;
	if (!ledger_look(publisher, &asked))
		return false;
	if (strcmp(chain.text, publisher->job.chain.text) != 0) {
		zn_publisher_trouble(publisher, "--ledger %s: this is ledger %s, job %s is on %s",
			publisher->options.ledger_url, publisher->job.chain.text,
			publisher->home.id, chain.text);
		return false;
	}
	uint64_t expiry_s = publisher->job.policy.expiry_s;
	uint64_t ceiling_zat = publisher->job.policy.ceiling_zat;
	struct zn_amount budget = publisher->job.policy.budget;
	uint8_t order = publisher->job.order;
	if (!policy_make(publisher, &asked) || !job_make(publisher) || !results_make(publisher))
		return false;
	publisher->job.policy.expiry_s = expiry_s;
	publisher->job.policy.ceiling_zat = ceiling_zat;
	publisher->job.policy.budget = budget;
	publisher->job.order = order == ZN_ORDER_PAUSE ? ZN_ORDER_WORK : order;
	if (!zn_restore_deals(publisher, &complaint))
		return fail(publisher, &complaint);
	if (!device_load(publisher))
		return false;
	if (!zn_server_start(publisher, &complaint) || !zn_control_start(publisher, &complaint))
		return fail(publisher, &complaint);
	return true;
}

bool zn_publisher_start(struct zn_publisher *publisher)
{
	bool resumed = publisher->options.resume_id != NULL;
	if (!(resumed ? begin_again(publisher) : begin_new(publisher)))
		return false;
	zn_money_start(&publisher->money, publisher);
	zn_show_start(publisher);
	if (resumed)
		return zn_restore_go_on(publisher);
	if (zn_publisher_announce(publisher))
		return true;
	/* Without the ledger's word it may be announced yet: then the job can be resumed. */
	if (publisher->announce_refused)
		home_unmake(publisher);
	return false;
}
