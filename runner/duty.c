#include "runner/duty.h"

#include "core/limits.h"

#define NS_PER_MS  1000000
#define CREDIT_NS  (INT64_C(2) * ZN_SLICE_MS * NS_PER_MS)
#define REST_NS    (INT64_C(1) * ZN_DUTY_REST_MS_MAX * NS_PER_MS)
#define WORKED_MAX (REST_NS * ZN_DUTY_FULL) /* so that no product below overflows */

void zn_duty_set(struct zn_duty *duty, uint32_t percent)
{
	if (percent > ZN_DUTY_FULL)
		percent = ZN_DUTY_FULL;
	if (percent < ZN_DUTY_PERCENT_MIN)
		percent = ZN_DUTY_PERCENT_MIN;
	*duty = (struct zn_duty){.percent = percent, .rested_ns = duty->rested_ns};
}

bool zn_duty_is_full(const struct zn_duty *duty)
{
	return duty->percent == 0 || duty->percent == ZN_DUTY_FULL;
}

static void rest_until(struct zn_duty *duty, uint64_t now_ns)
{
	if (now_ns <= duty->rested_ns)
		return;
	uint64_t passed_ns = now_ns - duty->rested_ns;
	duty->rested_ns = now_ns;
	if (passed_ns > (uint64_t)(REST_NS + CREDIT_NS))
		passed_ns = (uint64_t)(REST_NS + CREDIT_NS);
	duty->rest_ns -= (int64_t)passed_ns;
	if (duty->rest_ns < -CREDIT_NS)
		duty->rest_ns = -CREDIT_NS;
}

void zn_duty_worked(struct zn_duty *duty, uint64_t from_ns, uint64_t now_ns)
{
	if (zn_duty_is_full(duty))
		return;
	rest_until(duty, from_ns);
	if (from_ns < duty->rested_ns)
		from_ns = duty->rested_ns; /* no moment counts twice */
	if (now_ns <= from_ns)
		return;
	uint64_t worked_ns = now_ns - from_ns;
	duty->rested_ns = now_ns;
	if (worked_ns > (uint64_t)WORKED_MAX)
		worked_ns = (uint64_t)WORKED_MAX;
	duty->rest_ns += (int64_t)(worked_ns * (ZN_DUTY_FULL - duty->percent) / duty->percent);
	if (duty->rest_ns > REST_NS)
		duty->rest_ns = REST_NS;
}

uint64_t zn_duty_rest(struct zn_duty *duty, uint64_t now_ns)
{
	if (zn_duty_is_full(duty))
		return 0;
	rest_until(duty, now_ns);
	return duty->rest_ns > 0 ? (uint64_t)duty->rest_ns : 0;
}
