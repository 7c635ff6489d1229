/* runner/bare.c - zennet-bare: the same kernels in one process, by OpenCL directly, for tools/bench-runner.
 *
 * It reads a command a line and answers each with one line, a number:
 *   launch N           microseconds of an enqueued and finished launch of 64 items, median of N
 *   mix ROUNDS ITEMS   seconds of one launch of so many items of the kernel mix
 *   peak MS            GFLOPS of fused multiply-adds in C on all threads
 *   work N             milliseconds of N units of plain integer work on all threads
 * Nothing here is hardened: it is never started for anybody's job.
 */
#include "runner/compute.h"

#include "kernels/abi.h"
#include "kernels/builtin.h"
#include "runner/recipe.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

#define ITEMS_MAX    (1u << 17)
#define LAUNCHES_MAX 20000
#define THREADS_MAX  256
#define CHAINS       12 /* two adders of four cycles each, and some to spare */
#define BURST        20000

static struct zn_compute_list list;
static struct zn_compute compute;
static cl_kernel kernel;
static cl_mem params, output;
static uint32_t *params_host;
static uint8_t *output_host;

static uint64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

_Noreturn static void fail(const char *what)
{
	printf("error %s\n", what);
	fflush(stdout);
	exit(1);
}

static void prepare(void)
{
	static struct zn_recipe_pieces pieces;
	const struct zn_kernel_source *mix = zn_kernel_source_find("mix.cl");
	struct zn_recipe recipe = {.exact = true, .slot_bytes = 8, .texts_count = 1};
	zn_compute_list_all(&list);
	if (mix == NULL || zn_compute_open(&compute, &list, 0) != NULL)
		fail("no device");
	recipe.width = compute.about.width;
	recipe.texts[0] = (struct zn_recipe_text){mix->name, mix->text, mix->bytes};
	zn_recipe_assemble(&pieces, &recipe, compute.about.class);
	cl_program program = clCreateProgramWithSource(compute.context, pieces.count, pieces.texts,
		pieces.bytes, NULL);
	if (program == NULL || clBuildProgram(program, 1, &compute.device, pieces.options, NULL,
				       NULL) != CL_SUCCESS)
		fail("the kernel does not build");
	kernel = clCreateKernel(program, ZN_KERNEL_ENTRY, NULL);
	params_host = aligned_alloc(4096, 4096);
	output_host = aligned_alloc(4096, ITEMS_MAX * 8);
	if (kernel == NULL || params_host == NULL || output_host == NULL)
		fail("no memory");
	memset(params_host, 0, 4096);
	memset(output_host, 0, ITEMS_MAX * 8);
	params = clCreateBuffer(compute.context, CL_MEM_READ_WRITE | CL_MEM_USE_HOST_PTR, 4096,
		params_host, NULL);
	output = clCreateBuffer(compute.context, CL_MEM_READ_WRITE | CL_MEM_USE_HOST_PTR,
		ITEMS_MAX * 8, output_host, NULL);
	if (params == NULL || output == NULL)
		fail("no memory");
}

static void set_params(uint32_t rounds)
{
	const uint32_t words[2] = {rounds, 1};
	if (clEnqueueWriteBuffer(compute.queue, params, CL_TRUE, 0, sizeof words, words, 0, NULL,
		    NULL) != CL_SUCCESS)
		fail("the device failed");
}

