#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Golden digests: do the shipped scenarios still give the numbers that they gave?

    tools/golden.py            runs each shipped scenario and compares; says what moved, by scenario and variable
    tools/golden.py --update   the same, and keeps the new digests (make golden)

tests/data/golden.tsv holds, for each variable of each run file, the first 16 hexadecimal digits of SHA-256 over the digests
of its chunks, which the run file keeps beside them. A commit that moves any of them says by how much, and why that is right.
"""
import argparse
import glob
import hashlib
import os
import subprocess
import sys
import tempfile

import h5py

KEPT = "tests/data/golden.tsv"
REPLICATIONS = 32


def shipped():
    """Scenarios of the top folder that can be run: a file of shared tables, without areas of its own, cannot."""
    for path in sorted(glob.glob("scenarios/*.xml")):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        if "<area " in text or "extends=" in text:
            yield path


def digests(program, scenario, folder):
    """{variable: digest} of a small run, the whole scenario's digest under the name '(scenario)'."""
    out = os.path.join(folder, "run.h5")
    done = subprocess.run([program, "run", scenario, "-n", str(REPLICATIONS), "-o", out, "--force", "--quiet"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"golden: {scenario} does not run:\n{done.stderr}")
    with h5py.File(out) as f:
        chunks, names = f["provenance/chunk_digest"][...], f["provenance/chunk_variable"].asstr()[...]
        found = {"(scenario)": f.attrs["scenario_digest"][:16]}
        found = {k: v.decode() if isinstance(v, bytes) else v for k, v in found.items()}
    for name in sorted(set(names)):
        found[name] = hashlib.sha256(chunks[names == name].tobytes()).hexdigest()[:16]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/placesim")
    parser.add_argument("--update", action="store_true", help="keep what is found")
    options = parser.parse_args()
    kept, found = {}, {}
    if os.path.exists(KEPT):
        with open(KEPT, encoding="utf-8") as f:
            kept = {tuple(line.split("\t")[:2]): line.rstrip("\n").split("\t")[2] for line in f if not line.startswith("#")}
    with tempfile.TemporaryDirectory() as folder:
        for scenario in shipped():
            for variable, digest in digests(options.program, scenario, folder).items():
                found[scenario, variable] = digest
    moved = 0
    for scenario in sorted({key[0] for key in kept | found}):
        changed = [key[1] for key in sorted(kept | found) if key[0] == scenario and kept.get(key) != found.get(key)]
        moved += len(changed)
        if changed:
            total = sum(key[0] == scenario for key in found)
            print(f"{scenario}: {len(changed)} of {total} moved: {', '.join(changed)}")
    if options.update:
        with open(KEPT, "w", encoding="utf-8") as f:
            f.write(f"# Digests of {REPLICATIONS} replications of each shipped scenario. Written by `make golden`, which says what moved.\n")
            f.writelines(f"{scenario}\t{variable}\t{digest}\n" for (scenario, variable), digest in sorted(found.items()))
    elif moved:
        sys.exit(1)


if __name__ == "__main__":
    main()
