#!/bin/bash
# tests/chaos/market.sh BIN SCENARIO - real processes, real kills: one story of a market a call.
#
# Every scenario starts a solo ledger, a publisher and workers in a directory of its own, and looks
# at the result, at the ledger's accounts and at what the programs say. Nothing here depends on how
# fast the machine is: only on order, within generous limits.
set -uo pipefail
export LC_ALL=C.UTF-8

bin=$(cd "$1" && pwd)
scenario=$2
work=$(mktemp -d "${TMPDIR:-/tmp}/zennet-market.XXXXXX")
declare -A pid_of
unset ZENNET_HOME ZENNET_LEDGER

fail()
{
	echo "FAILED: $scenario: $*" >&2
	for log in "$work"/*.log; do
		echo "--- $log" >&2
		tail -n 15 "$log" >&2
	done
	exit 1
}

finish()
{
	local status=$?
	trap - EXIT
	for pid in "${pid_of[@]}"; do kill -KILL "$pid" 2>/dev/null; done
	wait 2>/dev/null
	rm -rf "$work"
	exit $status
}
trap finish EXIT
trap 'exit 1' INT TERM

# wait_for SECONDS WHAT COMMAND...: until the command succeeds.
wait_for()
{
	local tries=$(($1 * 10)) what=$2
	shift 2
	while ! "$@" >/dev/null 2>&1; do
		((tries--)) || fail "waited in vain for: $what"
		sleep 0.1
	done
}

# So that bash does not speak of it.
killed() { kill -KILL "${pid_of[$1]}"; wait "${pid_of[$1]}" 2>/dev/null; }
ended() { ! kill -0 "${pid_of[$1]}" 2>/dev/null; }
said() { grep -q -- "$2" "$work/$1.log"; }

# ---- the ledger -------------------------------------------------------------------------------
ledger_start()
{
	"$bin/xencoind" --solo --home "$work/node" --listen "127.0.0.1:${port:-0}" "$@" \
		>>"$work/node.log" 2>&1 &
	pid_of[node]=$!
	wait_for 10 "the ledger to listen" node_answers
	port=$(sed -n 's/.*listening on http:\/\/127\.0\.0\.1:\([0-9]*\).*/\1/p' "$work/node.log" | tail -n 1)
	export ZENNET_LEDGER=http://127.0.0.1:$port
}
node_answers()
{
	[ -n "${port:-}" ] && { zennet_as looker ledger status --ledger "http://127.0.0.1:$port"; return; }
	grep -q 'listening on' "$work/node.log"
}

zennet_as() { local who=$1; shift; ZENNET_HOME=$work/$who "$bin/zennet" "$@"; }
home_make() { mkdir -p "$work/$1"; ln -sfn "$cache" "$work/$1/cache"; }
balance_zat() { zennet_as publisher wallet balance "$1" --json | jq -er .balance_zat; }

# The five parts must be the whole supply, whatever happened. Not added in jq, whose numbers are
# doubles: above 2^53 zat a sum may be off by 16.
supply_holds()
{
	local balances deposits bonds stakes fees supply
	read -r balances deposits bonds stakes fees supply < <(zennet_as publisher ledger supply --json |
		jq -r '[.balances_zat, .deposits_zat, .bonds_zat, .stakes_zat, .fee_pool_zat,
			.supply_zat] | @tsv')
	[ "$supply" = 100000000000000000 ] &&
		[ $((balances + deposits + bonds + stakes + fees)) = "$supply" ] ||
		fail "coins are missing or were made: $balances $deposits $bonds $stakes $fees $supply"
}

market_begin()
{
	cache=${XDG_CACHE_HOME:-$HOME/.cache}/zennet
	mkdir -p "$cache"
	ledger_start "$@"
	home_make publisher
	publisher=$(zennet_as publisher wallet new --json | jq -er .account)
	zennet_as publisher wallet send "$publisher" '50 XEN' --from "$work/node/operator.key" --yes \
		>/dev/null || fail "the publisher could not be given coins"
}

# ---- jobs -------------------------------------------------------------------------------------
# About rounds * items steps of an integer mixer; 64 chunks by default.
job_write()
{
	local items=${1:-65536} chunk=${2:-1024} rounds=${3:-12000}
	cat >"$work/job.json" <<-END
	{ "kind": "kernel", "kernel": "mix", "items": $items, "chunk_items": $chunk,
	  "params": { "rounds": $rounds, "seed": 7 },
	  "budget": "10 XEN", "max_price": "20 XEN per 1000 chunks" }
	END
}

