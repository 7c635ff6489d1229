#include "chain/node/node.h"

#include "chain/node/application.h"
#include "chain/node/genesis_file.h"
#include "chain/node/rpc.h"
#include "chain/node/solo.h"
#include "chain/node/store.h"
#include "io/clock.h"
#include "io/files.h"
#include "io/log.h"
#include "io/random.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node {
	const struct zn_node_options *options;
	struct zn_loop *loop;
	struct zn_node_store *store;
	struct zn_application *application;
	struct zn_signer signer;
	struct zn_solo *solo;
	struct zn_rpc *rpc;
	int lock_fd;
	bool failed;
	struct zn_complaint complaint;
	struct zn_genesis genesis;
	bool has_genesis;
	char begun_path[PATH_MAX]; /* a file that says: there was a ledger here */
};

static bool home_open(struct node *node)
{
	const char *home = node->options->home;
	char path[PATH_MAX];
	enum zn_err err = zn_directory_make(home);
	if (err == ZN_ERR_OK && !zn_path_make(path, "%s/ledger", home))
		err = ZN_ERR_TOO_LARGE;
	if (err == ZN_ERR_OK)
		err = zn_directory_make(path);
	if (err != ZN_ERR_OK)
		return zn_complain(&node->complaint,
			"%s: the home cannot be made or entered: %s; give another --home", home,
			zn_err_sentence(err));
	char lock[PATH_MAX];
	if (!zn_path_make(lock, "%s/lock", home))
		return zn_complain(&node->complaint, "%s: too long a path", home);
	err = zn_file_lock(&node->lock_fd, lock);
	if (err == ZN_ERR_BUSY)
		return zn_complain(&node->complaint,
			"%s: another xencoind uses this home; stop it, or give another --home",
			home);
	if (err != ZN_ERR_OK)
		return zn_complain(&node->complaint, "%s: the home cannot be used: %s", home,
			zn_err_sentence(err));
	return zn_node_store_open(&node->store, path, &node->complaint) == ZN_ERR_OK;
}

/* The account that a new solo ledger gives its coins to. */
static bool operator_choose(struct node *node, struct zn_account *account)
{
	char path[PATH_MAX];
	bool made;
	if (node->options->operator_text != NULL)
		return zn_account_parse(account, node->options->operator_text) ||
		       zn_complain(&node->complaint,
			       "--operator %.80s: not an account; give xen1...",
			       node->options->operator_text);
	if (!zn_path_make(path, "%s/operator.key", node->options->home))
		return zn_complain(&node->complaint, "%s: too long a path", node->options->home);
	if (!zn_operator_key(account, &made, path, &node->complaint))
		return false;
	char text[ZN_ACCOUNT_TEXT_BYTES];
	if (made)
		printf("operator's key: %s (account %s)\n", path, zn_account_text(text, account));
	return true;
}

/* The genesis of a new home: the file that was named, the home's own, or one that is made. */
static bool genesis_choose(struct node *node)
{
	char path[PATH_MAX];
	struct zn_node_head head;
	struct zn_account account;
	uint8_t entropy[4];
	bool begun = zn_node_store_head(&head, node->store) != ZN_ERR_NOT_FOUND;
	const char *given = node->options->genesis;
	if (!zn_path_make(path, "%s/genesis.json", node->options->home) ||
		!zn_path_make(node->begun_path, "%s/ledger/begun", node->options->home))
		return zn_complain(&node->complaint, "%s: too long a path", node->options->home);
	if (!begun && zn_file_exists(node->begun_path))
		return zn_complain(&node->complaint,
			"%s/ledger: a ledger was here and its database is gone; bring data.mdb"
			" back, or give another --home for a new one",
			node->options->home);
	if (given == NULL && begun)
		return true;
	if (given == NULL && zn_file_exists(path))
		given = path; /* made by a first start that did not get further */
	node->has_genesis = true;
	if (given != NULL && !zn_genesis_file_read(&node->genesis, given, &node->complaint))
		return false;
	if (given == NULL) {
		if (!operator_choose(node, &account))
			return false;
		zn_random_bytes(entropy, sizeof entropy);
		zn_genesis_solo(&node->genesis, &account, zn_clock_wall_s(), entropy);
	}
	return begun || given == path ||
	       zn_genesis_file_write(path, &node->genesis, &node->complaint);
}

