#include "worker/cap.h"

#include "core/limits.h"

#include <stddef.h>

#define DUTY_DOWN   10 /* points at once */
#define DUTY_UP     5
#define LOW_PERCENT 90 /* of the power's limit: then more may be tried */

void zn_cap_begin(struct zn_cap *cap, const struct zn_cap_limits *limits)
{
	*cap = (struct zn_cap){.duty_percent = limits->duty_percent};
}

static void step_power(struct zn_cap *cap, const struct zn_cap_limits *limits, int32_t power)
{
	uint32_t duty = cap->duty_percent;
	bool low = power <= (int64_t)limits->power_max * LOW_PERCENT / 100;
	if (power > limits->power_max) {
		cap->hungry = duty == ZN_DUTY_PERCENT_MIN;
		cap->duty_percent = duty > ZN_DUTY_PERCENT_MIN + DUTY_DOWN ? duty - DUTY_DOWN
									   : ZN_DUTY_PERCENT_MIN;
	} else if (cap->hungry) {
		cap->hungry = !low;
	} else if (low && !cap->hot && !cap->dark) {
		cap->duty_percent = duty + DUTY_UP < limits->duty_percent ? duty + DUTY_UP
									  : limits->duty_percent;
	}
}

void zn_cap_step(struct zn_cap *cap, const struct zn_cap_limits *limits,
	const struct zn_cap_reading *reading)
{
	int32_t most = limits->temperature_max;
	cap->dark = (most != 0 && !reading->has_temperature) ||
		    (limits->power_max != 0 && !reading->has_power);
	if (most != 0 && reading->has_temperature)
		cap->hot = cap->hot ? reading->temperature > most - ZN_CAP_COOL_C * 1000
				    : reading->temperature > most;
	if (limits->power_max != 0 && reading->has_power)
		step_power(cap, limits, reading->power);
	cap->held = cap->hot || cap->dark || cap->hungry;
	cap->sentence.text[0] = '\0';
	if (cap->hot && reading->has_temperature)
		zn_complain(&cap->sentence, "too hot: %.0f C, the limit is %d; it goes on at %d",
			reading->temperature / 1000.0, most / 1000, most / 1000 - ZN_CAP_COOL_C);
	else if (cap->dark)
		zn_complain(&cap->sentence, "%s cannot be read any more: %s",
			most != 0 && !reading->has_temperature ? "the temperature" : "the power",
			reading->why_not != NULL ? reading->why_not : "the sensors say nothing");
	else if (cap->hungry)
		zn_complain(&cap->sentence,
			"too much power: %.0f W, the limit is %d, and %d %% of the time is the "
			"least that this worker does",
			reading->power / 1000.0, limits->power_max / 1000, ZN_DUTY_PERCENT_MIN);
}
