/* tests/unit/cm.h - cmocka with what it wants included before it. */
#ifndef ZN_TESTS_UNIT_CM_H
#define ZN_TESTS_UNIT_CM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
