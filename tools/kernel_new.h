/* tools/kernel_new.h - a first kernel and its job file, which work as they are. */
#ifndef ZN_TOOLS_KERNEL_NEW_H
#define ZN_TOOLS_KERNEL_NEW_H

#include "core/err.h"

#include <stdbool.h>

/** Write NAME.cl and NAME.json. False with a sentence, and nothing is written, when one of them is
 *  there already or the name is none. */
bool zn_kernel_new(const char *name, struct zn_complaint *complaint)
	__attribute__((warn_unused_result));

#endif
