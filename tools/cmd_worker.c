/* tools/cmd_worker.c - `zennet worker`: find jobs, agree on a price, work, be paid. */
#include "core/limits.h"
#include "io/files.h"
#include "tools/commands.h"
#include "tools/home.h"
#include "tools/options.h"
#include "worker/worker.h"

#include <stdio.h>
#include <stdlib.h>

#define NAME         "worker"
#define RATE_DEFAULT UINT64_C(2000000) /* 0.02 XEN an hour */

const char zn_cmd_worker_help[] =
	"usage: zennet worker [options]\n"
	"\n"
	"  Finds an open job on the ledger, agrees on a price with its publisher, works, is paid "
	"for\n"
	"  every chunk, settles, and looks for the next job. Ctrl-C stops and settles.\n"
	"  What an earlier run was not paid out yet is collected first.\n"
	"\n"
	"  --rate AMOUNT     least pay for an hour of this device (default: '0.02 XEN')\n"
	"  --margin PERCENT  the first ask is so much more (default: 20)\n"
	"  --window SECONDS  unpaid work at risk, at most (default: 10)\n"
	"  --patience SECONDS  for a publisher that does not answer (default: 120)\n"
	"  --redeem AMOUNT   earned pay that may wait for the end of a deal; more is redeemed\n"
	"                    at once, for a fee of some 0.00003 XEN; 0 never redeems before the\n"
	"                    end (default: ten minutes of --rate, at least 0.003 XEN)\n"
	"  --device N        as `zennet devices` numbers them (default: the best one)\n"
	"  --threads N       of a CPU device (default: all)\n"
	"  --duty PERCENT    of the time that the device works, 10 to 100 (default: 100); prices\n"
	"                    stay as they are, an hour by the clock earns that part of --rate\n"
	"  --temperature-max CELSIUS  the device rests above it and goes on 5 degrees below\n"
	"  --power-max WATTS  the device works less of the time above it; `zennet devices` shows\n"
	"                    whether the two can be read here\n"
	"  --ledger URL      (default: $ZENNET_LEDGER, else http://127.0.0.1:26657)\n"
	"  --home DIR        where keys and journal are kept (default: $ZENNET_HOME, else\n"
	"                    ~/.local/share/zennet); one worker to a home\n"
	"  --key NAME|FILE   (default: worker, drawn at the first start)\n"
	"  --builtin-only    run no kernel that a publisher brings along\n"
	"  --once            end after one settled deal\n"
	"  --settle          only collect what is owed\n"
	"  --allow-private   dial loopback and private addresses that strangers announce; for\n"
	"                    networks of your own\n"
	"  --json            the status, an object a line, for programs\n"
	"\n"
	"examples:\n"
	"  zennet worker\n"
	"  zennet worker --rate '0.05 XEN' --window 5 --device 1\n"
	"  zennet worker --settle\n";

struct command {
	struct zn_loop *loop;
	struct zn_worker *worker;
	bool json;
	int status;
};

static void on_line(void *user, const char *line)
{
	const struct command *command = user;
	if (!command->json) {
		puts(line);
		fflush(stdout);
	}
}

static void on_status(void *user, const char *json)
{
	const struct command *command = user;
	if (command->json) {
		puts(json);
		fflush(stdout);
	}
}

static void on_ended(void *user, const char *failure)
{
	struct command *command = user;
	if (failure != NULL)
		command->status = zn_command_fail(ZN_EXIT_FAILED, NAME, "%s", failure);
	zn_loop_stop(command->loop);
}

static void on_interrupt(void *user)
{
	const struct command *command = user;
	zn_worker_leave(command->worker);
}

static int run(const struct zn_worker_options *options, bool json)
{
	struct command command = {.json = json, .status = ZN_EXIT_OK};
	struct zn_worker_options ours = *options;
	enum zn_err err = zn_loop_create(&command.loop);
	ours.handlers = (struct zn_worker_handlers){.say = on_line,
		.status = on_status,
		.ended = on_ended,
		.user = &command};
	if (err == ZN_ERR_OK)
		err = zn_worker_create(&command.worker, command.loop, &ours);
	if (err == ZN_ERR_OK)
		err = zn_loop_on_interrupt(command.loop, on_interrupt, &command);
	if (err == ZN_ERR_OK)
		err = zn_loop_run(command.loop);
	if (err != ZN_ERR_OK)
		command.status = zn_command_fail(ZN_EXIT_FAILED, NAME, "%s (ledger %s)",
			zn_err_sentence(err), ours.ledger_url);
	zn_worker_destroy(command.worker);
	zn_loop_destroy(command.loop);
	return command.status;
}

