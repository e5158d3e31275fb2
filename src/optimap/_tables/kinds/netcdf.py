"""``.nc``: what `to_xarray` returns, as NetCDF 4 following the CF conventions; the header is a variable with text."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5netcdf
import h5py
import numpy as np
import xarray

from ..._base import Array, deferred_interrupts
from ..._files import check_dimensions, netcdf_values, own_hdf5, written_patiently
from ..._regions import Regions
from ..copies import check_labels, check_places
from ..header import LAYOUT, MARKER, Header, damaged_field, header_shape, reading_table
from ..labelled import as_data_array
from ..table import TraceTable
from ..tidy import tidy_columns
from .hdf5 import stored_header


def write(path: Path, table: TraceTable, header: dict[str, Any], regions: Regions | None) -> None:
    """Write the table."""
    traces = as_data_array(table)
    if traces.dtype == np.float16:  # unknown to NetCDF
        traces = traces.astype(np.float32)
    elif traces.dtype == bool:
        traces = traces.astype(np.uint8)
    # The metadata is part of the header, in a variable: attributes of HDF5 are limited to 64 kB.
    fps = {} if table.fps is None else {"fps": table.fps}
    traces.attrs = {"long_name": "traces", **fps}
    dataset = traces.to_dataset()
    dataset["header"] = ((), json.dumps(header), {"long_name": "what optimap knows about the traces, as JSON"})
    dataset.attrs = {"Conventions": "CF-1.11", "source": header["written_by"], MARKER: LAYOUT}
    for variable in dataset.variables.values():
        variable.encoding["_FillValue"] = None  # NaN is a value here
    write_dataset(path, dataset)


def write_dataset(path: Path, dataset: xarray.Dataset, encoding: dict[str, Any] | None = None) -> None:
    """Write a dataset as `xarray.Dataset.to_netcdf` does, also if the disk fills up meanwhile."""
    with deferred_interrupts(), written_patiently(path) as target, h5netcdf.File(target, "w") as file:
        dataset.dump_to_store(xarray.backends.H5NetCDFStore(file), encoding=encoding or {})


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a file that optimap wrote; what is read from it in the block is guarded."""
    with reading_table(path, "h5py", "NetCDF 4"), own_hdf5(path) as file:
        yield file


def read_header(path: Path) -> Header:
    """Return the header."""
    with _opened(path) as file:
        return _header(file, path)


def _header(file: h5py.File, path: Path) -> Header:
    """Return the header in an open file, which the coordinates do not contradict."""
    header = stored_header(file, path)
    axis, *along = tidy_columns(header["axis"])[: len(file["traces"].shape)]
    if axis not in file:
        raise damaged_field(path, "axis", f"is {header['axis']}, but the file has no coordinate {axis}")
    check_dimensions(file["traces"], (axis, *along), path)
    if "name" in file and header_shape(header)[1]:  # without labels, it holds no text
        check_labels(header, np.ravel(file["name"].asstr()[()]).tolist(), path)
    if {"x", "y"} <= set(file):
        check_places(header, np.column_stack([np.ravel(netcdf_values(file, name, path)) for name in ("x", "y")]), path)
    return header


def read(path: Path) -> tuple[Header, Array, Array]:
    """Return the header, (T, N) values and the axis."""
    with _opened(path) as file:
        header = _header(file, path)
        axis = tidy_columns(header["axis"])[0]
        return header, netcdf_values(file, "traces", path), netcdf_values(file, axis, path)
