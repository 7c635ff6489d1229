#include "chain/ledger/expiry.h"

#include "core/assert.h"

#include <stdlib.h>

static bool before(const struct zn_expiry *a, const struct zn_expiry *b)
{
	if (a->expiry_s != b->expiry_s)
		return a->expiry_s < b->expiry_s;
	return zn_hash_compare(&a->key, &b->key) < 0;
}

static void swap(struct zn_expiry *a, struct zn_expiry *b)
{
	struct zn_expiry kept = *a;
	*a = *b;
	*b = kept;
}

void zn_expiries_add(struct zn_expiries *expiries, const struct zn_expiry *expiry)
{
	if (expiries->count == expiries->count_max) {
		expiries->count_max = expiries->count_max == 0 ? 64 : 2 * expiries->count_max;
		expiries->heap =
			realloc(expiries->heap, expiries->count_max * sizeof *expiries->heap);
		ZN_ASSERT(expiries->heap != NULL); /* as from kill -9 */
	}
	size_t at = expiries->count++;
	expiries->heap[at] = *expiry;
	for (; at > 0 && before(&expiries->heap[at], &expiries->heap[(at - 1) / 2]);
		at = (at - 1) / 2)
		swap(&expiries->heap[at], &expiries->heap[(at - 1) / 2]);
}

bool zn_expiries_take(struct zn_expiry *out, struct zn_expiries *expiries, uint64_t now_s)
{
	if (expiries->count == 0 || expiries->heap[0].expiry_s > now_s)
		return false;
	*out = expiries->heap[0];
	expiries->heap[0] = expiries->heap[--expiries->count];
	for (size_t at = 0;;) {
		size_t least = at;
		for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++)
			if (child < expiries->count &&
				before(&expiries->heap[child], &expiries->heap[least]))
				least = child;
		if (least == at)
			return true;
		swap(&expiries->heap[at], &expiries->heap[least]);
		at = least;
	}
}

void zn_expiries_finish(struct zn_expiries *expiries)
{
	free(expiries->heap);
	*expiries = (struct zn_expiries){0};
}
