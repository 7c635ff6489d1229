zn_fuzz(runner_pipe SOURCES fuzz/runner_pipe.c ROOMS runner)
