/* tools/cmd_job.c - `zennet job ...`: write, run, watch and steer jobs. */
#include "io/files.h"
#include "publisher/job_file.h"
#include "publisher/publisher.h"
#include "tools/commands.h"
#include "tools/home.h"
#include "tools/options.h"

#include <stdio.h>
#include <string.h>

const char zn_cmd_job_help[] =
	"usage: zennet job new render|kernel FILE     write an example (docs/JOBS.md says every "
	"key)\n"
	"       zennet job run FILE [options]         announce it, deal, check, pay, settle\n"
	"       zennet job run --resume ID [options]  go on with one that was stopped\n"
	"       zennet job local FILE [--out FILE]    the same on this machine alone\n"
	"       zennet job list | status [ID]         how jobs stand\n"
	"       zennet job pause|resume|cancel [ID]   orders to a running job\n"
	"       zennet job fund [ID] AMOUNT           add to its budget\n"
	"       zennet job settle [options]           close and collect what old jobs left open\n"
	"\n"
	"  --ledger URL        a ledger node (default http://127.0.0.1:26657, or $ZENNET_LEDGER)\n"
	"  --key NAME|FILE     who pays (default: the key 'default')\n"
	"  --listen HOST:PORT  where workers reach us (default 127.0.0.1:0)\n"
	"  --announce HOST:PORT  what is announced, where that differs\n"
	"  --out FILE          where the result goes\n"
	"  --json              for scripts\n"
	"\n"
	"examples: zennet job new render job.json && zennet job local job.json\n"
	"          zennet job run job.json --listen 0.0.0.0:7400 --announce my.host:7400\n"
	"          zennet job run --resume 3fa9c012\n"
	"          zennet job fund 3fa9c012 \"2 XEN\"\n";

static int fail(int status, const char *sentence)
{
	return zn_command_fail(status, "job", "%s", sentence);
}

#define EXAMPLE_BYTES_MAX (2 * PATH_MAX + 4096)

/* Put `name` in place of the first `word`, once; the text has EXAMPLE_BYTES_MAX bytes. */
static void put_name(char *text, const char *word, const char *name)
{
	char *at = strstr(text, word);
	if (at == NULL || strlen(text) + strlen(name) >= EXAMPLE_BYTES_MAX)
		return;
	memmove(at + strlen(name), at + strlen(word), strlen(at + strlen(word)) + 1);
	memcpy(at, name, strlen(name));
}

/* The demo's scene, where tools/setup --scene has brought it: an example that works as it is. */
static void put_scene(char *text)
{
	char cache[PATH_MAX], scene[PATH_MAX], sky[PATH_MAX];
	if (zn_path_cache(cache) != ZN_ERR_OK ||
		!zn_path_make(scene, "%s/scene/poolTable/poolTable.obj", cache) ||
		!zn_path_make(sky, "%s/scene/interior.exr", cache) || !zn_file_exists(scene) ||
		!zn_file_exists(sky))
		return;
	put_name(text, ZN_JOB_EXAMPLE_SCENE, scene);
	put_name(text, ZN_JOB_EXAMPLE_SKY, sky);
}

static int job_new(const char **words, size_t count)
{
	const char *example = count == 3 ? zn_job_file_example(words[1]) : NULL;
	char text[EXAMPLE_BYTES_MAX];
	if (example == NULL)
		return fail(ZN_EXIT_USAGE, "say: zennet job new render FILE, or kernel FILE");
	snprintf(text, sizeof text, "%s", example);
	if (strcmp(words[1], "render") == 0)
		put_scene(text);
	if (zn_file_exists(words[2]))
		return zn_command_fail(ZN_EXIT_FAILED, "job",
			"%s is there already; name another file", words[2]);
	enum zn_err err = zn_file_write(words[2], text, strlen(text), 0644);
	if (err != ZN_ERR_OK)
		return zn_command_fail(ZN_EXIT_FAILED, "job", "%s: %s", words[2],
			zn_err_sentence(err));
	printf("%s is written; edit it, then: zennet job local %s, or zennet job run %s\n",
		words[2], words[2], words[2]);
	return ZN_EXIT_OK;
}

