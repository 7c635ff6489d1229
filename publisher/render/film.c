#include "publisher/render/film.h"

#include "core/assert.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum zn_err zn_film_init(struct zn_film *film, const struct zn_pathtrace_params *params)
{
	size_t pixels = (size_t)params->width * params->height;
	*film = (struct zn_film){.width = params->width,
		.height = params->height,
		.samples = params->samples,
		.samples_per_item = params->samples_per_item,
		.sample_most = (uint64_t)(params->clamp * ZN_FILM_ONE + 1.0f)};
	film->sums = calloc(pixels * 3, sizeof(*film->sums));
	film->counts = calloc(pixels, sizeof(*film->counts));
	if (film->sums != NULL && film->counts != NULL)
		return ZN_ERR_OK;
	zn_film_finish(film);
	return ZN_ERR_MEMORY;
}

void zn_film_finish(struct zn_film *film)
{
	free(film->sums);
	free(film->counts);
	memset(film, 0, sizeof(*film));
}

static uint64_t load_u64(const uint8_t *bytes)
{
	uint64_t value = 0;
	for (int i = 7; i >= 0; i--)
		value = value << 8 | bytes[i];
	return value;
}

/* Samples that an item holds; the last pass may be shorter. */
static uint32_t item_samples(const struct zn_film *film, uint64_t pass)
{
	uint64_t first = pass * film->samples_per_item;
	uint64_t left = film->samples - first;
	return left < film->samples_per_item ? (uint32_t)left : film->samples_per_item;
}

static bool chunk_fits(const struct zn_film *film, uint64_t first_item, uint64_t item_count,
	size_t bytes)
{
	uint64_t passes = (film->samples + film->samples_per_item - 1) / film->samples_per_item;
	uint64_t items = passes * film->width * film->height;
	return first_item <= items && item_count <= items - first_item &&
	       bytes / ZN_PATHTRACE_SLOT_BYTES == item_count &&
	       bytes % ZN_PATHTRACE_SLOT_BYTES == 0;
}

/* No more than so many samples can sum up to. */
static bool slot_plausible(const struct zn_film *film, uint64_t item, const uint8_t *slot)
{
	uint64_t most = item_samples(film, item / ((uint64_t)film->width * film->height)) *
			film->sample_most;
	return load_u64(slot) <= most && load_u64(slot + 8) <= most && load_u64(slot + 16) <= most;
}

bool zn_film_plausible(const struct zn_film *film, uint64_t first_item, uint64_t item_count,
	const uint8_t *output, size_t bytes)
{
	bool good = chunk_fits(film, first_item, item_count, bytes);
	for (uint64_t i = 0; good && i < item_count; i++)
		good = slot_plausible(film, first_item + i, output + i * ZN_PATHTRACE_SLOT_BYTES);
	return good;
}

/* Would every slot go in (or, taking out, is it in)? */
static bool slots_fit(const struct zn_film *film, uint64_t first_item, uint64_t item_count,
	const uint8_t *output, bool taking_out)
{
	uint64_t pixels = (uint64_t)film->width * film->height;
	for (uint64_t i = 0; i < item_count; i++) {
		uint64_t pixel = (first_item + i) % pixels;
		uint32_t samples = item_samples(film, (first_item + i) / pixels);
		uint32_t held = film->counts[pixel];
		const uint8_t *slot = output + i * ZN_PATHTRACE_SLOT_BYTES;
		if ((taking_out ? held < samples : held + samples > film->samples) ||
			!slot_plausible(film, first_item + i, slot))
			return false;
		for (size_t c = 0; taking_out && c < 3; c++)
			if (load_u64(slot + c * 8) > film->sums[pixel * 3 + c])
				return false;
	}
	return true;
}

static bool change(struct zn_film *film, uint64_t first_item, uint64_t item_count,
	const uint8_t *output, size_t bytes, bool taking_out)
{
	uint64_t pixels = (uint64_t)film->width * film->height;
	/* A chunk longer than a pass meets a pixel twice: check and apply pass by pass. */
	if (!chunk_fits(film, first_item, item_count, bytes))
		return false;
	uint64_t done = 0;
	while (done < item_count) {
		uint64_t part = item_count - done < pixels ? item_count - done : pixels;
		if (!slots_fit(film, first_item + done, part,
			    output + done * ZN_PATHTRACE_SLOT_BYTES, taking_out))
			break;
		for (uint64_t i = done; i < done + part; i++) {
			uint64_t pixel = (first_item + i) % pixels;
			uint32_t samples = item_samples(film, (first_item + i) / pixels);
			film->counts[pixel] += taking_out ? 0 - samples : samples;
			for (size_t c = 0; c < 3; c++) {
				uint64_t value =
					load_u64(output + i * ZN_PATHTRACE_SLOT_BYTES + c * 8);
				film->sums[pixel * 3 + c] += taking_out ? 0 - value : value;
			}
		}
		done += part;
	}
	if (done == item_count)
		return true;
	if (done > 0) /* put back the parts before the one that did not fit */
		ZN_ASSERT(change(film, first_item, done, output, done * ZN_PATHTRACE_SLOT_BYTES,
			!taking_out));
	return false;
}

bool zn_film_add(struct zn_film *film, uint64_t first_item, uint64_t item_count,
	const uint8_t *output, size_t bytes)
{
	return change(film, first_item, item_count, output, bytes, false);
}

bool zn_film_subtract(struct zn_film *film, uint64_t first_item, uint64_t item_count,
	const uint8_t *output, size_t bytes)
{
	return change(film, first_item, item_count, output, bytes, true);
}

uint64_t zn_film_samples_done(const struct zn_film *film)
{
	uint64_t done = 0;
	for (size_t i = 0; i < (size_t)film->width * film->height; i++)
		done += film->counts[i];
	return done;
}

uint64_t zn_film_samples_total(const struct zn_film *film)
{
	return (uint64_t)film->width * film->height * film->samples;
}

/* A filmic shoulder: straight at the dark end, 1 at infinity. */
static float shoulder(float x)
{
	return x * (x * 2.51f + 0.03f) / (x * (x * 2.43f + 0.59f) + 0.14f);
}

static uint8_t srgb(float linear)
{
	float x = linear <= 0.0031308f ? linear * 12.92f
				       : 1.055f * powf(linear, 1.0f / 2.4f) - 0.055f;
	float scaled = x * 255.0f + 0.5f;
	return scaled <= 0 ? 0 : scaled >= 255.0f ? 255 : (uint8_t)scaled;
}

void zn_film_tonemap(uint8_t *rgb, const struct zn_film *film, double exposure)
{
	float gain = (float)(exp2(exposure) * 0.6 / (double)ZN_FILM_ONE);
	for (size_t i = 0; i < (size_t)film->width * film->height; i++)
		for (size_t c = 0; c < 3; c++) {
			float mean = film->counts[i] == 0 ? 0
							  : (float)film->sums[i * 3 + c] /
								    (float)film->counts[i];
			rgb[i * 3 + c] = srgb(shoulder(mean * gain));
		}
}
