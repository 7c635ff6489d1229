/* publisher/render/model.h - a model file becomes a mesh. Door of Assimp.
 *
 * Materials: Kd, Ks, Ns of OBJ files, base colour, metal and roughness of glTF, emission, opacity,
 * and the base-colour texture, beside the model or inside it.
 */
#ifndef ZN_PUBLISHER_RENDER_MODEL_H
#define ZN_PUBLISHER_RENDER_MODEL_H

#include "publisher/render/mesh.h"

/** Read a model into an empty mesh (zeroed). On false the mesh may be half filled: finish it. */
bool zn_model_read(struct zn_mesh *mesh, const char *path, struct zn_complaint *complaint);

#endif
