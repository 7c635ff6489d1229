foreach(name ledger_refusals ledger_channels)
  zn_test(${name} SOURCES unit/${name}.c unit/ledger_scene.c unit/ledger_world.c
    ROOMS chain/ledger)
endforeach()
