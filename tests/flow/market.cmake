zn_test(flow_hostile_publisher SOURCES flow/hostile_publisher.c ROOMS market core)
zn_test(flow_hostile_worker SOURCES flow/hostile_worker.c ROOMS market core)
zn_test(flow_hostile_publisher_random
  SOURCES flow/hostile_publisher_random.c ROOMS market core TIMEOUT 600)
zn_test(flow_hostile_worker_random
  SOURCES flow/hostile_worker_random.c ROOMS market core TIMEOUT 600)
