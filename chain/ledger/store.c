#include "chain/ledger/store.h"

#include "core/assert.h"

#include <stdlib.h>
#include <string.h>

struct change {
	struct zn_hash key;
	uint32_t bytes;
	uint8_t *data; /* NULL: deleted */
};

/* A list of changes, and a table of 1-based places in it, found by the first bytes of the key
 * (which is a hash). */
struct zn_overlay {
	const struct zn_store *store;
	struct change *changes;
	size_t count, changes_max;
	uint32_t *table;
	size_t table_size; /* a power of two, above twice the count */
};

/* A node without memory stops here as from kill -9, which it survives. */
static void *memory_or_stop(void *memory)
{
	ZN_ASSERT(memory != NULL);
	return memory;
}

struct zn_overlay *zn_overlay_create(const struct zn_store *store)
{
	struct zn_overlay *overlay = calloc(1, sizeof *overlay);
	if (overlay == NULL)
		return NULL;
	overlay->store = store;
	overlay->table_size = 64;
	overlay->changes_max = 32;
	overlay->table = calloc(overlay->table_size, sizeof *overlay->table);
	overlay->changes = calloc(overlay->changes_max, sizeof *overlay->changes);
	if (overlay->table == NULL || overlay->changes == NULL) {
		zn_overlay_destroy(overlay);
		return NULL;
	}
	return overlay;
}

void zn_overlay_destroy(struct zn_overlay *overlay)
{
	if (overlay == NULL)
		return;
	for (size_t i = 0; i < overlay->count; i++)
		free(overlay->changes[i].data);
	free(overlay->changes);
	free(overlay->table);
	free(overlay);
}

void zn_overlay_clear(struct zn_overlay *overlay)
{
	for (size_t i = 0; i < overlay->count; i++)
		free(overlay->changes[i].data);
	overlay->count = 0;
	memset(overlay->table, 0, overlay->table_size * sizeof *overlay->table);
}

static uint32_t *slot_of(const struct zn_overlay *overlay, const struct zn_hash *key)
{
	size_t at = 0;
	memcpy(&at, key->bytes, sizeof at);
	for (at &= overlay->table_size - 1;; at = (at + 1) & (overlay->table_size - 1)) {
		uint32_t place = overlay->table[at];
		if (place == 0 || zn_hash_equal(&overlay->changes[place - 1].key, key))
			return &overlay->table[at];
	}
}

static void grow(struct zn_overlay *overlay)
{
	overlay->changes_max *= 2;
	overlay->table_size *= 2;
	overlay->changes = memory_or_stop(
		realloc(overlay->changes, overlay->changes_max * sizeof *overlay->changes));
	free(overlay->table);
	overlay->table = memory_or_stop(calloc(overlay->table_size, sizeof *overlay->table));
	for (size_t i = 0; i < overlay->count; i++)
		*slot_of(overlay, &overlay->changes[i].key) = (uint32_t)(i + 1);
}

static struct change *change_of(struct zn_overlay *overlay, const struct zn_hash *key)
{
	if (overlay->count == overlay->changes_max)
		grow(overlay);
	uint32_t *slot = slot_of(overlay, key);
	if (*slot == 0) {
		overlay->changes[overlay->count] = (struct change){.key = *key};
		*slot = (uint32_t)++overlay->count;
	}
	return &overlay->changes[*slot - 1];
}

bool zn_overlay_get(const struct zn_overlay *overlay, struct zn_state_value *out,
	const struct zn_hash *key)
{
	uint32_t place = *slot_of(overlay, key);
	if (place == 0)
		return overlay->store != NULL &&
		       overlay->store->get(overlay->store->user, out, key);
	const struct change *change = &overlay->changes[place - 1];
	if (change->data == NULL)
		return false;
	out->bytes = change->bytes;
	memcpy(out->data, change->data, change->bytes);
	return true;
}

bool zn_overlay_holds(const struct zn_overlay *overlay, const struct zn_hash *key)
{
	return *slot_of(overlay, key) != 0;
}

void zn_overlay_put(struct zn_overlay *overlay, const struct zn_hash *key,
	const struct zn_state_value *value)
{
	ZN_ASSERT(value->bytes > 0 && value->bytes <= sizeof value->data);
	struct change *change = change_of(overlay, key);
	if (change->bytes != value->bytes) {
		free(change->data);
		change->data = memory_or_stop(malloc(value->bytes));
		change->bytes = value->bytes;
	}
	memcpy(change->data, value->data, value->bytes);
}

void zn_overlay_delete(struct zn_overlay *overlay, const struct zn_hash *key)
{
	struct change *change = change_of(overlay, key);
	free(change->data);
	change->data = NULL;
	change->bytes = 0;
}

void zn_overlay_each(const struct zn_overlay *overlay, zn_store_each_fn *fn, void *fn_user)
{
	struct zn_state_value value;
	for (size_t i = 0; i < overlay->count; i++) {
		const struct change *change = &overlay->changes[i];
		if (change->data == NULL) {
			fn(fn_user, &change->key, NULL);
			continue;
		}
		value.bytes = change->bytes;
		memcpy(value.data, change->data, change->bytes);
		fn(fn_user, &change->key, &value);
	}
}

struct zn_memory_store {
	struct zn_store view;
	struct zn_overlay *entries;
};

static bool memory_get(void *user, struct zn_state_value *out, const struct zn_hash *key)
{
	struct zn_memory_store *memory = user;
	return zn_overlay_get(memory->entries, out, key);
}

struct present {
	zn_store_each_fn *fn;
	void *user;
};

static void present_only(void *user, const struct zn_hash *key, const struct zn_state_value *value)
{
	struct present *present = user;
	if (value != NULL)
		present->fn(present->user, key, value);
}

static void memory_each(void *user, zn_store_each_fn *fn, void *fn_user)
{
	struct zn_memory_store *memory = user;
	struct present present = {fn, fn_user};
	zn_overlay_each(memory->entries, present_only, &present);
}

struct zn_memory_store *zn_memory_store_create(void)
{
	struct zn_memory_store *memory = memory_or_stop(calloc(1, sizeof *memory));
	memory->entries = memory_or_stop(zn_overlay_create(NULL));
	memory->view = (struct zn_store){memory, memory_get, memory_each};
	return memory;
}

void zn_memory_store_destroy(struct zn_memory_store *memory)
{
	if (memory == NULL)
		return;
	zn_overlay_destroy(memory->entries);
	free(memory);
}

const struct zn_store *zn_memory_store_view(struct zn_memory_store *memory)
{
	return &memory->view;
}

static void memory_take(void *user, const struct zn_hash *key, const struct zn_state_value *value)
{
	struct zn_memory_store *memory = user;
	if (value == NULL)
		zn_overlay_delete(memory->entries, key);
	else
		zn_overlay_put(memory->entries, key, value);
}

void zn_memory_store_commit(struct zn_memory_store *memory, const struct zn_overlay *changes)
{
	zn_overlay_each(changes, memory_take, memory);
}
