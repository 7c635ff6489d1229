if(COMMAND zn_fuzz)
  zn_fuzz(transaction SOURCES fuzz/transaction.c ROOMS chain/ledger)
  zn_fuzz(genesis_state SOURCES fuzz/genesis_state.c ROOMS chain/ledger)
endif()
