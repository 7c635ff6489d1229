/* tools/demo_main.c - `zennet-demo`, called by tools/demo: view draws, settle adds up. */
#include "io/files.h"
#include "io/json.h"
#include "tools/commands.h"
#include "tools/demo_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_BYTES_MAX (4u << 20)

int zn_command_fail(int status, const char *command, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "zennet-demo %s: ", command);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return status;
}

struct zn_json *zn_demo_json(const char *path)
{
	struct zn_complaint complaint;
	uint8_t *bytes;
	size_t count;

	if (path == NULL || zn_file_read(&bytes, &count, path, STATUS_BYTES_MAX) != ZN_ERR_OK)
		return NULL;
	struct zn_json *root = zn_json_parse(path, (const char *)bytes, count, &complaint);
	free(bytes);
	return root;
}

static bool split(struct zn_demo_named *out, char *text)
{
	char *equals = strchr(text, '=');

	if (equals == NULL)
		return false;
	*equals = '\0';
	*out = (struct zn_demo_named){.name = text, .value = equals + 1};
	return true;
}

static bool read_pair(struct zn_demo_options *options, const char *key, char *value)
{
	const struct {
		const char *key;
		const char **out;
	} texts[] = {{"--picture", &options->picture}, {"--job", &options->job},
		{"--story", &options->story}, {"--until", &options->until},
		{"--ledger", &options->ledger}};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (strcmp(texts[i].key, key) == 0) {
			*texts[i].out = value;
			return true;
		}
	if (strcmp(key, "--publisher") == 0)
		return split(&options->publisher, value);
	if (strcmp(key, "--operator") == 0)
		return split(&options->operator, value);
	if (strcmp(key, "--worker") == 0 && options->workers_count < ZN_DEMO_WORKERS_MAX)
		return split(&options->workers[options->workers_count++], value);
	return false;
}

int main(int argc, char **argv)
{
	struct zn_demo_options options = {0};

	for (int i = 2; i + 1 < argc; i += 2)
		if (!read_pair(&options, argv[i], argv[i + 1]))
			return zn_command_fail(ZN_EXIT_USAGE, argv[1], "what is %s?", argv[i]);
	if (argc >= 2 && strcmp(argv[1], "view") == 0)
		return zn_demo_view(&options);
	if (argc >= 2 && strcmp(argv[1], "settle") == 0)
		return zn_demo_settle(&options);
	fputs("zennet-demo: it is called by tools/demo\n", stderr);
	return ZN_EXIT_USAGE;
}
