#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Hostile scenarios that are too large to keep: written into a folder beside base.xml, named in expected.tsv as large/NAME.
usage: large.py FOLDER"""
import random
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
BASE = (HERE / "base.xml").read_text()
HEAD, TAIL = '<scenario version="1" id="hostile">\n', "\n</scenario>\n"
MB = 1 << 20


def table(csv, times=1):
    """The base with its table of population in a file, that many times."""
    return re.sub(r'<table name="population">.*?</table>', f'<table name="population" file="{csv}"/>' * times, BASE)


def rows(head, row, n):
    return head + "\n" + "\n".join(row(i) for i in range(n)) + "\n"


def child(inner):
    return f'<scenario version="1" id="hostile" extends="base.xml">\n{inner}{TAIL}'


def files():
    """Name and text or bytes of each."""
    yield "base.xml", BASE
    # markup that grows, nests or repeats
    yield "quadratic.xml", f'<!DOCTYPE scenario [<!ENTITY a "{"x" * 80000}">]>\n' + HEAD + f'<notes>{"&a;" * 26000}</notes>' + TAIL
    yield "depth-million.xml", "<a>" * 1000000
    yield "attributes-100000.xml", HEAD + "<area " + " ".join(f'a{i}=""' for i in range(100000)) + "/>" + TAIL
    yield "attributes-behind-fault.xml", HEAD + "<a b><area " + " ".join(f'a{i}=""' for i in range(100000)) + "/>" + TAIL
    yield "bytes-16-mb-and-1.xml", HEAD + " " * (16 * MB + 1 - len(HEAD))
    yield "elements-million.xml", HEAD + "<area/>" * 1000001 + TAIL
    yield "name-60000.xml", HEAD + "<" + "n" * 60000 + "/>" + TAIL
    yield "comment-10-mb.xml", HEAD + "<!--" + "c" * 10 * MB + "-->" + TAIL
    yield "references-million.xml", HEAD + "<notes>" + "&amp;" * 1000000 + "</notes>" + TAIL
    yield "instructions.xml", "<?x?>\n" * 65000 + HEAD + TAIL
    yield "less-signs.xml", "<" * (8 * MB)
    yield "noise.xml", random.Random(1).randbytes(4 * MB)
    yield "noise-behind-head.xml", HEAD.encode() + bytes(b & 0x7f | 0x20 for b in random.Random(2).randbytes(4 * MB))
    # too much of what is sound
    yield "areas-90000.xml", HEAD + '<time start="2025-09-01" steps="60"/>' + "".join(f'<area id="a{i}"/>' for i in range(90000)) \
        + "".join(f'<need id="n{i}"/>' for i in range(60)) + '<provision id="p" kind="open"/>' + TAIL
    yield "needs-90000.xml", HEAD + '<time start="2025-09-01" steps="3"/><area id="a"/>' + "".join(f'<need id="n{i}"/>' for i in range(90000)) \
        + '<provision id="p" kind="open"/>' + TAIL
    for name, n, places in ("sites-45000", 45000, "1"), ("sites-wrong", 9990, "x"):
        yield f"{name}.xml", child("".join(f'<site id="s{i}" area="district" provision="base" ncy="0..6"><places commissioned="{places}"/></site>'
                                           for i in range(n)))
    yield "areas-40000.xml", child("".join(f'<area id="a{i}"/>' for i in range(40000)))
    yield "works-40000.xml", child('<project id="elm-project">' + '<works site="oak-base" places="99" activity="building"/>' * 40000
                                   + "</project>")
    yield "overflows-40000.xml", child("".join(f'<overflow provision="independent" wanted="special" share="0.01" ncy="{i % 24 - 4}"/>'
                                               for i in range(40000)))
    yield "correlations-20000.xml", child("".join(
        f'<project id="p{i}" start="2025-09-01"><activity id="a" duration="uniform(1, 2)"/></project>'
        f'<correlation a="activity p{i}/a / duration" b="activity p{(i + 1) % 20000}/a / duration" rank="0.1"/>' for i in range(20000)))
    yield "circle-of-successors.xml", child("".join(
        f'<site id="s{i}" area="district" provision="base" ncy="0..6"><places commissioned="1"/>'
        f'<event date="2026-09-01" kind="close" successors="s{(i + 1) % 9990}"/></site>' for i in range(9990)))
    yield "circle-1000.xml", child('<project id="round" start="2025-09-01">' + "".join(
        f'<activity id="a{i}" after="a{(i + 1) % 1000}" duration="1"/>' for i in range(1000)) + "</project>")
    yield "elements-twice.xml", child('<need id="n"/>' * 90000)
    yield "reach-long.xml", child('<area id="district" reach="' + "nowhere " * 8000 + '"/>')
    yield "nested-brackets.xml", child(f'<table name="population"><row value="{"truncated(" * 6000}"/></table>')
    # tables
    for name, text in {
        "rows-990000": rows("ncy,value", lambda i: f"{i % 24 - 4},{i}", 990000),
        "rows-alike": rows("ncy,year,value,source", lambda i: f"{i % 25 - 4},{2025 + i % 5},{i % 997},{i}", 99000),
        "rows-overlap": rows("ncy,year,value", lambda i: f"{i % 10 - 4}..{i % 9 + 7},2025..{2026 + i % 4},{i % 997}", 99000),
        "rows-wrong": rows("ncy,year,area,value", lambda i: f"{i % 10 - 90}..{i % 9 + 7},x,nowhere{i},5%", 99000),
        "words-unknown": rows("area,value", lambda i: "x " * 800 + ",1", 9900),
        "words-again": rows("ncy,value", lambda i: "1 " * 800 + ",1", 9900),
        "field-endless": 'value\n"' + '""' * (4 * MB),
        "columns-endless": "," * (4 * MB),
        "remarks": "value\n" + "#\n" * (7 * MB) + "x\n",
    }.items():
        yield f"{name}.csv", text
        yield f"{name}.xml", table(f"{name}.csv")
    yield "tables-many.csv", "value\n" + "#" * (5 * MB)
    yield "tables-many.xml", table("tables-many.csv", 300)


def main():
    folder = Path(sys.argv[1])
    for name, content in files():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


main()
