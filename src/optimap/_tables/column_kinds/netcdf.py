"""``.nc``: one variable along ``row`` for each column, as NetCDF 4; the header is a variable with text."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xarray

from ..._base import Array
from ..._files import netcdf_values, own_hdf5
from ..columns_header import COLUMNS_LAYOUT, COLUMNS_MARKER, not_beats, parse_columns_header, text_column
from ..header import reading_table
from ..kinds.netcdf import write_dataset


def write(path: Path, columns: Mapping[str, Array], header: dict[str, Any]) -> None:
    """Write the table."""
    variables: dict[str, Any] = {
        name: ("row", values.astype(object) if values.dtype.kind == "U" else values) for name, values in columns.items()
    }
    variables["header"] = ((), json.dumps(header), {"long_name": "what optimap knows about the beats, as JSON"})
    dataset = xarray.Dataset(variables)
    dataset.attrs = {"Conventions": "CF-1.11", "source": header["written_by"], COLUMNS_MARKER: COLUMNS_LAYOUT}
    encoding = {name: {"dtype": str} for name, values in columns.items() if values.dtype.kind == "U"}
    for name, variable in dataset.variables.items():
        if name not in encoding:
            variable.encoding["_FillValue"] = None  # NaN is a value here
    write_dataset(path, dataset, encoding)


def read(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the header and the columns."""
    with reading_table(path, "h5py", "NetCDF 4"), own_hdf5(path) as file:
        if COLUMNS_MARKER not in file.attrs:
            raise not_beats(path)
        header = parse_columns_header(str(file["header"].asstr()[()]), path)
        return header, {
            name: text_column(file[name].asstr()[()].tolist(), path)
            if dtype == "text"
            else netcdf_values(file, name, path)
            for name, dtype in header["columns"].items()
            if name in file
        }
