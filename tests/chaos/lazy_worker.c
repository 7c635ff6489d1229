/* tests/chaos/lazy_worker.c - a worker that fakes a tenth of the items of every chunk.
 *
 * lazy_worker LEDGER_URL HOME [RATE_ZAT_PER_HOUR]: each tenth item gets a neighbour's bytes, which
 * look right from afar. For tests and for the demo; the product has no such switch.
 */
#include "worker/worker.h"

#include "io/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lazy {
	struct zn_loop *loop;
	struct zn_worker *worker;
	int status;
};

static void fake(void *user, uint64_t chunk, uint8_t *output, size_t output_bytes,
	uint32_t slot_bytes)
{
	size_t items = output_bytes / slot_bytes;
	(void)user;
	(void)chunk;
	for (size_t i = 9; i < items; i += 10)
		memcpy(output + i * slot_bytes, output + (i - 1) * slot_bytes, slot_bytes);
}

static void on_line(void *user, const char *line)
{
	(void)user;
	puts(line);
	fflush(stdout);
}

static void on_ended(void *user, const char *failure)
{
	struct lazy *lazy = user;
	if (failure != NULL) {
		fprintf(stderr, "zennet-lazy-worker: %s\n", failure);
		lazy->status = 1;
	}
	zn_loop_stop(lazy->loop);
}

static void on_interrupt(void *user)
{
	const struct lazy *lazy = user;
	zn_worker_leave(lazy->worker);
}

int main(int argc, char **argv)
{
	struct lazy lazy = {0};
	struct zn_worker_options options = {.device = -1,
		.rate_per_hour = {100000},
		.margin_percent = 20,
		.window_s = 10,
		.allow_private = true,
		.once = true,
		.output_filter = fake,
		.handlers = {.say = on_line, .ended = on_ended, .user = &lazy}};
	if (argc < 3) {
		fputs("usage: zennet-lazy-worker LEDGER_URL HOME [RATE_ZAT_PER_HOUR]\n", stderr);
		return 2;
	}
	options.ledger_url = argv[1];
	options.home = argv[2];
	if (argc > 3)
		options.rate_per_hour.zat = strtoull(argv[3], NULL, 10);
	if (setenv("ZENNET_HOME", options.home, 1) != 0 ||
		zn_directory_make(options.home) != ZN_ERR_OK ||
		zn_loop_create(&lazy.loop) != ZN_ERR_OK ||
		zn_worker_create(&lazy.worker, lazy.loop, &options) != ZN_ERR_OK ||
		zn_loop_on_interrupt(lazy.loop, on_interrupt, &lazy) != ZN_ERR_OK ||
		zn_loop_run(lazy.loop) != ZN_ERR_OK)
		lazy.status = 1;
	zn_worker_destroy(lazy.worker);
	zn_loop_destroy(lazy.loop);
	return lazy.status;
}
