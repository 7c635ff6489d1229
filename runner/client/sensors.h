/* runner/client/sensors.h - temperature and power, about once a second.
 *
 * Read by a zennet-runner of its own that runs no foreign code, since a maker's library is a driver and
 * no driver is ever mapped into this process. What it says is decoded like a stranger's.
 */
#ifndef ZN_RUNNER_CLIENT_SENSORS_H
#define ZN_RUNNER_CLIENT_SENSORS_H

#include "core/err.h"
#include "io/loop.h"
#include "runner/sensor.h"

struct zn_sensors;

struct zn_sensors_options {
	const char *program;   /* zennet-runner's path; NULL: beside this program */
	const char *cache_dir; /* NULL: zn_path_cache()/runner */
	const char *sys_root;  /* a recorded tree, for tests; NULL: /sys */
	/** The readings of one round; borrowed. The first comes at once, the second soon. */
	void (*readings)(void *user, const struct zn_readings *readings);
	/** There will be no more: the process ended, hung or answered rubbish. Destroy it then. */
	void (*gone)(void *user, const char *sentence);
	void *user;
};

/** Errors: NOT_FOUND (no runner program), DENIED, IO, MEMORY. Callbacks come from the loop; in them
 *  zn_sensors_destroy is allowed. */
enum zn_err zn_sensors_create(struct zn_sensors **out, struct zn_loop *loop,
	const struct zn_sensors_options *options);
void zn_sensors_destroy(struct zn_sensors *sensors);

/** The highest temperature, or the sum of the powers, of a device in thousandths: of the CPU, or of the
 *  card at `pci` ("": of any card). False when there is no such reading. Out: `name` of the hottest, may
 *  be NULL; borrowed from the readings. */
bool zn_readings_of(int32_t *milli, const char **name, const struct zn_readings *readings,
	enum zn_sensor_kind kind, const struct zn_device *device)
	__attribute__((warn_unused_result));

#endif
