zn_test(unit_runner_pipe SOURCES unit/runner_pipe.c ROOMS runner)
zn_test(unit_runner SOURCES unit/runner.c unit/runner_help.c ROOMS runner/client TIMEOUT 300)
zn_test(unit_runner_hostile SOURCES unit/runner_hostile.c unit/runner_help.c ROOMS runner/client
  TIMEOUT 300)
zn_test(unit_runner_duty SOURCES unit/runner_duty.c ROOMS runner)
zn_test(unit_runner_slices SOURCES unit/runner_slices.c unit/runner_help.c ROOMS runner/client
  TIMEOUT 300)
zn_program(runner_fake SOURCES unit/runner_fake.c ROOMS runner)
add_dependencies(unit_runner zennet-runner)
add_dependencies(unit_runner_slices zennet-runner)
add_dependencies(unit_runner_hostile zennet-runner runner_fake)
