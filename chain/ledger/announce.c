/* chain/ledger/announce.c - a job onto the ledger. */
#include "chain/ledger/rules.h"

enum zn_ledger_refusal zn_ledger_announcement_check(const struct zn_ledger_view *view,
	const struct zn_announcement *announcement)
{
	enum zn_announcement_refusal refusal = zn_announcement_check(announcement, view->time_s);
	if (refusal != ZN_ANNOUNCEMENT_OK)
		return (enum zn_ledger_refusal)(ZN_LEDGER_ANNOUNCEMENT_BASE + (int)refusal);
	if (announcement->expiry_s - view->time_s > ZN_JOB_LIFE_S_MAX)
		return ZN_LEDGER_JOB_TOO_LONG;
	return ZN_LEDGER_OK;
}

static enum zn_ledger_refusal announce_check(struct zn_ledger_move *move,
	const struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	(void)move;
	(void)sender;
	return zn_ledger_announcement_check(view, &transaction->body.announce);
}

static void announce_apply(struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	struct zn_job job = {.owner = *sender,
		.announced_s = view->time_s,
		.announced_height = view->height,
		.announcement = transaction->body.announce};
	zn_job_id(&job.id, &view->params->chain, sender, transaction->nonce);
	zn_ledger_job_put(view, &job);
}

const struct zn_ledger_rule zn_rule_announce = {announce_check, announce_apply};
