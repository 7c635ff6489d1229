# A worker that cheats: the worker room with a filter on its outputs. A test program, no product.
zn_program(zennet-lazy-worker SOURCES chaos/lazy_worker.c ROOMS worker)
zn_test(flow_worker SOURCES flow/worker.c flow/worker_buyer.c unit/node_harness.c
  ROOMS worker chain/client chain/ledger TIMEOUT 900)
add_dependencies(flow_worker xencoind zennet zennet-runner zennet-lazy-worker)
zn_test(flow_worker_care SOURCES flow/worker_care.c flow/worker_buyer.c unit/node_harness.c
  ROOMS worker chain/client chain/ledger TIMEOUT 900)
target_compile_definitions(flow_worker_care PRIVATE
  ZN_VECTORS="${CMAKE_CURRENT_SOURCE_DIR}/vectors")
add_dependencies(flow_worker_care xencoind zennet-runner)
