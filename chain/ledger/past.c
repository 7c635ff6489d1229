#include "chain/ledger/past.h"

#include "core/assert.h"

struct keep {
	const struct zn_store *store;
	struct zn_overlay *values;
};

static void keep_value(void *user, const struct zn_hash *key, const struct zn_state_value *now)
{
	struct keep *keep = user;
	struct zn_state_value before;
	(void)now;
	if (keep->store->get(keep->store->user, &before, key))
		zn_overlay_put(keep->values, key, &before);
	else
		zn_overlay_delete(keep->values, key);
}

void zn_past_keep(struct zn_past *past, uint64_t height, struct zn_tree *tree,
	const struct zn_store *store, const struct zn_overlay *changes)
{
	struct zn_past_state *state = &past->states[height % ZN_PROOF_HEIGHTS_KEPT];
	zn_tree_destroy(state->tree);
	zn_overlay_destroy(state->values);
	*state = (struct zn_past_state){.height = height,
		.tree = zn_tree_snapshot(tree),
		.values = zn_overlay_create(NULL)};
	ZN_ASSERT(state->tree != NULL && state->values != NULL); /* as from kill -9 */
	struct keep keep = {store, state->values};
	zn_overlay_each(changes, keep_value, &keep);
}

const struct zn_past_state *zn_past_find(const struct zn_past *past, uint64_t height)
{
	const struct zn_past_state *state = &past->states[height % ZN_PROOF_HEIGHTS_KEPT];
	return state->tree != NULL && state->height == height ? state : NULL;
}

bool zn_past_get(const struct zn_past *past, struct zn_state_value *out, uint64_t height,
	uint64_t now, const struct zn_store *store, const struct zn_hash *key)
{
	/* The first block from there on that changed it says what it was. */
	for (uint64_t at = height; at < now; at++) {
		const struct zn_past_state *state = zn_past_find(past, at);
		ZN_ASSERT(state != NULL);
		if (zn_overlay_holds(state->values, key))
			return zn_overlay_get(state->values, out, key);
	}
	return store->get(store->user, out, key);
}

void zn_past_finish(struct zn_past *past)
{
	for (size_t i = 0; i < ZN_PROOF_HEIGHTS_KEPT; i++) {
		zn_tree_destroy(past->states[i].tree);
		zn_overlay_destroy(past->states[i].values);
	}
	*past = (struct zn_past){0};
}