/* Keys, journal and cache move together; the variable is how io/files.h is told. */
static bool home_take(struct zn_complaint *complaint, char home[PATH_MAX], const char *given)
{
	char real[PATH_MAX];
	if (given != NULL) {
		enum zn_err err = zn_directory_make(given);
		if (err != ZN_ERR_OK || realpath(given, real) == NULL ||
			setenv("ZENNET_HOME", real, 1) != 0)
			return zn_complain(complaint, "--home %s: %s", given,
				zn_err_sentence(err != ZN_ERR_OK ? err : ZN_ERR_IO));
	}
	enum zn_err err = zn_path_home(home);
	if (err != ZN_ERR_OK)
		return zn_complain(complaint,
			"there is no home for Zennet's files (%s): set ZENNET_HOME",
			zn_err_sentence(err));
	return true;
}

/* Ten minutes of pay, or so much that fees stay small beside it. */
static struct zn_amount redeem_default(struct zn_amount rate_per_hour)
{
	uint64_t zat = rate_per_hour.zat / 6;
	return (struct zn_amount){
		zat > ZN_REDEEM_ZAT_DEFAULT_MIN ? zat : ZN_REDEEM_ZAT_DEFAULT_MIN};
}

#define NUMBER(label, to, from, upto)                                                              \
	{                                                                                          \
		.name = label, .kind = ZN_OPTION_NUMBER, .out = to, .least = from, .most = upto    \
	}

struct numbers {
	uint64_t device, threads, margin, window, patience, duty, temperature, power;
};

static void take_numbers(struct zn_worker_options *out, const struct numbers *given)
{
	out->threads = (uint32_t)given->threads;
	out->duty_percent = (uint32_t)given->duty;
	out->temperature_c_max = (uint32_t)given->temperature;
	out->power_w_max = (uint32_t)given->power;
	out->margin_percent = (uint32_t)given->margin;
	out->window_s = (uint32_t)given->window;
	out->patience_s = (uint32_t)given->patience;
}

int zn_cmd_worker(int argc, char **argv)
{
	struct zn_complaint complaint = {{0}};
	const char *words[1], *ledger = NULL, *home = NULL, *key = NULL;
	char home_path[PATH_MAX], key_path[PATH_MAX];
	size_t words_count = 0;
	struct numbers given = {.margin = 20, .window = 10, .duty = 100};
	bool device_given = false, redeem_given = false, json = false;
	struct zn_worker_options options = {.rate_per_hour = {RATE_DEFAULT}};
	const struct zn_option list[] = {
		{.name = "ledger", .kind = ZN_OPTION_TEXT, .out = &ledger},
		{.name = "home", .kind = ZN_OPTION_TEXT, .out = &home},
		{.name = "key", .kind = ZN_OPTION_TEXT, .out = &key},
		{.name = "device",
			.kind = ZN_OPTION_NUMBER,
			.out = &given.device,
			.most = 63,
			.given = &device_given},
		NUMBER("threads", &given.threads, 1, 4096),
		NUMBER("duty", &given.duty, ZN_DUTY_PERCENT_MIN, 100),
		NUMBER("temperature-max", &given.temperature, 20, 120),
		NUMBER("power-max", &given.power, 1, 4000),
		{.name = "rate", .kind = ZN_OPTION_AMOUNT, .out = &options.rate_per_hour},
		{.name = "redeem",
			.kind = ZN_OPTION_AMOUNT,
			.out = &options.redeem,
			.given = &redeem_given},
		{.name = "margin", .kind = ZN_OPTION_NUMBER, .out = &given.margin, .most = 10000},
		NUMBER("window", &given.window, 1, 3600),
		NUMBER("patience", &given.patience, 1, 86400),
		{.name = "builtin-only", .kind = ZN_OPTION_FLAG, .out = &options.builtin_only},
		{.name = "once", .kind = ZN_OPTION_FLAG, .out = &options.once},
		{.name = "settle", .kind = ZN_OPTION_FLAG, .out = &options.settle_only},
		{.name = "allow-private", .kind = ZN_OPTION_FLAG, .out = &options.allow_private},
		{.name = "json", .kind = ZN_OPTION_FLAG, .out = &json},
	};
	if (!zn_options_parse(&complaint, words, &words_count, 0, 0, argc, argv, list,
		    sizeof list / sizeof list[0]))
		return zn_command_fail(ZN_EXIT_USAGE, NAME, "%s", complaint.text);
	if (options.rate_per_hour.zat == 0)
		return zn_command_fail(ZN_EXIT_USAGE, NAME,
			"--rate: 0 is not allowed; give the least pay that an hour is worth");
	if (!home_take(&complaint, home_path, home) ||
		(key != NULL && !zn_key_path(&complaint, key_path, key)))
		return zn_command_fail(ZN_EXIT_FAILED, NAME, "%s", complaint.text);
	if (!redeem_given)
		options.redeem = redeem_default(options.rate_per_hour);
	options.ledger_url = zn_ledger_url(ledger);
	options.home = home_path;
	options.key_path = key != NULL ? key_path : NULL; /* the worker makes its own */
	take_numbers(&options, &given);
	options.device = device_given ? (int32_t)given.device : -1;
	return run(&options, json);
}
