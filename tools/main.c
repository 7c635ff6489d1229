/* tools/main.c - `zennet`, the one command that people use: a table of subcommands. */
#include "tools/commands.h"
#include "tools/options.h"

#include <stdarg.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct zn_command commands[] = {
	{"worker", "earn: find jobs, agree on a price, work, be paid", zn_cmd_worker_help,
		zn_cmd_worker},
	{"job", "buy work: write, run, watch and steer jobs", zn_cmd_job_help, zn_cmd_job},
	{"kernel", "write a kernel of your own, and check that it is fit to be a job",
		zn_cmd_kernel_help, zn_cmd_kernel},
	{"wallet", "keys, balances, and sending coins", zn_cmd_wallet_help, zn_cmd_wallet},
	{"ledger", "look at the XenCoin ledger", zn_cmd_ledger_help, zn_cmd_ledger},
	{"devices", "the compute devices of this machine", zn_cmd_devices_help, zn_cmd_devices},
	{"doctor", "what is missing on this machine, and what to do", zn_cmd_doctor_help,
		zn_cmd_doctor},
	{NULL, NULL, NULL, NULL},
};

#define COMMANDS_COUNT (sizeof commands / sizeof commands[0] - 1)

int zn_command_fail(int status, const char *command, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "zennet %s: ", command);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return status;
}

static int print_help(void)
{
	puts("zennet - an open market for idle compute\n\nusage: zennet COMMAND ...\n");
	for (size_t i = 0; commands[i].name != NULL; i++)
		printf("  %-8s %s\n", commands[i].name, commands[i].sentence);
	puts("\nzennet COMMAND --help says how, with examples; zennet --version says which.\n"
	     "Files are kept in $ZENNET_HOME, else ~/.local/share/zennet.\n\n"
	     "example: zennet doctor");
	return ZN_EXIT_OK;
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

static int run(const struct zn_command *command, int argc, char **argv)
{
	if (wants_help(argc, argv)) {
		fputs(command->help, stdout);
		return ZN_EXIT_OK;
	}
	int status = command->run(argc, argv);
	if (fflush(stdout) != 0 && status == ZN_EXIT_OK)
		return zn_command_fail(ZN_EXIT_FAILED, command->name,
			"what was to be printed could not be written");
	return status;
}

int main(int argc, char **argv)
{
	/* a limit on file sizes is a full disk: a sentence, not a signal */
	signal(SIGXFSZ, SIG_IGN);
	if (argc < 2) {
		fputs("zennet: say what to do; zennet --help lists the commands\n", stderr);
		return ZN_EXIT_USAGE;
	}
	const char *word = argv[1];
	if (strcmp(word, "--version") == 0) {
		puts("zennet " ZN_VERSION);
		return ZN_EXIT_OK;
	}
	bool help = strcmp(word, "help") == 0;
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || (help && argc == 2))
		return print_help();
	if (help)
		word = argv[2];
	for (size_t i = 0; commands[i].name != NULL; i++) {
		if (strcmp(commands[i].name, word) != 0)
			continue;
		if (help)
			return fputs(commands[i].help, stdout) < 0 ? ZN_EXIT_FAILED : ZN_EXIT_OK;
		return run(&commands[i], argc - 1, argv + 1);
	}
	const char *near =
		zn_nearest_name(word, &commands[0].name, COMMANDS_COUNT, sizeof commands[0]);
	if (near != NULL)
		fprintf(stderr, "zennet: there is no command '%s'; did you mean '%s'?\n", word,
			near);
	else
		fprintf(stderr, "zennet: there is no command '%s'; zennet --help lists them\n",
			word);
	return ZN_EXIT_USAGE;
}
