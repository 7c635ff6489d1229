zn_test(unit_market_vectors SOURCES unit/market_vectors.c ROOMS market core
  ARGS ${CMAKE_CURRENT_SOURCE_DIR}/vectors/market.txt)
zn_test(unit_market_rules SOURCES unit/market_rules.c ROOMS market core)
zn_test(unit_market_arithmetic SOURCES unit/market_arithmetic.c ROOMS market core)
