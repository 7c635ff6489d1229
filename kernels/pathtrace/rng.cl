/* kernels/pathtrace/rng.cl - random numbers as a function of (pixel, sample, dimension) and the seed.
 *
 * No state but the dimension, so any sample of any pixel can be computed alone. The first pairs are
 * points of Sobol's (0,2)-sequence, shuffled and scrambled by a hash: 16 samples then cover a square
 * far more evenly than chance does. Later pairs, where evenness no longer shows, are plain hashes.
 *
 * Scrambling: B. Burley, "Practical Hash-based Owen Scrambling", JCGT 9(4), 2020, with the
 * constants of N. Vegdahl. Hash: M. Jarzynski, M. Olano, "Hash Functions for GPU Rendering", JCGT
 * 9(3), 2020.
 */
#define ZN_RNG_EVEN_PAIRS 10u

struct zn_rng {
	uint key;      /* of pixel and seed */
	uint sample;
	uint reversed; /* the sample's bits from the other end */
	uint pair;     /* dimension, two at a time */
};

struct zn_pair {
	float u, v;
};

uint zn_hash(uint x)
{
	x ^= x >> 16;
	x *= 0x21f0aaadu;
	x ^= x >> 15;
	x *= 0xd35a2d97u;
	return x ^ (x >> 15);
}

uint zn_reverse_bits(uint x)
{
	x = ((x >> 1) & 0x55555555u) | ((x & 0x55555555u) << 1);
	x = ((x >> 2) & 0x33333333u) | ((x & 0x33333333u) << 2);
	x = ((x >> 4) & 0x0f0f0f0fu) | ((x & 0x0f0f0f0fu) << 4);
	x = ((x >> 8) & 0x00ff00ffu) | ((x & 0x00ff00ffu) << 8);
	return (x >> 16) | (x << 16);
}

/** Permutes so that a bit depends on itself and lower ones only: on reversed numbers it is Owen's
 *  scrambling. */
uint zn_scramble(uint x, uint seed)
{
	x ^= x * 0x3d20adeau;
	x += seed;
	x *= (seed >> 16) | 1u;
	x ^= x * 0x05526c56u;
	x ^= x * 0x53a22864u;
	return x;
}

/** Sobol's second dimension, on reversed bits: Pascal's triangle modulo 2. */
uint zn_sobol_second(uint x)
{
	x ^= (x >> 1) & 0x55555555u;
	x ^= (x >> 2) & 0x33333333u;
	x ^= (x >> 4) & 0x0f0f0f0fu;
	x ^= (x >> 8) & 0x00ff00ffu;
	return x ^ ((x >> 16) & 0x0000ffffu);
}

struct zn_rng zn_rng_begin(uint pixel, uint sample, uint seed)
{
	struct zn_rng rng;
	rng.key = zn_hash(pixel ^ zn_hash(seed ^ 0x5bd1e995u));
	rng.sample = sample;
	rng.reversed = zn_reverse_bits(sample);
	rng.pair = 0;
	return rng;
}

/** The next two numbers in [0, 1). */
struct zn_pair zn_rng_pair(struct zn_rng *rng)
{
	struct zn_pair pair;
	uint seed = zn_hash(rng->key + 0x9e3779b9u * (rng->pair + 1u));
	uint first, second;
	if (rng->pair < ZN_RNG_EVEN_PAIRS) {
		uint index = zn_reverse_bits(zn_scramble(rng->reversed, seed));
		first = zn_reverse_bits(zn_scramble(index, seed * 0x2c1b3c6du + 1u));
		second = zn_reverse_bits(
			zn_scramble(zn_sobol_second(index), seed * 0x297a2d39u + 2u));
	} else {
		first = zn_hash(seed ^ zn_hash(rng->sample + 0x68e31da4u));
		second = zn_hash(first ^ (seed * 0x1b56c4e9u));
	}
	rng->pair++;
	pair.u = zn_to_unit(first);
	pair.v = zn_to_unit(second);
	return pair;
}