job_reference()
{
	ZENNET_HOME=$work/publisher "$bin/zennet" job local "$work/job.json" --out "$work/right.bin" \
		>"$work/local.log" 2>&1 || fail "job local failed"
	[ -s "$work/right.bin" ] || fail "job local wrote nothing"
}

publisher_start()
{
	ZENNET_HOME=$work/publisher "$bin/zennet" job run --out "$work/out.bin" "$@" \
		>>"$work/publisher.log" 2>&1 &
	pid_of[publisher]=$!
}

worker_start()
{
	local name=$1
	shift
	home_make "$name"
	ZENNET_HOME=$work/$name "$bin/zennet" worker --threads 1 --rate '0.5 XEN' --allow-private \
		"$@" >>"$work/$name.log" 2>&1 &
	pid_of[$name]=$!
}

job() { zennet_as publisher job "$@"; }
accepted() { job status --json | jq -r '.accepted // 0'; }
accepted_at_least() { [ "$(accepted)" -ge "$1" ]; }
job_ends()
{
	wait_for "${1:-120}" "the job to end" ended publisher
	wait "${pid_of[publisher]}" || fail "the publisher ended with status $?"
}
result_right() { cmp -s "$work/right.bin" "$work/out.bin" || fail "the result is wrong"; }
# Nothing else used the publisher's key: its balance is held against what it paid, and adds up.
balance_adds_up()
{
	grep -q '^balance .* before = .* now + paid + in closing channels + fees [0-9.]* XEN$' \
		"$work/publisher.log" || fail "the balance was not held against what was paid"
}
channels_left() { zennet_as publisher ledger supply --json | jq -r .deposits_zat; }
no_channel_left() { [ "$(channels_left)" = 0 ]; }
# Whoever earned something has closed its channel. One that never got a chunk done has nothing to pay
# the closing with: the publisher has asked for it, and gets its deposit back after the grace.
earners_closed()
{
	local channel
	for channel in $(job status --json |
		jq -r '.workers[] | select((.accepted | tonumber) > 0) | .channel'); do
		zennet_as publisher ledger channel "$channel" >/dev/null 2>&1 && return 1
	done
	return 0
}

account_of() { zennet_as "$1" wallet show worker --json | jq -er ".[0].account"; }
has_earned() { [ "$(balance_zat "$(account_of "$1")")" -gt 0 ] || fail "$1 earned nothing"; }

# ---- the stories ------------------------------------------------------------------------------
scenario_one_worker_from_announcement_to_settlement()
{
	market_begin
	job_write 16384 512 20000
	job_reference
	publisher_start "$work/job.json"
	worker_start anna --once
	job_ends
	result_right
	balance_adds_up
	wait_for 20 "the worker to end" ended anna
	has_earned anna
	wait_for 20 "the channel to be closed" no_channel_left
	supply_holds
}

scenario_three_workers_and_other_chunks_give_the_same_result()
{
	market_begin
	job_write 32768 512 20000
	job_reference
	job_write 32768 1536 20000
	publisher_start "$work/job.json"
	for name in anna bela cleo; do worker_start $name; done
	job_ends
	result_right
	wait_for 20 "the channels of all who earned to be closed" earners_closed
	supply_holds
}

# A box on a floor under a plain sky, small enough for a test.
picture_write()
{
	cat >"$work/box.obj" <<-END
	v -1 0 -1
	v 1 0 -1
	v 1 0 1
	v -1 0 1
	v -1 1 -1
	v 1 1 -1
	v 1 1 1
	v -1 1 1
	f 5 8 7 6
	f 1 5 6 2
	f 2 6 7 3
	f 3 7 8 4
	f 4 8 5 1
	f 1 2 3 4
	END
	cat >"$work/job.json" <<-END
	{ "kind": "render", "scene": "box.obj", "size": [160, 90], "samples": 32,
	  "samples_per_item": 4, "chunk_items": $1, "seed": 3, "floor": true,
	  "budget": "10 XEN", "max_price": "20 XEN per 1000 chunks" }
	END
}

