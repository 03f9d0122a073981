#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
Reads run files as others would (h5py, xarray with both engines, ncdump) and holds them against tests/test_result.c's rule for
values, and the result digest against one computed here from the values.

usage: check_runfile.py FILE...      exits 1 with a sentence at the first thing that is wrong
"""
import hashlib
import shutil
import subprocess
import sys

import h5py
import numpy as np
import xarray as xr

BLOCK = 256
AXES_OF_TEXT = {"area", "phase", "need", "provision", "provision_from", "provision_to", "provision_at", "class", "cause", "site",
                "project", "activity", "funding", "input", "rate"}
KIND_OF_MISSING = {np.dtype("<u2"): 65535, np.dtype("<i8"): -2**63, np.dtype("<i1"): -1}


def must(truth, *sentence):
    if not truth:
        raise AssertionError(" ".join(str(word) for word in sentence))


def rule(name, dtype, fill, shape):
    """What tests/test_result.c wrote: by name, cell and replication; missing is NaN."""
    n_cells, n = int(np.prod(shape[:-1])), shape[-1]
    h = sum(name.encode())
    cell, r = np.meshgrid(np.arange(n_cells), np.arange(n), indexing="ij")
    x = (h + 3 * cell + r * r) % 11
    if h % 5 == 0:
        values = np.zeros(x.shape)
        return values.reshape(shape)
    is_count = dtype == np.uint16 or dtype == np.int32 and fill == 2**31 - 1
    if is_count:
        values = x * x * np.where(r % 50 == 7, 300, 1).astype(float)
    elif dtype == np.int32:
        values = -x.astype(float)
    elif dtype == np.int64:
        values = 1e12 * x - 7
    elif dtype == np.float64:
        values = np.where(r % 50 == 7, np.inf, x / 8 - 0.5)
    else:
        values = (x % 2).astype(float)
    if not is_count:
        values = np.where(r % 50 == 9, np.nan, values)
    return values.reshape(shape)


def same(found, expected):
    return found.shape == expected.shape and np.array_equal(found, expected, equal_nan=True)


def chunk_digests(dataset):
    """SHA-256 of every chunk's values, by chunk number and block; the missing value fills what is past an axis' end."""
    digests = []
    chunks, shape = dataset.chunks, dataset.shape
    pieces = [-(-n // c) for n, c in zip(shape, chunks)]
    values = dataset[...]
    for place in np.ndindex(*pieces):
        whole = np.full(chunks, dataset.fillvalue, dataset.dtype)
        part = values[tuple(slice(p * c, (p + 1) * c) for p, c in zip(place, chunks))]
        whole[tuple(slice(0, n) for n in part.shape)] = part
        digests.append(hashlib.sha256(whole.tobytes()).digest())
    return digests   # row-major, the block fastest


def check_dataset(file, dataset):
    name = dataset.name.split("/")[-1]
    if dataset.ndim == 0:
        return
    if h5py.h5ds.is_scale(dataset.id):
        must(dataset.ndim == 1, name, "is a scale of more than one axis")
    else:
        for k, dim in enumerate(dataset.dims):
            must(len(dim) == 1, name, "axis", k, "has", len(dim), "scales")
            must(dim[0].shape[0] == dataset.shape[k], name, "axis", k, "differs in length from its scale")
    must(dataset.attrs.get("long_name"), name, "has no long_name")
    if dataset.dtype.kind in "iuf":
        must(dataset.attrs.get("units"), name, "has no units")
    else:
        must(h5py.check_string_dtype(dataset.dtype).length is None, name, "is a text of fixed length")
    must(dataset.id.get_create_plist().get_attr_creation_order() == 3, name, "does not keep the order of attributes")


def check_h5py(path):
    with h5py.File(path, "r") as file:
        names = list(file)
        root = file["/"].id
        must(root.get_create_plist().get_link_creation_order() == 3, "the file does not keep the order of its members")
        must(file.attrs["Conventions"].decode() == "CF-1.8" and "_NCProperties" not in file.attrs, "root attributes")
        must(int(file.attrs["seed"]) == 2**64 - 59 and file.attrs["seed"].dtype == np.uint64, "seed")
        must(file.attrs["title"].decode() == "A plan by hand: Ærø & “Møn”", "title")
        file.visititems(lambda _, item: check_dataset(file, item) if isinstance(item, h5py.Dataset) else None)
        scenario = file["provenance/scenario"][()]
        must(hashlib.sha256(scenario).hexdigest() == file.attrs["scenario_digest"].decode(), "scenario digest")
        variables = {name: item for name, item in file.items()
                     if isinstance(item, h5py.Dataset) and item.chunks and not h5py.h5ds.is_scale(item.id)}
        digests = b""
        rows = []
        for name in sorted(variables):
            dataset = variables[name]
            must(dataset.dims[dataset.ndim - 1][0].name == "/replication", name, "does not end in replication")
            must(dataset.chunks[-1] == BLOCK and np.prod(dataset.chunks) * dataset.dtype.itemsize <= 2**20, name, "chunks")
            must((dataset.shuffle, dataset.compression, dataset.compression_opts, dataset.fletcher32)
                 == (True, "gzip", 1, True), name, "filters")
            fill = dataset.attrs["_FillValue"]
            must(fill.shape == (1,) and fill.dtype == dataset.dtype, name, "_FillValue")
            must(fill[0] == dataset.fillvalue or np.isnan(fill[0]) and np.isnan(dataset.fillvalue), name, "_FillValue")
            values = dataset[...]
            missing = np.isnan(values) if values.dtype.kind == "f" else values == dataset.fillvalue
            found = np.where(missing, np.nan, values.astype(float))
            must(same(found, rule(name, dataset.dtype, dataset.fillvalue, dataset.shape)), name, "values by h5py")
            own = chunk_digests(dataset)
            digests += b"".join(own)
            rows += [name] * (len(own) // -(-dataset.shape[-1] // BLOCK))
        must(hashlib.sha256(digests).hexdigest() == file.attrs["result_digest"].decode(), "result digest")
        must(file["provenance/chunk_digest"][...].tobytes() == digests, "chunk digests")
        must([text.decode() for text in file["provenance/chunk_variable"]] == rows, "chunk_variable")
        must(list(file["replication"]) == list(range(int(file.attrs["replications"]))), "replication")
        if "assumption" in file["provenance"]:
            must([t.decode() for t in file["provenance/assumption_review_by"]] == ["", "2022-01-31"], "assumptions")
        return {name: (item.dtype, item.fillvalue) for name, item in variables.items()}


def check_xarray(path, engine, variables):
    with xr.open_dataset(path, engine=engine) as data:
        must(str(data["step"].values[0])[:10] == "2022-01-01", engine, "first step", data["step"].values[0])
        must(data["step_year"].values[0] == 2021, engine, "step_year")
        must(data["year"].values[0] == 2021 and data["academic_year"].values[0] == "2021/22", engine, "year")
        must(data["area"].values[0] == "area-0" and data["area_name"].values[0] == "The area “0”", engine, "area")
        must("area_name" in data.coords, engine, "area_name is no coordinate")
        must(set(data.data_vars) == set(variables), engine, "variables", set(data.data_vars) ^ set(variables))
        for name in AXES_OF_TEXT & set(data.sizes):
            must(isinstance(data[name].values[0], str), engine, name, "is not of texts")
        for name, (dtype, fill) in variables.items():
            found = data[name]
            must(found.dims[-1] == "replication" and found.attrs["long_name"] and found.attrs["units"], engine, name)
            must(same(found.values.astype(float), rule(name, dtype, fill, found.shape)), name, "values by xarray,", engine)
        must(float(data["demand"].isel(step=0).sum("replication").sel(area="area-0").values.sum()) >= 0, engine, "sel")
    with xr.open_dataset(path, engine=engine, group="provenance") as provenance:
        must("scenario" in provenance, engine, "provenance")


def main(paths):
    for path in paths:
        try:
            variables = check_h5py(path)
            for engine in ("h5netcdf", "netcdf4"):
                check_xarray(path, engine, variables)
            if shutil.which("ncdump"):
                header = subprocess.run(["ncdump", "-h", path], check=True, capture_output=True, text=True).stdout
                must("replication = UNLIMITED" in header and "float" not in header, "ncdump:", header[:500])
        except AssertionError as wrong:
            print(f"{path}: {wrong}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
