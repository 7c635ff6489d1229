/* runner/drivers.h - which OpenCL drivers should be here, and what came of each.
 *
 * The loader passes over what is broken without a word, so the files that it reads are looked at here
 * too. Everything is told over the pipe: before the drivers are loaded, so that one that takes the probe
 * down with it has been named, and afterwards.
 */
#ifndef ZN_RUNNER_DRIVERS_H
#define ZN_RUNNER_DRIVERS_H

#include <stdint.h>

/** Name the files that the loader will read. Before anything else of OpenCL. */
void zn_drivers_announce(void);
/** What became of each file, and every platform with the number of its devices. */
void zn_drivers_tell(void);

#endif
