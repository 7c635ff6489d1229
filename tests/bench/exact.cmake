# Not a test: run by hand on a quiet machine, in the release build (docs/KERNELS.md).
zn_program(bench_exact SOURCES bench/exact.c ROOMS kernels)
pkg_check_modules(PC_OpenCL REQUIRED IMPORTED_TARGET OpenCL)
target_link_libraries(bench_exact PRIVATE PkgConfig::PC_OpenCL)
zn_program(bench_pathtrace SOURCES bench/pathtrace.c unit/runner_help.c unit/render_fixture.c
  ROOMS publisher/render runner/client PACKAGES cmocka)
add_dependencies(bench_pathtrace zennet-runner)
