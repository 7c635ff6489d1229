/* runner/serve.h - the things that a runner is started for. None of them returns. */
#ifndef ZN_RUNNER_SERVE_H
#define ZN_RUNNER_SERVE_H

#include "runner/harden.h"

/** List drivers, devices and the machine over the pipe. */
_Noreturn void zn_serve_probe(struct zn_runner_place *place);
/** Open device `index` and build one program for it. */
_Noreturn void zn_serve_build(uint32_t index, const struct zn_runner_place *place);
/** Open device `index`, test it, load one job and do what the pipe says until it is closed. */
_Noreturn void zn_serve_device(uint32_t index, const struct zn_runner_place *place);
/** Tell temperatures and powers about once a second; `sys_root` as zn_sensors_open has it. */
_Noreturn void zn_serve_sensors(const char *sys_root);

#endif
