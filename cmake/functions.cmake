# zn_room_uses() fills ZN_USES_<room>; zn_room() makes the room's library and links what it may use.
function(zn_room_uses room)
  set(ZN_USES_${room} "${ARGN}" CACHE INTERNAL "")
endfunction()
function(zn_header_shared)
endfunction()
function(zn_door)
endfunction()

function(zn_room_target out room)
  string(REPLACE "/" "_" name ${room})
  set(${out} zn_${name} PARENT_SCOPE)
endfunction()

# zn_room(<room> SOURCES a.c b.c PACKAGES libcurl ... LIBRARIES m)
# PACKAGES are pkg-config modules: the doors of this room, private to it.
function(zn_room room)
  cmake_parse_arguments(ARG "" "" "SOURCES;PACKAGES;LIBRARIES" ${ARGN})
  zn_room_target(target ${room})
  add_library(${target} STATIC ${ARG_SOURCES})
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
  foreach(used IN LISTS ZN_USES_${room})
    zn_room_target(used_target ${used})
    target_link_libraries(${target} PUBLIC ${used_target})
  endforeach()
  foreach(package IN LISTS ARG_PACKAGES)
    pkg_check_modules(PC_${package} REQUIRED IMPORTED_TARGET ${package})
    target_link_libraries(${target} PRIVATE PkgConfig::PC_${package})
  endforeach()
  target_link_libraries(${target} PRIVATE ${ARG_LIBRARIES})
endfunction()

# zn_program(<name> SOURCES main.c ROOMS tools ...)
function(zn_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;ROOMS;PACKAGES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  foreach(room IN LISTS ARG_ROOMS)
    zn_room_target(target ${room})
    target_link_libraries(${name} PRIVATE ${target})
  endforeach()
  foreach(package IN LISTS ARG_PACKAGES)
    pkg_check_modules(PC_${package} REQUIRED IMPORTED_TARGET ${package})
    target_link_libraries(${name} PRIVATE PkgConfig::PC_${package})
  endforeach()
endfunction()

# zn_test(<name> SOURCES x.c ROOMS core ... [ARGS ...] [TIMEOUT 60] [LABELS release ...])
# A cmocka program that ctest runs. It prints "SKIP: reason" and exits 77 where it cannot run.
# LABELS release: tools/test runs it in the release build too, not only under sanitizers.
function(zn_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;ROOMS;ARGS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  pkg_check_modules(PC_cmocka REQUIRED IMPORTED_TARGET cmocka)
  zn_program(${name} SOURCES ${ARG_SOURCES} ROOMS ${ARG_ROOMS})
  target_link_libraries(${name} PRIVATE PkgConfig::PC_cmocka)
  add_test(NAME ${name} COMMAND ${name} ${ARG_ARGS})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} SKIP_RETURN_CODE 77
    LABELS "${ARG_LABELS}")
endfunction()

# zn_fuzz(<name> SOURCES x.c ROOMS core ...): a libFuzzer target (tests/fuzz/fuzz.h).
# Every preset replays tests/fuzz/corpus/<name>/ as the test fuzz_<name>_replay; the preset fuzz also
# builds the fuzzer itself, bin/fuzz_<name>.
function(zn_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;ROOMS" ${ARGN})
  zn_program(replay_${name} SOURCES ${ARG_SOURCES} ${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.c
    ROOMS core ${ARG_ROOMS})
  add_test(NAME fuzz_${name}_replay
    COMMAND replay_${name} ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name})
  set_tests_properties(fuzz_${name}_replay PROPERTIES TIMEOUT 60)
  if(ZENNET_FUZZ)
    zn_program(fuzz_${name} SOURCES ${ARG_SOURCES} ROOMS core ${ARG_ROOMS})
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  endif()
endfunction()
