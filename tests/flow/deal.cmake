zn_test(flow_deal
  SOURCES flow/deal.c sim/world.c sim/world_worker.c sim/world_publisher.c
  ROOMS chain/ledger chain/tx market core)
