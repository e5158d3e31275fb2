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

from ..._base import Array, deferred_interrupts
from ..._files import hdf5_output, own_hdf5
from ..columns_header import COLUMNS_MARKER, not_beats, parse_columns_header, text_column
from ..header import reading_table
from ..kinds.nwb_metadata import parse_nwb_metadata


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
    with deferred_interrupts(), hdf5_output(path) as (opened, _), pynwb.NWBHDF5IO(file=opened, mode="w") as out:
        out.write(file)


def _column(name: str) -> str:
    """Return the name of a column in the file: a table of NWB has a name itself."""
    return "series_name" if name == "name" else name


def _plain(values: Array) -> Any:
    """Return values whose type the file has; text is a list, unless it is empty."""
    return values.tolist() if values.dtype.kind == "U" and len(values) else values


def read(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the header and the columns."""
    with reading_table(path, "pynwb", "NWB"), own_hdf5(path) as opened:
        if "nwb_version" not in opened.attrs:
            raise not_beats(path)
        with pynwb.NWBHDF5IO(file=opened, mode="r") as io:
            file = io.read()
            if COLUMNS_MARKER not in (file.scratch or {}):
                raise not_beats(path)
            header = parse_columns_header(str(file.get_scratch(COLUMNS_MARKER)), path)
            table = file.processing["ophys"]["beats"]
            stored = {name: table[_column(name)].data[:] for name in header["columns"]}
            return header, {
                name: text_column(stored[name], path) if dtype == "text" else np.asarray(stored[name], dtype)
                for name, dtype in header["columns"].items()
            }
