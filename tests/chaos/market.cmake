# Stories with real processes: tests/chaos/market.sh says what each looks at.
foreach(story
    one_worker_from_announcement_to_settlement
    three_workers_and_other_chunks_give_the_same_result
    one_machine_one_worker_or_three_any_chunks_the_same_picture
    killed_worker_keeps_its_pay
    killed_publisher_resumes_and_pays_nothing_twice
    killed_ledger_node_comes_back_and_the_deal_goes_on
    lazy_worker_is_found_and_its_chunks_are_redone
    paused_and_resumed_from_another_terminal
    cancelled_job_settles
    more_budget_lets_a_starved_job_go_on
    interrupts_end_everything_in_time_and_lose_nothing
    looking_at_a_job_keeps_nobody_from_resuming_it
    a_cut_off_ledger_gets_one_sentence
    ledger_whose_database_is_gone_does_not_begin_anew
    own_kernel_counts_words_of_a_text_that_vanishes
    own_kernel_in_groups_finds_the_lazy_worker
    damaged_outputs_are_done_again_and_a_failed_command_keeps_them
    bad_input_gets_one_sentence_and_changes_nothing)
  add_test(NAME market_${story}
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/chaos/market.sh ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${story})
  set_tests_properties(market_${story} PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77)
endforeach()
