zn_test(sim_ledger_random SOURCES sim/ledger_random.c sim/ledger_model.c ROOMS chain/ledger
  TIMEOUT 1200)
add_test(NAME sim_ledger_compilers
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/sim/compilers.sh ${CMAKE_SOURCE_DIR})
set_tests_properties(sim_ledger_compilers PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77)
