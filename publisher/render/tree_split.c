#include "publisher/render/tree_split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BINS 24

struct builder {
	struct zn_split_tree *tree;
	struct zn_box *boxes; /* of triangles */
	float (*centres)[3];
	bool balanced;
};

static const struct zn_box empty_box = {{INFINITY, INFINITY, INFINITY},
	{-INFINITY, -INFINITY, -INFINITY}};

static void box_join(struct zn_box *box, const struct zn_box *other)
{
	for (int axis = 0; axis < 3; axis++) {
		box->low[axis] = fminf(box->low[axis], other->low[axis]);
		box->high[axis] = fmaxf(box->high[axis], other->high[axis]);
	}
}

float zn_box_area(const struct zn_box *box)
{
	float x = box->high[0] - box->low[0], y = box->high[1] - box->low[1];
	float z = box->high[2] - box->low[2];
	return x >= 0 ? x * y + y * z + z * x : 0;
}

/* The kernel lets triangles reach a little over their edges: their boxes must hold that. */
static struct zn_box triangle_box(const struct zn_corners *corners)
{
	struct zn_box box = empty_box;
	float most = 0, extent = 0;
	for (int corner = 0; corner < 3; corner++)
		for (int axis = 0; axis < 3; axis++) {
			float x = corners->at[corner][axis];
			box.low[axis] = fminf(box.low[axis], x);
			box.high[axis] = fmaxf(box.high[axis], x);
			most = fmaxf(most, fabsf(x));
		}
	for (int axis = 0; axis < 3; axis++)
		extent = fmaxf(extent, box.high[axis] - box.low[axis]);
	float margin = (most + 4 * extent) * 1e-6f;
	for (int axis = 0; axis < 3; axis++) {
		box.low[axis] -= margin;
		box.high[axis] += margin;
	}
	return box;
}

/* Blocks are tested whole: a half-full one costs nearly what a full one does. */
static float blocks_cost(uint32_t count)
{
	return ceilf((float)count / ZN_SCENE_WIDTH) + (float)count / ZN_SCENE_WIDTH;
}

struct cut {
	float cost;
	int axis;
	float at;
};

static void cut_axis(struct cut *best, const struct builder *builder,
	const struct zn_split_node *node, const struct zn_box *spread, int axis)
{
	struct zn_box boxes[BINS], left = empty_box, right = empty_box;
	uint32_t counts[BINS] = {0}, left_count = 0;
	float low = spread->low[axis], extent = spread->high[axis] - low;
	float costs[BINS];
	for (int i = 0; i < BINS; i++)
		boxes[i] = empty_box;
	for (uint32_t i = node->first; i < node->first + node->count; i++) {
		uint32_t triangle = builder->tree->order[i];
		int bin = (int)((builder->centres[triangle][axis] - low) / extent * BINS);
		bin = bin < BINS ? bin : BINS - 1;
		counts[bin]++;
		box_join(&boxes[bin], &builder->boxes[triangle]);
	}
	for (int i = 0; i < BINS - 1; i++) {
		box_join(&left, &boxes[i]);
		left_count += counts[i];
		costs[i] =
			left_count == 0 ? INFINITY : zn_box_area(&left) * blocks_cost(left_count);
	}
	uint32_t right_count = 0;
	for (int i = BINS - 1; i > 0; i--) {
		box_join(&right, &boxes[i]);
		right_count += counts[i];
		if (right_count == 0)
			continue;
		float cost = costs[i - 1] + zn_box_area(&right) * blocks_cost(right_count);
		if (cost < best->cost)
			*best = (struct cut){cost, axis, low + extent * (float)i / BINS};
	}
}

static int compare_centres(const void *a, const void *b, void *context)
{
	const struct builder *builder = context;
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	const float *x = builder->centres[left], *y = builder->centres[right];
	for (int axis = 0; axis < 3; axis++)
		if (x[axis] != y[axis])
			return x[axis] < y[axis] ? -1 : 1;
	return left < right ? -1 : left > right;
}

/* Move the triangles of the left side to the front; returns how many. Order within is kept by
 * nobody, so it is made a function of the mesh by splitting deterministically. */
