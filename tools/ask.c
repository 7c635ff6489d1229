#include "tools/ask.h"

#include <stdlib.h>

struct zn_ask *zn_ask_open(struct zn_complaint *complaint, const char *url)
{
	struct zn_ask *ask = calloc(1, sizeof *ask);
	enum zn_err err = ZN_ERR_MEMORY;

	if (ask == NULL)
		goto failed;
	ask->url = url;
	err = zn_loop_create(&ask->loop);
	if (err == ZN_ERR_OK)
		err = zn_http_client_create(&ask->http, ask->loop);
	if (err == ZN_ERR_OK)
		err = zn_ledger_client_create(&ask->ledger, ask->loop, ask->http, url);
	if (err == ZN_ERR_OK && !zn_ledger_client_home(ask->ledger, NULL, complaint)) {
		zn_ask_close(ask);
		return NULL;
	}
	if (err == ZN_ERR_OK)
		return ask;
failed:
	if (err == ZN_ERR_MALFORMED || err == ZN_ERR_TOO_LARGE)
		zn_complain(complaint,
			"--ledger: '%s' is no address of a ledger; give one as "
			"http://127.0.0.1:26657",
			url);
	else
		zn_complain(complaint, "asking the ledger at %s: %s", url, zn_err_sentence(err));
	zn_ask_close(ask);
	return NULL;
}

void zn_ask_close(struct zn_ask *ask)
{
	if (ask == NULL)
		return;
	zn_ledger_client_destroy(ask->ledger);
	zn_http_client_destroy(ask->http);
	zn_loop_destroy(ask->loop);
	free(ask);
}

void zn_ask_answer(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_ask *ask = user;
	struct zn_ledger_answer *copy = &ask->answer;

	*copy = *answer;
	zn_complain(&ask->detail, "%s", answer->detail);
	copy->detail = ask->detail.text;
#define X(field)                                                                                   \
	if (answer->field != NULL) {                                                               \
		ask->copy.field = *answer->field;                                                  \
		copy->field = &ask->copy.field;                                                    \
	}
	X(status)
	X(account)
	X(channel)
	X(job)
	X(jobs)
	X(channels)
	X(history)
	X(supply)
	X(params)
	X(tx)
	X(block)
#undef X
	ask->answered = true;
	zn_loop_stop(ask->loop);
}

bool zn_ask_wait(struct zn_complaint *complaint, struct zn_ask *ask)
{
	enum zn_err err = ZN_ERR_OK;

	if (!ask->answered)
		err = zn_loop_run(ask->loop);
	ask->answered = false;
	if (err != ZN_ERR_OK)
		return zn_complain(complaint, "asking the ledger at %s: %s", ask->url,
			zn_err_sentence(err));
	switch (ask->answer.err) {
	case ZN_ERR_OK:
		return true;
	case ZN_ERR_UNREACHABLE:
		return zn_complain(complaint,
			"no ledger answers at %s; start one (xencoind --solo) or name another with "
			"--ledger URL",
			ask->url);
	default:
		return zn_complain(complaint, "the ledger at %s: %s", ask->url, ask->answer.detail);
	}
}