scenario_one_machine_one_worker_or_three_any_chunks_the_same_picture()
{
	market_begin
	picture_write 3000
	zennet_as publisher job local "$work/job.json" --out "$work/right.png" >"$work/local.log" 2>&1 ||
		fail "job local failed"
	picture_write 1111
	publisher_start "$work/job.json" --out "$work/one.png"
	worker_start anna --once
	job_ends
	wait_for 20 "the worker to end" ended anna
	picture_write 4800
	publisher_start "$work/job.json" --out "$work/three.png"
	for name in anna bela cleo; do worker_start $name; done
	job_ends
	cmp -s "$work/right.png" "$work/one.png" || fail "one worker made another picture"
	cmp -s "$work/right.png" "$work/three.png" || fail "three workers made another picture"
	supply_holds
}

scenario_killed_worker_keeps_its_pay()
{
	market_begin
	job_write 65536 1024 12000
	job_reference
	publisher_start "$work/job.json"
	for name in anna bela; do worker_start $name; done
	wait_for 60 "a quarter of the job" accepted_at_least 16
	wait_for 30 "the worker to be paid" said bela paid
	killed bela
	job_ends
	result_right
	worker_start bela --settle
	wait_for 30 "the killed worker to settle" ended bela
	has_earned bela
	wait_for 20 "the channels of all who earned to be closed" earners_closed
	supply_holds
}

scenario_killed_publisher_resumes_and_pays_nothing_twice()
{
	market_begin
	job_write 65536 1024 12000
	job_reference
	publisher_start "$work/job.json"
	for name in anna bela; do worker_start $name; done
	wait_for 60 "a quarter of the job" accepted_at_least 16
	local id before
	id=$(job status --json | jq -er .id)
	killed publisher
	before=$(accepted)
	publisher_start --resume "$id"
	wait_for 30 "the publisher to come back" accepted_at_least "$before"
	job_ends
	result_right
	balance_adds_up
	[ "$(job status "$id" --json | jq '[.workers[].units | tonumber] | add')" = 64 ] ||
		fail "other than 64 chunks were paid"
	wait_for 20 "the channels of all who earned to be closed" earners_closed
	supply_holds
}

scenario_killed_ledger_node_comes_back_and_the_deal_goes_on()
{
	market_begin
	job_write 65536 1024 12000
	job_reference
	publisher_start "$work/job.json"
	worker_start anna
	wait_for 60 "a quarter of the job" accepted_at_least 16
	killed node
	sleep 1
	ledger_start
	job_ends
	result_right
	wait_for 20 "the channels of all who earned to be closed" earners_closed
	supply_holds
}

scenario_lazy_worker_is_found_and_its_chunks_are_redone()
{
	market_begin
	job_write 65536 1024 12000
	job_reference
	publisher_start "$work/job.json"
	home_make lazy
	ZENNET_HOME=$work/lazy "$bin/zennet-lazy-worker" "$ZENNET_LEDGER" "$work/lazy" 50000000 \
		>>"$work/lazy.log" 2>&1 &
	pid_of[lazy]=$!
	wait_for 60 "the lazy worker to be found" said lazy "wrong"
	worker_start anna
	job_ends
	result_right
	supply_holds
}

scenario_paused_and_resumed_from_another_terminal()
{
	local at
	market_begin
	job_write 65536 1024 12000
	job_reference
	publisher_start "$work/job.json"
	worker_start anna
	wait_for 60 "some of the job" accepted_at_least 8
	job pause || fail "pause was refused"
	sleep 1
	at=$(accepted)
	sleep 2
	[ "$(accepted)" = "$at" ] || fail "chunks were accepted while paused"
	job resume || fail "resume was refused"
	job_ends
	result_right
	supply_holds
}

scenario_cancelled_job_settles()
{
	market_begin
	job_write 262144 1024 12000
	publisher_start "$work/job.json"
	worker_start anna --once
	wait_for 60 "some of the job" accepted_at_least 4
	job cancel || fail "cancel was refused"
	wait_for 30 "the publisher to end" ended publisher
	wait_for 30 "the worker to end" ended anna
	has_earned anna
	wait_for 20 "the channel to be closed" no_channel_left
	supply_holds
}

scenario_more_budget_lets_a_starved_job_go_on()
{
	market_begin
	job_write 65536 1024 20000
	job_reference
	sed -i 's/"10 XEN"/"0.0005 XEN"/' "$work/job.json"
	publisher_start "$work/job.json"
	worker_start anna
	sleep 4
	job fund '5 XEN' || fail "fund was refused"
	job_ends
	result_right
	supply_holds
}

