foreach(name ledger_refusals ledger_channels ledger_block ledger_bond tx_vectors)
  zn_test(${name} SOURCES unit/${name}.c unit/ledger_scene.c unit/ledger_world.c
    ROOMS chain/ledger)
endforeach()
zn_test(proof_tree SOURCES unit/proof_tree.c ROOMS chain/proof)
