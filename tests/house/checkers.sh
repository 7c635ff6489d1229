#!/bin/bash
# checkers.sh <tools> - tools/check-includes and tools/shape on small trees, right and wrong.
set -euo pipefail
tools=$1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failed=0

fresh()
{
	rm -rf "${tree:?}"/*
	mkdir -p "$tree"/{cmake,core,io,market,chain/node,runner/client,publisher/render,tests}
	cat >"$tree/cmake/rooms.cmake" <<-'END'
	# zn_room_uses(<room> <room it may include>...)
	zn_room_uses(core)
	zn_room_uses(io core)
	zn_room_uses(market core)
	zn_room_uses(chain/node io core)
	zn_room_uses(runner core)
	zn_room_uses(runner/client io
	             core) # over two lines
	zn_room_uses(publisher market core)
	zn_header_shared(runner/pipe.h runner/client)
	zn_door(curl/ io)
	zn_door(png.h publisher/render)
	END
	echo '#include <stdint.h>' >"$tree/core/a.h"
	echo '#include "core/a.h"' >"$tree/io/a.h"
	echo '#include "core/a.h"' >"$tree/market/a.h"
	echo '#include "core/a.h"' >"$tree/runner/pipe.h"
	echo '#include "core/a.h"' >"$tree/runner/own.h"
	echo '#include "market/a.h"' >"$tree/publisher/a.h"
	printf '#include "io/a.h"\n#include <curl/curl.h>\n#include <unistd.h>\n' >"$tree/io/a.c"
	echo '#include "runner/pipe.h"' >"$tree/runner/client/a.c"
	printf '#include "market/a.h"\n#include <png.h>\n' >"$tree/publisher/render/a.c"
	echo '#include "../anything.h"' >"$tree/tests/a.c"
}

# expect <status> <words> <checker>
expect()
{
	local status=0 said
	said=$("$tools/$3" "$tree" 2>&1) || status=$?
	if [ "$status" != "$1" ] || ! grep -qF -- "$2" <<<"$said"; then
		echo "$3: wanted status $1 and \"$2\", got status $status and:"
		echo "$said"
		failed=$((failed + 1))
	fi
}

# refused <file> <include line> <words>
refused()
{
	fresh
	echo "$2" >>"$tree/$1"
	expect 1 "$3" check-includes
	expect 1 "$1:" check-includes
}

fresh
expect 0 'follow the rooms' check-includes
refused core/a.h '#include "io/a.h"' 'core may not include io/a.h'
refused market/a.h '#include "io/a.h"' 'market may not include io/a.h'
refused io/a.c '  #  include "market/a.h"' 'io may not include market/a.h'
refused runner/client/a.c '#include "runner/own.h"' 'runner/client may not include runner/own.h'
refused publisher/render/a.c '#include "io/a.h"' 'publisher may not include io/a.h'
refused chain/node/a.c '#include "runner/pipe.h"' 'chain/node may not include runner/pipe.h'
refused chain/a.c '#include "core/a.h"' 'no room'
refused core/a.h '#include "a.h"' 'no header of ours'
refused market/a.h '#include <curl/curl.h>' 'one door in: io'
refused publisher/a.h '#include <png.h>' 'one door in: publisher/render'
refused io/a.c '#include <zlib.h>' 'has no door'
refused market/a.h '#include <time.h>' 'reads no clock'
refused core/a.h '#include HEADER' 'names no header'
fresh
echo 'zn_room_uses(bench nowhere)' >>"$tree/cmake/rooms.cmake"
expect 1 'nowhere, which is no room' check-includes
rm "$tree/cmake/rooms.cmake"
expect 2 'no cmake/rooms.cmake' check-includes

# a_function <lines of its body>
a_function()
{
	printf 'static int long_one(int a,\n\tint b)\n{\n'
	for ((line = 0; line < $1; line++)); do
		echo "	a++; /* $line */"
	done
	echo '}'
}

fresh
a_function 70 >"$tree/core/b.c"
expect 0 'are in shape' shape
a_function 71 >"$tree/core/b.c"
expect 1 'core/b.c:long_one has 71 lines' shape
a_function 71 >"$tree/tests/b.cl"
rm "$tree/core/b.c"
expect 1 'tests/b.cl:long_one has 71 lines' shape
rm "$tree/tests/b.cl"
seq 600 >"$tree/io/b.h"
expect 0 'are in shape' shape
echo '/* one more */' >>"$tree/io/b.h"
expect 1 'io/b.h has 601 lines' shape

[ $failed = 0 ] || exit 1
echo "the checkers refuse what they must"
