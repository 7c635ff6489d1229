/* runner/inspect.h - one kernel under a checking driver (oclgrind), an item at a time.
 *
 * For the author of a kernel, not for work: `zennet kernel check` starts it as
 *
 *     zennet-runner inspect cpu|gpu --driver PATH --scratch DIR
 *
 * in the builder's fence, for the driver is a compiler and an interpreter in one. *
 * It speaks the pipe's LOAD and RUN. Every item (chunk form: every group) is a launch of its own, with
 * buffers of exactly the sizes that the job names, so that a byte beside a slot is outside of a buffer.
 * The driver writes what it finds to standard error; before each launch stands ZN_INSPECT_MARK with
 * the item's index. Buffers are made in the order of enum zn_inspect_buffer.
 */
#ifndef ZN_RUNNER_INSPECT_H
#define ZN_RUNNER_INSPECT_H

#include "runner/harden.h"

/** Make this driver the only one; before the process is fenced in. False without memory. */
bool zn_inspect_choose(const char *driver);
/** Open the driver's device and do what the pipe says. `as_gpu`: build for the shape of a GPU. */
_Noreturn void zn_inspect_serve(const struct zn_runner_place *place, bool as_gpu);

#endif
