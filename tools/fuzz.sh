#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs libFuzzer on targets, each from its corpus for some seconds, and says how many inputs were tried. Inputs that libFuzzer thinks worth
# keeping go to BUILD/found/TARGET, those that break something to BUILD/broken/TARGET, and then the exit code is 1.
# usage: tools/fuzz.sh BUILD SECONDS TARGET...
set -uo pipefail
build=$1 seconds=$2
shift 2
export PLACESIM=$build/placesim PLACE_FUZZ_SELDOM=1
export ASAN_OPTIONS=${ASAN_OPTIONS:-allocator_may_return_null=1}
broken=0
for target in "$@"; do
    mkdir -p "$build/found/$target" "$build/broken/$target"
    only_text=0
    [ "$target" = run_file ] || only_text=1
    "$build/fuzz-$target" "$build/found/$target" "tests/fuzz/corpus/$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 \
        -max_len=16384 -only_ascii="$only_text" -print_final_stats=1 -artifact_prefix="$build/broken/$target/" \
        >"$build/$target.log" 2>&1 || broken=1
    printf '%-13s %s\n' "$target" "$(awk '/number_of_executed_units|new_units_added/ { printf "%s %s  ", $1, $2 } /^(SUMMARY|ERROR)/' "$build/$target.log")"
done
exit "$broken"
