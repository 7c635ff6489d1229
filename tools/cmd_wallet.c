/* tools/cmd_wallet.c - `zennet wallet`: keys in the home, their balances, and sending coins. */
#include "io/files.h"
#include "io/keyfile.h"
#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/describe.h"
#include "tools/home.h"
#include "tools/options.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME            "wallet"
#define SEND_TIMEOUT_MS 20000
#define WORDS_MAX       4

const char zn_cmd_wallet_help[] =
	"usage: zennet wallet new [NAME]          draw a new key\n"
	"       zennet wallet show [NAME]         its account; without a name, of all keys\n"
	"       zennet wallet balance [WHO]       what it owns on the ledger\n"
	"       zennet wallet send TO AMOUNT      send coins\n"
	"\n"
	"  NAME  of a key in the home's keys/, or a path with a '/'; without one: default\n"
	"  WHO, TO  an account (xen1...), or the name of a key of your own\n"
	"  AMOUNT   with its unit: '5 XEN', '12.5 XEN', '1200 zat'\n"
	"  --from NAME   who sends (default: default)\n"
	"  --yes         do not ask before sending\n"
	"  --ledger URL  where the ledger is (default: $ZENNET_LEDGER, else "
	"http://127.0.0.1:26657)\n"
	"  --json        for programs\n"
	"\n"
	"examples:\n"
	"  zennet wallet new alice\n"
	"  zennet wallet show\n"
	"  zennet wallet balance alice --json\n"
	"  zennet wallet send xen1... '5 XEN' --from alice --yes\n";

struct wallet {
	const char *words[WORDS_MAX];
	size_t words_count;
	const char *from;
	const char *ledger;
	bool yes;
	bool json;
	struct zn_complaint complaint;
};

static int failed(const struct wallet *wallet)
{
	return zn_command_fail(ZN_EXIT_FAILED, NAME, "%s", wallet->complaint.text);
}

static int run_new(struct wallet *wallet)
{
	const char *name = wallet->words_count > 1 ? wallet->words[1] : ZN_KEY_NAME_DEFAULT;
	struct zn_secret_key secret;
	struct zn_public_key public;
	struct zn_account account;
	char path[PATH_MAX], text[ZN_ACCOUNT_TEXT_BYTES];

	if (!zn_key_path(&wallet->complaint, path, name))
		return failed(wallet);
	enum zn_err err = zn_keyfile_create(&secret, path);
	if (err == ZN_ERR_EXISTS)
		return zn_command_fail(ZN_EXIT_FAILED, NAME,
			"there is a key at %s already; it stays as it is", path);
	if (err != ZN_ERR_OK)
		return zn_command_fail(ZN_EXIT_FAILED, NAME, "%s: %s", path, zn_err_sentence(err));
	zn_public_key_of(&public, &secret);
	zn_secret_key_wipe(&secret);
	zn_account_of(&account, &public);
	zn_account_text(text, &account);
	if (wallet->json) {
		struct zn_json *object = zn_json_object_create();
		zn_json_add_string(object, "account", text);
		zn_json_add_string(object, "key", path);
		return zn_json_show(NAME, object);
	}
	printf("%s\nThe key is in %s. Keep a copy: whoever has it has the coins.\n", text, path);
	return ZN_EXIT_OK;
}

static bool show_one(struct wallet *wallet, const char *name, struct zn_json *list)
{
	struct zn_secret_key secret;
	struct zn_public_key public;
	struct zn_account account;
	char text[ZN_ACCOUNT_TEXT_BYTES];

	if (!zn_key_open(&wallet->complaint, &secret, name, false))
		return false;
	zn_public_key_of(&public, &secret);
	zn_secret_key_wipe(&secret);
	zn_account_of(&account, &public);
	zn_account_text(text, &account);
	if (list == NULL) {
		printf("%-16s %s\n", name, text);
		return true;
	}
	struct zn_json *object = zn_json_object_create();
	zn_json_add_string(object, "name", name);
	zn_json_add_string(object, "account", text);
	zn_json_add(list, NULL, object);
	return true;
}

