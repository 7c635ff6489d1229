zn_test(flow_deal
  SOURCES flow/deal.c sim/world.c sim/world_worker.c sim/world_publisher.c
  ROOMS chain/ledger chain/tx market core)
zn_program(deal_sim
  SOURCES sim/deal_sim.c sim/world.c sim/world_worker.c sim/world_publisher.c
  ROOMS chain/ledger chain/tx market core)
add_test(NAME sim_deal COMMAND deal_sim)
set_tests_properties(sim_deal PROPERTIES TIMEOUT 1800)
