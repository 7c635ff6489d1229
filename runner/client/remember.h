/* runner/client/remember.h - which class each device of this machine was in, under which driver.
 *
 * A memory for people, never a reason to skip the known answers: they run at every start (about 10 ms
 * with a cached binary), since what decides them is not in a driver's version alone: the compiler that it
 * loads, the microcode, an overclocked card. So nothing goes wrong when the file is lost or forged; it
 * only says "the driver changed: tested again".
 *
 * The file is zn_path_cache()/devices.json, out of a runner's reach: {"devices": [{"platform", "name",
 * "driver", "version", "exact": "yes" or "no", "reason"}]}.
 */
#ifndef ZN_RUNNER_CLIENT_REMEMBER_H
#define ZN_RUNNER_CLIENT_REMEMBER_H

#include "core/err.h"
#include "runner/device.h"

#include <stddef.h>

/** Compare tested devices with what is remembered, then remember them. Devices that were not tested are
 *  passed over. Out: notes[i] gets what has changed of devices[i], a sentence without a full stop, "" if
 *  nothing. In: `path` NULL for the usual file. Failures to write are silent: it is only a memory. */
void zn_devices_remember(struct zn_complaint *notes, const struct zn_device *devices, size_t count,
	const char *path);

#endif
