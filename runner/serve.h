/* runner/serve.h - the things that a runner is started for. None returns. */
#ifndef ZN_RUNNER_SERVE_H
#define ZN_RUNNER_SERVE_H

#include <stdbool.h>
#include <stdint.h>

/** List the devices and the machine over the pipe; with `self_test`, test each as well. */
_Noreturn void zn_serve_probe(const char *cache_dir, bool self_test);
/** Open device `index`, test it, and do what the pipe says until it is closed. */
_Noreturn void zn_serve_device(uint32_t index, const char *cache_dir);
/** Tell temperatures and powers about once a second; `sys_root` as zn_sensors_open has it. */
_Noreturn void zn_serve_sensors(const char *sys_root);

#endif
