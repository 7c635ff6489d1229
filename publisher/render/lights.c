#include "publisher/render/lights.h"

#include "core/assert.h"

#include <math.h>
#include <stdlib.h>

static double brightness(const float rgb[3])
{
	return 0.2126 * (double)rgb[0] + 0.7152 * (double)rgb[1] + 0.0722 * (double)rgb[2];
}

static double area(const struct zn_corners *corners)
{
	double a[3], b[3];
	for (int axis = 0; axis < 3; axis++) {
		a[axis] = (double)corners->at[1][axis] - (double)corners->at[0][axis];
		b[axis] = (double)corners->at[2][axis] - (double)corners->at[0][axis];
	}
	double x = a[1] * b[2] - a[2] * b[1], y = a[2] * b[0] - a[0] * b[2];
	double z = a[0] * b[1] - a[1] * b[0];
	return sqrt(x * x + y * y + z * z) / 2;
}

static double power(const struct zn_mesh *mesh, uint32_t triangle)
{
	return brightness(mesh->materials[mesh->shades[triangle].material].emission) *
	       area(&mesh->corners[triangle]);
}

uint32_t zn_lights_count(const struct zn_mesh *mesh)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < mesh->triangle_count; i++)
		count += power(mesh, i) > 0;
	return count;
}

/* Each light keeps its place with a chance, else hands it to a brighter one. `weights` average 1;
 * `stack` has room for all: the poor from the front, the rich from the back. */
static void alias_fill(struct zn_scene_light *lights, uint32_t count, double *weights,
	uint32_t *stack)
{
	uint32_t poor = 0, rich = count;
	for (uint32_t i = 0; i < count; i++) {
		lights[i].keep = 1;
		lights[i].other = i;
		if (weights[i] < 1)
			stack[poor++] = i;
		else
			stack[--rich] = i;
	}
	while (poor > 0 && rich < count) {
		uint32_t giver = stack[rich], taker = stack[--poor];
		lights[taker].keep = (float)weights[taker];
		lights[taker].other = giver;
		weights[giver] -= 1 - weights[taker];
		if (weights[giver] < 1) {
			rich++;
			stack[poor++] = giver;
		}
	}
}

bool zn_lights_fill(struct zn_scene_light *lights, uint32_t count, const struct zn_mesh *mesh)
{
	double total = 0;
	uint32_t used = 0;
	double *weights = calloc((size_t)count + 1, sizeof(*weights));
	uint32_t *stack = calloc((size_t)count + 1, sizeof(*stack));
	if (weights == NULL || stack == NULL) {
		free(weights);
		free(stack);
		return false;
	}
	for (uint32_t i = 0; i < mesh->triangle_count; i++) {
		double own = power(mesh, i);
		if (!(own > 0))
			continue;
		ZN_ASSERT(used < count);
		float(*at)[3] = mesh->corners[i].at;
		const float *emission = mesh->materials[mesh->shades[i].material].emission;
		struct zn_scene_light *light = &lights[used];
		for (int axis = 0; axis < 3; axis++) {
			light->corner[axis] = at[0][axis];
			light->edge1[axis] = at[1][axis] - at[0][axis];
			light->edge2[axis] = at[2][axis] - at[0][axis];
			light->emission[axis] = emission[axis];
		}
		weights[used++] = own;
		total += own;
	}
	for (uint32_t i = 0; i < used; i++) {
		lights[i].area_density = (float)(brightness(lights[i].emission) / total);
		weights[i] *= used / total;
	}
	alias_fill(lights, used, weights, stack);
	free(weights);
	free(stack);
	return true;
}
