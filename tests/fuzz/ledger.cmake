if(COMMAND zn_fuzz)
  zn_fuzz(transaction SOURCES fuzz/transaction.c ROOMS chain/ledger)
endif()
