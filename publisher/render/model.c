#include "publisher/render/model.h"

#include "core/limits.h"
#include "io/files.h"
#include "publisher/render/model_material.h"

#include <assimp/cimport.h>
#include <assimp/config.h>
#include <assimp/postprocess.h>
#include <assimp/scene.h>

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#define CREASE_DEGREES 42.0f /* sharper edges stay edges where the file has no normals */

static void transform_point(float out[3], const struct aiMatrix4x4 *m, const struct aiVector3D *p)
{
	out[0] = m->a1 * p->x + m->a2 * p->y + m->a3 * p->z + m->a4;
	out[1] = m->b1 * p->x + m->b2 * p->y + m->b3 * p->z + m->b4;
	out[2] = m->c1 * p->x + m->c2 * p->y + m->c3 * p->z + m->c4;
}

static void cross(float out[3], const float a[3], const float b[3])
{
	out[0] = a[1] * b[2] - a[2] * b[1];
	out[1] = a[2] * b[0] - a[0] * b[2];
	out[2] = a[0] * b[1] - a[1] * b[0];
}

static bool unit(float v[3])
{
	float square = v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
	if (!(square > 1e-30f && square < 1e30f))
		return false;
	float scale = 1.0f / sqrtf(square);
	for (int i = 0; i < 3; i++)
		v[i] *= scale;
	return true;
}

/* Normals go by the cofactors, which are the inverse transposed but for a factor. */
static void transform_normal(float out[3], const struct aiMatrix4x4 *m, const struct aiVector3D *n)
{
	const float rows[3][3] = {{m->a1, m->a2, m->a3}, {m->b1, m->b2, m->b3},
		{m->c1, m->c2, m->c3}};
	const float v[3] = {n->x, n->y, n->z};
	for (int i = 0; i < 3; i++) {
		float cofactors[3];
		cross(cofactors, rows[(i + 1) % 3], rows[(i + 2) % 3]);
		out[i] = cofactors[0] * v[0] + cofactors[1] * v[1] + cofactors[2] * v[2];
	}
}

static bool finite_triangle(const struct zn_corners *corners)
{
	for (int corner = 0; corner < 3; corner++)
		for (int axis = 0; axis < 3; axis++)
			if (!(fabsf(corners->at[corner][axis]) < 1e8f))
				return false;
	return true;
}

static void shade_fill(struct zn_scene_shade *shade, const struct zn_corners *corners,
	const struct aiMesh *part, const struct aiMatrix4x4 *place, const unsigned int *indices)
{
	float edge1[3], edge2[3], flat[3];
	for (int axis = 0; axis < 3; axis++) {
		edge1[axis] = corners->at[1][axis] - corners->at[0][axis];
		edge2[axis] = corners->at[2][axis] - corners->at[0][axis];
	}
	cross(flat, edge1, edge2);
	if (!unit(flat)) {
		flat[0] = flat[2] = 0;
		flat[1] = 1;
	}
	for (int corner = 0; corner < 3; corner++) {
		float *normal = shade->normal[corner];
		if (part->mNormals != NULL)
			transform_normal(normal, place, &part->mNormals[indices[corner]]);
		if (part->mNormals == NULL || !unit(normal))
			memcpy(normal, flat, sizeof(flat));
		const struct aiVector3D *at = part->mTextureCoords[0];
		if (at == NULL)
			continue;
		float u = at[indices[corner]].x, v = at[indices[corner]].y;
		shade->texture[corner][0] = fabsf(u) < 1e5f ? u : 0;
		shade->texture[corner][1] = fabsf(v) < 1e5f ? v : 0;
	}
}

static bool part_add(struct zn_mesh *mesh, const struct aiMesh *part,
	const struct aiMatrix4x4 *place, struct zn_complaint *complaint)
{
	if (!zn_mesh_grow_triangles(mesh, part->mNumFaces, complaint))
		return false;
	for (unsigned int i = 0; i < part->mNumFaces; i++) {
		const struct aiFace *face = &part->mFaces[i];
		struct zn_corners *corners = &mesh->corners[mesh->triangle_count];
		struct zn_scene_shade *shade = &mesh->shades[mesh->triangle_count];
		if (face->mNumIndices != 3)
			continue;
		for (int corner = 0; corner < 3; corner++) {
			if (face->mIndices[corner] >= part->mNumVertices)
				return zn_complain(complaint, "a face names vertex %u of %u",
					face->mIndices[corner], part->mNumVertices);
			transform_point(corners->at[corner], place,
				&part->mVertices[face->mIndices[corner]]);
		}
		if (!finite_triangle(corners))
			continue;
		shade_fill(shade, corners, part, place, face->mIndices);
		shade->material =
			part->mMaterialIndex < mesh->material_count ? part->mMaterialIndex : 0;
		mesh->triangle_count++;
	}
	return true;
}

