zn_test(unit_runner_pipe SOURCES unit/runner_pipe.c ROOMS runner)
zn_test(unit_runner SOURCES unit/runner.c unit/runner_help.c ROOMS runner/client TIMEOUT 300)
zn_test(unit_runner_hostile SOURCES unit/runner_hostile.c unit/runner_help.c ROOMS runner/client
  TIMEOUT 300)
zn_test(unit_runner_sandbox SOURCES unit/runner_sandbox.c unit/runner_help.c ROOMS runner/client
  TIMEOUT 900)
add_dependencies(unit_runner_sandbox zennet-runner)
zn_test(unit_runner_duty SOURCES unit/runner_duty.c ROOMS runner)
zn_test(unit_runner_slices SOURCES unit/runner_slices.c unit/runner_help.c ROOMS runner/client
  TIMEOUT 300)
zn_test(unit_runner_sensors SOURCES unit/runner_sensors.c ${CMAKE_SOURCE_DIR}/runner/sensors.c
  ROOMS runner/client)
target_compile_definitions(unit_runner_sensors PRIVATE
  ZN_VECTORS="${CMAKE_CURRENT_SOURCE_DIR}/vectors")
zn_test(unit_runner_devices SOURCES unit/runner_devices.c unit/runner_help.c ROOMS runner/client)
target_compile_definitions(unit_runner_devices PRIVATE
  ZN_VECTORS="${CMAKE_CURRENT_SOURCE_DIR}/vectors" ZN_MODULES="${CMAKE_BINARY_DIR}/modules")
# Drivers that misbehave. No sanitizer: the programs that load them may have none.
function(zn_fake_driver name)
  cmake_parse_arguments(ARG "" "SOURCE;FOLDER;FILE" "DEFINE" ${ARGN})
  add_library(${name} SHARED ${ARG_SOURCE})
  target_compile_definitions(${name} PRIVATE ${ARG_DEFINE})
  target_compile_options(${name} PRIVATE -fno-sanitize=all)
  target_link_options(${name} PRIVATE -fno-sanitize=all)
  set_target_properties(${name} PROPERTIES PREFIX "" OUTPUT_NAME ${ARG_FILE} SUFFIX ""
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/modules${ARG_FOLDER})
  add_dependencies(unit_runner_devices ${name})
endfunction()
zn_fake_driver(crash_driver SOURCE unit/crash_driver.c FILE libcrash_driver.so DEFINE CRASH)
zn_fake_driver(noplatform_driver SOURCE unit/crash_driver.c FILE libnoplatform_driver.so)
zn_fake_driver(fake_nvml SOURCE unit/fake_nvml.c FILE libnvidia-ml.so.1 FOLDER /nvml)
zn_program(sensors_fake SOURCES unit/sensors_fake.c ROOMS runner)
add_dependencies(unit_runner_devices zennet-runner sensors_fake)
zn_program(runner_fake SOURCES unit/runner_fake.c ROOMS runner)
add_dependencies(unit_runner zennet-runner)
add_dependencies(unit_runner_slices zennet-runner)
add_dependencies(unit_runner_hostile zennet-runner runner_fake)