scenario_interrupts_end_everything_in_time_and_lose_nothing()
{
	local id
	market_begin
	job_write 65536 1024 12000
	job_reference
	publisher_start "$work/job.json"
	worker_start anna
	wait_for 60 "some of the job" accepted_at_least 8
	id=$(job status --json | jq -er .id)
	kill -INT "${pid_of[publisher]}"
	wait_for 5 "the publisher to end" ended publisher
	kill -INT "${pid_of[anna]}"
	wait_for 5 "the worker to end" ended anna
	kill -INT "${pid_of[node]}"
	wait_for 5 "the ledger to end" ended node
	ledger_start
	publisher_start --resume "$id"
	worker_start anna
	job_ends
	result_right
	supply_holds
}

scenario_looking_at_a_job_keeps_nobody_from_resuming_it()
{
	local id
	market_begin
	job_write 65536 1024 12000
	job_reference
	publisher_start "$work/job.json"
	worker_start anna
	wait_for 60 "some of the job" accepted_at_least 8
	id=$(job status --json | jq -er .id)
	killed publisher
	for i in {1..12}; do job status "$id" >"$work/look$i.log" 2>&1 & done
	publisher_start --resume "$id"
	job_ends
	result_right
	supply_holds
}

# ---- kernels of a person's own -----------------------------------------------------------------
# Words of a text: an item counts those that begin in its share of the chunk's piece, in a u64 and
# again in the counter; `rounds` keeps it busy. $1: bytes of a piece, $2: rounds.
words_write()
{
	cat >"$work/words.cl" <<-'END'
	void zn_map(ulong item, __global const uchar *params, __global const uchar *shared,
		__global const uchar *input, __global uchar *slot)
	{
		__global const uint *words = (__global const uint *)params;
		ulong bytes = zn_input_bytes(input), place = item - zn_input_first(input);
		uint count = 0, spun = (uint)item;
		for (ulong at = bytes * place / words[0]; at < bytes * (place + 1) / words[0]; at++)
			count += input[at] > 32 && (at == 0 || input[at - 1] <= 32);
		for (uint i = 0; i < words[1]; i++)
			spun = spun * 1664525u + 1013904223u;
		*(__global ulong *)slot = count;
		*(__global uint *)(slot + 8) = count;
		*(__global uint *)(slot + 12) = spun >> 31;
	}
	END
	if [ -r /usr/share/common-licenses/GPL-3 ]; then
		cat /usr/share/common-licenses/{GPL-3,GPL-2} >"$work/book.txt" 2>/dev/null
	else
		seq -f 'the %g th line of a book that nobody wrote' 1500 >"$work/book.txt"
	fi
	cat >"$work/job.json" <<-END
	{ "kind": "kernel", "source": "words.cl", "params": { "u32": [16, $2] },
	  "slot_bytes": 16, "counter_at": 8, "items_per_input": 16,
	  "input": { "file": "book.txt", "cut": "lines", "bytes": "$1 B" },
	  "reduce": { "sum": "u64" }, "print": "u64",
	  "budget": "10 XEN", "max_price": "20 XEN per 1000 chunks", "lease": "20s" }
	END
	words=$(wc -w <"$work/book.txt")
}
words_right() { [ "$(head -n 1 "$work/out.bin")" = "$words" ] || fail "$(head -n 1 "$work/out.bin") words, not $words"; }

scenario_own_kernel_counts_words_of_a_text_that_vanishes()
{
	local id
	market_begin
	words_write 1000 300000
	job_reference
	cp "$work/right.bin" "$work/out.bin"
	words_right
	publisher_start "$work/job.json"
	wait_for 60 "the job to begin" accepted_at_least 0
	wait_for 60 "the announcement" said publisher announced
	rm "$work/book.txt" "$work/words.cl" "$work/out.bin"
	for name in anna bela; do worker_start $name; done
	wait_for 120 "a part of the job" accepted_at_least 8
	id=$(job status --json | jq -er .id)
	killed publisher
	publisher_start --resume "$id"
	job_ends
	result_right
	words_right
	[ "$(job status "$id" --json | jq -r .metered_units)" = "$words" ] ||
		fail "other units were counted: $(job status "$id" --json | jq -r .metered_units)"
	supply_holds
}

