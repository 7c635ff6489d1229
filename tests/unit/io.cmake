zn_test(unit_io_loop SOURCES unit/io_loop.c ROOMS io)
zn_test(unit_io_files SOURCES unit/io_files.c ROOMS io)
zn_test(unit_io_spawn SOURCES unit/io_spawn.c ROOMS io)
zn_test(unit_io_http_deal SOURCES unit/io_http_deal.c ROOMS io TIMEOUT 120)
