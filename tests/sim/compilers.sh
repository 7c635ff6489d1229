#!/bin/bash
# compilers.sh <root> - the same blocks give the same hash under gcc and clang, at -O0 and -O3.
#
# Builds the ledger's rooms and sim/ledger_random.c with each; the program itself holds the hash.
set -euo pipefail
root=$1
cd "$root"
for tool in gcc clang pkg-config; do
	if ! command -v "$tool" >/dev/null; then
		echo "SKIP: $tool is not installed, so builds cannot be compared"
		exit 77
	fi
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sources=(core/*.c market/*.c chain/tx/*.c chain/proof/*.c chain/ledger/*.c
	tests/sim/ledger_random.c tests/sim/ledger_model.c)
read -ra flags <<<"$(pkg-config --cflags --libs libsecp256k1 libcrypto cmocka)"
for compiler in gcc clang; do
	for level in -O0 -O3; do
		printf '%s\0' "${sources[@]}" | xargs -0 -P 2 -n 4 sh -c '
			cc=$1 level=$2 out=$3; shift 3
			for source; do
				"$cc" -std=c11 -D_GNU_SOURCE "$level" -ffp-contract=off -fno-strict-aliasing -I. \
					-c "$source" -o "$out/$(echo "$source" | tr / _).o" || exit 255
			done' sh "$compiler" "$level" "$work"
		"$compiler" "$work"/*.o "${flags[@]}" -lm -o "$work/replay"
		ZENNET_TEST_STEPS=6000 ZENNET_TEST_LONG=0 "$work/replay" >"$work/said" 2>&1 || {
			cat "$work/said" >&2
			echo "$compiler $level: other hashes, or other answers than the model" >&2
			exit 1
		}
		echo "$compiler $level: the same"
		rm -f "$work"/*.o "$work/replay"
	done
done
