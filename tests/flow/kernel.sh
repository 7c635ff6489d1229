#!/bin/bash
# tests/flow/kernel.sh BIN SOURCE STORY - the kernel command and the examples, as a person meets them.
set -uo pipefail
export LC_ALL=C.UTF-8

bin=$(cd "$1" && pwd)
source=$2
story=$3
work=$(mktemp -d "${TMPDIR:-/tmp}/zennet-kernel.XXXXXX")
trap 'rm -rf "$work"' EXIT
export ZENNET_HOME=$work/home
mkdir "$ZENNET_HOME"
ln -s "${XDG_CACHE_HOME:-$HOME/.cache}/zennet" "$ZENNET_HOME/cache"
mkdir -p "${XDG_CACHE_HOME:-$HOME/.cache}/zennet"
cd "$work" || exit 1

fail()
{
	echo "FAILED: $story: $*" >&2
	tail -n 30 "$work"/*.log >&2
	exit 1
}

# refused STATUS WORDS COMMAND...: one sentence on standard error, nothing else.
refused()
{
	local status=$1 words=$2 got
	shift 2
	"$bin/zennet" "$@" >out.log 2>err.log
	got=$?
	[ $got = "$status" ] || fail "$*: status $got"
	[ "$(wc -l <err.log)" = 1 ] && grep -q -- "$words" err.log || fail "$*: $(cat err.log)"
}

story_new_kernel_is_clean_and_gives_the_known_answer()
{
	"$bin/zennet" kernel new collatz >new.log || fail "new"
	"$bin/zennet" kernel check collatz.json >check.log 2>&1 || fail "check"
	"$bin/zennet" job local collatz.json >local.log 2>&1 || fail "job local"
	[ "$(cat collatz.txt)" = 524 ] || fail "$(cat collatz.txt)"
	cp collatz.cl before.cl
	echo '# mine' >>collatz.cl
	cp collatz.cl mine.cl
	refused 1 'collatz.cl is there already' kernel new collatz
	cmp -s collatz.cl mine.cl || fail "it was overwritten"
	rm collatz.cl
	refused 1 'collatz.json is there already' kernel new collatz
	[ ! -e collatz.cl ] || fail "half of it was written"
}

# What a job reads and says is not what it writes over.
keeps()
{
	cp "$2" kept
	refused 1 "$1" job local collatz.json --out "$2"
	cmp -s kept "$2" || fail "$2 was written over"
}

story_results_replace_nothing_that_the_job_reads()
{
	"$bin/zennet" kernel new collatz >/dev/null || fail "new"
	echo words >shared.txt
	sed -i 's/"slot_bytes"/"shared": "shared.txt", &/' collatz.json
	ln -s collatz.cl link.cl
	keeps 'this is the job file' collatz.json
	keeps 'the job reads this file' collatz.cl
	keeps 'the job reads this file' link.cl
	keeps 'the job reads this file' "$PWD/shared.txt"
}

story_a_limit_on_file_sizes_gets_a_sentence()
{
	"$bin/zennet" kernel new collatz >/dev/null || fail "new"
	"$bin/zennet" job local collatz.json >local.log 2>&1 || fail "job local"
	sed -i 's/"reduce": {"max": "u32"}/"reduce": "concat"/; s/"print": "u32",//' collatz.json
	(ulimit -f 64; "$bin/zennet" job local collatz.json >limit.log 2>&1)
	[ $? = 1 ] && grep -q '^zennet job: ' limit.log || fail "$(cat limit.log)"
}

story_mistakes_get_one_sentence()
{
	refused 2 "did you mean 'check'" kernel chek x
	refused 2 "did you mean 'kernel'" kernl
	refused 2 'name the file' kernel check
	refused 2 'name the kernel' kernel new
	refused 1 'no name for a kernel' kernel new 'two words'
	refused 1 'no such file' kernel check nothing.cl
	refused 1 'nothing.json' kernel check nothing.json
	"$bin/zennet" job new render render.json >/dev/null
	refused 1 'only jobs of kind "kernel"' kernel check render.json
	"$bin/zennet" --help | grep -q '^  kernel ' || fail "the list of commands lacks it"
	"$bin/zennet" kernel --help | grep -q 'kernel check' || fail "its help"
}

# kernel NAME BODY: a source alone, whose body is line 4.
kernel()
{
	cat >"$1.cl" <<-END
	void zn_map(ulong item, __global const uchar *params, __global const uchar *shared,
	            __global const uchar *input, __global uchar *slot)
	{
	$2
	}
	END
}

# finds NAME WORDS: its check is not clean and says so, in both ways of saying.
finds()
{
	local -
	set +o pipefail
	"$bin/zennet" kernel check "$1.cl" >check.log 2>&1 && fail "$1 passed"
	grep -q -- "$2" check.log || fail "$1: no '$2'"
}

story_findings_name_the_line()
{
	kernel refused '#include "/etc/passwd"'
	finds refused '^refused.cl:4: #include reads other files'
	kernel broken 'uint x = undeclared;'
	finds broken '^broken.cl:4: use of undeclared identifier'
	kernel width '*(__global uint *)slot = ZN_WIDTH;'
	finds width '^item 0 comes out differently on vectors of'
	kernel place '*(__global ulong *)slot = (ulong)slot;'
	finds place '^item [0-9]* comes out differently'
	[ -e /usr/lib/oclgrind/liboclgrind-rt-icd.so ] || return 0
	kernel outside 'if (item == 3) ((__global uint *)slot)[2] = 7;'
	finds outside '^outside.cl:4: item 3: writes 4 bytes outside of its output slot, at its byte 8'
	"$bin/zennet" kernel check outside.cl --json >json.log 2>&1 && fail "json passed"
	[ "$(jq -r '.clean, (.findings[] | select(.file == "outside.cl") | .line)' json.log |
		tr '\n' ' ')" = 'false 4 ' ] || fail "json: $(cat json.log)"
}

local_job() { "$bin/zennet" job local "$1.json" >"$1.log" 2>&1 || fail "job local $1"; }

story_examples_agree_with_their_peers()
{
	cp "$source"/examples/*/*.cl "$source"/examples/*/*.json .
	[ -e /usr/share/common-licenses/MPL-2.0 ] || { echo "SKIP: no /usr/share/common-licenses"; exit 77; }
	local_job wordcount
	cat /usr/share/common-licenses/{Apache-2.0,GPL-2,GPL-3,MPL-2.0} | LC_ALL=C wc |
		tr -s ' ' '\n' | sed '/^$/d' | cmp - wordcount.txt || fail "wc counts otherwise"
	local_job montecarlo
	# pi within four standard deviations of 4 * sqrt(p (1 - p) / n)
	awk '{ d = 4 * $1 / 268435456 - 3.141592653589793; exit !(d * d < 4e-4 * 4e-4) }' \
		montecarlo.txt || fail "pi: $(cat montecarlo.txt)"
	local_job cloud
	local_job nbody
	[ "$(stat -c %s nbody.bin)" = 16384 ] || fail "nbody's size"
	# one million of the messages, with the first answer among them
	sed -i 's/"items": [0-9]*/"items": 8192/; s/"chunk_items": [0-9]*/"chunk_items": 2048/; s/"top": 3/"top": 1/' hash.json
	local_job hash
	number=$(od -A n -t u4 -j 12 -N 4 hash.bin | tr -d ' ')
	printf 'zennet%08x' "$number" | sha256sum | grep -q ^a6b09f4a9088e7dc ||
		fail "sha256sum of number $number"
}

