zn_test(flow_hostile_publisher SOURCES flow/hostile_publisher.c ROOMS market core)
