/* runner/serve.h - the two things a runner is started for. Neither returns. */
#ifndef ZN_RUNNER_SERVE_H
#define ZN_RUNNER_SERVE_H

#include <stdbool.h>
#include <stdint.h>

/** List the devices and the machine over the pipe; with `self_test`, test each as well. */
_Noreturn void zn_serve_probe(const char *cache_dir, bool self_test);
/** Open device `index`, test it, and do what the pipe says until it is closed. */
_Noreturn void zn_serve_device(uint32_t index, const char *cache_dir);

#endif
