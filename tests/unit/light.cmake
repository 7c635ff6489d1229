zn_test(light_vectors SOURCES unit/light_vectors.c ROOMS chain/client
  ARGS ${CMAKE_CURRENT_SOURCE_DIR}/vectors/cometbft/chain.jsonl LABELS release)
zn_test(light_client SOURCES unit/light_client.c unit/fake_ledger.c ROOMS chain/client)