/* As the runner's slices: a stripe for each of many work-groups of one. */
static void launch(uint32_t items)
{
	uint64_t groups_max = (uint64_t)compute.about.compute_units * ZN_SLICE_GROUPS_PER_CORE;
	const cl_ulong listed = 0, first = 0, begin = 0, end = items;
	const cl_ulong stripe = (items + groups_max - 1) / groups_max;
	const size_t grid = (items + stripe - 1) / stripe, one = 1;
	cl_int err = clSetKernelArg(kernel, 0, sizeof params, &params);
	err |= clSetKernelArg(kernel, 1, sizeof listed, &listed);
	err |= clSetKernelArg(kernel, 2, sizeof first, &first);
	err |= clSetKernelArg(kernel, 3, sizeof begin, &begin);
	err |= clSetKernelArg(kernel, 4, sizeof end, &end);
	err |= clSetKernelArg(kernel, 5, sizeof stripe, &stripe);
	for (cl_uint i = 6; i < 9; i++)
		err |= clSetKernelArg(kernel, i, sizeof params, &params);
	err |= clSetKernelArg(kernel, 9, sizeof output, &output);
	err |= clEnqueueNDRangeKernel(compute.queue, kernel, 1, NULL, &grid, &one, 0, NULL, NULL);
	err |= clFinish(compute.queue);
	if (err != CL_SUCCESS)
		fail("the device failed");
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median_launch_us(uint32_t count)
{
	static double us[LAUNCHES_MAX];
	if (count == 0 || count > LAUNCHES_MAX)
		count = LAUNCHES_MAX;
	set_params(0);
	launch(64);
	for (uint32_t i = 0; i < count; i++) {
		uint64_t began = now_ns();
		launch(64);
		us[i] = (double)(now_ns() - began) / 1e3;
	}
	qsort(us, count, sizeof *us, by_size);
	return us[count / 2];
}

static double mix_seconds(uint32_t rounds, uint32_t items)
{
	if (items == 0 || items > ITEMS_MAX)
		items = ITEMS_MAX;
	set_params(rounds);
	uint64_t began = now_ns();
	launch(items);
	return (double)(now_ns() - began) / 1e9;
}

/* --- C, on all threads --- */

#ifdef __x86_64__
#define BODY(type, set, fma, store)                                                                \
	type sums[CHAINS];                                                                         \
	const type factor = set(1.0001f), more = set(0.0001f);                                     \
	for (int i = 0; i < CHAINS; i++)                                                           \
		sums[i] = set((float)i);                                                           \
	for (int step = 0; step < BURST; step++)                                                   \
		_Pragma("GCC unroll 12") for (int i = 0; i < CHAINS; i++) sums[i] =                \
			fma(sums[i], factor, more);                                                \
	for (int i = 0; i < CHAINS; i++)                                                           \
	store(out + i * 16, sums[i])

__attribute__((target("avx2,fma"), optimize("O2"))) static void burst_avx2(float *out)
{
	BODY(__m256, _mm256_set1_ps, _mm256_fmadd_ps, _mm256_storeu_ps);
}

__attribute__((target("avx512f"), optimize("O2"))) static void burst_avx512(float *out)
{
	BODY(__m512, _mm512_set1_ps, _mm512_fmadd_ps, _mm512_storeu_ps);
}
#endif

struct thread {
	pthread_t id;
	void (*burst)(float *out);
	uint64_t until_ns, bursts;
	uint64_t units;
	volatile float kept[CHAINS * 16];
	volatile uint64_t state;
};

static struct thread threads[THREADS_MAX];

static void *run_bursts(void *user)
{
	struct thread *thread = user;
	float out[CHAINS * 16];
	while (now_ns() < thread->until_ns) {
		thread->burst(out);
		thread->bursts++;
	}
	thread->kept[0] = out[0];
	return NULL;
}

static void *run_work(void *user)
{
	struct thread *thread = user;
	uint64_t state = 1;
	for (uint64_t i = 0; i < thread->units * 1000; i++) {
		state = (state ^ (state >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		state ^= state >> 27;
	}
	thread->state = state;
	return NULL;
}

static double all_threads_s(void *(*run)(void *))
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t began = now_ns();
	count = count < 1 ? 1 : count > THREADS_MAX ? THREADS_MAX : count;
	for (long i = 0; i < count; i++)
		if (pthread_create(&threads[i].id, NULL, run, &threads[i]) != 0)
			fail("no thread");
	for (long i = 0; i < count; i++)
		pthread_join(threads[i].id, NULL);
	return (double)(now_ns() - began) / 1e9;
}

static double peak_of(void (*burst)(float *out), double lanes, uint32_t ms)
{
	uint64_t until = now_ns() + (uint64_t)ms * 1000000, bursts = 0;
	for (int i = 0; i < THREADS_MAX; i++) {
		threads[i].burst = burst;
		threads[i].until_ns = until;
		threads[i].bursts = 0;
	}
	double seconds = all_threads_s(run_bursts);
	for (int i = 0; i < THREADS_MAX; i++)
		bursts += threads[i].bursts;
	return (double)bursts * BURST * CHAINS * lanes * 2 / seconds / 1e9;
}

static double peak_gflops(uint32_t ms)
{
	double best = 0;
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		best = peak_of(burst_avx2, 8, ms);
	if (__builtin_cpu_supports("avx512f")) {
		double wide = peak_of(burst_avx512, 16, ms);
		best = wide > best ? wide : best;
	}
#else
	(void)peak_of;
	(void)ms;
#endif
	return best;
}

static double work_ms(uint32_t units)
{
	for (int i = 0; i < THREADS_MAX; i++)
		threads[i].units = units;
	return all_threads_s(run_work) * 1e3;
}

int main(void)
{
	char line[128];
	unsigned int a = 0, b = 0;
	prepare();
	while (fgets(line, sizeof line, stdin) != NULL) { /* until the bench closes the pipe */
		double answer;
		if (sscanf(line, "launch %u", &a) == 1)
			answer = median_launch_us(a);
		else if (sscanf(line, "mix %u %u", &a, &b) == 2)
			answer = mix_seconds(a, b);
		else if (sscanf(line, "peak %u", &a) == 1)
			answer = peak_gflops(a);
		else if (sscanf(line, "work %u", &a) == 1)
			answer = work_ms(a);
		else
			fail("there is no such command");
		printf("%.9g\n", answer);
		fflush(stdout);
	}
	return 0;
}