static int is_key(const struct dirent *entry)
{
	size_t bytes = strlen(entry->d_name);

	return bytes > 4 && strcmp(entry->d_name + bytes - 4, ".key") == 0;
}

static bool show_all(struct wallet *wallet, struct zn_json *list)
{
	char path[PATH_MAX];
	struct dirent **entries;
	bool shown = true;

	if (!zn_key_path(&wallet->complaint, path, NULL))
		return false;
	*strrchr(path, '/') = '\0';
	int count = scandir(path, &entries, is_key, alphasort);
	if (count < 0)
		return zn_complain(&wallet->complaint, "%s cannot be read", path);
	if (count == 0 && list == NULL)
		printf("no key yet in %s; make one: zennet wallet new\n", path);
	for (int i = 0; i < count; i++) {
		char *name = entries[i]->d_name;
		name[strlen(name) - 4] = '\0';
		shown = shown && show_one(wallet, name, list);
		free(entries[i]);
	}
	free(entries);
	return shown;
}

static int run_show(struct wallet *wallet)
{
	struct zn_json *list = wallet->json ? zn_json_array_create() : NULL;
	bool shown = wallet->words_count > 1 ? show_one(wallet, wallet->words[1], list)
					     : show_all(wallet, list);

	if (!shown) {
		zn_json_destroy(list);
		return failed(wallet);
	}
	return list != NULL ? zn_json_show(NAME, list) : ZN_EXIT_OK;
}

static int run_balance(struct wallet *wallet)
{
	const char *who = wallet->words_count > 1 ? wallet->words[1] : ZN_KEY_NAME_DEFAULT;
	struct zn_account account;
	char amount[ZN_AMOUNT_TEXT_BYTES], text[ZN_ACCOUNT_TEXT_BYTES];
	int status = ZN_EXIT_FAILED;

	if (!zn_account_open(&wallet->complaint, &account, who))
		return failed(wallet);
	struct zn_ask *ask = zn_ask_open(&wallet->complaint, zn_ledger_url(wallet->ledger));
	if (ask == NULL)
		return failed(wallet);
	zn_ledger_get_account(NULL, ask->ledger, &account, zn_ask_answer, ask);
	if (!zn_ask_wait(&wallet->complaint, ask)) {
		status = failed(wallet);
	} else if (wallet->json) {
		struct zn_json *object = zn_json_object_create();
		zn_json_add_account(object, "account", &account);
		zn_json_add_zat(object, "balance_zat", ask->answer.account->balance);
		zn_json_add_u64_text(object, "nonce", ask->answer.account->nonce);
		zn_json_add_u64_text(object, "height", ask->answer.height);
		status = zn_json_show(NAME, object);
	} else {
		printf("%s  %s\n", zn_amount_text(amount, ask->answer.account->balance),
			zn_account_text(text, &account));
		status = ZN_EXIT_OK;
	}
	zn_ask_close(ask);
	return status;
}

static bool confirmed(struct wallet *wallet, const struct zn_account *to, struct zn_amount amount)
{
	char amount_text[ZN_AMOUNT_TEXT_BYTES], to_text[ZN_ACCOUNT_TEXT_BYTES], line[16];

	if (wallet->yes)
		return true;
	if (!isatty(STDIN_FILENO))
		return zn_complain(&wallet->complaint,
			"nobody is there to say yes; add --yes to send without asking");
	printf("send %s to %s? [y/N] ", zn_amount_text(amount_text, amount),
		zn_account_text(to_text, to));
	fflush(stdout);
	if (fgets(line, sizeof line, stdin) != NULL && (line[0] == 'y' || line[0] == 'Y'))
		return true;
	return zn_complain(&wallet->complaint, "nothing was sent");
}

