/* runner/selftest.h - known answers on the real device, before any work. Capability bits prove nothing.
 */
#ifndef ZN_RUNNER_SELFTEST_H
#define ZN_RUNNER_SELFTEST_H

#include "runner/compute.h"

/** Run the known answers. In: `program` of zn_recipe_of_self_test; NULL: it could not be built.
 *  Out: about.exact and about.exact_reason of `compute`. */
void zn_selftest_run(struct zn_compute *compute, cl_program program);

#endif
