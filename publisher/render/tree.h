/* publisher/render/tree.h - the tree of eight-wide boxes over a mesh.
 *
 * A binary tree by the surface area heuristic over bins, then folded: each node takes up the largest
 * of its grandchildren until it has eight. Leaves are blocks of up to eight triangles. The same mesh
 * gives the same tree.
 */
#ifndef ZN_PUBLISHER_RENDER_TREE_H
#define ZN_PUBLISHER_RENDER_TREE_H

#include "publisher/render/mesh.h"

struct zn_tree {
	uint32_t node_count, block_count;
	struct zn_scene_node *nodes;   /* owned; [0] is the root */
	struct zn_scene_block *blocks; /* owned */
	uint32_t depth;                /* levels of nodes, at most ZN_SCENE_DEPTH_MAX */
};

/** Build. Error: MEMORY. */
enum zn_err zn_tree_build(struct zn_tree *tree, const struct zn_mesh *mesh);
void zn_tree_finish(struct zn_tree *tree);

#endif
