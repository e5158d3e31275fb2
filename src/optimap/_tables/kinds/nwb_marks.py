"""Whether an NWB file is a table of optimap or a recording: this needs h5py alone, and pynwb only once it is read."""

from pathlib import Path

from ..._base import import_extra
from ..columns_header import COLUMNS_MARKER
from ..table import unreadable

SERIES = "processing/ophys/Fluorescence/traces"  # where the tables of optimap have their traces, and in its comments


def is_table(path: Path) -> bool:
    """Return whether a file is a table of optimap, not a recording."""
    h5py = import_extra("h5py", "hdf5", ".nwb files")
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise unreadable(path, "NWB", error) from error
    with file:
        try:
            if file.get(f"scratch/{COLUMNS_MARKER}") is not None:
                return True
            series = file.get(SERIES)
            return series is not None and str(series.attrs.get("comments", "")).startswith("{")
        except (OSError, RuntimeError, KeyError) as error:
            raise unreadable(path, "NWB", error) from error
