zn_test(unit_kernels_screen SOURCES unit/kernels_screen.c ROOMS kernels core)
zn_test(unit_kernels_screen_limits SOURCES unit/kernels_screen_limits.c ROOMS kernels core
  LABELS release)
