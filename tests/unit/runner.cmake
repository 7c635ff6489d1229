zn_test(unit_runner SOURCES unit/runner.c unit/runner_help.c ROOMS runner/client TIMEOUT 300)
add_dependencies(unit_runner zennet-runner)
