"""``.nc``: what `to_xarray` returns, as NetCDF 4 following the CF conventions; the header is a variable with text."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import xarray

from ..._base import Array
from ..._files import own_hdf5
from ..._regions import Regions
from ..header import LAYOUT, MARKER, Header, check_stored, not_ours, parse_header, reading_table
from ..labelled import as_data_array
from ..table import TraceTable


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
    dataset.to_netcdf(path, engine="h5netcdf")


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a file that optimap wrote; what is read from it in the block is guarded."""
    with reading_table(path, "xarray", "NetCDF 4"):
        with own_hdf5(path):
            pass
        with xarray.open_dataset(
            path.absolute(), engine="h5netcdf", decode_times=False, decode_timedelta=False
        ) as dataset:
            if MARKER not in dataset.attrs:
                raise not_ours(path)
            yield dataset


def read_header(path: Path) -> Header:
    """Return the header."""
    with _opened(path) as dataset:
        text, shape = str(dataset["header"].item()), dataset["traces"].shape
    header = parse_header(text, path)
    check_stored(header, shape, path)
    return header


def read_values(path: Path, header: Header) -> tuple[Array, Array]:
    """Return (T, N) values and the axis."""
    with _opened(path) as dataset:
        traces = dataset["traces"]
        return traces.values, traces[traces.dims[0]].values