static uint32_t part(const struct builder *builder, const struct zn_split_node *node,
	const struct cut *cut)
{
	uint32_t *order = builder->tree->order + node->first;
	uint32_t left = 0;
	for (uint32_t i = 0; i < node->count; i++) {
		uint32_t triangle = order[i];
		if (builder->centres[triangle][cut->axis] < cut->at) {
			order[i] = order[left];
			order[left++] = triangle;
		}
	}
	return left;
}

static uint32_t halve(struct builder *builder, const struct zn_split_node *node)
{
	qsort_r(builder->tree->order + node->first, node->count, sizeof(uint32_t), compare_centres,
		builder);
	uint32_t blocks = (node->count + ZN_SCENE_WIDTH - 1) / ZN_SCENE_WIDTH;
	return blocks / 2 * ZN_SCENE_WIDTH;
}

/* Box of the node's triangles; how many of them go left, 0 for a leaf. */
static uint32_t node_split(struct builder *builder, struct zn_split_node *node)
{
	struct zn_box spread = empty_box;
	struct cut best = {.cost = INFINITY};
	node->box = empty_box;
	for (uint32_t i = node->first; i < node->first + node->count; i++) {
		uint32_t triangle = builder->tree->order[i];
		const float *centre = builder->centres[triangle];
		struct zn_box point = {{centre[0], centre[1], centre[2]},
			{centre[0], centre[1], centre[2]}};
		box_join(&node->box, &builder->boxes[triangle]);
		box_join(&spread, &point);
	}
	if (node->count <= ZN_SCENE_WIDTH)
		return 0;
	if (builder->balanced)
		return halve(builder, node);
	for (int axis = 0; axis < 3; axis++)
		if (spread.high[axis] > spread.low[axis])
			cut_axis(&best, builder, node, &spread, axis);
	uint32_t left = best.cost < INFINITY ? part(builder, node, &best) : 0;
	return left > 0 && left < node->count ? left : halve(builder, node);
}

static enum zn_err builder_prepare(struct builder *builder, const struct zn_mesh *mesh)
{
	size_t count = mesh->triangle_count;
	struct zn_split_tree *tree = builder->tree;
	builder->boxes = malloc((count + 1) * sizeof(*builder->boxes));
	builder->centres = malloc((count + 1) * sizeof(*builder->centres));
	tree->order = malloc((count + 1) * sizeof(*tree->order));
	tree->nodes = malloc((2 * count + 2) * sizeof(*tree->nodes));
	if (builder->boxes == NULL || builder->centres == NULL || tree->order == NULL ||
		tree->nodes == NULL)
		return ZN_ERR_MEMORY;
	for (uint32_t i = 0; i < count; i++) {
		const struct zn_box *box = &builder->boxes[i];
		builder->boxes[i] = triangle_box(&mesh->corners[i]);
		tree->order[i] = i;
		for (int axis = 0; axis < 3; axis++)
			builder->centres[i][axis] = box->low[axis] * 0.5f + box->high[axis] * 0.5f;
	}
	return ZN_ERR_OK;
}

enum zn_err zn_split_build(struct zn_split_tree *tree, const struct zn_mesh *mesh, bool balanced)
{
	struct builder builder = {.tree = tree, .balanced = balanced};
	memset(tree, 0, sizeof(*tree));
	enum zn_err err = builder_prepare(&builder, mesh);
	if (err == ZN_ERR_OK) {
		tree->nodes[0] = (struct zn_split_node){.count = mesh->triangle_count};
		tree->node_count = 1;
	}
	for (uint32_t i = 0; i < tree->node_count; i++) {
		struct zn_split_node *node = &tree->nodes[i];
		uint32_t left = node_split(&builder, node);
		if (left == 0)
			continue;
		node->left = tree->node_count;
		tree->nodes[tree->node_count++] =
			(struct zn_split_node){.first = node->first, .count = left};
		tree->nodes[tree->node_count++] =
			(struct zn_split_node){.first = node->first + left,
				.count = node->count - left};
	}
	free(builder.boxes);
	free(builder.centres);
	if (err != ZN_ERR_OK)
		zn_split_finish(tree);
	return err;
}

void zn_split_finish(struct zn_split_tree *tree)
{
	free(tree->nodes);
	free(tree->order);
	memset(tree, 0, sizeof(*tree));
}
