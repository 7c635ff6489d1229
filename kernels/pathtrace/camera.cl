/* kernels/pathtrace/camera.cl - from a pixel to a ray. */

struct zn_ray {
	struct zn_vec3 origin;
	struct zn_vec3 direction; /* unit length */
};

struct zn_vec3 zn_load3(__global const float *at)
{
	return zn_vec3(at[0], at[1], at[2]);
}

/** A ray through a point of the pixel drawn by a tent filter, 1.5 pixels wide: edges stay smooth. */
struct zn_ray zn_camera_ray(__global const struct zn_pathtrace_params *params, uint x, uint y,
	struct zn_pair pair)
{
	struct zn_ray ray;
	float du = pair.u < 0.5f ? sqrt(2.0f * pair.u) - 1.0f : 1.0f - sqrt(2.0f - 2.0f * pair.u);
	float dv = pair.v < 0.5f ? sqrt(2.0f * pair.v) - 1.0f : 1.0f - sqrt(2.0f - 2.0f * pair.v);
	float s = fma(du, 0.75f, (float)x + 0.5f) / (float)params->width;
	float t = fma(dv, 0.75f, (float)y + 0.5f) / (float)params->height;
	struct zn_vec3 to = zn_load3(params->corner);
	to = zn_along3(to, zn_load3(params->right), s);
	to = zn_along3(to, zn_load3(params->down), t);
	ray.origin = zn_load3(params->eye);
	ray.direction = zn_unit3(to);
	return ray;
}
