zn_test(unit_examples SOURCES unit/examples.c unit/runner_help.c ROOMS runner/client
  ARGS ${CMAKE_SOURCE_DIR}/examples TIMEOUT 300)
target_link_libraries(unit_examples PRIVATE m)
add_dependencies(unit_examples zennet-runner)
zn_test(unit_runner_inspect SOURCES unit/runner_inspect.c unit/runner_help.c ROOMS runner/client
  TIMEOUT 300)
add_dependencies(unit_runner_inspect zennet-runner)
