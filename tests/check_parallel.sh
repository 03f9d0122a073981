#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# tools/parallel on the real GNU parallel: four shards, one of them missing the first time, and the merged file is that of one machine.
# usage: tests/check_parallel.sh    exits 77 where GNU parallel is not installed
set -euo pipefail
command -v parallel >/dev/null || exit 77
export PLACESIM=${PLACESIM:-build/placesim}
folder=$(mktemp -d /tmp/placesim-parallel-XXXXXX)
trap 'rm -rf "$folder"' EXIT
export HOME=$folder # parallel keeps notes there
n=1000
"$PLACESIM" run scenarios/minimal.xml -n $n -q -o "$folder/one.h5"
mkdir "$folder/all.shard-3-of-4.h5" # so the third job fails
if tools/parallel/run.sh scenarios/minimal.xml "$folder/all.h5" $n 4 --jobs 2 2>"$folder/said"; then
    echo "check_parallel: a shard failed, and nothing was said" >&2
    exit 1
fi
rmdir "$folder/all.shard-3-of-4.h5"
sleep 0.1
touch "$folder/before"
tools/parallel/run.sh scenarios/minimal.xml "$folder/all.h5" $n 4 --jobs 2 2>>"$folder/said"
cmp "$folder/all.h5" "$folder/one.h5"
[ "$(find "$folder" -name 'all*' | wc -l)" -eq 1 ]
