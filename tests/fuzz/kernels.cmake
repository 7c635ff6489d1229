zn_fuzz(kernels_screen SOURCES fuzz/kernels_screen.c ROOMS kernels)
