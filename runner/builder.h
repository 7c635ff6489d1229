/* runner/builder.h - the builder stage: sources in, a binary out, then the end of the process. */
#ifndef ZN_RUNNER_BUILDER_H
#define ZN_RUNNER_BUILDER_H

#include "runner/channel.h"
#include "runner/compute.h"

/** Build what BUILD asks for; takes the descriptors. Out: `report`, and the binary in the memory that
 *  the driver program gave. */
void zn_builder_build(struct zn_pipe_loaded *report, struct zn_compute *compute,
	const struct zn_pipe_load *load, const struct zn_pipe_fds *fds);

#endif
