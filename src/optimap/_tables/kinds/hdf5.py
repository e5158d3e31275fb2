"""``.h5``: datasets ``traces``, the axis, ``names``, ``positions``, the header as text; an attribute marks the file."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ..._base import Array, budget, deferred_interrupts
from ..._files import hdf5_output, open_hdf5, own_hdf5
from ..._regions import Regions
from ..columns_header import COLUMNS_MARKER
from ..copies import check_copies
from ..header import LAYOUT, MARKER, Header, check_stored, not_ours, parse_header, reading_table
from ..table import TraceTable


def write(path: Path, table: TraceTable, header: dict[str, Any], regions: Regions | None) -> None:
    """Write the table."""
    with deferred_interrupts(), hdf5_output(path) as (file, check):
        file.attrs[MARKER] = LAYOUT
        # Header and names are datasets, because an attribute with many names would be larger than HDF5 allows.
        file.create_dataset("header", data=json.dumps(header))
        traces = file.create_dataset("traces", table.traces.shape, table.traces.dtype)
        rows = max(1, budget().table_values // max(1, table.columns.shape[1]))
        for start in range(0, len(table.traces) if table.traces.size else 0, rows):
            traces[start : start + rows] = table.traces[start : start + rows]
            check()
        axis = file.create_dataset(table.axis_name, data=table.axis)
        axis.make_scale(table.axis_name)
        traces.dims[0].attach_scale(axis)
        file.create_dataset("names", data=table.labels, dtype=h5py.string_dtype(), shape=(len(table.labels),))
        if table.positions is not None:
            positions = file.create_dataset("positions", data=table.positions)
            positions.attrs["columns"] = ["x", "y"]
        if table.fps is not None:
            traces.attrs["fps"] = table.fps


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open an HDF5 file that holds all of its data; what is read from it in the block is guarded."""
    with reading_table(path, "h5py", "HDF5"), own_hdf5(path) as file:
        yield file


def is_table(path: Path) -> bool:
    """Return whether a file is a table of optimap, not a recording."""
    with reading_table(path, "h5py", "HDF5"), open_hdf5(path) as file:
        return MARKER in file.attrs or COLUMNS_MARKER in file.attrs


def read_header(path: Path) -> Header:
    """Return the header."""
    with _opened(path) as file:
        return _header(file, path)


def _header(file: h5py.File, path: Path) -> Header:
    """Return the header in an open file, which the arrays beside it do not contradict."""
    header = stored_header(file, path)
    check_copies(header, file, lambda name: (file[name].asstr() if name == "names" else file[name])[()], path)
    return header


def read(path: Path) -> tuple[Header, Array, Array]:
    """Return the header, (T, N) values and the axis."""
    with _opened(path) as file:
        header = _header(file, path)
        return header, np.asarray(file["traces"][()]), np.asarray(file[header["axis"]][()])


def stored_header(file: h5py.File, path: Path) -> Header:
    """Return the header in an open file, which is marked and describes the traces in it."""
    if MARKER not in file.attrs:
        raise not_ours(path)
    header = parse_header(str(file["header"].asstr()[()]), path)
    check_stored(header, file["traces"].shape, path)
    return header
