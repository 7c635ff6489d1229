zn_test(sim_ledger_random SOURCES sim/ledger_random.c sim/ledger_model.c ROOMS chain/ledger
  TIMEOUT 1200)
