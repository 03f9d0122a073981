#!/bin/sh
# SPDX-License-Identifier: MIT
# Turns files into C arrays, so that the program carries its schema, starter scenario and closed forms wherever it is copied.
# usage: tools/embed.sh SYMBOL FILE [SYMBOL FILE]... [--list SYMBOL FILE...] >embedded.c
#        after --list, the files become one array of place_embedded_file, each named as its file is without folder and suffix
set -eu

bytes() {
    od -An -v -tu1 "$1" | sed 's/  *\([0-9]\)/\1/; s/  */,/g; s/$/,/'
    printf '0 };   /* the NUL is not counted */\n'
}

printf '#include "place/embedded.h"\n'
while [ $# -ge 2 ] && [ "$1" != --list ]; do
    printf '\nconst unsigned char %s[] = {\n' "$1"
    bytes "$2"
    printf 'const size_t %s_size = sizeof %s - 1;\n' "$1" "$1"
    shift 2
done
[ $# -ge 3 ] || exit 0
list=$2
shift 2
rows=
n=0
for file; do
    name=${file##*/}
    printf '\nstatic const unsigned char %s_%d[] = {\n' "$list" "$n"
    bytes "$file"
    rows="$rows    { \"${name%.*}\", ${list}_$n, sizeof ${list}_$n - 1 },
"
    n=$((n + 1))
done
printf '\nconst place_embedded_file %s[] = {\n%s};\nconst size_t %s_n = %d;\n' "$list" "$rows" "$list" "$n"
