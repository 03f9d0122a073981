#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# tools/slurm on the real Slurm: a cluster of this machine alone (munged, slurmctld, slurmd on loopback, all files in one folder, no
# systemd), an array of four tasks, one of which is killed while it runs and queued again, the merge after it; and the merged file is that
# of one machine, to the byte.
# usage: tests/check_slurm.sh    exits 77 where Slurm is not installed or we are not root, whom slurmd wants
set -euo pipefail
for command in munged slurmctld slurmd sbatch squeue scontrol; do command -v "$command" >/dev/null || exit 77; done
[ "$(id -u)" -eq 0 ] || exit 77
export PLACESIM=${PLACESIM:-$PWD/build/placesim}
PLACESIM=$(realpath "$PLACESIM")
folder=$(mktemp -d /tmp/placesim-slurm-XXXXXX)
pids=()
finish() {
    local code=$?
    if [ $code -ne 0 ]; then tail -n 20 "$folder"/*.log "$folder"/*.slurm/*.log 2>/dev/null || true; fi >&2
    scancel --full --signal=KILL --user=root 2>/dev/null || true
    for ((i = ${#pids[@]} - 1; i >= 0; i--)); do kill "${pids[i]}" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$folder"
    exit $code
}
trap finish EXIT

port=$((20000 + RANDOM % 10000 * 2))
mkdir "$folder/state" "$folder/spool"
chmod 755 "$folder"
head -c 1024 /dev/urandom >"$folder/munge.key"
chmod 400 "$folder/munge.key"
cat >"$folder/slurm.conf" <<CONF
ClusterName=check
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket,cred_expire=1
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,sched_min_interval=0,bf_interval=1,batch_sched_delay=0
KillWait=1
CompleteWait=0
NodeName=localhost NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
echo 'CgroupPlugin=cgroup/v1' >"$folder/cgroup.conf" # nothing is asked of it; v1 starts where no cgroups are mounted too, as in a bare container
export SLURM_CONF=$folder/slurm.conf
munged --foreground --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" --pid-file="$folder/munged.pid" \
    --log-file="$folder/munged.log" --seed-file="$folder/munged.seed" >"$folder/munged.out.log" 2>&1 &
pids+=($!)
for ((i = 0; i < 200; i++)); do
    if [ -S "$folder/munge.socket" ]; then break; fi
    sleep 0.05
done
slurmctld -D -c >"$folder/slurmctld.log" 2>&1 &
pids+=($!)
slurmd -D -N localhost >"$folder/slurmd.log" 2>&1 &
pids+=($!)

# wait_for SECONDS COMMAND...
wait_for() {
    local tenths=$(($1 * 10))
    shift
    for ((i = 0; i < tenths; i++)); do
        if "$@" >/dev/null 2>&1; then return; fi
        sleep 0.1
    done
    echo "check_slurm: waited in vain: $*" >&2
    return 1
}
is_idle() { [ "$(sinfo -h -o %t)" = idle ]; }
has_block() { compgen -G "$folder/all.shard-2-of-4.h5.parts/block-*.h5"; }
is_put_off() { [ "$(squeue -h -t PD -j "${array}_2" -o %r)" = BeginTime ]; }
no_jobs() { [ -z "$(squeue -h)" ]; }
wait_for 20 is_idle

n=4096
tools/slurm/submit.sh scenarios/rutland-2021.xml "$folder/all.h5" $n 4 >"$folder/jobs"
read -r array merge <"$folder/jobs"
wait_for 60 has_block
scontrol requeue "${array}_2" # kills it, and starts it anew
wait_for 60 is_put_off
scontrol update JobId="${array}_2" StartTime=now # Slurm puts off for two minutes what was queued again; here nobody has to wait
"$PLACESIM" run scenarios/rutland-2021.xml -n $n -q -o "$folder/one.h5"
wait_for 120 no_jobs
cmp "$folder/all.h5" "$folder/one.h5"
grep -q ' replications are there already' "$folder/all.slurm/shard-2.log" # the second start went on where the first was stopped
[ -z "$(find "$folder" -name 'all.shard-*')" ]
echo "check_slurm: jobs $array and $merge: the merged file is that of one machine"
