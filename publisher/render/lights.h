/* publisher/render/lights.h - the triangles that shine, and the table to draw them by power. */
#ifndef ZN_PUBLISHER_RENDER_LIGHTS_H
#define ZN_PUBLISHER_RENDER_LIGHTS_H

#include "publisher/render/mesh.h"

/** How many triangles shine and have an area. */
uint32_t zn_lights_count(const struct zn_mesh *mesh);
/** Fill all of them: M. Vose's alias table over brightness times area. False without memory. */
bool zn_lights_fill(struct zn_scene_light *lights, uint32_t count, const struct zn_mesh *mesh);

#endif
