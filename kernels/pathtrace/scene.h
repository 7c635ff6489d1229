/* kernels/pathtrace/scene.h - the bytes of a path tracing job: its scene blob and its parameters.
 *
 * The first source of the built-in kernel "pathtrace", and read by the host: so it includes nothing
 * and uses only types that mean the same on both sides (unsigned int has 32 bits, little-endian).
 *
 * The scene is the job's shared input: one blob, a header and the arrays that it points to. Every
 * offset counts bytes from the blob's begin and is a multiple of ZN_SCENE_ALIGN. zn_pathtrace_check()
 * in kernels/pathtrace/check.h says whether a blob and its parameters are whole; the kernel still
 * keeps every index inside the counts of the header.
 *
 * Item index = pass * (width * height) + pixel. The item adds the samples
 * [pass * samples_per_item, min((pass + 1) * samples_per_item, samples)) of its pixel. Its slot is
 * three 64-bit sums (red, green, blue) of radiance, each sample clamped to `clamp` and rounded to a
 * multiple of 1 / ZN_FILM_ONE. So any cut of a job gives the same picture by integer addition.
 */
#ifndef ZN_KERNELS_PATHTRACE_SCENE_H
#define ZN_KERNELS_PATHTRACE_SCENE_H

#define ZN_SCENE_MAGIC     0x53534e5au /* "ZNSS" */
#define ZN_SCENE_VERSION   1u
#define ZN_SCENE_ALIGN     64u
#define ZN_SCENE_WIDTH     8      /* children of a node, triangles of a block */
#define ZN_SCENE_DEPTH_MAX 13     /* levels of nodes; with the stack below, none overflows */
#define ZN_SCENE_STACK     96     /* 7 pushed per level, and one */
#define ZN_SCENE_VISITS    65536u /* nodes and blocks one ray may visit: a hostile blob ends too */
#define ZN_SCENE_NONE      0xffffffffu
#define ZN_SCENE_BLOCK     0x80000000u /* a child with this bit is a block of triangles */

#define ZN_SCENE_TRIANGLES_MAX    (1u << 24)
#define ZN_SCENE_MATERIALS_MAX    4096u
#define ZN_SCENE_TEXTURES_MAX     1024u
#define ZN_SCENE_TEXTURE_SIDE_MAX 8192u
#define ZN_SCENE_LIGHTS_MAX       (1u << 20)
#define ZN_SCENE_SKY_SIDE_MAX     2048u
#define ZN_SCENE_SKY_CELLS_MAX    1024u

/** Eight children at once: boxes as structure of arrays. An empty place has ZN_SCENE_NONE and an
 *  inside-out box. Children come behind their parent, each has one parent. */
struct zn_scene_node {
	float low_x[8], low_y[8], low_z[8];
	float high_x[8], high_y[8], high_z[8];
	unsigned int child[8];
	unsigned int zero[8];
};

/** Eight triangles at once: a corner and the two edges from it. An empty place has ZN_SCENE_NONE
 *  and no area. */
struct zn_scene_block {
	float corner_x[8], corner_y[8], corner_z[8];
	float edge1_x[8], edge1_y[8], edge1_z[8];
	float edge2_x[8], edge2_y[8], edge2_z[8];
	unsigned int triangle[8];
};

/** What shading needs of a triangle: normals and texture coordinates at its corners. */
struct zn_scene_shade {
	float normal[3][3]; /* unit length */
	float texture[3][2];
	unsigned int material;
};

/** A layer of glossy reflection (GGX, Schlick's Fresnel) over a matte body. */
struct zn_scene_material {
	float base[3]; /* 0..1, linear; times the texture if there is one */
	unsigned int texture;
	float gloss[3];    /* reflectance seen head-on, 0..1 */
	float roughness;   /* GGX alpha, 0.002..1 */
	float emission[3]; /* radiance, both sides */
	float opacity;     /* share of rays that it stops, 0..1; times the texture's alpha */
	float metal; /* 0..1: how much of `base` (with its texture) colours the reflection instead */
	unsigned int zero[3];
};

/** 8-bit sRGB with alpha, row by row from the top; coordinates wrap. */
struct zn_scene_texture {
	unsigned int offset; /* of its first texel, in texels from texel_offset */
	unsigned int width, height;
	unsigned int zero;
};

/** A triangle that shines, drawn by its power through the alias table. */
struct zn_scene_light {
	float corner[3];
	float edge1[3];
	float edge2[3];
	float emission[3];
	float keep;         /* alias table: keep this light when the draw is below, else .. */
	unsigned int other; /* .. take that one */
	float area_density; /* probability per area of drawing a point on it */
	unsigned int zero;
};

/** The sky is a square picture in octahedral coordinates, row by row, RGB9E5: three 9-bit mantissas
 *  from bit 0 and a 5-bit exponent, value = mantissa * 2^(exponent - 24). Directions are drawn by a
 *  coarser grid of cells: sky_cells + 1 floats, the running sum over rows from 0 to 1; then for each
 *  row sky_cells + 1 floats, the same over its cells. */
struct zn_scene_header {
	unsigned int magic, version;
	unsigned int bytes; /* of the whole blob */
	unsigned int node_count, node_offset;
	unsigned int block_count, block_offset;
	unsigned int triangle_count, shade_offset;
	unsigned int material_count, material_offset;
	unsigned int texture_count, texture_offset;
	unsigned int texel_count, texel_offset;
	unsigned int light_count, light_offset;
	unsigned int sky_side, sky_offset;       /* side in texels, 1..ZN_SCENE_SKY_SIDE_MAX */
	unsigned int sky_cells, sky_cell_offset; /* cells per side, a power of two */
	unsigned int curve_offset;               /* 256 floats: sRGB byte to linear */
	float sky_share;                         /* share of light draws that go to the sky, 0..1 */
	float size;                              /* diagonal of the scene's box */
	float low[3], high[3];                   /* the scene's box */
	unsigned int see_through;                /* 1 when a material or texture lets rays pass */
	unsigned int zero[1];
};

#define ZN_PATHTRACE_MAGIC       0x54504e5au /* "ZNPT" */
#define ZN_PATHTRACE_SIDE_MAX    16384u
#define ZN_PATHTRACE_SAMPLES_MAX 65536u
#define ZN_PATHTRACE_BOUNCES_MAX 32u
#define ZN_PATHTRACE_CLAMP_MAX   1024.0f
#define ZN_PATHTRACE_SLOT_BYTES  24u
#define ZN_FILM_ONE              1048576.0f /* fixed point: 20 bits behind the point */

/** The job's parameters, 128 bytes. A camera ray starts at `eye` and goes to
 *  corner + right * (x / width) + down * (y / height), with x, y in pixels from the top left. */
struct zn_pathtrace_params {
	unsigned int magic, version;
	unsigned int width, height;
	unsigned int samples; /* of a pixel, in all */
	unsigned int samples_per_item;
	unsigned int seed;
	unsigned int bounces; /* 0 = only what the camera sees directly */
	float clamp;          /* most radiance of one sample, per channel */
	float indirect_clamp; /* most that one later bounce may add */
	float eye[3];
	float corner[3]; /* relative to the eye, like right and down */
	float right[3];
	float down[3];
	unsigned int scene_bytes; /* the blob's, as a seal that both belong together */
	unsigned int zero[9];
};

#endif
