/* kernels/pathtrace/bvh.cl - what a ray hits first, through a tree of eight-wide boxes.
 *
 * One ray per work-item; the vector is the node: eight boxes or eight triangles at once. At equal
 * distance the lower triangle index wins, and boxes are tested with a margin above the rounding
 * error, so the answer does not depend on the order of the visits.
 */

struct zn_hit {
	float distance;
	uint triangle; /* ZN_SCENE_NONE: nothing hit */
	uint place;    /* block * 8 + lane */
	float u, v;    /* hit = corner + u * edge1 + v * edge2 */
};

#define ZN_FAR       1e30f
#define ZN_BOX_SLACK 4.8e-7f  /* 4 roundings of 2^-24, twice over */
#define ZN_EDGE      -9.6e-7f /* triangles reach a little over their edges: no light leaks between */

/** The eight boxes of a node against a ray: distances of entry, and a bit for each box met. */
uint zn_node_meet(float8 *entry, __global const struct zn_scene_node *node, struct zn_vec3 origin,
	struct zn_vec3 inverse, float least, float most)
{
	__global const float *box = node->low_x;
	uint near_x = inverse.x < 0.0f ? 24u : 0u;
	uint near_y = inverse.y < 0.0f ? 32u : 8u;
	uint near_z = inverse.z < 0.0f ? 40u : 16u;
	float8 ox = zn_splat8(origin.x), oy = zn_splat8(origin.y), oz = zn_splat8(origin.z);
	float8 ix = zn_splat8(inverse.x), iy = zn_splat8(inverse.y), iz = zn_splat8(inverse.z);
	float8 x0 = (vload8(0, box + near_x) - ox) * ix;
	float8 y0 = (vload8(0, box + near_y) - oy) * iy;
	float8 z0 = (vload8(0, box + near_z) - oz) * iz;
	float8 x1 = (vload8(0, box + (24u - near_x)) - ox) * ix;
	float8 y1 = (vload8(0, box + (40u - near_y)) - oy) * iy;
	float8 z1 = (vload8(0, box + (56u - near_z)) - oz) * iz;
	float8 in = zn_higher8(zn_higher8(x0, y0), z0);
	float8 out = zn_lower8(zn_lower8(x1, y1), z1) * zn_splat8(1.0f + ZN_BOX_SLACK);
	in = zn_higher8(in * zn_splat8(1.0f - ZN_BOX_SLACK), zn_splat8(least));
	*entry = in;
	return zn_bits8(in <= zn_lower8(out, zn_splat8(most)));
}

/** The eight triangles of a block (Moeller and Trumbore's test); keeps the best hit so far. */
void zn_block_meet(struct zn_hit *hit, __global const struct zn_scene_block *block, uint block_index,
	struct zn_vec3 origin, struct zn_vec3 direction, float least)
{
	float8 dx = zn_splat8(direction.x), dy = zn_splat8(direction.y), dz = zn_splat8(direction.z);
	float8 ax = vload8(0, block->edge1_x), ay = vload8(0, block->edge1_y);
	float8 az = vload8(0, block->edge1_z);
	float8 bx = vload8(0, block->edge2_x), by = vload8(0, block->edge2_y);
	float8 bz = vload8(0, block->edge2_z);
	float8 px = dy * bz - dz * by, py = dz * bx - dx * bz, pz = dx * by - dy * bx;
	float8 inverse = zn_splat8(1.0f) / (ax * px + ay * py + az * pz);
	float8 tx = zn_splat8(origin.x) - vload8(0, block->corner_x);
	float8 ty = zn_splat8(origin.y) - vload8(0, block->corner_y);
	float8 tz = zn_splat8(origin.z) - vload8(0, block->corner_z);
	float8 u = (tx * px + ty * py + tz * pz) * inverse;
	float8 qx = ty * az - tz * ay, qy = tz * ax - tx * az, qz = tx * ay - ty * ax;
	float8 v = (dx * qx + dy * qy + dz * qz) * inverse;
	float8 t = (bx * qx + by * qy + bz * qz) * inverse;
	float8 edge = zn_splat8(ZN_EDGE);
	uint bits = zn_bits8((u >= edge) & (v >= edge) & (u + v <= zn_splat8(1.0f - ZN_EDGE)) &
		(t > zn_splat8(least)) & (t <= zn_splat8(hit->distance)));
	if (bits == 0)
		return;
	float distances[8], us[8], vs[8];
	vstore8(t, 0, distances);
	vstore8(u, 0, us);
	vstore8(v, 0, vs);
	for (uint lane = 0; lane < 8; lane++) {
		uint triangle = block->triangle[lane];
		float distance = distances[lane];
		if (!((bits >> lane) & 1u) || triangle == ZN_SCENE_NONE)
			continue;
		if (distance > hit->distance ||
			(distance == hit->distance && triangle >= hit->triangle))
			continue;
		hit->distance = distance;
		hit->triangle = triangle;
		hit->place = block_index * 8u + lane;
		hit->u = us[lane];
		hit->v = vs[lane];
	}
}

