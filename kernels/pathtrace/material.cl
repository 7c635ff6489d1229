/* kernels/pathtrace/material.cl - how a surface scatters light: a matte body under a glossy coat.
 *
 * The coat is a GGX microfacet layer with Schlick's Fresnel term, drawn by its visible normals
 * (E. Heitz, "Sampling the GGX Distribution of Visible Normals", JCGT 7(4), 2018); what it does not
 * reflect reaches the body.
 */

struct zn_surface {
	struct zn_vec3 normal, side, up; /* shading frame, on the viewer's side */
	struct zn_vec3 matte;            /* reflectance of the body */
	struct zn_vec3 gloss;            /* reflectance of the coat, head-on */
	struct zn_vec3 view;             /* towards the viewer, in the frame */
	float roughness;                 /* GGX alpha */
	float coat_share;                /* probability of drawing the coat */
};

struct zn_scatter {
	struct zn_vec3 value; /* reflected share of radiance, times the cosine */
	float density;        /* per solid angle, of drawing this direction */
};

struct zn_vec3 zn_to_frame(const struct zn_surface *surface, struct zn_vec3 d)
{
	return zn_vec3(zn_inner3(d, surface->side), zn_inner3(d, surface->up),
		zn_inner3(d, surface->normal));
}

struct zn_vec3 zn_from_frame(const struct zn_surface *surface, struct zn_vec3 d)
{
	struct zn_vec3 world = zn_scale3(surface->side, d.x);
	world = zn_along3(world, surface->up, d.y);
	return zn_along3(world, surface->normal, d.z);
}

/** Two directions that stand on a unit normal and on each other. */
void zn_frame_make(struct zn_surface *surface, struct zn_vec3 normal)
{
	float sign = normal.z < 0.0f ? -1.0f : 1.0f;
	float a = -1.0f / (sign + normal.z);
	float b = normal.x * normal.y * a;
	surface->normal = normal;
	surface->side = zn_unit3(zn_vec3(fma(sign * normal.x * normal.x, a, 1.0f), sign * b,
		-sign * normal.x));
	surface->up = zn_unit3(zn_vec3(b, fma(normal.y * normal.y, a, sign), -normal.y));
}

/** Schlick: from head-on reflectance to 1 at grazing angles. */
struct zn_vec3 zn_fresnel(struct zn_vec3 gloss, float cosine)
{
	float rest = zn_clamp(1.0f - cosine, 0.0f, 1.0f);
	float square = rest * rest;
	float power = square * square * rest;
	return zn_along3(gloss, zn_vec3(1.0f - gloss.x, 1.0f - gloss.y, 1.0f - gloss.z), power);
}

/** Smith's term for one direction: 2 / (1 + sqrt(1 + alpha^2 tan^2)). */
float zn_smith(float alpha, float cosine)
{
	float square = cosine * cosine;
	float tangent = (1.0f - square) / square;
	return 2.0f / (1.0f + sqrt(fma(alpha * alpha, zn_max(tangent, 0.0f), 1.0f)));
}

void zn_surface_shares(struct zn_surface *surface)
{
	float cosine = surface->view.z;
	float coat = zn_most3(zn_fresnel(surface->gloss, cosine));
	float body = zn_most3(surface->matte) * (1.0f - coat);
	float sum = coat + body;
	float share = sum > 0.0f ? coat / sum : 0.0f;
	if (coat <= 0.0f)
		share = 0.0f;
	else if (body <= 0.0f)
		share = 1.0f;
	else
		share = zn_clamp(share, 0.05f, 0.9f);
	surface->coat_share = share;
}

/** Value and density of a direction in the frame, towards the light. */
struct zn_scatter zn_scatter_look(const struct zn_surface *surface, struct zn_vec3 light)
{
	struct zn_scatter scatter;
	struct zn_vec3 view = surface->view;
	struct zn_vec3 body, middle;
	float alpha2 = surface->roughness * surface->roughness;
	scatter.value = zn_vec3(0.0f, 0.0f, 0.0f);
	scatter.density = 0.0f;
	if (!(light.z > 1e-5f))
		return scatter;
	body = zn_fresnel(surface->gloss, view.z);
	body = zn_vec3(1.0f - body.x, 1.0f - body.y, 1.0f - body.z);
	scatter.value = zn_scale3(zn_mul3(surface->matte, body), light.z * ZN_INV_PI);
	scatter.density = (1.0f - surface->coat_share) * light.z * ZN_INV_PI;
	if (!(surface->coat_share > 0.0f))
		return scatter;
	middle = zn_unit3(zn_add3(view, light));
	float facing = zn_max(zn_inner3(view, middle), 0.0f);
	float spread = fma(middle.z * middle.z, alpha2 - 1.0f, 1.0f);
	float normals = alpha2 / (ZN_PI * spread * spread);
	float view_smith = zn_smith(surface->roughness, view.z);
	float light_smith = zn_smith(surface->roughness, light.z);
	float visible = normals * view_smith / (4.0f * view.z);
	scatter.value = zn_along3(scatter.value, zn_fresnel(surface->gloss, facing),
		visible * light_smith);
	scatter.density = fma(surface->coat_share, visible, scatter.density);
	return scatter;
}

/** A microfacet's normal among those that the viewer sees. */
struct zn_vec3 zn_visible_normal(struct zn_vec3 view, float alpha, float u, float v)
{
	struct zn_vec3 stretched = zn_unit3(zn_vec3(view.x * alpha, view.y * alpha, view.z));
	float flat = stretched.x * stretched.x + stretched.y * stretched.y;
	struct zn_vec3 first = zn_vec3(1.0f, 0.0f, 0.0f);
	float sine, cosine;
	if (flat > 1e-12f) {
		float scale = 1.0f / sqrt(flat);
		first = zn_vec3(-stretched.y * scale, stretched.x * scale, 0.0f);
	}
	struct zn_vec3 second = zn_cross3(stretched, first);
	float radius = sqrt(u);
	zn_sincos_turn(v, &sine, &cosine);
	float a = radius * cosine;
	float b = radius * sine;
	float share = 0.5f * (1.0f + stretched.z);
	b = fma(1.0f - share, sqrt(zn_max(1.0f - a * a, 0.0f)), share * b);
	float c = sqrt(zn_max(1.0f - a * a - b * b, 0.0f));
	struct zn_vec3 normal = zn_scale3(first, a);
	normal = zn_along3(normal, second, b);
	normal = zn_along3(normal, stretched, c);
	return zn_unit3(zn_vec3(normal.x * alpha, normal.y * alpha, zn_max(normal.z, 1e-6f)));
}

/** Draw a direction towards the light, in the frame; z <= 0 means that nothing is scattered. */
struct zn_vec3 zn_scatter_draw(const struct zn_surface *surface, struct zn_pair pair)
{
	float share = surface->coat_share;
	float u = pair.u;
	if (u < share) {
		struct zn_vec3 normal = zn_visible_normal(surface->view, surface->roughness,
			u / share, pair.v);
		float twice = 2.0f * zn_inner3(surface->view, normal);
		return zn_sub3(zn_scale3(normal, twice), surface->view);
	}
	float sine, cosine;
	u = zn_clamp((u - share) / (1.0f - share), 0.0f, 0.9999999f);
	float radius = sqrt(u);
	zn_sincos_turn(pair.v, &sine, &cosine);
	return zn_vec3(radius * cosine, radius * sine, sqrt(1.0f - u));
}
