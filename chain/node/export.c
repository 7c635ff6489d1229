#include "chain/node/export.h"

#include "chain/node/application.h"
#include "chain/node/genesis_file.h"
#include "core/assert.h"
#include "io/files.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct gather {
	uint8_t *bytes;
	size_t count, count_max;
	size_t channels;
};

/* Heights begin anew on the other ledger. */
static void value_begin_anew(struct zn_state_value *value)
{
	struct zn_channel channel;
	struct zn_job job;
	if (zn_channel_decode(&channel, value->data, value->bytes)) {
		channel.opened_height = channel.closing_height = 0;
		value->bytes =
			(uint32_t)zn_channel_encode(value->data, sizeof value->data, &channel);
	} else if (zn_job_decode(&job, value->data, value->bytes)) {
		job.announced_height = 0;
		value->bytes = (uint32_t)zn_job_encode(value->data, sizeof value->data, &job);
	}
}

/* LMDB walks in the order of the keys, which is the one a genesis wants. */
static void gather(void *user, const struct zn_hash *key, const struct zn_state_value *value)
{
	struct gather *all = user;
	struct zn_state_value copy = *value;
	(void)key;
	if (value->data[0] == ZN_RECORD_LEDGER_PARAMS)
		return;
	all->channels += value->data[0] == ZN_RECORD_CHANNEL_STATE;
	value_begin_anew(&copy);
	if (all->count + 4 + copy.bytes > all->count_max) {
		all->count_max = 2 * all->count_max + 65536;
		all->bytes = realloc(all->bytes, all->count_max);
		ZN_ASSERT(all->bytes != NULL);
	}
	for (int i = 0; i < 4; i++)
		all->bytes[all->count++] = (uint8_t)(copy.bytes >> 8 * i);
	memcpy(all->bytes + all->count, copy.data, copy.bytes);
	all->count += copy.bytes;
}

static bool write_genesis(struct zn_application *application, struct zn_node_store *store,
	const char *path, const char *chain_text, struct zn_complaint *complaint)
{
	static struct zn_genesis genesis;
	struct gather all = {0};
	const struct zn_ledger_params *params = zn_application_params(application);
	const struct zn_store *state = zn_node_store_view(store);
	state->each(state->user, gather, &all);
	genesis = (struct zn_genesis){.chain = params->chain,
		.time_s = zn_application_head(application)->time_s,
		.fee_zat_per_byte = params->fee_zat_per_byte,
		.grace_s_min = params->grace_s_min,
		.entries = all.bytes,
		.entries_bytes = all.count};
	bool other = chain_text != NULL && strcmp(chain_text, params->chain.text) != 0;
	bool done = false;
	if (other && all.channels > 0)
		zn_complain(complaint,
			"%zu channels are open, and their vouchers name %s: keep that name, or let "
			"them be settled first",
			all.channels, params->chain.text);
	else if (other && !zn_chain_id_make(&genesis.chain, chain_text))
		zn_complain(complaint, "--chain-id: give 1 to 50 printable characters");
	else if (zn_file_exists(path))
		zn_complain(complaint, "%s: is there already; name another file", path);
	else
		done = zn_genesis_file_write(path, &genesis, complaint);
	free(all.bytes);
	return done;
}

bool zn_export(const char *home, const char *path, const char *chain_text,
	struct zn_complaint *complaint)
{
	char directory[PATH_MAX], lock[PATH_MAX], data[PATH_MAX];
	struct zn_node_store *store = NULL;
	struct zn_application *application = NULL;
	int lock_fd;
	if (!zn_path_make(directory, "%s/ledger", home) || !zn_path_make(lock, "%s/lock", home) ||
		!zn_path_make(data, "%s/ledger/data.mdb", home))
		return zn_complain(complaint, "%s: too long a path", home);
	if (!zn_file_exists(data))
		return zn_complain(complaint, "%s: there is no ledger in this home", home);
	enum zn_err err = zn_file_lock(&lock_fd, lock);
	if (err == ZN_ERR_BUSY)
		return zn_complain(complaint, "%s: a xencoind uses this home; stop it first", home);
	if (err != ZN_ERR_OK)
		return zn_complain(complaint, "%s: cannot be used: %s", home, zn_err_sentence(err));
	bool done = zn_node_store_open(&store, directory, complaint) == ZN_ERR_OK &&
		    zn_application_open(&application, store, NULL, complaint) &&
		    write_genesis(application, store, path, chain_text, complaint);
	zn_application_close(application);
	zn_node_store_close(store);
	close(lock_fd);
	return done;
}
