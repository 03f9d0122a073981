#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A run by GNU parallel: one shard a job, here or on machines reached by ssh, then the merge.
# usage: tools/parallel/run.sh SCENARIO OUTPUT.h5 REPLICATIONS SHARDS [PARALLEL-OPTION...]
# e.g.   tools/parallel/run.sh mine.xml output/mine.h5 1000000 64 --jobs 8 --sshloginfile hosts --workdir "$PWD"
#
# Every machine sees the scenario and the output. The environment may say PLACESIM, the program, and PLACESIM_OPTIONS, words for every
# `placesim run`. The same line once more runs the shards that are missing: which are done stands in OUTPUT.joblog, and what a shard that
# was stopped had done, among its blocks.
set -euo pipefail
if [ $# -lt 4 ]; then
    sed -n '4,5s/^# //p' "$0" >&2
    exit 2
fi
scenario=$1 output=$2 replications=$3 shards=$4
shift 4
base=${output%.h5}
# shellcheck disable=SC2086  # PLACESIM_OPTIONS are words
seq "$shards" | parallel --joblog "$base.joblog" --resume --resume-failed "$@" --quote \
    "${PLACESIM:-placesim}" run "$scenario" ${PLACESIM_OPTIONS:-} -n "$replications" --shard "{}/$shards" --resume --quiet --threads 1 \
    -o "$base.shard-{}-of-$shards.h5"
parts=()
for ((i = 1; i <= shards; i++)); do parts+=("$base.shard-$i-of-$shards.h5"); done
"${PLACESIM:-placesim}" merge --force -o "$output" "${parts[@]}"
rm -f "${parts[@]}" "$base.joblog"
