#!/bin/bash
# tests/house/gpu_code.sh - exact kernels as code of GPUs that are not here: what clang makes of them for
# NVIDIA (PTX) and AMD (GCN, RDNA), with the prelude and options of the runner and without.
#
# It looks for what would make results differ: a product and a sum contracted into one rounding, denormals
# flushed to zero, division that is not IEEE's. Without prelude and options, or with those that relax, each
# must be found, so that the search is known to find. No driver's own compiler is asked: what
# those do with PTX or with the source can only be seen on their devices.
set -uo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C

work=$(mktemp -d "${TMPDIR:-/tmp}/zennet-gpu.XXXXXX")
trap 'rm -rf "$work"' EXIT
failed=0

fail()
{
	echo "gpu_code: $*"
	failed=1
}

command -v clang >/dev/null || {
	echo "SKIP: clang is not installed"
	exit 77
}
options=(-cl-std=CL1.2 -cl-fp32-correctly-rounded-divide-sqrt) # runner/recipe.c
macros=(-DZN_DEVICE_CPU=0 -DZN_DEVICE_GPU=1 -DZN_WIDTH=1 -DZN_FP64=0 -DZN_GROUP_ITEMS=0
	-DZN_LOCAL_BYTES=0 -DZN_LANES_USED=31 -DZN_SLOT_BYTES=64)

# compile TARGET OUT SOURCE OPTION...
compile()
{
	local target=$1 out=$2 source=$3
	shift 3
	clang -x cl -Xclang -finclude-default-header -nogpulib -target "${target%%:*}" -mcpu="${target##*:}" \
		-O3 -S -I . "${macros[@]}" "$@" -o "$out" "$source" 2>"$out.log"
}

cat >"$work/probe.cl" <<'END'
#ifdef EXACT
#include "kernels/abi.h"
#include "kernels/exact.h"
#endif
__kernel void sum(__global const float *a, __global float *out)
{
	size_t i = get_global_id(0);
	out[i] = a[i] * a[i + 1] + a[i + 2];
}
__kernel void two(__global const float *a, __global float *out)
{
	size_t i = get_global_id(0);
	float product = a[i] * a[i + 1];
	out[i] = product - a[i + 2];
}
__kernel void quotient(__global const float *a, __global float *out)
{
	size_t i = get_global_id(0);
	out[i] = a[i] / a[i + 1];
}
__kernel void seventh(__global const float *a, __global float *out)
{
	size_t i = get_global_id(0);
	out[i] = a[i] / 7.0f;
}
END

# The instructions of one kernel.
code_of()
{
	awk -v name="$2" '$0 ~ "^" name ":" || $0 ~ "\\.entry " name "\\(" {on=1} on {print}
		on && (/s_endpgm/ || /^}/) {exit}' "$1"
}

has()
{
	code_of "$1" "$2" | grep -qE "$3"
}

contracted='fma\.rn|mad\.rn|v_(fma|fmac|mac|mad)_(legacy_)?f32'

check_probe()
{
	local target=$1 exact="$work/exact.s" bare="$work/bare.s" flushed="$work/flushed.s"
	compile "$target" "$exact" "$work/probe.cl" -DEXACT "${options[@]}" &&
		compile "$target" "$bare" "$work/probe.cl" -cl-std=CL1.2 &&
		compile "$target" "$flushed" "$work/probe.cl" -cl-std=CL1.2 -cl-denorms-are-zero || {
		fail "$target: the probe does not compile: $(head -1 "$exact.log")"
		return
	}
	for kernel in sum two; do
		has "$exact" $kernel "$contracted" && fail "$target: $kernel is contracted"
	done
	has "$bare" sum "$contracted" || fail "$target: the search finds no contraction without the prelude"
	grep -q 'ftz' "$exact" && fail "$target: denormals are flushed"
	for kernel in quotient seventh; do
		case $target in
		nvptx*)
			has "$exact" $kernel 'div\.(approx|full)|rcp\.approx' && fail "$target: $kernel is approximate"
			has "$exact" $kernel 'div\.rn|rcp\.rn' || fail "$target: $kernel has no division"
			;;
		*)
			has "$exact" $kernel 'v_div_fixup_f32' || fail "$target: $kernel is not IEEE's division"
			has "$flushed" $kernel 'v_div_fixup_f32' && fail "$target: the search cannot tell divisions"
			;;
		esac
	done
	case $target in
	amdgcn*)
		grep -q 'float_denorm_mode_32 3' "$exact" || fail "$target: denormals are not kept"
		grep -q 'float_denorm_mode_32 0' "$flushed" || fail "$target: the search cannot see flushing"
		;;
	esac
}

# A real kernel: the pragma of exact.h must leave nothing for the strictest option to change.
# check_kernel TARGET NAME ENTRY SOURCE...
check_kernel()
{
	local target=$1 name=$2 entry=$3 one="$work/$2.cl"
	shift 3
	printf '#include "%s"\n' kernels/abi.h kernels/exact.h "$@" "$entry" >"$one"
	compile "$target" "$work/own.s" "$one" "${options[@]}" || {
		fail "$target: $name does not compile: $(grep -m1 error "$work/own.s.log")"
		return
	}
	compile "$target" "$work/strict.s" "$one" "${options[@]}" -ffp-contract=off
	cmp -s <(grep -v '^\s*[.;/]' "$work/own.s") <(grep -v '^\s*[.;/]' "$work/strict.s") ||
		fail "$target: $name has contracted products"
	grep -q 'ftz\|div\.approx\|div\.full' "$work/own.s" && fail "$target: $name is not exact"
}

pathtrace=()
for part in scene.h rng.cl camera.cl lanes.cl bvh.cl texture.cl light.cl material.cl path.cl; do
	pathtrace+=("kernels/pathtrace/$part")
done

for target in nvptx64-nvidia-cuda:sm_70 amdgcn-amd-amdhsa:gfx906 amdgcn-amd-amdhsa:gfx1030; do
	if ! echo '__kernel void k(__global int *a) { *a = 1; }' |
		clang -x cl -nogpulib -target "${target%%:*}" -mcpu="${target##*:}" -S -o /dev/null - 2>/dev/null; then
		echo "SKIP: clang has no target $target"
		continue
	fi
	check_probe "$target"
	check_kernel "$target" mix kernels/map.cl kernels/mix.cl
	check_kernel "$target" pathtrace kernels/map.cl "${pathtrace[@]}"
	for example in hash wordcount montecarlo; do
		check_kernel "$target" "$example" kernels/map.cl "examples/$example/$example.cl"
	done
	echo "$target: looked at"
done
exit $failed
