zn_test(core_amount SOURCES unit/core_amount.c ROOMS core)
