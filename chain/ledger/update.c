/* chain/ledger/update.c - another price, time or address for a job, by who announced it. */
#include "chain/ledger/rules.h"

#include "core/assert.h"

#include <string.h>

static void change(struct zn_announcement *announcement, const struct zn_tx_update *update)
{
	announcement->price_zat = update->price_zat;
	announcement->deadline_s = update->deadline_s;
	announcement->expiry_s = update->expiry_s;
	announcement->tls_pin = update->tls_pin;
	memcpy(announcement->endpoint, update->endpoint, sizeof announcement->endpoint);
}

static enum zn_ledger_refusal update_check(struct zn_ledger_move *move,
	const struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	const struct zn_tx_update *update = &transaction->body.update;
	struct zn_job job;
	(void)move;
	if (!zn_ledger_job_get(&job, view, &update->job_id))
		return ZN_LEDGER_NO_JOB;
	if (!zn_account_equal(&job.owner, sender))
		return ZN_LEDGER_NOT_OWNER;
	change(&job.announcement, update);
	return zn_ledger_announcement_check(view, &job.announcement);
}

static void update_apply(struct zn_ledger_view *view, const struct zn_transaction *transaction,
	const struct zn_account *sender)
{
	const struct zn_tx_update *update = &transaction->body.update;
	struct zn_job job;
	(void)sender;
	bool found = zn_ledger_job_get(&job, view, &update->job_id);
	ZN_ASSERT(found);
	change(&job.announcement, update);
	zn_ledger_job_put(view, &job);
}

const struct zn_ledger_rule zn_rule_update = {update_check, update_apply};
