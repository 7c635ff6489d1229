/* worker/cap.h - when the owner's limits on temperature and power make the device rest.
 *
 * Takes  readings, about once a second, and what the owner decided
 * Gives  a pause, and the share of time that the device may work
 *
 * Temperature pauses above its limit and goes on ZN_CAP_COOL_C below. Power lowers the share of time step
 * by step, since a pause makes it fall at once and it would swing; it pauses only where the smallest share
 * is still too much. A reading that a limit needs and that is not there pauses too: an owner who set a
 * limit does not want it forgotten. Pure. Temperatures in thousandths of a degree, power in milliwatts.
 */
#ifndef ZN_WORKER_CAP_H
#define ZN_WORKER_CAP_H

#include "core/err.h"

#include <stdbool.h>
#include <stdint.h>

#define ZN_CAP_COOL_C 5

struct zn_cap_limits {
	int32_t temperature_max; /* 0: none */
	int32_t power_max;       /* 0: none */
	uint32_t duty_percent;   /* the owner's, ZN_DUTY_PERCENT_MIN to 100 */
};

struct zn_cap_reading {
	bool has_temperature, has_power;
	int32_t temperature, power;
	const char *why_not; /* where one is missing; borrowed */
};

struct zn_cap {
	bool held;
	uint32_t duty_percent;        /* now */
	struct zn_complaint sentence; /* why it is held; "" while it is not */
	bool hot, dark, hungry;       /* above the temperature; without a reading; too much power */
};

void zn_cap_begin(struct zn_cap *cap, const struct zn_cap_limits *limits);
void zn_cap_step(struct zn_cap *cap, const struct zn_cap_limits *limits,
	const struct zn_cap_reading *reading);

#endif
