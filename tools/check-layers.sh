#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Holds the include lines against the layers that src/README.md draws, and says file and line of each that breaks them.
# usage: tools/check-layers.sh [FOLDER]    a folder with include/ and src/; the current one by default
set -euo pipefail
cd "${1:-.}"

# Which layers each layer may include, itself apart. Nothing includes cli; scenario and result never meet.
uses='
base:
random:   base
model:    base random
run:      base random model
analysis: base random model run
scenario: base random model
result:   base random model run
report:   base random model run analysis
cli:      base random model run analysis scenario result report'

# The layer of each public header, include/place/NAME.h. A new header gets its name here.
headers='
base:     status error arena date text version
random:   numeric key stream distribution
model:    plan catalogue replication opening_fit trace
run:      run results
analysis: summary variance difference replay closed_forms
scenario: document scenario embedded
result:   runfile
report:   table report'

# The layers that may include a library of other people's. Every other <...> is the C library or POSIX.
libraries='
libxml/:        scenario
hdf5:           result
libdeflate.h:   result
openssl/:       result'

# The C library without clocks, threads, signals and locale: all there is for base, random and model, which must be
# functions of what they are given. stdio.h is for snprintf: what prints is looked for below.
pure='assert ctype errno fenv float inttypes limits math stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib
stdnoreturn string tgmath'

# shellcheck disable=SC2016  # the $ are awk's own
find include src \( -name '*.h' -o -name '*.c' \) -print0 | sort -z | xargs -0 awk \
    -v uses="$uses" -v headers="$headers" -v libraries="$libraries" -v pure="$pure" '
function complain(sentence) { printf "%s:%d: %s\n", FILENAME, FNR, sentence; n_faults++ }

# into[KEY] = " WORD WORD " for each line "KEY: WORD WORD"
function read_table(text, into,    lines, n, i, colon) {
    n = split(text, lines, "\n")
    for (i = 1; i <= n; i++)
        if ((colon = index(lines[i], ":")) > 0) {
            key = substr(lines[i], 1, colon - 1)
            into[key] = " " substr(lines[i], colon + 1) " "
            gsub(/ +/, " ", into[key])
        }
}
function has(list, word) { return index(list, " " word " ") > 0 }

# A private header stands beside the file that includes it.
function private_exists(name,    path, line) {
    path = FILENAME
    sub(/[^\/]*$/, name, path)
    if (name ~ /\// || (getline line <path) < 0) return 0
    close(path)
    return 1
}

# The line without comments and strings. A block comment may go on: in_comment.
function code_of(line,    out, at) {
    out = ""
    while (line != "") {
        if (in_comment) {
            if ((at = index(line, "*/")) == 0) return out
            line = substr(line, at + 2)
            in_comment = 0
        } else if (match(line, /\/\*|\/\/|"([^"\\]|\\.)*"|\047([^\047\\]|\\.)*\047/)) {
            out = out substr(line, 1, RSTART - 1) " "
            if (substr(line, RSTART, 2) == "//") return out
            in_comment = substr(line, RSTART, 2) == "/*"
            line = substr(line, RSTART + RLENGTH)
        } else
            return out line
    }
    return out
}

BEGIN {
    read_table(uses, may_use)
    read_table(headers, headers_of)
    read_table(libraries, library_of)
    for (l in headers_of) {
        n = split(headers_of[l], names, " ")
        for (i = 1; i <= n; i++) layer_of[names[i]] = l
    }
    gsub(/\n/, " ", pure)
    pure = " " pure " "
}

FNR == 1 {
    in_comment = 0
    split(FILENAME, part, "/")
    is_public = part[1] == "include"
    name = part[3]
    sub(/\.h$/, "", name)
    layer = is_public ? layer_of[name] : part[2]
    if (is_public && layer == "")
        complain("no layer is given for the public header place/" name ".h: add its name to the table in tools/check-layers.sh")
    else if (!(layer in may_use))
        complain("src/" layer " is not a layer: see the table in tools/check-layers.sh")
    is_core = has(" base random model ", layer)
}
layer == "" || !(layer in may_use) { next }

/^[ \t]*#[ \t]*include/ && !in_comment {
    target = $0
    sub(/^[^<"]*[<"]/, "", target)
    sub(/[>"].*$/, "", target)
    if (target ~ /^place\//) {
        name = target
        gsub(/^place\/|\.h$/, "", name)
        if (!(name in layer_of))
            complain("no layer is given for " target ": add its name to the table in tools/check-layers.sh")
        else if (layer_of[name] != layer && !has(may_use[layer], layer_of[name]))
            complain(layer " may not include " target ", which is of " layer_of[name])
    } else if (index($0, "\"") > 0) {
        if (is_public) complain("a public header includes \"" target "\", which is not public")
        else if (!private_exists(target)) complain("\"" target "\" is not in this folder: a private header stays in its layer")
    } else {
        is_library = 0
        for (l in library_of)
            if (index(target, l) == 1) {
                is_library = 1
                if (is_public) complain("a public header includes <" target ">: formats stay behind it")
                else if (!has(library_of[l], layer)) complain(layer " may not include <" target ">; only" library_of[l] "does")
            }
        base_name = target
        sub(/\.h$/, "", base_name)
        if (!is_library && is_core && !has(pure, base_name))
            complain(layer " may not include <" target ">: it knows no clock, thread, file or system")
    }
    next
}

# Only cli prints or exits; report writes to the FILE that it is given.
layer != "cli" {
    code = code_of($0)
    if (match(code, /(^|[^A-Za-z0-9_.>])(printf|puts|putchar|perror|exit|_Exit|abort)[ \t]*\(/) \
        || match(code, /(^|[^A-Za-z0-9_])(stdout|stderr|stdin)([^A-Za-z0-9_]|$)/))
        complain("only cli prints, reads from the terminal or exits: " substr(code, RSTART, RLENGTH))
    if (is_core && match(code, /(^|[^A-Za-z0-9_.>])(fopen|fread|fwrite|fprintf|fputs|getenv|time|clock|rand|srand)[ \t]*\(/))
        complain(layer " knows no file, clock or environment: " substr(code, RSTART, RLENGTH))
}

END {
    if (n_faults > 0) { printf "check-layers: %d line%s may not stand\n", n_faults, n_faults == 1 ? "" : "s"; exit 1 }
    print "check-layers: every include keeps to its layer"
}' || exit 1   # xargs would say 123
