# Hundreds of millions of calls, so this file goes without sanitizers and with the machine's own
# instructions; the two relaxations let loops become vectors and change no result.
add_library(exact_functions OBJECT unit/exact_functions.c)
target_include_directories(exact_functions PRIVATE ${CMAKE_SOURCE_DIR})
target_compile_options(exact_functions PRIVATE -fno-sanitize=all -O3 -march=native -fno-math-errno
  -fno-trapping-math)

zn_test(unit_exact_device SOURCES unit/exact_device.c unit/runner_help.c $<TARGET_OBJECTS:exact_functions>
  ROOMS runner/client TIMEOUT 7200)
target_compile_definitions(unit_exact_device PRIVATE
  EXACT_DEVICE_CL="${CMAKE_CURRENT_SOURCE_DIR}/unit/exact_device.cl")
target_link_libraries(unit_exact_device PRIVATE m)
add_dependencies(unit_exact_device zennet-runner)
zn_test(unit_exact_special SOURCES unit/exact_special.c $<TARGET_OBJECTS:exact_functions> ROOMS core)
target_link_libraries(unit_exact_special PRIVATE m)
pkg_check_modules(PC_mpfr REQUIRED IMPORTED_TARGET mpfr)
zn_test(unit_exact_error SOURCES unit/exact_error.c $<TARGET_OBJECTS:exact_functions> ROOMS core
  TIMEOUT 7200)
target_link_libraries(unit_exact_error PRIVATE PkgConfig::PC_mpfr m)
