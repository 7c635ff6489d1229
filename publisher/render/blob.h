/* publisher/render/blob.h - mesh, tree and sky laid out as the shared input of a job. */
#ifndef ZN_PUBLISHER_RENDER_BLOB_H
#define ZN_PUBLISHER_RENDER_BLOB_H

#include "publisher/render/mesh.h"
#include "publisher/render/sky.h"
#include "publisher/render/tree.h"

/** Write the blob. Out: *bytes owned by the caller, whole by zn_pathtrace_check; *light_count the
 *  triangles that shine. False and a sentence above ZN_SHARED_BYTES_MAX or without memory. */
bool zn_blob_make(uint8_t **bytes, size_t *count, uint32_t *light_count, const struct zn_mesh *mesh,
	const struct zn_tree *tree, const struct zn_sky *sky, struct zn_complaint *complaint);

#endif
