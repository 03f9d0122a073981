#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs from Debian what is missing, and says what; if nothing is, it is silent and takes no time.
# usage: tools/setup.sh SET...    sets: build, test, bench, lint
set -euo pipefail

# Each line: package, then how to see that a machine without that package has the thing all the same.
packages_build='
gcc             command gcc
make            command make
libc6-dev       file /usr/include/stdio.h
pkg-config      command pkg-config
libxml2-dev     library libxml-2.0
libhdf5-dev     library hdf5-serial hdf5
libdeflate-dev  library libdeflate
libssl-dev      library libcrypto'
packages_test='
check             library check
libsubunit-dev    library check
g++               command g++
clang             command clang
libpcg-cpp-dev    file /usr/include/pcg_random.hpp
libxml2-utils     command xmllint
python3           command /usr/bin/python3
python3-numpy     module numpy
python3-h5py      module h5py
python3-xarray    module xarray
python3-h5netcdf  module h5netcdf
python3-netcdf4   module netCDF4
parallel          command parallel
munge             command munged
slurmctld         command slurmctld
slurmd            command slurmd
slurm-client      command sbatch'
packages_bench='
python3           command /usr/bin/python3
python3-numpy     module numpy'
packages_lint='
clang-format  command clang-format
clang-tidy    command clang-tidy
shellcheck    command shellcheck'

# has KIND NAME...: is one of the names there?
has() {
    local kind=$1 name
    shift
    for name in "$@"; do
        case $kind in
        command) command -v "$name" >/dev/null && return ;;
        file) [ -e "$name" ] && return ;;
        library) pkg-config --exists "$name" 2>/dev/null && return ;;
        module) /usr/bin/python3 -c "import $name" 2>/dev/null && return ;;
        esac
    done
    return 1
}

wanted=
for set in "$@"; do
    case $set in
    build) wanted+=$packages_build ;;
    test) wanted+=$packages_test ;;
    bench) wanted+=$packages_bench ;;
    lint) wanted+=$packages_lint ;;
    *)
        echo "setup: there is no set '$set'; the sets are build, test, bench and lint" >&2
        exit 2
        ;;
    esac
done

# shellcheck disable=SC2016  # the ${...} is dpkg-query's own
installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' 2>/dev/null || true)
missing=()
while read -r package kind names; do
    [ -n "$package" ] || continue
    [[ $'\n'$installed$'\n' == *$'\n'"$package installed"$'\n'* ]] && continue
    # shellcheck disable=SC2086  # names is a list
    has "$kind" $names || missing+=("$package")
done <<<"$wanted"
[ ${#missing[@]} -gt 0 ] || exit 0

root=()
[ "$(id -u)" -eq 0 ] || root=(sudo)
if ! command -v apt-get >/dev/null || ! command -v "${root[0]:-apt-get}" >/dev/null; then
    echo "setup: missing: ${missing[*]}" >&2
    echo "setup: these are Debian's names. Install them, or run 'make setup' as root or with sudo on Debian." >&2
    exit 3
fi
echo "setup: installing from Debian: ${missing[*]}"
apt() { "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" >/dev/null; }
apt update
apt install -y --no-install-recommends "${missing[@]}"
echo "setup: done"
