/* tests/unit/ledger_scene.h - tables of refusals: a scene, one thing changed, the refusal it gets.
 */
#ifndef ZN_TESTS_UNIT_LEDGER_SCENE_H
#define ZN_TESTS_UNIT_LEDGER_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/ledger_world.h"

#define XEN ZN_ZAT_PER_XEN

/* A transaction that is in order, and the ground it stands on. */
struct scene {
	struct world world;
	struct zn_transaction tx;
	int who;
	struct zn_hash open_id;    /* 0 pays 3: 10 XEN, 1 XEN of it redeemed, 2 XEN held */
	struct zn_hash closing_id; /* the same, closing, grace over */
	struct zn_hash job_id;     /* of 0 */
	bool break_signature;
	bool cut, extend;
};

typedef void scene_fn(struct scene *scene);
struct row {
	const char *what;
	scene_fn *change; /* NULL: nothing is changed, it must pass */
	enum zn_ledger_refusal refusal;
};

void scene_start(struct scene *scene);
void rows_run(scene_fn *base, const struct row *rows, size_t rows_count);
#define ROWS_RUN(base, rows) rows_run(base, rows, sizeof(rows) / sizeof *(rows))

/* Changes that fit several kinds. */
void by_other(struct scene *scene); /* person 1, who is rich and has sent nothing yet */
void by_poor(struct scene *scene);  /* person 5, who has nothing */
void fee_of_all(struct scene *scene);
void fee_above_all(struct scene *scene);

#endif
