#include "tests/unit/node_ground.h"

#include "io/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool ground_open(struct ground *ground, struct zn_complaint *complaint)
{
	if (zn_node_store_open(&ground->store, ground->directory, complaint) != ZN_ERR_OK)
		return false;
	return zn_application_open(&ground->application, ground->store, &ground->people.genesis,
		complaint);
}

void ground_close(struct ground *ground)
{
	zn_application_close(ground->application);
	zn_node_store_close(ground->store);
	ground->application = NULL;
	ground->store = NULL;
}

void ground_start(struct ground *ground)
{
	struct zn_complaint complaint = {""};
	memset(ground, 0, sizeof *ground);
	strcpy(ground->home, "/tmp/zennet-ground-XXXXXX");
	assert_non_null(mkdtemp(ground->home));
	snprintf(ground->directory, sizeof ground->directory, "%s/ledger", ground->home);
	assert_int_equal(zn_directory_make(ground->directory), ZN_ERR_OK);
	world_start(&ground->people, ZN_FEE_ZAT_PER_BYTE);
	zn_signer_make(&ground->signer, &ground->people.keys[0]);
	ground->time_s = ground->people.time_s + 1;
	if (!ground_open(ground, &complaint))
		fail_msg("%s", complaint.text);
}

static void txs_clear(struct ground *ground)
{
	for (size_t i = 0; i < ground->count; i++)
		free((void *)(uintptr_t)ground->txs[i].bytes);
	ground->count = 0;
}

void ground_finish(struct ground *ground)
{
	txs_clear(ground);
	ground_close(ground);
	world_finish(&ground->people);
	zn_directory_remove(ground->home);
}

void ground_add(struct ground *ground, struct zn_transaction *draft, int who)
{
	uint8_t *bytes = malloc(ZN_TX_BYTES_MAX);
	assert_non_null(bytes);
	assert_true(ground->count < GROUND_TXS_MAX);
	draft->nonce = ground->nonce[who]++;
	draft->valid_until_s = ground->time_s + 1000;
	size_t count = zn_transaction_sign(bytes, draft, &ground->people.keys[who],
		&ground->people.chain, ZN_FEE_ZAT_PER_BYTE);
	zn_transaction_id(&ground->ids[ground->count], bytes, count);
	ground->txs[ground->count++] = (struct zn_block_tx){bytes, count, false};
}

enum zn_err ground_block(struct ground *ground)
{
	static struct zn_node_tx kept[GROUND_TXS_MAX];
	static struct zn_hash scratch[GROUND_TXS_MAX];
	static struct zn_commit commit;
	const struct zn_node_head *head = zn_application_head(ground->application);
	struct zn_block work = {head->height + 1, ground->time_s, ground->count, ground->txs};
	struct zn_node_block block = {.commit = &commit,
		.txs = kept,
		.txs_count = (uint32_t)ground->count};
	struct zn_block_mark mark;
	struct zn_block_time time;
	struct zn_hash app_hash, data_hash;
	zn_application_finalize(ground->application, ground->results, &work, &app_hash);
	for (size_t i = 0; i < ground->count; i++)
		kept[i] = (struct zn_node_tx){ground->txs[i].bytes, (uint32_t)ground->txs[i].count,
			(uint32_t)ground->results[i]};
	zn_block_data_hash(&data_hash, scratch, kept, block.txs_count);
	zn_signer_time(&time, head, ground->time_s * 1000000000);
	zn_signer_header(&block.header, &ground->signer, head, &time, &data_hash);
	zn_signer_commit(&commit, &ground->signer, &block.header);
	zn_block_mark_of(&mark, &block, scratch);
	enum zn_err err = zn_application_commit(ground->application, &block, &mark);
	txs_clear(ground);
	if (err == ZN_ERR_OK)
		zn_application_check_restart(ground->application, ground->time_s);
	return err;
}

const struct zn_query_answer *ground_query(struct ground *ground, const char *path,
	const void *data, size_t count, uint64_t height, bool prove)
{
	static struct zn_query_answer answer;
	struct zn_query query = {path, data, count, height, prove};
	zn_application_query(&answer, ground->application, &query);
	return &answer;
}
