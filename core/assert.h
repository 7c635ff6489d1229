/* core/assert.h - our own bugs stop the program, in every build. Never on a peer's data. */
#ifndef ZN_CORE_ASSERT_H
#define ZN_CORE_ASSERT_H

#define ZN_ASSERT(what) ((what) ? (void)0 : zn_assert_failed(#what, __FILE__, __LINE__))

_Noreturn void zn_assert_failed(const char *what, const char *file, int line);

#endif