static int show_sent(struct wallet *wallet, const struct zn_ledger_answer *answer)
{
	char id[ZN_HASH_TEXT_BYTES];

	if (answer->refusal != ZN_LEDGER_OK)
		return zn_command_fail(ZN_EXIT_FAILED, NAME, "the ledger refused: %s",
			zn_ledger_refusal_sentence(answer->refusal));
	zn_hash_text(id, &answer->tx_id);
	if (!wallet->json) {
		printf("sent, in block %" PRIu64 ": %s\n", answer->height, id);
		return ZN_EXIT_OK;
	}
	struct zn_json *object = zn_json_object_create();
	zn_json_add_string(object, "id", id);
	zn_json_add_u64_text(object, "height", answer->height);
	return zn_json_show(NAME, object);
}

static int run_send(struct wallet *wallet)
{
	struct zn_transaction draft = {.kind = ZN_TX_TRANSFER};
	struct zn_tx_transfer *transfer = &draft.body.transfer;
	struct zn_secret_key secret;
	char amount[ZN_AMOUNT_TEXT_BYTES];
	struct zn_ask *ask = NULL;
	int status;

	if (wallet->words_count < 3)
		return zn_command_fail(ZN_EXIT_USAGE, NAME,
			"say to whom and how much: zennet wallet send TO '5 XEN'");
	snprintf(amount, sizeof amount, "%s%s%s", wallet->words[2],
		wallet->words_count > 3 ? " " : "",
		wallet->words_count > 3 ? wallet->words[3] : "");
	if (!zn_amount_parse(&transfer->amount, amount))
		return zn_command_fail(ZN_EXIT_USAGE, NAME,
			"'%s' is no amount; give one as '5 XEN' or '12 zat'", amount);
	if (!zn_account_open(&wallet->complaint, &transfer->to, wallet->words[1]) ||
		!zn_key_open(&wallet->complaint, &secret, wallet->from, false))
		return failed(wallet);
	if (confirmed(wallet, &transfer->to, transfer->amount))
		ask = zn_ask_open(&wallet->complaint, zn_ledger_url(wallet->ledger));
	if (ask == NULL) {
		zn_secret_key_wipe(&secret);
		return failed(wallet);
	}
	zn_ledger_send(NULL, ask->ledger, &secret, &draft, SEND_TIMEOUT_MS, zn_ask_answer, ask);
	zn_secret_key_wipe(&secret);
	status = zn_ask_wait(&wallet->complaint, ask) ? show_sent(wallet, &ask->answer)
						      : failed(wallet);
	zn_ask_close(ask);
	return status;
}

int zn_cmd_wallet(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(struct wallet *wallet);
		size_t words_max;
	} verbs[] = {{"new", run_new, 2}, {"show", run_show, 2}, {"balance", run_balance, 2},
		{"send", run_send, 4}};
	struct wallet wallet = {.from = ZN_KEY_NAME_DEFAULT};
	const struct zn_option options[] = {
		{.name = "from", .kind = ZN_OPTION_TEXT, .out = &wallet.from},
		{.name = "ledger", .kind = ZN_OPTION_TEXT, .out = &wallet.ledger},
		{.name = "yes", .kind = ZN_OPTION_FLAG, .out = &wallet.yes},
		{.name = "json", .kind = ZN_OPTION_FLAG, .out = &wallet.json},
	};

	if (!zn_options_parse(&wallet.complaint, wallet.words, &wallet.words_count, 1, WORDS_MAX,
		    argc, argv, options, sizeof options / sizeof options[0]))
		return zn_command_fail(ZN_EXIT_USAGE, NAME, "%s", wallet.complaint.text);
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		if (strcmp(verbs[i].name, wallet.words[0]) != 0)
			continue;
		if (wallet.words_count > verbs[i].words_max)
			return zn_command_fail(ZN_EXIT_USAGE, NAME,
				"'%s' is one word too many; see --help",
				wallet.words[verbs[i].words_max]);
		return verbs[i].run(&wallet);
	}
	return zn_command_fail(ZN_EXIT_USAGE, NAME,
		"'%s' is none of new, show, balance, send; see --help", wallet.words[0]);
}
