#include "publisher/ask.h"

#include "publisher/inside.h"

void zn_asked_begin(struct zn_asked *asked, struct zn_publisher *publisher)
{
	asked->loop = publisher->loop;
	asked->call = NULL;
	asked->answered = false;
}

void zn_asked_answer(void *user, const struct zn_ledger_answer *answer)
{
	struct zn_asked *asked = user;
	asked->answered = true;
	asked->err = answer->err;
	asked->refusal = answer->refusal;
	asked->nonce = answer->nonce;
	asked->height = answer->height;
	zn_complain(&asked->detail, "%s", answer->detail);
	if (answer->status != NULL)
		asked->status = *answer->status;
	if (answer->params != NULL)
		asked->params = *answer->params;
	if (answer->account != NULL)
		asked->account = *answer->account;
	if (answer->supply != NULL)
		asked->supply = *answer->supply;
	if (answer->channel != NULL)
		asked->channel = *answer->channel;
	if (answer->job != NULL)
		asked->job = *answer->job;
	if (answer->history != NULL)
		asked->history = *answer->history;
	if (answer->channels != NULL)
		asked->channels = *answer->channels;
	if (answer->tx != NULL)
		asked->tx = *answer->tx;
	zn_loop_stop(asked->loop);
}

bool zn_asked_wait(struct zn_asked *asked, struct zn_publisher *publisher, uint64_t timeout_ms)
{
	if (zn_publisher_wait(publisher, &asked->answered, timeout_ms))
		return true;
	/* The answer would be written where nobody is any more. */
	zn_ledger_call_cancel(asked->call);
	return false;
}
