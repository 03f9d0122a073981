#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Holds a run of scenarios/wiltshire-2020.xml against the paper's planned places of 2020/21: 66, 56 special and 10 in bases.

They are plain numbers, so every replication has them: commissioned places as the September step of 2020 closes, less those at
the start, over the sites that are not another authority's allotment.

usage: check_wiltshire.py RUNFILE      exits 1 with a sentence when it is not so
"""
import sys

import h5py

BY_SITE = {"rowdeford": 8, "downland": 16, "springfields-south": 32, "fitzmaurice": 10}

with h5py.File(sys.argv[1]) as run:
    sites = [site.decode() if isinstance(site, bytes) else site for site in run["site"][:]]
    commissioned = run["site_commissioned"][:].astype(int)          # step, site, replication
gain = commissioned[2] - commissioned[0]                            # the first step closes in March, the third in December
for i, site in enumerate(sites):
    if site != "special-beyond" and (gain[i] != BY_SITE.get(site, 0)).any():
        sys.exit(f"{site}: {BY_SITE.get(site, 0)} places were planned for 2020/21; replications have {sorted(set(gain[i]))}")
if sum(BY_SITE.values()) != 66:
    sys.exit("56 and 10 are 66")
