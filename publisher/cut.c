#include "publisher/cut.h"

#include "core/assert.h"
#include "io/system_err.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct cutting {
	int fd;
	const char *name;
	uint8_t *room; /* one piece and a byte, which says whether more follows */
	uint32_t bytes_max, used;
	uint64_t place; /* of room[0] in the file */
	uint64_t lines; /* ended before it */
	bool at_lines, ended;
	zn_cut_fn *fn;
	void *user;
	struct zn_complaint *complaint;
};

/* As much as fits, or the rest. */
static bool fill(struct cutting *cutting)
{
	while (!cutting->ended && cutting->used <= cutting->bytes_max) {
		ssize_t got = read(cutting->fd, cutting->room + cutting->used,
			cutting->bytes_max + 1 - cutting->used);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return zn_complain(cutting->complaint, "%s: %s", cutting->name,
				zn_err_sentence(zn_err_of_errno(errno)));
		cutting->ended = got == 0;
		cutting->used += (uint32_t)got;
	}
	return true;
}

static uint64_t lines_in(const uint8_t *bytes, uint32_t count)
{
	const uint8_t *at = bytes, *end = bytes + count;
	uint64_t lines = 0;
	while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		lines++;
		at++;
	}
	return lines;
}

/* Bytes of the next piece; 0 and a sentence where a line does not fit. */
static uint32_t piece_bytes(struct cutting *cutting)
{
	if (cutting->used <= cutting->bytes_max)
		return cutting->used;
	if (!cutting->at_lines)
		return cutting->bytes_max;
	const uint8_t *end = memrchr(cutting->room, '\n', cutting->bytes_max);
	if (end != NULL)
		return (uint32_t)(end - cutting->room) + 1;
	zn_complain(cutting->complaint,
		"%s: line %llu is longer than a piece of %u bytes; raise \"bytes\" of the input, or"
		" cut it at \"bytes\"",
		cutting->name, (unsigned long long)cutting->lines + 1, cutting->bytes_max);
	return 0;
}

static bool pieces(struct cutting *cutting)
{
	for (;;) {
		if (!fill(cutting))
			return false;
		if (cutting->used == 0)
			return true;
		uint32_t count = piece_bytes(cutting);
		struct zn_cut_piece piece = {.bytes = cutting->room,
			.count = count,
			.place = cutting->place};
		if (count == 0 || !cutting->fn(cutting->user, &piece, cutting->complaint))
			return false;
		if (cutting->at_lines)
			cutting->lines += lines_in(cutting->room, count);
		cutting->used -= count;
		cutting->place += count;
		memmove(cutting->room, cutting->room + count, cutting->used);
	}
}

bool zn_cut_file(const char *path, const char *name, uint32_t bytes_max, bool lines, zn_cut_fn *fn,
	void *user, struct zn_complaint *complaint)
{
	struct stat state;
	struct cutting cutting = {.name = name,
		.bytes_max = bytes_max,
		.at_lines = lines,
		.fn = fn,
		.user = user,
		.complaint = complaint};
	ZN_ASSERT(bytes_max > 0);
	cutting.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (cutting.fd < 0)
		return zn_complain(complaint, "%s: %s; name a file that can be read", name,
			zn_err_sentence(zn_err_of_errno(errno)));
	bool good = fstat(cutting.fd, &state) == 0 && S_ISREG(state.st_mode);
	if (!good)
		zn_complain(complaint, "%s: this is no file; name one", name);
	cutting.room = malloc((size_t)bytes_max + 1);
	if (good && cutting.room == NULL)
		good = zn_complain(complaint, "%s: out of memory", name);
	good = good && pieces(&cutting);
	free(cutting.room);
	close(cutting.fd);
	return good;
}
