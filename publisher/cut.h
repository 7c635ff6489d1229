/* publisher/cut.h - files into pieces, the inputs of chunks: one pass, one piece in memory.
 *
 * Pieces are cut at a fixed size, or at the last line end that fits. None spans two files, and an empty
 * file makes none. What a line longer than a piece, or a file that is none, gets is a sentence.
 */
#ifndef ZN_PUBLISHER_CUT_H
#define ZN_PUBLISHER_CUT_H

#include "core/err.h"

#include <stdbool.h>
#include <stdint.h>

struct zn_cut_piece {
	const uint8_t *bytes; /* borrowed until the call returns */
	uint32_t count;       /* > 0 */
	uint64_t place;       /* in its file */
};

/** Called for each piece in order; false with a sentence stops. */
typedef bool zn_cut_fn(void *user, const struct zn_cut_piece *piece,
	struct zn_complaint *complaint);

/** Cut the file at `path`, which is shown as `name` in sentences, into pieces of 1 to `bytes_max`
 *  bytes, at line ends if `lines`. False and a sentence: it cannot be read, or the callback stopped. */
bool zn_cut_file(const char *path, const char *name, uint32_t bytes_max, bool lines, zn_cut_fn *fn,
	void *user, struct zn_complaint *complaint);

#endif
