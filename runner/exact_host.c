#include "runner/exact_host.h"

/* clang-format off: in this order */
#include "kernels/exact/host.h"
#include "kernels/exact.h"
#include "kernels/exact/host_end.h"
/* clang-format on */

void zn_exact_host(uint32_t out[ZN_EXACT_HOST_OPS], uint32_t bits)
{
	float x = as_float(bits);
	out[0] = as_uint(zn_sin(x));
	out[1] = as_uint(zn_cos(x));
	out[2] = as_uint(zn_exp(x));
	out[3] = as_uint(zn_log(x));
	out[4] = zn_to_uint(x);
	out[5] = (uint32_t)zn_to_int(x);
}