# Sums of groups of 64 by way of local memory; the largest of all, by a command.
groups_write()
{
	cat >"$work/groups.cl" <<-'END'
	void zn_chunk(ulong item, uint place, __global const uchar *params,
		__global const uchar *shared, __global const uchar *input, __global uchar *slot,
		__local uchar *scratch)
	{
		__local uint *sums = (__local uint *)scratch;
		uint spun = (uint)item, rounds = *(__global const uint *)params;
		for (uint i = 0; i < rounds; i++)
			spun = spun * 1664525u + 1013904223u;
		sums[place] = spun;
		barrier(CLK_LOCAL_MEM_FENCE);
		uint sum = 0;
		for (uint i = 0; i <= place; i++)
			sum += sums[i];
		*(__global uint *)slot = sum;
	}
	END
	cat >"$work/job.json" <<-END
	{ "kind": "kernel", "source": "groups.cl", "params": { "u32": [$1] }, "items": 65536,
	  "slot_bytes": 4, "chunk_items": 1024, "form": "chunk", "group_items": 64,
	  "local_bytes": 256, "reduce": { "command": ["sh", "sum.sh"] },
	  "budget": "10 XEN", "max_price": "20 XEN per 1000 chunks", "lease": "20s" }
	END
	echo 'od -An -v -tu4 | md5sum' >"$work/sum.sh"
}

scenario_own_kernel_in_groups_finds_the_lazy_worker()
{
	market_begin
	groups_write 20000
	job_reference
	publisher_start "$work/job.json"
	home_make lazy
	ZENNET_HOME=$work/lazy "$bin/zennet-lazy-worker" "$ZENNET_LEDGER" "$work/lazy" 50000000 \
		>>"$work/lazy.log" 2>&1 &
	pid_of[lazy]=$!
	wait_for 120 "the lazy worker to be found" said lazy "wrong"
	worker_start anna
	job_ends
	result_right
	supply_holds
}

# The command fails, then the disk lost two outputs: one run mends the first, another does them again.
scenario_damaged_outputs_are_done_again_and_a_failed_command_keeps_them()
{
	local id
	market_begin
	groups_write 20000
	job_reference
	echo 'exit 7' >"$work/sum.sh"
	publisher_start "$work/job.json"
	worker_start anna
	wait_for 120 "the job to end" ended publisher
	said publisher "status 7" || fail "nobody spoke of the command"
	id=$(job status --json | jq -er .id)
	[ "$(accepted)" = 64 ] || fail "the outputs were not kept"
	echo 'od -An -v -tu4 | md5sum' >"$work/sum.sh"
	printf 'XX' | dd of="$work/publisher/jobs/$id/outputs.bin" bs=1 seek=100 conv=notrunc 2>/dev/null
	truncate -s -1 "$work/publisher/jobs/$id/outputs.bin"
	publisher_start --resume "$id"
	job_ends
	said publisher "is damaged: it is done again" || fail "nobody saw the damage"
	result_right
	wait_for 20 "the channels of all who earned to be closed" earners_closed
	supply_holds
}

# refused COMMAND...: non-zero exit, one sentence, nothing on standard output.
refused()
{
	local status=0 lines
	timeout 20 "$@" >"$work/out.txt" 2>"$work/err.txt" </dev/null || status=$?
	lines=$(wc -l <"$work/err.txt")
	{ [ $status != 0 ] && [ $status -lt 124 ]; } || fail "status $status of: $*"
	[ "$lines" = 1 ] || fail "$lines lines instead of one sentence from: $* ($(cat "$work/err.txt"))"
}

scenario_ledger_whose_database_is_gone_does_not_begin_anew()
{
	market_begin
	killed node
	rm "$work/node/ledger/data.mdb"
	refused "$bin/xencoind" --solo --home "$work/node" --listen 127.0.0.1:0
	grep -q 'database is gone' "$work/err.txt" || fail "another sentence: $(cat "$work/err.txt")"
}

