/* runner/client/devices.h - which compute devices does this machine have?
 *
 * Asked of a zennet-runner of its own, so that no driver is ever mapped into this process. Broken or
 * empty drivers give no device, but are named; one that crashes ends the probe early with what was found.
 */
#ifndef ZN_RUNNER_CLIENT_DEVICES_H
#define ZN_RUNNER_CLIENT_DEVICES_H

#include "core/err.h"
#include "io/loop.h"
#include "runner/device.h"

struct zn_probe_options {
	const char *program;   /* zennet-runner's path; NULL: beside this program */
	const char *cache_dir; /* writable, PoCL hides without it; NULL: zn_path_cache()/runner */
	bool self_test; /* also run the known answers on each device: 50 ms each, 1 s when cold */
	enum zn_sandbox_level sandbox_max; /* as in zn_runner_options */
	uint32_t timeout_ms;               /* 0: ZN_PROBE_TIMEOUT_MS */
};

struct zn_probe_result {
	enum zn_err err;                 /* OK also when there is no device at all */
	const struct zn_device *devices; /* borrowed for the callback */
	uint32_t devices_count;
	const struct zn_driver *drivers; /* files and platforms, broken ones too; borrowed */
	uint32_t drivers_count;
	struct zn_machine machine; /* zeros where it could not be found out */
	const char *sentence; /* for people, when err is not OK or a driver misbehaved; else "" */
};

struct zn_probe;
typedef void zn_probe_done_fn(void *user, const struct zn_probe_result *result);

/** Start a probe; `done` is called exactly once, unless it is destroyed before. `*out` may be
 *  destroyed in `done` and must be destroyed some time; NULL is fine.
 *  Errors: NOT_FOUND (no runner program), DENIED, IO, MEMORY; then `done` is not called. */
enum zn_err zn_devices_probe(struct zn_probe **out, struct zn_loop *loop,
	const struct zn_probe_options *options, zn_probe_done_fn *done, void *user);
void zn_probe_destroy(struct zn_probe *probe);

#endif
