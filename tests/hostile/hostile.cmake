# Sources that mean harm, through the screen and past it into a real runner.
zn_program(hostile_kernels
  SOURCES hostile/hostile.c hostile/attacks_run.c hostile/attacks_words.c hostile/attacks_build.c
          unit/runner_help.c
  ROOMS runner/client)
pkg_check_modules(PC_cmocka REQUIRED IMPORTED_TARGET cmocka)
target_link_libraries(hostile_kernels PRIVATE PkgConfig::PC_cmocka)
add_dependencies(hostile_kernels zennet-runner)
# Several tests, since ctest can run them side by side.
foreach(run "run" "words" "build" "all user" "all partial")
  string(REPLACE " " "_" name "hostile_${run}")
  separate_arguments(words UNIX_COMMAND "${run}")
  add_test(NAME ${name} COMMAND hostile_kernels ${words})
  set_tests_properties(${name} PROPERTIES TIMEOUT 900 SKIP_RETURN_CODE 77)
endforeach()