/* Another key would be another history's: light clients follow the old one. */
static bool signer_open(struct node *node)
{
	char path[PATH_MAX];
	struct zn_secret_key key;
	bool made;
	const struct zn_node_head *head = zn_application_head(node->application);
	if (!zn_path_make(path, "%s/validator.key", node->options->home))
		return zn_complain(&node->complaint, "%s: too long a path", node->options->home);
	if (head->height > 0 && !zn_file_exists(path))
		return zn_complain(&node->complaint,
			"%s: the key that signs this ledger's blocks is gone; bring it back, or "
			"give another --home for a new ledger",
			path);
	if (!zn_node_key(&key, &made, path, "validator", &node->complaint))
		return false;
	zn_signer_make(&node->signer, &key);
	zn_secret_key_wipe(&key);
	return zn_signer_fits(&node->signer, head) ||
	       zn_complain(&node->complaint,
		       "%s: not the key that signed this ledger's blocks so far; bring that one "
		       "back",
		       path);
}

static void on_block(void *user)
{
	struct node *node = user;
	zn_rpc_block(node->rpc);
}

static void on_failed(void *user, enum zn_err err)
{
	struct node *node = user;
	zn_complain(&node->complaint,
		"%s: block %" PRIu64
		" cannot be stored: %s; the node stops. Every transaction that "
		"was answered as in a block is safe. Mend it and start again",
		node->options->home, zn_application_head(node->application)->height,
		zn_err_sentence(err));
	node->failed = true;
	zn_loop_stop(node->loop);
}

static void on_interrupt(void *user)
{
	struct node *node = user;
	zn_loop_stop(node->loop);
}

static bool rpc_open(struct node *node)
{
	struct zn_rpc_options options = {node->options->address, node->options->port};
	enum zn_err err = zn_rpc_create(&node->rpc, node->loop, &options);
	if (err == ZN_ERR_OK)
		return true;
	if (err == ZN_ERR_BUSY)
		return zn_complain(&node->complaint,
			"--listen %s:%u: another program has this port; stop it, or give another "
			"port",
			node->options->address, node->options->port);
	return zn_complain(&node->complaint, "--listen %s:%u: cannot listen there: %s",
		node->options->address, node->options->port, zn_err_sentence(err));
}

static bool start(struct node *node)
{
	struct zn_solo_options solo = {.signer = &node->signer,
		.idle_ms = node->options->idle_ms,
		.block = on_block,
		.failed = on_failed,
		.user = node};
	if (zn_loop_create(&node->loop) != ZN_ERR_OK ||
		zn_loop_on_interrupt(node->loop, on_interrupt, node) != ZN_ERR_OK)
		return zn_complain(&node->complaint, "the event loop cannot be made");
	/* The port first: when it is taken, nothing has been made yet. */
	if (!rpc_open(node) || !home_open(node) || !genesis_choose(node) ||
		!zn_application_open(&node->application, node->store,
			node->has_genesis ? &node->genesis : NULL, &node->complaint) ||
		!signer_open(node))
		return false;
	zn_application_pool_set(node->application, node->loop);
	zn_node_store_keep(node->store, node->options->keep_s);
	/* From here on an empty database is a lost one: it must not begin anew in silence. */
	if (zn_file_write(node->begun_path, "", 0, 0600) != ZN_ERR_OK)
		return zn_complain(&node->complaint, "%s: cannot be written", node->begun_path);
	node->solo = zn_solo_create(node->loop, node->application, &solo);
	zn_rpc_attach(node->rpc, node->application, node->store, node->solo);
	return true;
}

static void finish(struct node *node)
{
	zn_rpc_destroy(node->rpc);
	zn_solo_destroy(node->solo);
	if (node->loop != NULL)
		zn_loop_destroy(node->loop);
	zn_application_close(node->application);
	zn_node_store_close(node->store);
	zn_signer_wipe(&node->signer);
	zn_genesis_file_finish(&node->genesis);
}

int zn_node_run(const struct zn_node_options *options)
{
	static struct node node;
	char hash[ZN_HASH_TEXT_BYTES];
	node = (struct node){.options = options, .lock_fd = -1};
	signal(SIGXFSZ,
		SIG_IGN); /* a limit on file sizes is a full disk: a sentence, not a signal */
	bool started = start(&node);
	if (started) {
		const struct zn_node_head *head = zn_application_head(node.application);
		printf("ledger %s at height %" PRIu64 ", app hash %s\n"
		       "one operator: this machine alone makes the blocks\n"
		       "listening on http://%s:%u\n",
			head->chain.text, head->height, zn_hash_text(hash, &head->app_hash),
			options->address, zn_rpc_port(node.rpc));
		fflush(stdout);
		enum zn_err err = zn_loop_run(node.loop);
		if (err != ZN_ERR_OK && !node.failed) {
			zn_complain(&node.complaint, "the event loop failed: %s",
				zn_err_sentence(err));
			node.failed = true;
		}
	}
	if (started && !node.failed)
		zn_log(ZN_LOG_INFO, "node", "stopped at height %" PRIu64,
			zn_application_head(node.application)->height);
	else
		fprintf(stderr, "xencoind: %s\n", node.complaint.text);
	finish(&node);
	return started && !node.failed ? 0 : 1;
}