# The commands of the tutorial, as they are printed, in a home of their own.
story_tutorial_runs_as_printed()
{
	if command -v ss >/dev/null && ss -ltn | grep -q ':26657 '; then
		echo "SKIP: something uses the ledger's port 26657"
		exit 77
	fi
	unset ZENNET_HOME ZENNET_LEDGER
	export XDG_CACHE_HOME=${XDG_CACHE_HOME:-$HOME/.cache} HOME=$work/person
	mkdir "$HOME"
	awk '/^## From a loop/ { on = 1 } on && /^```c$/ { code = 1; next }
		/^```$/ { code = 0 } code { print }' "$source/docs/KERNELS.md" >loop.c
	awk '/^## From a loop/ { on = 1; next } /^## / { on = 0 } on && /^```sh$/ { code = 1; next }
		/^```$/ { code = 0 } code { print }' "$source/docs/KERNELS.md" >tutorial.sh
	grep -q 'zennet job run' tutorial.sh || fail "the tutorial was not found"
	{ echo 'set -em; trap "kill %1 %2 2>/dev/null || :" EXIT'; cat tutorial.sh; } >run.sh
	PATH=$bin:$PATH timeout 200 bash run.sh >tutorial.log 2>&1 || fail "status $?"
	[ "$(grep -cx 524 tutorial.log)" = 3 ] || fail "not 524 three times"
	cmp -s collatz.txt market.txt || fail "the market computed otherwise"
}

"story_$story"
