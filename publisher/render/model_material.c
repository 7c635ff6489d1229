#include "publisher/render/model_material.h"

#include "core/limits.h"
#include "io/files.h"

#include <assimp/material.h>
#include <assimp/scene.h>

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Old formats give a gloss for light sources; a dielectric seen head-on reflects a twelfth of it. */
#define GLOSS_OF_KS 0.08f

/* A texture that was read already, by the name that the model gives it. */
struct known {
	char name[MAXLEN];
	uint32_t index;
	float average[3]; /* of green and blue, for roughness and metal */
};

struct reader {
	struct zn_mesh *mesh;
	const struct aiScene *scene;
	const char *path;
	struct known *known;
	uint32_t known_count;
	struct zn_complaint *complaint;
};

static float bounded(float x, float least, float most)
{
	return x >= least ? (x <= most ? x : most) : least;
}

static bool embedded_decode(struct zn_picture *picture, const struct aiTexture *texture,
	const char *name, struct zn_complaint *complaint)
{
	if (texture->mHeight == 0)
		return zn_picture_decode(picture, name, (const uint8_t *)texture->pcData,
			texture->mWidth, complaint);
	uint64_t texels = (uint64_t)texture->mWidth * texture->mHeight;
	if (texture->mWidth == 0 || texture->mWidth > ZN_SCENE_TEXTURE_SIDE_MAX ||
		texture->mHeight > ZN_SCENE_TEXTURE_SIDE_MAX)
		return zn_complain(complaint, "texture %s: %u x %u is out of range", name,
			texture->mWidth, texture->mHeight);
	picture->rgba = malloc(texels * 4);
	if (picture->rgba == NULL)
		return zn_complain(complaint, "out of memory for texture %s", name);
	picture->width = texture->mWidth;
	picture->height = texture->mHeight;
	for (uint64_t i = 0; i < texels; i++) {
		picture->rgba[i * 4 + 0] = texture->pcData[i].r;
		picture->rgba[i * 4 + 1] = texture->pcData[i].g;
		picture->rgba[i * 4 + 2] = texture->pcData[i].b;
		picture->rgba[i * 4 + 3] = texture->pcData[i].a;
	}
	return true;
}

static const struct aiTexture *embedded_find(const struct aiScene *scene, const char *name)
{
	if (name[0] == '*') {
		char *end = NULL;
		unsigned long index = strtoul(name + 1, &end, 10);
		return index < scene->mNumTextures ? scene->mTextures[index] : NULL;
	}
	for (unsigned int i = 0; i < scene->mNumTextures; i++)
		if (strcmp(scene->mTextures[i]->mFilename.data, name) == 0)
			return scene->mTextures[i];
	return NULL;
}

/* A texture's file lies relative to the model's; models made on Windows write backslashes. */
static bool beside(char out[PATH_MAX], const char *model_path, const char *name)
{
	const char *slash = strrchr(model_path, '/');
	int directory = slash == NULL ? 0 : (int)(slash - model_path) + 1;
	bool absolute = name[0] == '/';
	int used = snprintf(out, PATH_MAX, "%.*s%s", absolute ? 0 : directory, model_path, name);
	if (used < 0 || used >= PATH_MAX)
		return false;
	for (char *c = out + (absolute ? 0 : directory); *c != 0; c++)
		if (*c == '\\')
			*c = '/';
	return true;
}

static void average(float out[3], const struct zn_picture *picture)
{
	uint64_t sums[3] = {0, 0, 0};
	uint64_t count = (uint64_t)picture->width * picture->height;
	for (uint64_t i = 0; i < count; i++)
		for (int c = 0; c < 3; c++)
			sums[c] += picture->rgba[i * 4 + (uint64_t)c];
	for (int c = 0; c < 3; c++)
		out[c] = (float)sums[c] / (255.0f * (float)count);
}

static bool picture_get(struct reader *reader, struct zn_picture *picture, const char *name)
{
	char path[PATH_MAX];
	const struct aiTexture *embedded = embedded_find(reader->scene, name);
	memset(picture, 0, sizeof(*picture));
	if (embedded != NULL)
		return embedded_decode(picture, embedded, name, reader->complaint);
	if (!beside(path, reader->path, name))
		return zn_complain(reader->complaint, "texture %.100s: the name is too long", name);
	return zn_picture_read(picture, path, reader->complaint);
}

static bool texture_get(struct reader *reader, const struct known **out, const char *name)
{
	struct zn_picture picture;
	for (uint32_t i = 0; i < reader->known_count; i++)
		if (strcmp(reader->known[i].name, name) == 0) {
			*out = &reader->known[i];
			return true;
		}
	if (reader->known_count >= ZN_SCENE_TEXTURES_MAX)
		return zn_complain(reader->complaint, "the model names more than %u textures",
			ZN_SCENE_TEXTURES_MAX);
	if (!picture_get(reader, &picture, name))
		return false;
	struct known *known = &reader->known[reader->known_count];
	snprintf(known->name, sizeof(known->name), "%s", name);
	average(known->average, &picture);
	if (!zn_mesh_take_texture(reader->mesh, &known->index, &picture, reader->complaint)) {
		zn_picture_finish(&picture);
		return false;
	}
	reader->known_count++;
	*out = known;
	return true;
}

static bool colour(float out[3], const struct aiMaterial *from, const char *key)
{
	struct aiColor4D value;
	if (aiGetMaterialColor(from, key, 0, 0, &value) != aiReturn_SUCCESS)
		return false;
	out[0] = value.r;
	out[1] = value.g;
	out[2] = value.b;
	return true;
}

