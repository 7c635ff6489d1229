/* io/system_err.h - what an errno of the system means in our table. */
#ifndef ZN_IO_SYSTEM_ERR_H
#define ZN_IO_SYSTEM_ERR_H

#include "core/err.h"

/** IO for what has no row of its own. */
enum zn_err zn_err_of_errno(int number);

#endif
