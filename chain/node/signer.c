#include "chain/node/signer.h"

#include "core/assert.h"
#include "core/limits.h"

#include <string.h>

void zn_signer_make(struct zn_signer *out, const struct zn_secret_key *key)
{
	struct zn_public_key public_key;
	memset(out, 0, sizeof *out);
	out->key = *key;
	zn_public_key_of(&public_key, key);
	out->set.count = 1;
	zn_validator_make(&out->set.list[0], &public_key, 1);
	zn_validators_hash(&out->set_hash, &out->set);
}

void zn_signer_wipe(struct zn_signer *signer)
{
	zn_secret_key_wipe(&signer->key);
}

bool zn_signer_fits(const struct zn_signer *signer, const struct zn_node_head *head)
{
	return head->height == 0 ||
	       zn_hash_equal(&signer->set_hash, &head->mark.next_validators_hash);
}

void zn_signer_header(struct zn_header *out, const struct zn_signer *signer,
	const struct zn_node_head *head, const struct zn_block_time *time,
	const struct zn_hash *data_hash)
{
	*out = (struct zn_header){.block_version = ZN_BLOCK_VERSION,
		.app_version = ZN_APP_VERSION,
		.chain = head->chain,
		.height = head->height + 1,
		.time = *time,
		.last_block = head->mark.block,
		.last_commit_hash = head->mark.commit_hash,
		.data_hash = *data_hash,
		.validators_hash = signer->set_hash,
		.next_validators_hash = signer->set_hash,
		.last_results_hash = head->mark.results_hash};
	zn_consensus_hash(&out->consensus_hash, ZN_BLOCK_BYTES_MAX, -1);
	zn_app_hash_of_root(&out->app_hash, &head->app_hash);
	zn_empty_hash(&out->evidence_hash);
	memcpy(out->proposer, signer->set.list[0].address, sizeof out->proposer);
}

void zn_signer_commit(struct zn_commit *out, const struct zn_signer *signer,
	const struct zn_header *header)
{
	struct zn_commit_vote *vote = &out->votes[0];
	struct zn_hash hash;
	out->height = header->height;
	out->round = 0;
	zn_block_id_of(&out->block, header);
	out->votes_count = 1;
	*vote = (struct zn_commit_vote){.flag = ZN_VOTE_COMMIT, .time = header->time};
	memcpy(vote->address, signer->set.list[0].address, sizeof vote->address);
	zn_vote_hash(&hash, &header->chain, out->height, out->round, &out->block, &vote->time);
	zn_sign(&vote->signature, &signer->key, &hash);
}

void zn_signer_time(struct zn_block_time *out, const struct zn_node_head *head, uint64_t wall_ns)
{
	const struct zn_block_time *last = &head->mark.time;
	*out = (struct zn_block_time){(int64_t)(wall_ns / 1000000000),
		(uint32_t)(wall_ns % 1000000000)};
	/* A wall clock that was set back must not take ledger time with it. */
	if (zn_block_time_compare(out, last) > 0)
		return;
	*out = *last;
	if (++out->ns == 1000000000)
		*out = (struct zn_block_time){last->s + 1, 0};
}
