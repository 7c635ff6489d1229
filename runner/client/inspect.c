#include "runner/client/inspect.h"

#include "runner/pipe.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LINE_BYTES_MAX 256 /* of the log; longer ones are cut */
#define BUFFER_SHIFT   48  /* oclgrind's addresses: the buffer's number above, the offset below */
#define OFFSET_MASK    ((UINT64_C(1) << BUFFER_SHIFT) - 1)

const char *zn_inspector_find(void)
{
	static const char *const places[] = {"/usr/lib/oclgrind/liboclgrind-rt-icd.so",
		"/usr/lib/x86_64-linux-gnu/oclgrind/liboclgrind-rt-icd.so",
		"/usr/lib/aarch64-linux-gnu/oclgrind/liboclgrind-rt-icd.so",
		"/usr/local/lib/oclgrind/liboclgrind-rt-icd.so"};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (access(places[i], R_OK) == 0)
			return places[i];
	return NULL;
}

int zn_inspect_log_create(void)
{
	return memfd_create("zennet-inspect", MFD_CLOEXEC);
}

/* --- one finding ---------------------------------------------------------------------------------- */

/* "... of size 4 ..."; 0 if it is not there. */
static unsigned long size_in(const char *line)
{
	const char *at = strstr(line, "of size ");
	return at != NULL ? strtoul(at + strlen("of size "), NULL, 10) : 0;
}

/* Where a global address lies. */
static void place_of(char *out, size_t out_bytes, uint64_t address)
{
	static const char *const names[ZN_INSPECT_BUFFERS] = {"the parameters", "the shared input",
		"the chunk's input", "the list of items", "its output slot"};
	static const unsigned heads[ZN_INSPECT_BUFFERS] = {0, ZN_HEAD_BYTES, ZN_HEAD_BYTES, 0, 0};
	uint64_t number = address >> BUFFER_SHIFT, offset = address & OFFSET_MASK;
	bool before = offset > OFFSET_MASK / 2;
	if (before)
		number++;
	if (number < 1 || number > ZN_INSPECT_BUFFERS) {
		snprintf(out, out_bytes,
			address < 65536 ? "through a null pointer"
					: "where nothing of the job lies");
		return;
	}
	long long at = before ? -(long long)(OFFSET_MASK + 1 - offset)
			      : (long long)offset - heads[number - 1];
	snprintf(out, out_bytes, "outside of %s, at its byte %lld", names[number - 1], at);
}

static void access_of(char *out, size_t out_bytes, const char *line)
{
	const char *verb = strncmp(line, "Invalid read", 12) == 0 ? "reads" : "writes";
	const char *at = strstr(line, "address 0x");
	char place[120];
	uint64_t address = at != NULL ? strtoull(at + strlen("address 0x"), NULL, 16) : 0;
	if (strstr(line, "private memory") != NULL)
		snprintf(place, sizeof place, "outside of a variable or array of its own");
	else if (strstr(line, "local memory") != NULL)
		snprintf(place, sizeof place, "outside of the group's local memory, at byte %llu",
			(unsigned long long)(address & OFFSET_MASK));
	else
		place_of(place, sizeof place, address);
	snprintf(out, out_bytes, "%s %lu bytes %s", verb, size_in(line), place);
}

static const char *space_of(const char *line)
{
	return strstr(line, "local memory") != NULL ? "local memory" : "the output";
}

/* A line that begins a finding: what it says in our words. False for every other line. */
static bool begins(char *out, size_t out_bytes, const char *line)
{
	if (strstr(line, "data race at ") != NULL)
		snprintf(out, out_bytes,
			"two items of a group use the same place of %s, one of them writing, with "
			"no barrier between",
			space_of(line));
	else if (strncmp(line, "Invalid write to read-only", 26) == 0)
		snprintf(out, out_bytes, "writes into an input");
	else if (strncmp(line, "Invalid read of", 15) == 0 ||
		 strncmp(line, "Invalid write of", 16) == 0)
		access_of(out, out_bytes, line);
	else if (strncmp(line, "Uninitialized value written", 27) == 0)
		snprintf(out, out_bytes, "writes a value that was never set into %s",
			space_of(line));
	else if (strncmp(line, "Uninitialized address", 21) == 0)
		snprintf(out, out_bytes, "uses a pointer or an index that was never set");
	else if (strncmp(line, "Controlflow depends on uninit", 29) == 0)
		snprintf(out, out_bytes, "decides by a value that was never set");
	else if (strncmp(line, "Work-group divergence", 21) == 0)
		snprintf(out, out_bytes, "only some items of the group come to this barrier");
	else if (strncmp(line, "Index (", 7) == 0 && strstr(line, "exceeds static array") != NULL)
		snprintf(out, out_bytes, "uses an index that is outside of its array");
	else if (strncmp(line, "Unaligned address", 17) == 0 || strstr(line, "not aligned") != NULL)
		snprintf(out, out_bytes,
			"uses an address that is not a multiple of the type's size");
	else if (strncmp(line, "Undefined external function", 27) == 0)
		snprintf(out, out_bytes, "calls a function that the checker does not know");
	else
		return false;
	return true;
}

