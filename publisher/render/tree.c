#include "publisher/render/tree.h"

#include "core/assert.h"
#include "publisher/render/tree_split.h"

#include <stdlib.h>
#include <string.h>

#define OUTSIDE 1e30f /* an empty place's box: no ray meets it */

struct folder {
	struct zn_tree *tree;
	const struct zn_split_tree *split;
	const struct zn_mesh *mesh;
	uint32_t *sources; /* split node of each node of the tree */
	uint8_t *levels;   /* of each node of the tree */
	bool by_count;
};

static uint32_t block_add(const struct folder *folder, const struct zn_split_node *leaf)
{
	uint32_t index = folder->tree->block_count++;
	struct zn_scene_block *block = &folder->tree->blocks[index];
	memset(block, 0, sizeof(*block));
	for (uint32_t lane = 0; lane < ZN_SCENE_WIDTH; lane++) {
		block->triangle[lane] = ZN_SCENE_NONE;
		if (lane >= leaf->count)
			continue;
		uint32_t triangle = folder->split->order[leaf->first + lane];
		float(*at)[3] = folder->mesh->corners[triangle].at;
		block->triangle[lane] = triangle;
		block->corner_x[lane] = at[0][0];
		block->corner_y[lane] = at[0][1];
		block->corner_z[lane] = at[0][2];
		block->edge1_x[lane] = at[1][0] - at[0][0];
		block->edge1_y[lane] = at[1][1] - at[0][1];
		block->edge1_z[lane] = at[1][2] - at[0][2];
		block->edge2_x[lane] = at[2][0] - at[0][0];
		block->edge2_y[lane] = at[2][1] - at[0][1];
		block->edge2_z[lane] = at[2][2] - at[0][2];
	}
	return index;
}

/* Up to eight descendants that together make up the node: the largest is opened first. */
static uint32_t gather(uint32_t children[ZN_SCENE_WIDTH], const struct folder *folder,
	uint32_t from)
{
	const struct zn_split_node *nodes = folder->split->nodes;
	uint32_t count = 1;
	children[0] = from;
	while (count < ZN_SCENE_WIDTH) {
		int best = -1;
		float best_size = -1;
		for (uint32_t i = 0; i < count; i++) {
			const struct zn_split_node *node = &nodes[children[i]];
			float size =
				folder->by_count ? (float)node->count : zn_box_area(&node->box);
			if (node->left != 0 && size > best_size) {
				best = (int)i;
				best_size = size;
			}
		}
		if (best < 0)
			break;
		uint32_t opened = nodes[children[best]].left;
		children[best] = opened;
		children[count++] = opened + 1;
	}
	return count;
}

static void place_fill(struct zn_scene_node *node, uint32_t lane, const struct zn_box *box,
	uint32_t child)
{
	node->low_x[lane] = box->low[0];
	node->low_y[lane] = box->low[1];
	node->low_z[lane] = box->low[2];
	node->high_x[lane] = box->high[0];
	node->high_y[lane] = box->high[1];
	node->high_z[lane] = box->high[2];
	node->child[lane] = child;
}

static void fold_node(struct folder *folder, uint32_t index)
{
	static const struct zn_box nowhere = {{OUTSIDE, OUTSIDE, OUTSIDE},
		{-OUTSIDE, -OUTSIDE, -OUTSIDE}};
	struct zn_tree *tree = folder->tree;
	struct zn_scene_node *node = &tree->nodes[index];
	uint32_t children[ZN_SCENE_WIDTH];
	uint32_t count = gather(children, folder, folder->sources[index]);
	memset(node, 0, sizeof(*node));
	for (uint32_t lane = 0; lane < ZN_SCENE_WIDTH; lane++) {
		if (lane >= count) {
			place_fill(node, lane, &nowhere, ZN_SCENE_NONE);
			continue;
		}
		const struct zn_split_node *from = &folder->split->nodes[children[lane]];
		if (from->count == 0) {
			place_fill(node, lane, &nowhere, ZN_SCENE_NONE);
		} else if (from->left == 0) {
			place_fill(node, lane, &from->box,
				ZN_SCENE_BLOCK | block_add(folder, from));
		} else {
			uint32_t child = tree->node_count++;
			folder->sources[child] = children[lane];
			folder->levels[child] = (uint8_t)(folder->levels[index] + 1);
			place_fill(node, lane, &from->box, child);
		}
	}
	if (folder->levels[index] > tree->depth)
		tree->depth = folder->levels[index];
}

static enum zn_err fold(struct zn_tree *tree, const struct zn_split_tree *split,
	const struct zn_mesh *mesh, bool by_count)
{
	struct folder folder = {.tree = tree, .split = split, .mesh = mesh, .by_count = by_count};
	size_t count = split->node_count;
	enum zn_err err = ZN_ERR_MEMORY;
	tree->nodes = malloc(count * sizeof(*tree->nodes));
	tree->blocks = malloc(count * sizeof(*tree->blocks));
	folder.sources = malloc(count * sizeof(*folder.sources));
	folder.levels = malloc(count);
	if (tree->nodes != NULL && tree->blocks != NULL && folder.sources != NULL &&
		folder.levels != NULL) {
		tree->node_count = 1;
		folder.sources[0] = 0;
		folder.levels[0] = 1;
		for (uint32_t i = 0; i < tree->node_count && tree->depth < UINT8_MAX; i++)
			fold_node(&folder, i);
		err = ZN_ERR_OK;
	}
	free(folder.sources);
	free(folder.levels);
	return err;
}

enum zn_err zn_tree_build(struct zn_tree *tree, const struct zn_mesh *mesh)
{
	enum zn_err err = ZN_ERR_OK;
	for (int balanced = 0; balanced < 2; balanced++) {
		struct zn_split_tree split;
		memset(tree, 0, sizeof(*tree));
		err = zn_split_build(&split, mesh, balanced);
		if (err != ZN_ERR_OK)
			return err;
		err = fold(tree, &split, mesh, balanced);
		zn_split_finish(&split);
		if (err == ZN_ERR_OK && tree->depth <= ZN_SCENE_DEPTH_MAX)
			return ZN_ERR_OK;
		zn_tree_finish(tree);
		if (err != ZN_ERR_OK)
			return err;
	}
	ZN_ASSERT(!"a balanced tree is deep");
	return ZN_ERR_UNSUPPORTED;
}

void zn_tree_finish(struct zn_tree *tree)
{
	free(tree->nodes);
	free(tree->blocks);
	memset(tree, 0, sizeof(*tree));
}
