"""``.nwb``: a DynamicTable ``beats`` in the processing module ``ophys``; the header is in the scratch space.

What NWB requires of the experiment is taken from the entry ``nwb`` of the metadata, as for tables of traces.
"""

import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pynwb
from hdmf.common import DynamicTable, VectorData

from ..._base import Array
from ..._files import check_own, hdf5_item, open_hdf5
from ..columns_header import COLUMNS_MARKER, as_type, not_beats, parse_columns_header, text_column
from ..header import reading_table
from ..kinds.nwb import write_nwb
from ..kinds.nwb_metadata import parse_nwb_metadata

HEADER = f"scratch/{COLUMNS_MARKER}"


def write(path: Path, columns: Mapping[str, Array], header: dict[str, Any]) -> None:
    """Write the table."""
    about, subject, _ = parse_nwb_metadata(header["metadata"])
    about["identifier"] = about["identifier"] or str(uuid.uuid4())
    file = pynwb.NWBFile(**about, subject=pynwb.file.Subject(**subject))
    module = file.create_processing_module("ophys", "beats of fluorescence signals, by optimap-trace")
    vectors = [
        VectorData(name=_column(name), description=name, data=_plain(values)) for name, values in columns.items()
    ]
    module.add(DynamicTable(name="beats", description="one row for each beat of each series", columns=vectors))
    file.add_scratch(json.dumps(header), name=COLUMNS_MARKER, description="what optimap knows about the beats, as JSON")
    write_nwb(path, file)


def _column(name: str) -> str:
    """Return the name of a column in the file: a table of NWB has a name itself."""
    return "series_name" if name == "name" else name


def _plain(values: Array) -> Any:
    """Return values whose type the file has; text is a list, unless it is empty."""
    return values.tolist() if values.dtype.kind == "U" and len(values) else values


def read(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the header and the columns; h5py is enough for that, and faster than pynwb."""
    with reading_table(path, "h5py", "NWB"), open_hdf5(path) as file:
        if "nwb_version" not in file.attrs or hdf5_item(file, HEADER, path) is None:
            raise not_beats(path)
        check_own(file, path)
        header = parse_columns_header(str(file[HEADER].asstr()[()]), path)
        stored = {name: file["processing/ophys/beats"][_column(name)] for name in header["columns"]}
        return header, {name: _values(stored[name], dtype, path) for name, dtype in header["columns"].items()}


def _values(stored: Any, dtype: str, path: Path) -> Array:
    """Return the values of a column."""
    if dtype == "text":
        return text_column(stored.asstr()[()], path)
    return as_type(np.asarray(stored[()]), dtype, path)
