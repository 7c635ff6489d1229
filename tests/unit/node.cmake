foreach(name node_client node_faults node_proxy)
  zn_test(${name} SOURCES unit/${name}.c unit/node_harness.c ROOMS chain/client chain/ledger)
  add_dependencies(${name} xencoind)
endforeach()
zn_test(node_solo SOURCES unit/node_solo.c unit/ledger_scene.c unit/ledger_world.c
  ROOMS chain/node TIMEOUT 300)
zn_test(node_chain SOURCES unit/node_chain.c unit/node_ground.c unit/ledger_scene.c
  unit/ledger_world.c ROOMS chain/node)
zn_test(node_disk SOURCES unit/node_disk.c unit/node_ground.c unit/ledger_scene.c
  unit/ledger_world.c ROOMS chain/node TIMEOUT 300)
