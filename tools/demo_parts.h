/* tools/demo_parts.h - what tools/demo does not do in bash: the moving picture, and the sums. */
#ifndef ZN_TOOLS_DEMO_PARTS_H
#define ZN_TOOLS_DEMO_PARTS_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>

#define ZN_DEMO_WORKERS_MAX 8

struct zn_json;

/** "anna=/path" split in place; the name is what stands before the '='. */
struct zn_demo_named {
	const char *name;
	const char *value;
};

struct zn_demo_options {
	const char *picture; /* PNG that the publisher rewrites */
	const char *job;     /* `zennet job status --json`, rewritten by the script */
	const char *story;   /* lines of the script and of the processes, appended */
	const char *until;   /* end when this file is there */
	const char *ledger;
	struct zn_demo_named publisher, operator; /* accounts */
	struct zn_demo_named workers[ZN_DEMO_WORKERS_MAX];
	size_t workers_count;
};

int zn_demo_view(const struct zn_demo_options *options);
int zn_demo_settle(const struct zn_demo_options *options);

/** Read a JSON file that somebody else rewrites; NULL when it is not there or half written. */
struct zn_json *zn_demo_json(const char *path);

#endif
