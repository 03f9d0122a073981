#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs libFuzzer on targets, each from its corpus and from what was found before for some seconds, and prints what was done: inputs tried,
# seconds of processor time (the program's children included) and of the clock, inputs a second of processor time, inputs found worth
# keeping. They go to BUILD/found/TARGET, those that break something to BUILD/broken/TARGET, and then the exit code is 1.
#
# What every run did is added to BUILD/total.tsv, a line for each run of a target, bound to the program's state: the last lines printed are
# the sum of all runs of this very state. `tools/fuzz.sh total BUILD` prints that alone, `tools/fuzz.sh reset BUILD` begins anew.
# `tools/fuzz.sh merge BUILD TARGET...` takes into the corpus what of the found reaches something new.
# usage: [FUZZ_JOBS=n] tools/fuzz.sh BUILD SECONDS TARGET...
set -uo pipefail

# A digest of what the targets are built from: a change of a document, of the corpus or of another test is none of the program's.
state() {
    local built=(src include scenarios tests/fuzz tests/hostile/base.xml Makefile VERSION ':!tests/fuzz/corpus')
    git ls-files -z --cached --others --exclude-standard -- "${built[@]}" | xargs -0 sha256sum 2>/dev/null | sha256sum | cut -c1-12
}

# From lines of target, inputs, processor and clock seconds, new inputs, broken: a line for each target, and the sum.
print_sums() {
    awk -F '\t' '
        function line(name, n, cpu, clock, new, bad) {
            printf "%-13s %12d inputs %9.0f s processor %8.0f s clock %8.0f /s %6d new%s\n", name, n, cpu, clock, (cpu > 0 ? n / cpu : 0), new, (bad > 0 ? "  " bad " BROKEN" : "")
        }
        { n[$1] += $2; cpu[$1] += $3; clock[$1] += $4; new[$1] += $5; bad[$1] += $6; N += $2; C += $3; W += $4; K += $5; B += $6 }
        !($1 in seen) { seen[$1] = 1; order[++k] = $1 }
        END { for (i = 1; i <= k; i++) line(order[i], n[order[i]], cpu[order[i]], clock[order[i]], new[order[i]], bad[order[i]]); line("all", N, C, W, K, B) }'
}

print_total() {
    local of lines
    of=$(state)
    lines=$(awk -F '\t' -v of="$of" '$1 == of' "$build/total.tsv" 2>/dev/null | cut -f 3- | sort)
    echo "all runs of the program in the state $of ($(git describe --always --dirty 2>/dev/null)):"
    [ -z "$lines" ] || print_sums <<<"$lines"
}

# The longest input that is worth its time: none needs more to say what the target is about.
longest() {
    case $1 in
    number | seal | set) echo 400 ;;
    command_line) echo 600 ;;
    csv | guard) echo 1500 ;;
    run_file) echo 200 ;;
    *) echo 12000 ;;
    esac
}

# Of what was found, the smallest that reaches something that the corpus does not.
merge() {
    build=$1
    shift
    export PLACESIM=$build/placesim PLACE_FUZZ_SELDOM=1
    for target in "$@"; do
        "$build/fuzz-$target" -merge=1 -use_counters=0 -detect_leaks=0 -max_len="$(longest "$target")" "tests/fuzz/corpus/$target" "$build/found/$target" 2>&1 | tail -n 1
    done
}

# A run of a target. What it did goes to the total at once, unless the sources have changed since all began.
fuzz_once() {
    local target=$1 run_seconds=$2 log=$build/$1.log bad=0 done_
    local options=(-max_total_time="$run_seconds" -timeout=20 -rss_limit_mb=3000 -max_len="$(longest "$target")" -print_final_stats=1
        -artifact_prefix="$build/broken/$target/")
    [ ! -e "tests/fuzz/$target.dict" ] || options+=("-dict=tests/fuzz/$target.dict")
    [ "$target" != run_file ] || options+=(-detect_leaks=0) # HDF5 keeps what it was refused; the target counts open objects itself
    [ "$target" != scenario ] || options+=(-only_ascii=1)
    TIMEFORMAT='processor %U %S %R'
    { time "$build/fuzz-$target" "$build/found/$target" "tests/fuzz/corpus/$target" "${options[@]}" >"$log" 2>&1; } 2>"$build/$target.time" || bad=1
    done_=$(awk '/stat::number_of_executed_units/ { n = $2 } /stat::new_units_added/ { k = $2 } /^processor/ { cpu = $2 + $3; clock = $4 }
        END { printf "%d\t%.1f\t%.1f\t%d", n, cpu, clock, k }' "$log" "$build/$target.time")
    printf '%s\t%s\t%d\n' "$target" "$done_" "$bad" >>"$build/runs/$target"
    if [ "$(state)" != "$started" ]; then
        echo "$target: the sources changed meanwhile, so this is not added to the total" >&2
        return 1
    fi
    printf '%s\t%s\t%s\n' "$started" "$(date -u +%FT%TZ)" "$(tail -n 1 "$build/runs/$target")" >>"$build/total.tsv"
    return "$bad"
}

# In runs of five minutes at most, so that little is lost when it is stopped.
fuzz_target() {
    local target=$1 left=$seconds
    mkdir -p "$build/found/$target" "$build/broken/$target"
    while [ "$left" -gt 0 ]; do
        fuzz_once "$target" "$((left < 300 ? left : 300))" || break
        left=$((left - 300))
    done
    print_sums <"$build/runs/$target" | head -n 1
    [ "$left" -le 0 ] || grep -a -B 3 -E '^(SUMMARY|==[0-9]+==ERROR)' "$build/$target.log" | head -n 12
}

# Read whole before any of it runs, so that the script may be changed meanwhile.
main() {
    case ${1-} in
    merge) shift; merge "$@"; return ;;
    total) build=$2; print_total; return ;;
    reset) rm -f "$2/total.tsv"; return ;;
    esac
    build=$1 seconds=$2
    shift 2
    export PLACESIM=$build/placesim PLACE_FUZZ_SELDOM=1
    export LSAN_OPTIONS=suppressions=tests/fuzz/not_ours.txt:print_suppressions=0
    export ASAN_OPTIONS=${ASAN_OPTIONS:-allocator_may_return_null=1:quarantine_size_mb=32:malloc_context_size=8}
    started=$(state)
    mkdir -p "$build/runs"
    rm -f "$build"/runs/*

    for target in "$@"; do
        while [ "$(jobs -rp | wc -l)" -ge "${FUZZ_JOBS:-1}" ]; do wait -n; done
        fuzz_target "$target" &
    done
    wait
    print_total
    awk -F '\t' '$6 > 0 { exit 1 }' "$build"/runs/*
}
main "$@"; exit
