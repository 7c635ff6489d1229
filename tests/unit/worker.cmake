zn_test(unit_worker_search SOURCES unit/worker_search.c ROOMS worker)
zn_test(unit_worker_journal SOURCES unit/worker_journal.c ROOMS worker)
zn_test(unit_worker_cap SOURCES unit/worker_cap.c ROOMS worker)
