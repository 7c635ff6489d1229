/* chain/node/xencoind.c - the command line of the ledger node. */
#include "chain/node/export.h"
#include "chain/node/node.h"

#include "core/key.h"
#include "core/limits.h"
#include "io/files.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
	"xencoind --solo [--home DIR] [--listen ADDRESS:PORT] [--genesis FILE]\n"
	"         [--operator xen1...] [--keep TIME] [--idle-ms N]\n"
	"\n"
	"Runs a XenCoin ledger on this machine alone: one operator, no consensus.\n"
	"\n"
	"  --solo               the one engine there is yet; required\n"
	"  --home DIR           where the ledger lies (default: ledger-node in Zennet's home)\n"
	"  --listen A:P         where the RPC listens (default 127.0.0.1:26657; port 0: any)\n"
	"  --genesis FILE       what a new ledger begins with; an old one must have begun with it\n"
	"  --operator ACCOUNT   who gets the whole supply of a new ledger without --genesis\n"
	"                       (default: the account of HOME/operator.key, made if missing:\n"
	"                       64 hex characters, zennet wallet can use it)\n"
	"  --keep TIME          how long blocks are kept, as 12h or 7d, or all (default 7d);\n"
	"                       the state is always kept whole\n"
	"  --idle-ms N          an empty block after so long without transactions (default 30000)\n"
	"\n"
	"xencoind export --out FILE [--home DIR] [--chain-id NAME]\n"
	"\n"
	"Writes the state of a stopped ledger as the genesis of another: the same balances,\n"
	"nonces, channels, jobs and bonds. Under the same name the old one must never run again.\n"
	"\n"
	"Example: xencoind --solo --home ~/xen --listen 127.0.0.1:26657\n";

static int complain(const char *sentence, const char *what)
{
	fprintf(stderr, "xencoind: %s%s; see xencoind --help\n", sentence, what);
	return 2;
}

static bool number_read(uint64_t *out, const char *text, uint64_t most)
{
	uint64_t value = 0;
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || value > most)
			return false;
		value = value * 10 + (uint64_t)(*text - '0');
	}
	*out = value;
	return value <= most;
}

/* "127.0.0.1:26657", "[::1]:26657", with or without tcp:// before it. */
static bool listen_read(struct zn_node_options *options, const char *text)
{
	uint64_t port;
	if (strncmp(text, "tcp://", 6) == 0)
		text += 6;
	const char *colon = strrchr(text, ':');
	if (colon == NULL || !number_read(&port, colon + 1, UINT16_MAX))
		return false;
	size_t length = (size_t)(colon - text);
	if (length >= 2 && text[0] == '[' && colon[-1] == ']') {
		text++;
		length -= 2;
	}
	if (length == 0 || length >= sizeof options->address)
		return false;
	memcpy(options->address, text, length);
	options->address[length] = '\0';
	options->port = (uint16_t)port;
	return true;
}

/* "all", "90s", "15m", "12h", "7d". */
static bool keep_read(uint64_t *out_s, const char *text)
{
	static const struct {
		char unit;
		uint64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	char number[16];
	size_t length = strlen(text);
	if (strcmp(text, "all") == 0) {
		*out_s = 0;
		return true;
	}
	if (length < 2 || length > sizeof number)
		return false;
	memcpy(number, text, length - 1);
	number[length - 1] = '\0';
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (text[length - 1] == units[i].unit && number_read(out_s, number, 100000000)) {
			*out_s *= units[i].seconds;
			return *out_s > 0;
		}
	return false;
}

static bool home_read(struct zn_node_options *options, const char *text)
{
	char home[PATH_MAX];
	if (text != NULL)
		return zn_path_make(options->home, "%s", text);
	return zn_path_home(home) == ZN_ERR_OK &&
	       zn_path_make(options->home, "%s/ledger-node", home);
}

static int arguments_read(struct zn_node_options *options, int argc, char **argv)
{
	const char *home = NULL;
	bool solo = false;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--solo") == 0) {
			solo = true;
			continue;
		}
		if (i + 1 == argc)
			return complain("unknown, or its value is missing: ", argv[i]);
		const char *name = argv[i], *value = argv[++i];
		if (strcmp(name, "--home") == 0)
			home = value;
		else if (strcmp(name, "--genesis") == 0)
			options->genesis = value;
		else if (strcmp(name, "--operator") == 0)
			options->operator_text = value;
		else if (strcmp(name, "--listen") == 0) {
			if (!listen_read(options, value))
				return complain("--listen: give ADDRESS:PORT, not ", value);
		} else if (strcmp(name, "--keep") == 0) {
			if (!keep_read(&options->keep_s, value))
				return complain("--keep: give 90s, 15m, 12h, 7d or all, not ",
					value);
		} else if (strcmp(name, "--idle-ms") == 0) {
			if (!number_read(&options->idle_ms, value, 3600000) ||
				options->idle_ms == 0)
				return complain("--idle-ms: give 1 to 3600000, not ", value);
		} else
			return complain("unknown: ", name);
	}
	struct zn_account account;
	if (options->operator_text != NULL && !zn_account_parse(&account, options->operator_text))
		return complain("--operator: not an account; give xen1..., not ",
			options->operator_text);
	if (!solo)
		return complain("give --solo: it is the one engine there is yet", "");
	if (!home_read(options, home))
		return complain("the home cannot be made; give another --home", "");
	return 0;
}

static int run_export(int argc, char **argv)
{
	static struct zn_node_options options;
	const char *home = NULL, *out = NULL, *chain = NULL;
	struct zn_complaint complaint = {""};
	for (int i = 0; i < argc; i += 2) {
		if (i + 1 == argc)
			return complain("unknown, or its value is missing: ", argv[i]);
		if (strcmp(argv[i], "--home") == 0)
			home = argv[i + 1];
		else if (strcmp(argv[i], "--out") == 0)
			out = argv[i + 1];
		else if (strcmp(argv[i], "--chain-id") == 0)
			chain = argv[i + 1];
		else
			return complain("export: unknown: ", argv[i]);
	}
	if (out == NULL)
		return complain("export: give --out FILE", "");
	if (!home_read(&options, home))
		return complain("the home cannot be made; give another --home", "");
	if (!zn_export(options.home, out, chain, &complaint)) {
		fprintf(stderr, "xencoind: %s\n", complaint.text);
		return 1;
	}
	printf("%s: start it with xencoind --solo --genesis %s in a new --home\n", out, out);
	return 0;
}

/* LMDB reads its file as memory: what is missing of it, or cannot be read, comes as a signal. */
static void on_unreadable(int number)
{
	static const char sentence[] = "xencoind: the ledger's database (ledger/data.mdb) is cut "
				       "off, or its disk cannot be"
				       " read; put a copy in its place\n";
	ssize_t wrote = write(STDERR_FILENO, sentence, sizeof sentence - 1);
	(void)number;
	_exit(wrote < 0 ? 2 : 1);
}

int main(int argc, char **argv)
{
	signal(SIGBUS, on_unreadable);
	static struct zn_node_options options = {.address = "127.0.0.1",
		.port = 26657,
		.idle_ms = ZN_BLOCK_IDLE_S * 1000,
		.keep_s = ZN_KEEP_S_DEFAULT};
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			fputs(help, stdout);
			return 0;
		}
	if (argc > 1 && strcmp(argv[1], "export") == 0)
		return run_export(argc - 2, argv + 2);
	int status = arguments_read(&options, argc, argv);
	return status != 0 ? status : zn_node_run(&options);
}
