# Sources that mean harm, through the screen and past it into a real runner.
zn_program(hostile_kernels
  SOURCES hostile/hostile.c hostile/attacks_run.c hostile/attacks_words.c hostile/attacks_build.c
          unit/runner_help.c
  ROOMS runner/client)
pkg_check_modules(PC_cmocka REQUIRED IMPORTED_TARGET cmocka)
target_link_libraries(hostile_kernels PRIVATE PkgConfig::PC_cmocka)
add_dependencies(hostile_kernels zennet-runner)
foreach(way "" user partial)
  set(name hostile_kernels)
  if(way)
    set(name hostile_kernels_${way})
  endif()
  add_test(NAME ${name} COMMAND hostile_kernels ${way})
  set_tests_properties(${name} PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77)
endforeach()
