/* wordcount.cl - exact class, integers: lines, words and bytes of a text, as `wc` counts them.
 *
 * Work per item: a share of the chunk's input, ITEMS shares of equal size; a chunk has ITEMS items. The
 * input is a piece of the text that begins and ends at line ends. A word belongs to the share in which
 * it begins. Params: none. Slot: three u64: lines, words, bytes.
 */
#define ITEMS 64

int is_space(uchar c)
{
	return c == ' ' || (c >= 9 && c <= 13);
}

#if ZN_DEVICE_CPU
/* Sixteen bytes at a time: -1 where a byte is a space. */
char16 spaces(uchar16 c)
{
	return c == (uchar16)(' ') | (c >= (uchar16)(9) & c <= (uchar16)(13));
}

uint added(uchar16 counts)
{
	uchar each[16];
	uint sum = 0;
	vstore16(counts, 0, each);
	for (int i = 0; i < 16; i++)
		sum += each[i];
	return sum;
}

/* Whole sixteens of [at, end), at > 0; what each byte counts must stay below 256. */
ulong count_lanes(__global const uchar *text, ulong at, ulong end, ulong *lines, ulong *words)
{
	while (end - at >= 16) {
		ulong rounds = min((end - at) / 16, (ulong)255);
		uchar16 line = 0, word = 0;
		for (ulong i = 0; i < rounds; i++, at += 16) {
			uchar16 here = vload16(0, text + at), before = vload16(0, text + at - 1);
			line -= as_uchar16(here == (uchar16)('\n'));
			word -= as_uchar16(~spaces(here) & spaces(before));
		}
		*lines += added(line);
		*words += added(word);
	}
	return at;
}
#endif

void zn_map(ulong item, __global const uchar *params, __global const uchar *shared,
	__global const uchar *input, __global uchar *slot)
{
	ulong bytes = zn_input_bytes(input), share = item - zn_input_first(input);
	ulong at = share * bytes / ITEMS, end = (share + 1) * bytes / ITEMS;
	__global ulong *out = (__global ulong *)slot;
	ulong lines = 0, words = 0;
	out[2] = end - at;
	if (at == 0 && end > 0) { /* nothing stands before the first byte */
		lines = input[0] == '\n';
		words = !is_space(input[0]);
		at = 1;
	}
#if ZN_DEVICE_CPU
	at = count_lanes(input, at, end, &lines, &words);
#endif
	for (; at < end; at++) {
		lines += input[at] == '\n';
		words += !is_space(input[at]) && is_space(input[at - 1]);
	}
	out[0] = lines;
	out[1] = words;
}
