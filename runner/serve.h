/* runner/serve.h - the three things a runner is started for. None of them returns. */
#ifndef ZN_RUNNER_SERVE_H
#define ZN_RUNNER_SERVE_H

#include "runner/harden.h"

/** List the devices and the machine over the pipe. */
_Noreturn void zn_serve_probe(struct zn_runner_place *place);
/** Open device `index` and build one program for it. */
_Noreturn void zn_serve_build(uint32_t index, const struct zn_runner_place *place);
/** Open device `index`, test it, load one job and do what the pipe says until it is closed. */
_Noreturn void zn_serve_device(uint32_t index, const struct zn_runner_place *place);

#endif