static bool node_add(struct zn_mesh *mesh, const struct aiScene *scene, const struct aiNode *node,
	struct aiMatrix4x4 place, int depth, struct zn_complaint *complaint)
{
	if (depth > ZN_MODEL_DEPTH_MAX)
		return zn_complain(complaint, "its parts are nested deeper than %d",
			ZN_MODEL_DEPTH_MAX);
	aiMultiplyMatrix4(&place, &node->mTransformation);
	for (unsigned int i = 0; i < node->mNumMeshes; i++) {
		if (node->mMeshes[i] >= scene->mNumMeshes)
			return zn_complain(complaint, "a node names mesh %u of %u",
				node->mMeshes[i], scene->mNumMeshes);
		if (!part_add(mesh, scene->mMeshes[node->mMeshes[i]], &place, complaint))
			return false;
	}
	for (unsigned int i = 0; i < node->mNumChildren; i++)
		if (!node_add(mesh, scene, node->mChildren[i], place, depth + 1, complaint))
			return false;
	return true;
}

static bool file_fine(const char *path, struct zn_complaint *complaint)
{
	struct stat status;
	if (stat(path, &status) != 0)
		return zn_complain(complaint, "%s: cannot read the scene: %s", path,
			errno == ENOENT ? "there is no such file" : strerror(errno));
	if (!S_ISREG(status.st_mode))
		return zn_complain(complaint, "%s: is not a file; name a model such as table.obj",
			path);
	if (status.st_size > (off_t)ZN_MODEL_FILE_BYTES_MAX)
		return zn_complain(complaint, "%s: has %lld bytes; at most %u are read", path,
			(long long)status.st_size, ZN_MODEL_FILE_BYTES_MAX);
	return true;
}

static const struct aiScene *import(const char *path, struct aiPropertyStore *settings)
{
	aiSetImportPropertyFloat(settings, AI_CONFIG_PP_GSN_MAX_SMOOTHING_ANGLE, CREASE_DEGREES);
	aiSetImportPropertyInteger(settings, AI_CONFIG_PP_SBP_REMOVE,
		aiPrimitiveType_POINT | aiPrimitiveType_LINE);
	return aiImportFileExWithProperties(path,
		aiProcess_Triangulate | aiProcess_JoinIdenticalVertices |
			aiProcess_GenSmoothNormals | aiProcess_SortByPType |
			aiProcess_ValidateDataStructure,
		NULL, settings);
}

/* The library's words, cut and without line breaks: a complaint is one sentence. */
static void one_line(char *out, size_t bytes_max, const char *text)
{
	size_t used = 0;
	for (; text[used] != 0 && used < bytes_max - 1; used++)
		out[used] = text[used] < ' ' ? ' ' : text[used];
	out[used] = 0;
}

bool zn_model_read(struct zn_mesh *mesh, const char *path, struct zn_complaint *complaint)
{
	struct zn_complaint inner = {0};
	struct aiMatrix4x4 place;
	if (!file_fine(path, complaint))
		return false;
	struct aiPropertyStore *settings = aiCreatePropertyStore();
	if (settings == NULL)
		return zn_complain(complaint, "%s: out of memory", path);
	const struct aiScene *scene = import(path, settings);
	aiReleasePropertyStore(settings);
	if (scene == NULL || scene->mRootNode == NULL) {
		char why[200];
		one_line(why, sizeof(why), aiGetErrorString());
		aiReleaseImport(scene);
		return zn_complain(complaint, "%s: not a model that can be read: %s", path, why);
	}
	aiIdentityMatrix4(&place);
	bool fine = zn_model_materials_read(mesh, scene, path, &inner) &&
		    node_add(mesh, scene, scene->mRootNode, place, 0, &inner);
	aiReleaseImport(scene);
	if (!fine)
		return zn_complain(complaint, "%s: %s", path, inner.text);
	if (mesh->triangle_count == 0)
		return zn_complain(complaint, "%s: the model has no triangles", path);
	return true;
}
