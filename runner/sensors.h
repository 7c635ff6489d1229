/* runner/sensors.h - temperature and power as the kernel shows them: hwmon and RAPL (powercap).
 *
 * Formats: Linux, Documentation/hwmon/sysfs-interface.rst and Documentation/power/powercap/powercap.rst.
 * A file that is missing, unreadable or absurd is a reading that is not there.
 */
#ifndef ZN_RUNNER_SENSORS_H
#define ZN_RUNNER_SENSORS_H

#include "runner/sensor.h"

#include <limits.h>

struct zn_energy {
	char name[32]; /* the folder; "" is unused */
	uint64_t energy_uj, read_ns;
};

struct zn_sensor_place {
	char root[PATH_MAX / 2]; /* "/sys", or a recorded tree */
	struct zn_energy domains[ZN_SENSOR_DOMAINS_MAX];
	uint32_t round;
	bool power_denied, power_counting; /* of this round */
	uint32_t chips;                    /* of this round */
};

/** False when the path is too long. */
bool zn_sensors_open(struct zn_sensor_place *place, const char *root);
/** Begin a new round of readings with those of this place, in the order of the chips' numbers. */
void zn_sensors_read(struct zn_readings *out, struct zn_sensor_place *place, uint64_t now_ns);
/** One more; passed over when its value cannot be. */
void zn_readings_add(struct zn_readings *readings, const struct zn_sensor *sensor);
/** At the end of a round: say what is absent, and why as far as it is known. */
void zn_readings_note(struct zn_readings *readings, const struct zn_sensor_place *place);

#endif
