"""Whether an NWB file is a table of optimap or a recording: this needs h5py alone, and pynwb only once it is read."""

from pathlib import Path

from ..._files import hdf5_item, open_hdf5
from ..columns_header import COLUMNS_MARKER
from ..header import reading_table

SERIES = "processing/ophys/Fluorescence/traces"  # where the tables of optimap have their traces, and in its comments


def is_table(path: Path) -> bool:
    """Return whether a file is a table of optimap, not a recording."""
    with reading_table(path, "h5py", "NWB"), open_hdf5(path, ".nwb files") as file:
        if hdf5_item(file, f"scratch/{COLUMNS_MARKER}", path) is not None:
            return True
        series = hdf5_item(file, SERIES, path)
        return series is not None and str(series.attrs.get("comments", "")).startswith("{")
