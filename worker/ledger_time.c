#include "worker/ledger_time.h"

void zn_ledger_time_learn(struct zn_ledger_time *time, uint64_t height, uint64_t time_s,
	uint64_t now_ns)
{
	if (time->known && height <= time->height) /* the same block is older now than it was */
		return;
	*time = (struct zn_ledger_time){.known = true,
		.height = height,
		.time_s = time_s,
		.heard_ns = now_ns,
		.told_s = time->told_s};
}

uint64_t zn_ledger_time_now(struct zn_ledger_time *time, uint64_t now_ns)
{
	uint64_t now_s = time->time_s + (now_ns - time->heard_ns) / UINT64_C(1000000000);
	if (time->known && now_s > time->told_s)
		time->told_s = now_s;
	return time->told_s;
}
