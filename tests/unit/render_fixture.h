/* tests/unit/render_fixture.h - a small scene that uses every part of the path tracer. */
#ifndef ZN_TESTS_RENDER_FIXTURE_H
#define ZN_TESTS_RENDER_FIXTURE_H

#include "kernels/pathtrace/scene.h"
#include "publisher/render/mesh.h"

#include <stdint.h>

struct fixture {
	uint8_t *scene; /* owned */
	size_t scene_bytes;
	struct zn_pathtrace_params params;
	struct zn_mesh mesh; /* what it was made from */
};

/** A ball on a floor, a lamp, a textured pane with holes, and `dust` random triangles. */
void fixture_init(struct fixture *fixture, uint32_t width, uint32_t height, uint32_t samples,
	uint32_t samples_per_item, uint32_t dust);
void fixture_finish(struct fixture *fixture);

#endif