static bool number(float *out, const struct aiMaterial *from, const char *key)
{
	unsigned int count = 1;
	return aiGetMaterialFloatArray(from, key, 0, 0, out, &count) == aiReturn_SUCCESS &&
	       count == 1;
}

/* glTF's metal and roughness; their texture counts by its average. */
static bool metal_fill(struct reader *reader, struct zn_scene_material *material,
	const struct aiMaterial *from)
{
	float roughness = 1, metal = 1;
	struct aiString name;
	number(&roughness, from, "$mat.roughnessFactor");
	number(&metal, from, "$mat.metallicFactor");
	if (aiGetMaterialTexture(from, aiTextureType_UNKNOWN, 0, &name, NULL, NULL, NULL, NULL,
		    NULL, NULL) == aiReturn_SUCCESS) {
		const struct known *known = NULL;
		if (!texture_get(reader, &known, name.data))
			return false;
		roughness *= known->average[1];
		metal *= known->average[2];
	}
	material->roughness = roughness * roughness;
	material->metal = metal;
	for (int c = 0; c < 3; c++)
		material->gloss[c] = 0.04f;
	return true;
}

/* OBJ's Ks and Ns. Ns is Phong's exponent; about the half vector a highlight of the same size has
 * four times that. Who reflects more than half of the light as a mirror is a metal. */
static void phong_fill(struct zn_scene_material *material, const struct aiMaterial *from)
{
	float gloss[3] = {0, 0, 0};
	float exponent = 0;
	colour(gloss, from, "$clr.specular");
	number(&exponent, from, "$mat.shininess");
	exponent = bounded(exponent, 0, 1e6f);
	material->roughness = sqrtf(2.0f / (4.0f * exponent + 2.0f));
	material->metal = ((gloss[0] + gloss[1] + gloss[2]) / 3.0f - 0.5f) / 0.3f;
	for (int c = 0; c < 3; c++)
		material->gloss[c] = gloss[c] * GLOSS_OF_KS;
}

static bool base_texture(struct reader *reader, struct zn_scene_material *material,
	const struct aiMaterial *from)
{
	struct aiString name;
	const struct known *known = NULL;
	material->texture = ZN_SCENE_NONE;
	if (aiGetMaterialTexture(from, aiTextureType_BASE_COLOR, 0, &name, NULL, NULL, NULL, NULL,
		    NULL, NULL) != aiReturn_SUCCESS &&
		aiGetMaterialTexture(from, aiTextureType_DIFFUSE, 0, &name, NULL, NULL, NULL, NULL,
			NULL, NULL) != aiReturn_SUCCESS)
		return true;
	if (!texture_get(reader, &known, name.data))
		return false;
	material->texture = known->index;
	struct aiString mode;
	if (aiGetMaterialString(from, "$mat.gltf.alphaMode", 0, 0, &mode) == aiReturn_SUCCESS &&
		strcmp(mode.data, "OPAQUE") == 0)
		zn_picture_make_opaque(&reader->mesh->textures[known->index]);
	return true;
}

static bool material_fill(struct reader *reader, struct zn_scene_material *material,
	const struct aiMaterial *from)
{
	float roughness, opacity = 1, strength = 1;
	float base[3] = {0.6f, 0.6f, 0.6f}, emission[3] = {0, 0, 0};
	if (!colour(base, from, "$clr.base"))
		colour(base, from, "$clr.diffuse");
	colour(emission, from, "$clr.emissive");
	number(&opacity, from, "$mat.opacity");
	number(&strength, from, "$mat.emissiveIntensity");
	if (!base_texture(reader, material, from))
		return false;
	if (number(&roughness, from, "$mat.roughnessFactor")) {
		if (!metal_fill(reader, material, from))
			return false;
	} else {
		phong_fill(material, from);
	}
	material->opacity = bounded(opacity, 0, 1);
	material->roughness = bounded(material->roughness, 0.01f, 1);
	material->metal = bounded(material->metal, 0, 1);
	for (int c = 0; c < 3; c++) {
		material->base[c] = bounded(base[c], 0, 1);
		material->gloss[c] = bounded(material->gloss[c], 0, 1);
		material->emission[c] = bounded(emission[c] * strength, 0, 1e5f);
	}
	return true;
}

bool zn_model_materials_read(struct zn_mesh *mesh, const struct aiScene *scene, const char *path,
	struct zn_complaint *complaint)
{
	struct reader reader = {.mesh = mesh, .scene = scene, .path = path, .complaint = complaint};
	bool fine = true;
	reader.known = calloc(ZN_SCENE_TEXTURES_MAX, sizeof(*reader.known));
	if (reader.known == NULL)
		return zn_complain(complaint, "out of memory");
	if (scene->mNumMaterials > ZN_SCENE_MATERIALS_MAX)
		fine = zn_complain(complaint, "the model has %u materials; at most %u",
			scene->mNumMaterials, ZN_SCENE_MATERIALS_MAX);
	fine = fine && zn_mesh_grow_materials(mesh, scene->mNumMaterials + 1, complaint);
	for (unsigned int i = 0; fine && i < scene->mNumMaterials; i++)
		fine = material_fill(&reader, &mesh->materials[mesh->material_count++],
			scene->mMaterials[i]);
	if (fine && mesh->material_count == 0)
		mesh->materials[mesh->material_count++] =
			(struct zn_scene_material){.base = {0.6f, 0.6f, 0.6f},
				.roughness = 1,
				.opacity = 1,
				.texture = ZN_SCENE_NONE};
	free(reader.known);
	return fine;
}
