/* tools/commands.h - the subcommands of `zennet`: one file each, one row each in main.c's table.
 *
 * A command returns its exit status: 0 done, 1 it failed, 2 it was called wrongly; whatever failed has
 * been said before in one sentence on standard error (zn_command_fail). argv[0] is the command's name.
 * main.c answers --help with the command's help text, which has an example for every form.
 */
#ifndef ZN_TOOLS_COMMANDS_H
#define ZN_TOOLS_COMMANDS_H

#define ZN_EXIT_OK     0
#define ZN_EXIT_FAILED 1
#define ZN_EXIT_USAGE  2

typedef int zn_command_fn(int argc, char **argv);

struct zn_command {
	const char *name;
	const char *sentence; /* one line for `zennet --help` */
	const char *help;     /* usage, options, examples; ends with a newline */
	zn_command_fn *run;
};

/** Print "zennet <command>: sentence" on standard error. Returns `status`. */
int zn_command_fail(int status, const char *command, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

zn_command_fn zn_cmd_worker, zn_cmd_job, zn_cmd_kernel, zn_cmd_wallet, zn_cmd_ledger, zn_cmd_devices,
	zn_cmd_doctor;
extern const char zn_cmd_worker_help[], zn_cmd_job_help[], zn_cmd_kernel_help[],
	zn_cmd_wallet_help[],
	zn_cmd_ledger_help[], zn_cmd_devices_help[], zn_cmd_doctor_help[];

#endif
