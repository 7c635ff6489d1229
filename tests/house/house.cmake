# The rules of the house: includes follow the rooms, nothing outgrows its shape.
# Each checker is also run on a tree that is wrong, since a test that cannot fail is a bug.
add_test(NAME includes_follow_the_rooms COMMAND ${CMAKE_SOURCE_DIR}/tools/check-includes)
add_test(NAME shape COMMAND ${CMAKE_SOURCE_DIR}/tools/shape)
add_test(NAME house_checkers_refuse_a_wrong_tree
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/house/checkers.sh ${CMAKE_SOURCE_DIR}/tools)
set_tests_properties(includes_follow_the_rooms shape house_checkers_refuse_a_wrong_tree
  PROPERTIES TIMEOUT 60)
add_test(NAME exact_kernels_are_exact_in_the_code_of_gpus
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/house/gpu_code.sh)
set_tests_properties(exact_kernels_are_exact_in_the_code_of_gpus
  PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77)
