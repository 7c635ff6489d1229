/* kernels/pathtrace/light.cl - draws where light comes from: the sky by its cells, or a triangle
 * that shines by its power. */

struct zn_light_draw {
	struct zn_vec3 direction; /* unit length, towards the light */
	struct zn_vec3 radiance;
	float distance;
	float density;            /* per solid angle, of all ways to draw it; 0: nothing drawn */
};

__global const float *zn_sky_sums(__global const struct zn_scene_header *scene)
{
	return (__global const float *)((__global const uchar *)scene + scene->sky_cell_offset);
}

/** The last index below `cells` whose running sum is not above `draw`. Three looks a step, counted:
 *  a search by halves would be a coin's toss for the branch predictor at each. */
uint zn_sums_find(__global const float *sums, uint cells, float draw)
{
	uint at = 0;
	uint size = cells < ZN_SCENE_SKY_CELLS_MAX ? cells : ZN_SCENE_SKY_CELLS_MAX;
	for (; size >= 4u; size >>= 2) {
		uint step = size >> 2;
		__global const float *from = sums + at;
		at += step * ((uint)(from[step] <= draw) + (uint)(from[step * 2u] <= draw) +
			(uint)(from[step * 3u] <= draw));
	}
	return size == 2u ? at + (uint)(sums[at + 1u] <= draw) : at;
}

/** Density per solid angle of drawing a direction from the sky alone. */
float zn_sky_density(__global const struct zn_scene_header *scene, struct zn_vec3 direction)
{
	__global const float *sums = zn_sky_sums(scene);
	uint cells = scene->sky_cells, last = cells - 1u;
	struct zn_pair square = zn_octahedral_from(direction);
	uint column = zn_to_uint(fma(square.u, 0.5f, 0.5f) * (float)cells);
	uint row = zn_to_uint(fma(square.v, 0.5f, 0.5f) * (float)cells);
	column = column < last ? column : last;
	row = row < last ? row : last;
	__global const float *columns = sums + (row + 1u) * (cells + 1u);
	float share = (sums[row + 1u] - sums[row]) * (columns[column + 1u] - columns[column]);
	float sum = fabs(direction.x) + fabs(direction.y) + fabs(direction.z);
	float stretch = 1.0f / (sum * sum * sum); /* cube of the octahedron's radius there */
	return share * (float)cells * (float)cells * 0.25f * stretch;
}

struct zn_light_draw zn_sky_draw(__global const struct zn_scene_header *scene, struct zn_pair pair)
{
	struct zn_light_draw draw;
	__global const float *sums = zn_sky_sums(scene);
	uint cells = scene->sky_cells;
	uint row = zn_sums_find(sums, cells, pair.v);
	float rows = sums[row + 1u] - sums[row];
	__global const float *columns = sums + (row + 1u) * (cells + 1u);
	uint column = zn_sums_find(columns, cells, pair.u);
	float width = columns[column + 1u] - columns[column];
	float y = (float)row + zn_clamp((pair.v - sums[row]) / rows, 0.0f, 0.9999f);
	float x = (float)column + zn_clamp((pair.u - columns[column]) / width, 0.0f, 0.9999f);
	float scale = 2.0f / (float)cells, texels = (float)scene->sky_side / (float)cells;
	struct zn_vec3 point = zn_octahedral_to(fma(x, scale, -1.0f), fma(y, scale, -1.0f));
	float length = sqrt(zn_inner3(point, point));
	draw.direction = zn_scale3(point, 1.0f / length);
	draw.radiance = zn_sky_texel(scene, zn_to_uint(x * texels), zn_to_uint(y * texels));
	draw.distance = ZN_FAR;
	draw.density = rows * width * (float)cells * (float)cells * 0.25f * length * length *
		length * scene->sky_share;
	return draw;
}

struct zn_light_draw zn_triangle_draw(__global const struct zn_scene_header *scene, float choice,
	struct zn_pair pair, struct zn_vec3 from)
{
	struct zn_light_draw draw;
	__global const struct zn_scene_light *lights = (__global const struct zn_scene_light *)(
		(__global const uchar *)scene + scene->light_offset);
	uint last = scene->light_count - 1u;
	float scaled = choice * (float)scene->light_count;
	uint index = zn_to_uint(scaled);
	index = index < last ? index : last;
	if (scaled - (float)index >= lights[index].keep)
		index = lights[index].other < last ? lights[index].other : last;
	__global const struct zn_scene_light *light = lights + index;
	struct zn_vec3 edge1 = zn_load3(light->edge1), edge2 = zn_load3(light->edge2);
	float root = sqrt(pair.u);
	struct zn_vec3 point = zn_along3(zn_load3(light->corner), edge1, 1.0f - root);
	struct zn_vec3 to = zn_sub3(zn_along3(point, edge2, pair.v * root), from);
	float square = zn_inner3(to, to);
	float cosine;
	draw.direction = zn_unit3(to);
	draw.distance = sqrt(square) * 0.9999f;
	draw.radiance = zn_load3(light->emission);
	cosine = fabs(zn_inner3(draw.direction, zn_unit3(zn_cross3(edge1, edge2))));
	draw.density = cosine > 1e-6f
		? light->area_density * (1.0f - scene->sky_share) * square / cosine
		: 0.0f;
	return draw;
}

/** Draw a light as seen from a point. */
struct zn_light_draw zn_light_draw(__global const struct zn_scene_header *scene, struct zn_rng *rng,
	struct zn_vec3 from)
{
	struct zn_pair pair = zn_rng_pair(rng);
	float share = scene->sky_share;
	struct zn_pair choice;
	if (scene->light_count == 0)
		return zn_sky_draw(scene, pair);
	choice = zn_rng_pair(rng);
	if (choice.u < share)
		return zn_sky_draw(scene, pair);
	return zn_triangle_draw(scene, choice.v, pair, from);
}