/* "\tAt line 7 (column 22) of probe.cl:" */
static bool place_line(struct zn_inspect_finding *finding, const char *line)
{
	const char *of = strstr(line, " of ");
	while (*line == '\t' || *line == ' ')
		line++;
	if (strncmp(line, "At line ", 8) != 0 || of == NULL)
		return false;
	uint32_t number = (uint32_t)strtoul(line + 8, NULL, 10);
	if (finding->line != 0) {
		if (finding->other_line == 0)
			finding->other_line = number;
		return true;
	}
	finding->line = number;
	zn_pipe_clean(finding->file, sizeof finding->file, of + 4, strcspn(of + 4, ":"), false);
	return true;
}

/* --- the whole ------------------------------------------------------------------------------------ */

struct reading {
	struct zn_inspect_finding *out;
	uint32_t count;
	bool open;
	struct zn_inspect_finding now;
	uint64_t item;
};

static bool same(const struct zn_inspect_finding *a, const struct zn_inspect_finding *b)
{
	return a->line == b->line && strcmp(a->file, b->file) == 0 &&
	       strncmp(a->what, b->what, 12) == 0; /* the kind; addresses differ by item */
}

static void close_finding(struct reading *reading)
{
	bool known = !reading->open;
	for (uint32_t i = 0; i < reading->count && !known; i++)
		known = same(&reading->out[i], &reading->now);
	if (!known && reading->count < ZN_INSPECT_FINDINGS_MAX)
		reading->out[reading->count++] = reading->now;
	reading->open = false;
}

static void take_line(struct reading *reading, const char *line)
{
	char what[ZN_INSPECT_WHAT_BYTES];
	if (strncmp(line, ZN_INSPECT_MARK, strlen(ZN_INSPECT_MARK)) == 0) {
		close_finding(reading);
		reading->item = strtoull(line + strlen(ZN_INSPECT_MARK), NULL, 10);
	} else if (begins(what, sizeof what, line)) {
		close_finding(reading);
		reading->now = (struct zn_inspect_finding){.item = reading->item};
		memcpy(reading->now.what, what, sizeof what);
		reading->open = true;
	} else if (reading->open) {
		(void)place_line(&reading->now, line);
	}
}

uint32_t zn_inspect_log_parse(struct zn_inspect_finding *out, const char *text, uint64_t bytes)
{
	struct reading reading = {.out = out};
	char line[LINE_BYTES_MAX];
	for (uint64_t at = 0; at < bytes;) {
		const char *end = memchr(text + at, '\n', bytes - at);
		uint64_t length = end != NULL ? (uint64_t)(end - text) - at : bytes - at;
		zn_pipe_clean(line, sizeof line, text + at, length, true);
		take_line(&reading, line);
		at += length + 1;
	}
	close_finding(&reading);
	return reading.count;
}

uint32_t zn_inspect_log_read(struct zn_inspect_finding *out, int fd)
{
	char *text = malloc(ZN_INSPECT_LOG_BYTES_MAX);
	uint64_t bytes = 0;
	if (text == NULL)
		return 0;
	while (bytes < ZN_INSPECT_LOG_BYTES_MAX) {
		ssize_t got =
			pread(fd, text + bytes, ZN_INSPECT_LOG_BYTES_MAX - bytes, (off_t)bytes);
		if (got <= 0)
			break;
		bytes += (uint64_t)got;
	}
	uint32_t count = zn_inspect_log_parse(out, text, bytes);
	free(text);
	return count;
}
