/* runner/duty.h - how long the device rests so that device time / wall time is the duty cycle.
 *
 * Every slice leaves a debt of rest, ran * (100 - percent) / percent; before the next one the debt is
 * slept off. What was slept too long (or idle for lack of work) is a credit, but a small one, so that a
 * device that had nothing to do for an hour does not make up for it.
 *
 * Pure: the monotonic clock comes in as an argument, in nanoseconds.
 */
#ifndef ZN_RUNNER_DUTY_H
#define ZN_RUNNER_DUTY_H

#include <stdbool.h>
#include <stdint.h>

#define ZN_DUTY_FULL 100

struct zn_duty {
	uint32_t percent; /* 0 is taken as ZN_DUTY_FULL */
	int64_t rest_ns;  /* still owed at rested_ns; negative: a credit */
	uint64_t rested_ns;
};

/** A new duty cycle, ZN_DUTY_PERCENT_MIN to 100; others are brought into that range. Debts are
 *  forgotten. */
void zn_duty_set(struct zn_duty *duty, uint32_t percent);
bool zn_duty_is_full(const struct zn_duty *duty);
/** The device was at work from then to now. */
void zn_duty_worked(struct zn_duty *duty, uint64_t from_ns, uint64_t now_ns);
/** How long the device has to rest from now on; 0: it may work. */
uint64_t zn_duty_rest(struct zn_duty *duty, uint64_t now_ns);

#endif