static int job_run(const char **words, size_t count, struct zn_publisher_options *options)
{
	if (options->resume_id == NULL && count != 2)
		return fail(ZN_EXIT_USAGE, "name the job file: zennet job run FILE");
	if (options->resume_id != NULL && count != 1)
		return fail(ZN_EXIT_USAGE, "give either a job file or --resume ID");
	options->job_path = count == 2 ? words[1] : NULL;
	return zn_publisher_run(options);
}

static bool is_order(const char *word)
{
	return strcmp(word, "pause") == 0 || strcmp(word, "resume") == 0 ||
	       strcmp(word, "cancel") == 0;
}

/* An order that was taken is confirmed: silence would leave one wondering. */
static int told(int status, const char *verb)
{
	if (status == ZN_EXIT_OK)
		printf("%s: the job was told\n", verb);
	return status;
}

static int dispatch(const char **words, size_t count, struct zn_publisher_options *options)
{
	const char *verb = words[0], *id = count > 1 ? words[1] : NULL;
	if (strcmp(verb, "new") == 0)
		return job_new(words, count);
	if (strcmp(verb, "run") == 0)
		return job_run(words, count, options);
	if (strcmp(verb, "local") == 0) {
		options->job_path = id;
		return count == 2 ? zn_publisher_local(options)
				  : fail(ZN_EXIT_USAGE, "name the job file: zennet job local FILE");
	}
	if (strcmp(verb, "list") == 0 && count == 1)
		return zn_publisher_list(options->json, stdout);
	if (strcmp(verb, "status") == 0 && count <= 2)
		return zn_publisher_status(id, options->json, stdout);
	if (is_order(verb) && count <= 2)
		return told(zn_publisher_tell(id, verb, NULL), verb);
	if (strcmp(verb, "fund") == 0 && count >= 2)
		return told(zn_publisher_tell(count == 3 ? id : NULL, verb, words[count - 1]),
			verb);
	if (strcmp(verb, "settle") == 0 && count == 1)
		return zn_publisher_settle_all(options);
	return zn_command_fail(ZN_EXIT_USAGE, "job",
		"'%s' is no way to use it; zennet job --help shows them", verb);
}

int zn_cmd_job(int argc, char **argv)
{
	struct zn_publisher_options options = {.listen = "127.0.0.1:0", .to = stdout};
	const char *ledger = NULL, *key = NULL, *words[3];
	char key_path[PATH_MAX];
	size_t count;
	struct zn_complaint complaint;
	const struct zn_option known[] = {
		{.name = "ledger", .kind = ZN_OPTION_TEXT, .out = &ledger},
		{.name = "key", .kind = ZN_OPTION_TEXT, .out = &key},
		{.name = "listen", .kind = ZN_OPTION_TEXT, .out = &options.listen},
		{.name = "announce", .kind = ZN_OPTION_TEXT, .out = &options.announce},
		{.name = "resume", .kind = ZN_OPTION_TEXT, .out = &options.resume_id},
		{.name = "out", .kind = ZN_OPTION_TEXT, .out = &options.out},
		{.name = "runner", .kind = ZN_OPTION_TEXT, .out = &options.runner},
		{.name = "json", .kind = ZN_OPTION_FLAG, .out = &options.json},
	};
	if (argc < 2)
		return fail(ZN_EXIT_USAGE, "say what to do; zennet job --help shows it");
	if (!zn_options_parse(&complaint, words, &count, 1, 3, argc, argv, known,
		    sizeof known / sizeof known[0]))
		return fail(ZN_EXIT_USAGE, complaint.text);
	if (!zn_key_path(&complaint, key_path, key))
		return fail(ZN_EXIT_FAILED, complaint.text);
	options.ledger_url = zn_ledger_url(ledger);
	options.key_path = key_path;
	return dispatch(words, count, &options);
}
