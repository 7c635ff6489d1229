/* publisher/render/frame.h - where the camera stands when nobody says so. */
#ifndef ZN_PUBLISHER_RENDER_FRAME_H
#define ZN_PUBLISHER_RENDER_FRAME_H

#include "publisher/render/mesh.h"
#include "publisher/render/scene.h"

/** A three-quarter view from slightly above that just holds the whole mesh. y is up. */
void zn_camera_frame(struct zn_render_camera *camera, const struct zn_mesh *mesh, uint32_t width,
	uint32_t height);

#endif
