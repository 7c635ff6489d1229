#include "tools/kernel_new.h"

#include "io/files.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STEM_BYTES_MAX 48 /* the names in build logs have 63 */
#define TEXT_BYTES     4096

static const char source[] =
	"/* %s.cl - exact class; item i: how many steps lead from i + 1 to 1 (Collatz)?\n"
	" *\n"
	" * Work per item: about 100 steps. Slot: 4 bytes, the steps. Params: u32, most steps.\n"
	" */\n"
	"void zn_map(ulong item, __global const uchar *params, __global const uchar *shared,\n"
	"\t__global const uchar *input, __global uchar *slot)\n"
	"{\n"
	"\tuint most = ((__global const uint *)params)[0]; /* every loop needs an end */\n"
	"\tulong n = item + 1;\n"
	"\tuint steps = 0;\n"
	"\twhile (n != 1 && steps < most) {\n"
	"\t\tn = n & 1 ? 3 * n + 1 : n / 2;\n"
	"\t\tsteps++;\n"
	"\t}\n"
	"\t*(__global uint *)slot = steps; /* its own slot, and nothing else */\n"
	"}\n";

/* The longest way below 1,000,000 starts at 837,799 and has 524 steps: OEIS A006877, A006878. */
static const char job[] = "{\n"
			  "\t\"kind\": \"kernel\",\n"
			  "\t\"source\": \"%s.cl\",\n"
			  "\t\"items\": 1000000,\n"
			  "\t\"slot_bytes\": 4,\n"
			  "\t\"params\": {\"u32\": [1000]},\n"
			  "\t\"reduce\": {\"max\": \"u32\"},\n"
			  "\t\"print\": \"u32\",\n"
			  "\t\"chunk_items\": 65536,\n"
			  "\t\"budget\": \"1 XEN\",\n"
			  "\t\"max_price\": \"20 XEN per 1000 chunks\",\n"
			  "\t\"deadline\": \"1h\",\n"
			  "\t\"output\": \"%s.txt\"\n"
			  "}\n";

static bool is_plain(const char *stem)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_-";
	size_t length = strlen(stem);
	return length > 0 && length <= STEM_BYTES_MAX && strspn(stem, plain) == length &&
	       stem[0] != '-';
}

bool zn_kernel_new(const char *name, struct zn_complaint *complaint)
{
	const char *slash = strrchr(name, '/'), *stem = slash != NULL ? slash + 1 : name;
	char paths[2][PATH_MAX], texts[2][TEXT_BYTES];
	if (!is_plain(stem))
		return zn_complain(complaint,
			"'%s' is no name for a kernel; letters, digits, _ and - make one, at most "
			"%d "
			"of them",
			stem, STEM_BYTES_MAX);
	if (!zn_path_make(paths[0], "%s.cl", name) || !zn_path_make(paths[1], "%s.json", name))
		return zn_complain(complaint, "%s: this path is too long", name);
	snprintf(texts[0], TEXT_BYTES, source, stem);
	snprintf(texts[1], TEXT_BYTES, job, stem, stem);
	for (int i = 0; i < 2; i++)
		if (zn_file_exists(paths[i]))
			return zn_complain(complaint, "%s is there already; name another kernel",
				paths[i]);
	for (int i = 0; i < 2; i++) {
		enum zn_err err = zn_file_write(paths[i], texts[i], strlen(texts[i]), 0644);
		if (err == ZN_ERR_OK)
			continue;
		if (i > 0)
			unlink(paths[0]);
		return zn_complain(complaint, "%s: %s", paths[i], zn_err_sentence(err));
	}
	return true;
}