/** 1 / x that is never infinite, with the sign of x. */
float zn_inverse(float x)
{
	if (fabs(x) < 1e-18f)
		return x < 0.0f ? -1e18f : 1e18f;
	return 1.0f / x;
}

/** The first triangle between `least` and `most`; with `any`, just some triangle. */
struct zn_hit zn_trace(__global const struct zn_scene_header *scene, struct zn_ray ray, float least,
	float most, uint any)
{
	__global const uchar *blob = (__global const uchar *)scene;
	__global const struct zn_scene_node *nodes =
		(__global const struct zn_scene_node *)(blob + scene->node_offset);
	__global const struct zn_scene_block *blocks =
		(__global const struct zn_scene_block *)(blob + scene->block_offset);
	uint node_count = scene->node_count, block_count = scene->block_count;
	struct zn_vec3 inverse = zn_vec3(zn_inverse(ray.direction.x), zn_inverse(ray.direction.y),
		zn_inverse(ray.direction.z));
	uint stack[ZN_SCENE_STACK];
	float entries[ZN_SCENE_STACK];
	float lanes[8];
	uint top = 0, at = 0;
	struct zn_hit hit;
	hit.distance = most;
	hit.triangle = ZN_SCENE_NONE;
	hit.place = 0;
	hit.u = hit.v = 0.0f;
	for (uint visit = 0; visit < ZN_SCENE_VISITS; visit++) {
		if (at & ZN_SCENE_BLOCK) {
			uint index = at & ~ZN_SCENE_BLOCK;
			if (index < block_count)
				zn_block_meet(&hit, blocks + index, index, ray.origin, ray.direction,
					least);
			if (any && hit.triangle != ZN_SCENE_NONE)
				return hit;
		} else if (at < node_count) {
			float8 entry;
			__global const struct zn_scene_node *node = nodes + at;
			uint bits = zn_node_meet(&entry, node, ray.origin, inverse, least,
				hit.distance);
			uint base = top;
			if (bits != 0 && (bits & (bits - 1u)) == 0) { /* one box: no need to queue */
				at = node->child[31u - clz(bits)];
				continue;
			}
			vstore8(entry, 0, lanes);
			while (bits != 0 && top < ZN_SCENE_STACK) {
				uint lane = 31u - clz(bits & (0u - bits));
				uint child = node->child[lane];
				float far = lanes[lane];
				uint to = top++;
				bits &= bits - 1u;
				for (; to > base && entries[to - 1] < far; to--) {
					stack[to] = stack[to - 1];
					entries[to] = entries[to - 1];
				}
				stack[to] = child;
				entries[to] = far;
			}
		}
		do {
			if (top == 0)
				return hit;
			at = stack[--top];
		} while (entries[top] > hit.distance);
	}
	return hit;
}
