zn_test(unit_kernels_screen SOURCES unit/kernels_screen.c ROOMS kernels core)
