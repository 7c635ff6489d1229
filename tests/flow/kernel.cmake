# The kernel command, the examples and the tutorial of docs/KERNELS.md, as a person meets them.
foreach(story new_kernel_is_clean_and_gives_the_known_answer mistakes_get_one_sentence
    results_replace_nothing_that_the_job_reads a_limit_on_file_sizes_gets_a_sentence
    findings_name_the_line examples_agree_with_their_peers tutorial_runs_as_printed)
  add_test(NAME kernel_${story} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/flow/kernel.sh
    ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${CMAKE_SOURCE_DIR} ${story})
  set_tests_properties(kernel_${story} PROPERTIES TIMEOUT 400 SKIP_RETURN_CODE 77)
endforeach()
set_tests_properties(kernel_tutorial_runs_as_printed PROPERTIES RUN_SERIAL ON)
