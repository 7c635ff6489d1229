/* runner/nvml.h - temperature and power of NVIDIA's cards, by their maker's library where it is.
 *
 * It is a part of the driver, so it is loaded at run time, in the process `zennet-runner sensors` only.
 */
#ifndef ZN_RUNNER_NVML_H
#define ZN_RUNNER_NVML_H

#include "runner/sensor.h"

/** Load it. Without it, or with one that does not start, there is nothing to read. */
void zn_nvml_open(void);
void zn_nvml_read(struct zn_readings *out);

#endif
