/* Replays a corpus through a fuzz target without libFuzzer: every file as it is, then every shorter
 * prefix of it, and every byte of it changed in a few ways. */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>

#define VARIED_BYTES_MAX 4096 /* longer inputs are cut and changed in this many places only */

static uint64_t runs;

/* A copy of its own, of the exact size, so that the address sanitizer sees a read behind its end. */
static void run(const uint8_t *bytes, size_t count)
{
	uint8_t *copy = malloc(count == 0 ? 1 : count);
	ZN_ASSERT(copy != NULL);
	memcpy(copy, bytes, count);
	LLVMFuzzerTestOneInput(count == 0 ? copy + 1 : copy, count);
	free(copy);
	runs++;
}

static void replay(uint8_t *bytes, size_t count)
{
	static const uint8_t changes[] = {0x01, 0x80, 0xff};
	run(bytes, count);
	size_t step = count / VARIED_BYTES_MAX + 1;
	for (size_t i = 0; i < count; i += step) {
		run(bytes, i);
		for (size_t j = 0; j < sizeof changes; j++) {
			bytes[i] ^= changes[j];
			run(bytes, count);
			bytes[i] ^= changes[j];
		}
	}
	bytes[count] = 0;
	run(bytes, count + 1);
}

static bool replay_file(const char *path)
{
	uint8_t *bytes = malloc(ZN_FUZZ_INPUT_BYTES_MAX + 1);
	FILE *file = fopen(path, "rb");
	ZN_ASSERT(bytes != NULL);
	size_t count = 0;
	bool read = file != NULL;
	if (read) {
		count = fread(bytes, 1, ZN_FUZZ_INPUT_BYTES_MAX, file);
		read = ferror(file) == 0;
		fclose(file);
	}
	if (read) {
		fprintf(stderr, "replay: %s, %zu bytes\n", path, count);
		replay(bytes, count);
	} else {
		fprintf(stderr, "replay: %s cannot be read\n", path);
	}
	free(bytes);
	return read;
}

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
	struct dirent **entries = NULL;
	int count = argc == 2 ? scandir(argv[1], &entries, is_input, alphasort) : -1;
	if (count <= 0) {
		fprintf(stderr,
			"replay: give a directory with inputs; an empty corpus tests nothing\n");
		return 1;
	}
	bool all = true;
	for (int i = 0; i < count; i++) {
		char path[4096];
		int length = snprintf(path, sizeof path, "%s/%s", argv[1], entries[i]->d_name);
		all = length > 0 && (size_t)length < sizeof path && replay_file(path) && all;
		free(entries[i]);
	}
	free(entries);
	printf("replay: %d inputs, %llu runs\n", count, (unsigned long long)runs);
	return all ? 0 : 1;
}
