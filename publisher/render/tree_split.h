/* publisher/render/tree_split.h - the binary tree that tree.c folds. */
#ifndef ZN_PUBLISHER_RENDER_TREE_SPLIT_H
#define ZN_PUBLISHER_RENDER_TREE_SPLIT_H

#include "publisher/render/mesh.h"

struct zn_box {
	float low[3], high[3];
};

struct zn_split_node {
	struct zn_box box;
	uint32_t left;         /* 0: a leaf; else children are left and left + 1 */
	uint32_t first, count; /* its triangles in `order` */
};

struct zn_split_tree {
	uint32_t node_count;
	struct zn_split_node *nodes; /* owned */
	uint32_t *order;             /* triangle indices; owned */
};

/** Split down to ZN_SCENE_WIDTH triangles. `balanced` halves by count instead of by cost, which
 *  bounds the depth whatever the mesh. Error: MEMORY. */
enum zn_err zn_split_build(struct zn_split_tree *tree, const struct zn_mesh *mesh, bool balanced);
void zn_split_finish(struct zn_split_tree *tree);
float zn_box_area(const struct zn_box *box);

#endif
