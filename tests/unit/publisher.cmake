zn_test(unit_publisher_job_file SOURCES unit/publisher_job_file.c ROOMS publisher)
zn_test(unit_publisher_store SOURCES unit/publisher_store.c ROOMS publisher)
zn_test(unit_publisher_server SOURCES unit/publisher_server.c ROOMS publisher TIMEOUT 120)
zn_test(unit_publisher_deposit SOURCES unit/publisher_deposit.c ROOMS market)
zn_test(unit_publisher_sweep SOURCES unit/publisher_sweep.c unit/node_harness.c
  ROOMS publisher chain/ledger TIMEOUT 120)
add_dependencies(unit_publisher_sweep xencoind)
zn_test(unit_publisher_reduce SOURCES unit/publisher_reduce.c ROOMS publisher)
zn_test(unit_publisher_plan SOURCES unit/publisher_plan.c ROOMS publisher)
