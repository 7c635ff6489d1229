zn_test(tools_options SOURCES unit/tools_options.c ROOMS tools)
zn_test(tools_home SOURCES unit/tools_home.c ROOMS tools)
