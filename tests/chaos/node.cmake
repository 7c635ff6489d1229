zn_test(chaos_node_kill SOURCES chaos/node_kill.c unit/node_harness.c
  ROOMS chain/client chain/ledger TIMEOUT 600)
add_dependencies(chaos_node_kill xencoind)
