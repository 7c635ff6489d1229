#include "tools/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES_MAX 32

bool zn_number_parse(uint64_t *out, const char *text)
{
	uint64_t value = 0;

	if (text[0] == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (!isdigit((unsigned char)*text))
			return false;
		uint64_t digit = (uint64_t)(*text - '0');
		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}

bool zn_duration_parse(uint64_t *out_s, const char *text)
{
	static const struct {
		char letter;
		uint64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	char digits[NAME_BYTES_MAX];
	size_t bytes = strlen(text);
	uint64_t count;

	if (bytes < 2 || bytes > sizeof digits)
		return false;
	memcpy(digits, text, bytes - 1);
	digits[bytes - 1] = '\0';
	if (!zn_number_parse(&count, digits))
		return false;
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (text[bytes - 1] != units[i].letter)
			continue;
		if (count > UINT64_MAX / units[i].seconds)
			return false;
		*out_s = count * units[i].seconds;
		return true;
	}
	return false;
}

/* Levenshtein's distance, cut: a name is never longer than NAME_BYTES_MAX. */
static size_t distance(const char *a, const char *b)
{
	size_t row[NAME_BYTES_MAX + 1];
	size_t a_bytes = strlen(a), b_bytes = strlen(b);

	if (a_bytes > NAME_BYTES_MAX || b_bytes > NAME_BYTES_MAX)
		return NAME_BYTES_MAX;
	for (size_t j = 0; j <= b_bytes; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_bytes; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b_bytes; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);
			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[b_bytes];
}

const char *zn_nearest_name(const char *word, const char *const *names, size_t count,
	size_t stride_bytes)
{
	const char *nearest = NULL;
	size_t best = strlen(word) / 2 + 1; /* farther ones share nothing with what was written */

	for (size_t i = 0; i < count; i++) {
		const char *name;
		memcpy(&name, (const char *)names + i * stride_bytes, sizeof name);
		size_t bytes = strlen(word);
		size_t far =
			bytes > 1 && strncmp(word, name, bytes) == 0 ? 0 : distance(word, name);
		if (far < best) {
			best = far;
			nearest = name;
		}
	}
	return nearest;
}

static bool number_in_range(const struct zn_option *option, uint64_t value)
{
	bool bounded = option->least != 0 || option->most != 0;

	return !bounded || (value >= option->least && value <= option->most);
}

static bool set_number(struct zn_complaint *complaint, const struct zn_option *option,
	const char *text)
{
	uint64_t value;

	if (zn_number_parse(&value, text) && number_in_range(option, value)) {
		*(uint64_t *)option->out = value;
		return true;
	}
	if (option->least == 0 && option->most == 0)
		return zn_complain(complaint, "--%s: '%s' is no whole number", option->name, text);
	return zn_complain(complaint, "--%s: '%s' is not allowed; give %llu to %llu", option->name,
		text, (unsigned long long)option->least, (unsigned long long)option->most);
}

static bool set_decimal(struct zn_complaint *complaint, const struct zn_option *option,
	const char *text)
{
	char *end;
	bool bounded = option->least != 0 || option->most != 0;

	errno = 0;
	double value = strtod(text, &end);
	bool plain = strspn(text, "0123456789.") == strlen(text);
	if (plain && end != text && *end == '\0' && errno == 0 &&
		(!bounded || (value >= (double)option->least && value <= (double)option->most))) {
		*(double *)option->out = value;
		return true;
	}
	if (!bounded)
		return zn_complain(complaint, "--%s: '%s' is no number", option->name, text);
	return zn_complain(complaint, "--%s: '%s' is not allowed; give %llu to %llu", option->name,
		text, (unsigned long long)option->least, (unsigned long long)option->most);
}

static bool set_value(struct zn_complaint *complaint, const struct zn_option *option,
	const char *text)
{
	switch (option->kind) {
	case ZN_OPTION_FLAG:
		return zn_complain(complaint, "--%s takes no value", option->name);
	case ZN_OPTION_TEXT:
		if (text[0] == '\0')
			return zn_complain(complaint, "--%s: the value is empty", option->name);
		*(const char **)option->out = text;
		return true;
	case ZN_OPTION_NUMBER:
		return set_number(complaint, option, text);
	case ZN_OPTION_DECIMAL:
		return set_decimal(complaint, option, text);
	case ZN_OPTION_DURATION:
		if (zn_duration_parse(option->out, text))
			return true;
		return zn_complain(complaint,
			"--%s: '%s' is no time; give one as 90s, 30m, 2h or 3d", option->name,
			text);
	case ZN_OPTION_AMOUNT:
		if (zn_amount_parse(option->out, text))
			return true;
		return zn_complain(complaint,
			"--%s: '%s' is no amount; give one as '5 XEN' or '12 zat'", option->name,
			text);
	}
	return zn_complain(complaint, "--%s cannot be read", option->name);
}

static const struct zn_option *find_option(struct zn_complaint *complaint, const char *argument,
	const struct zn_option *options, size_t options_count)
{
	char name[NAME_BYTES_MAX + 1] = {0};
	size_t bytes = strcspn(argument, "=");

	if (bytes <= NAME_BYTES_MAX)
		memcpy(name, argument, bytes);
	for (size_t i = 0; i < options_count; i++)
		if (strcmp(options[i].name, name) == 0)
			return &options[i];
	const char *near = options_count == 0 ? NULL
					      : zn_nearest_name(name, &options[0].name,
							options_count, sizeof options[0]);
	if (near != NULL)
		zn_complain(complaint, "there is no option --%.*s; did you mean --%s?", (int)bytes,
			argument, near);
	else
		zn_complain(complaint, "there is no option --%.*s; --help lists them", (int)bytes,
			argument);
	return NULL;
}

/* Reads argv[*at], and the value behind it; *at ends on the last one read. */
static bool read_option(struct zn_complaint *complaint, int *at, int argc, char **argv,
	const struct zn_option *options, size_t options_count)
{
	const char *argument = argv[*at] + 2;
	const struct zn_option *option = find_option(complaint, argument, options, options_count);
	const char *equals = strchr(argument, '=');

	if (option == NULL)
		return false;
	if (option->given != NULL)
		*option->given = true;
	if (equals != NULL)
		return set_value(complaint, option, equals + 1);
	if (option->kind == ZN_OPTION_FLAG) {
		*(bool *)option->out = true;
		return true;
	}
	if (*at + 1 >= argc)
		return zn_complain(complaint, "--%s needs a value", option->name);
	(*at)++;
	return set_value(complaint, option, argv[*at]);
}

bool zn_options_parse(struct zn_complaint *complaint, const char **words, size_t *words_count,
	size_t words_least, size_t words_max, int argc, char **argv,
	const struct zn_option *options, size_t options_count)
{
	bool only_words = false;
	size_t count = 0;

	for (int i = 1; i < argc; i++) {
		if (!only_words && strcmp(argv[i], "--") == 0) {
			only_words = true;
		} else if (!only_words && strncmp(argv[i], "--", 2) == 0) {
			if (!read_option(complaint, &i, argc, argv, options, options_count))
				return false;
		} else if (!only_words && argv[i][0] == '-' && argv[i][1] != '\0') {
			return zn_complain(complaint,
				"there is no option %s; options are long, as in --help", argv[i]);
		} else if (count < words_max) {
			words[count++] = argv[i];
		} else {
			return zn_complain(complaint, "'%s' is one word too many; see --help",
				argv[i]);
		}
	}
	if (count < words_least)
		return zn_complain(complaint, "something is missing after '%s'; see --help",
			argc > 0 ? argv[argc - 1] : "");
	*words_count = count;
	return true;
}
