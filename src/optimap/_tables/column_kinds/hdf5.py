"""``.h5``: one dataset for each column, and the header as text; an attribute marks the file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py

from ..._base import Array, deferred_interrupts
from ..._files import hdf5_output, own_hdf5
from ..columns_header import COLUMNS_LAYOUT, COLUMNS_MARKER, not_beats, parse_columns_header, text_column
from ..header import reading_table


def write(path: Path, columns: Mapping[str, Array], header: dict[str, Any]) -> None:
    """Write the table."""
    with deferred_interrupts(), hdf5_output(path) as (file, _):
        file.attrs[COLUMNS_MARKER] = COLUMNS_LAYOUT
        file.create_dataset("header", data=json.dumps(header))
        for name, values in columns.items():
            if values.dtype.kind == "U":
                file.create_dataset(name, data=values.tolist(), dtype=h5py.string_dtype(), shape=values.shape)
            else:
                file.create_dataset(name, data=values)


def read(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the header and the columns."""
    with reading_table(path, "h5py", "HDF5"), own_hdf5(path) as file:
        if COLUMNS_MARKER not in file.attrs:
            raise not_beats(path)
        header = parse_columns_header(str(file["header"].asstr()[()]), path)
        return header, {
            name: text_column(file[name].asstr()[()].tolist(), path) if dtype == "text" else file[name][()]
            for name, dtype in header["columns"].items()
            if name in file
        }
