/* publisher/render/model_material.h - Assimp's materials become ours. Inside model.h's door. */
#ifndef ZN_PUBLISHER_RENDER_MODEL_MATERIAL_H
#define ZN_PUBLISHER_RENDER_MODEL_MATERIAL_H

#include "publisher/render/mesh.h"

struct aiScene;

/** All materials of a scene and the textures that they name, into an empty mesh; at least one. */
bool zn_model_materials_read(struct zn_mesh *mesh, const struct aiScene *scene, const char *path,
	struct zn_complaint *complaint);

#endif
