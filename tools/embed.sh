#!/bin/sh
# SPDX-License-Identifier: MIT
# Turns files into C arrays, so that the program carries its schema and starter scenario wherever it is copied.
# usage: tools/embed.sh SYMBOL FILE [SYMBOL FILE]... >embedded.c
set -eu

printf '#include "place/embedded.h"\n'
while [ $# -ge 2 ]; do
    printf '\nconst unsigned char %s[] = {\n' "$1"
    od -An -v -tu1 "$2" | sed 's/  *\([0-9]\)/\1/; s/  */,/g; s/$/,/'
    printf '0 };   /* the NUL is not counted */\nconst size_t %s_size = sizeof %s - 1;\n' "$1" "$1"
    shift 2
done