scenario_bad_input_gets_one_sentence_and_changes_nothing()
{
	local zennet=$bin/zennet before
	market_begin
	export ZENNET_HOME=$work/publisher
	before=$(balance_zat "$publisher")
	job_write 1024 256 10
	bad() { jq "$1" "$work/job.json" >"$work/bad.json"; refused "$zennet" job run "$work/bad.json"; }
	bad '.surprise = 1'
	bad '.items = "many"'
	bad '.items = 0'
	bad '.chunk_items = -3'
	bad '.kernel = "nonesuch"'
	bad '.kind = "cooking"'
	bad '.budget = "10"'
	bad '.budget = "10 EUR"'
	bad '.budget = "1000000 XEN"'
	bad '.budget = "50 XEN"' # all it has: nothing is left for fees
	bad '.deadline = "100 years"'
	bad 'del(.kernel)'
	bad '{kind: "kernel", source: "missing.cl", items: 1, slot_bytes: 8, budget: "1 XEN"}'
	echo 'int zn_map(void) { __asm__("hlt"); }' >"$work/bad.cl"
	bad '{kind: "kernel", source: "bad.cl", items: 1, slot_bytes: 8, budget: "1 XEN"}'
	grep -q 'bad.cl: line 1: ' "$work/err.txt" || fail "no line is named: $(cat "$work/err.txt")"
	echo 'void zn_map(ulong item, __global const uchar *params, __global const uchar *shared,
		__global const uchar *input, __global uchar *slot) { slot[0] = 1; }' >"$work/good.cl"
	head -c 100000 /dev/zero >"$work/line"
	bad '{kind: "kernel", source: "good.cl", items_per_input: 1, slot_bytes: 8, budget: "1 XEN",
		input: {file: "line", cut: "lines", bytes: "64 KiB"}}'
	grep -q 'line 1 is longer' "$work/err.txt" || fail "another sentence: $(cat "$work/err.txt")"
	bad '{kind: "render", scene: "missing.obj", size: [64, 36], samples: 4, budget: "1 XEN"}'
	bad '{kind: "render", scene: "missing.obj", size: [64], samples: 4, budget: "1 XEN"}'
	echo '{ "kind": ' >"$work/bad.json"
	refused "$zennet" job run "$work/bad.json"
	refused "$zennet" job run "$work/nothing.json"
	refused "$zennet" job run "$work/job.json" --ledger http://127.0.0.1:1
	refused "$zennet" job run "$work/job.json" --key nobody
	refused "$zennet" job run "$work/job.json" --listen 127.0.0.1:99999
	refused "$zennet" job run "$work/job.json" --listen "127.0.0.1:$port"
	refused "$zennet" job run "$work/job.json" --announce 'no such place'
	refused "$zennet" job run "$work/job.json" --surprise
	for out in "$work" "$work/pipe" "$work/nowhere/x"; do
		[ "$out" = "$work/pipe" ] && mkfifo "$out"
		refused "$zennet" job run "$work/job.json" --out "$out"
		refused "$zennet" job local "$work/job.json" --out "$out"
	done
	[ -p "$work/pipe" ] || fail "something that was no file was replaced"
	refused "$zennet" job status nonesuch
	refused "$zennet" job pause
	refused "$zennet" worker --ledger http://127.0.0.1:1
	refused "$zennet" worker --device 77
	refused "$zennet" worker --rate free
	refused "$zennet" wallet send "$publisher" 5
	refused "$zennet" wallet send xen1nobody '5 XEN' --yes
	refused "$zennet" wallet send "$publisher" '5000 XEN' --yes
	refused "$zennet" ledger account xen1nobody
	refused "$zennet" ledger tx 00
	refused "$zennet" nonesuch
	refused "$bin/xencoind" --solo --home "$work/node2" --listen "127.0.0.1:$port"
	refused "$bin/xencoind" --solo --home "$work/node" --listen 127.0.0.1:0
	refused "$bin/xencoind" --home "$work/node2"
	echo '{}' >"$work/genesis.json"
	refused "$bin/xencoind" --solo --home "$work/node3" --genesis "$work/genesis.json"
	[ "$(balance_zat "$publisher")" = "$before" ] || fail "coins moved"
	[ -z "$(ls "$work/publisher/jobs" 2>/dev/null)" ] || fail "a job directory is left behind"
	supply_holds
}

scenario_a_cut_off_ledger_gets_one_sentence()
{
	market_begin
	killed node
	truncate -s $(($(stat -c %s "$work/node/ledger/data.mdb") / 2)) "$work/node/ledger/data.mdb"
	refused "$bin/xencoind" --solo --home "$work/node" --listen 127.0.0.1:0
}

declare -F "scenario_$scenario" >/dev/null || fail "there is no such story"
"scenario_$scenario"
echo "ok: $scenario"
