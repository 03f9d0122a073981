#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A run on many machines by Slurm: an array job, one shard a task, and a job that merges the shards once all of them are done.
# usage: tools/slurm/submit.sh SCENARIO OUTPUT.h5 REPLICATIONS SHARDS [SBATCH-OPTION...]
# e.g.   tools/slurm/submit.sh mine.xml output/mine.h5 1000000 200 --time=01:00:00 --partition=short --cpus-per-task=4
#
# The scenario and the output lie where every node sees them. Options go to both jobs. The environment may say PLACESIM, the program, and
# PLACESIM_OPTIONS, words for every `placesim run` (--detail ncy). A task that was killed and is queued again goes on where it was; the
# same line once more runs only what is missing. Prints the ids of the two jobs.
set -euo pipefail
if [ $# -lt 4 ]; then
    sed -n '4,5s/^# //p' "$0" >&2
    exit 2
fi
scenario=$1 output=$2 replications=$3 shards=$4
shift 4
here=$(cd "$(dirname "$0")" && pwd)
logs=${output%.h5}.slurm
mkdir -p "$logs"
export PLACESIM=${PLACESIM:-placesim} PLACESIM_OPTIONS=${PLACESIM_OPTIONS:-}
array=$(sbatch --parsable --requeue --open-mode=append --array="1-$shards" --output="$logs/shard-%a.log" "$@" \
    "$here/shard.sbatch" "$scenario" "$output" "$replications" "$shards")
array=${array%%;*} # of the cluster's name
merge=$(sbatch --parsable --requeue --open-mode=append --dependency="afterok:$array" --kill-on-invalid-dep=yes \
    --output="$logs/merge.log" "$@" "$here/merge.sbatch" "$output" "$shards")
echo "$array ${merge%%;*}"
