"""``.npz``: plain arrays ``traces``, the axis, ``names``, ``positions``; the header as text; nothing is pickled."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from ..._base import Array
from ..._files import check_npz, write_npz, written_patiently
from ..._regions import Regions
from ..columns_header import COLUMNS_MARKER
from ..header import MARKER, Header, not_ours, parse_header, reading_table
from ..table import TraceTable


def write(path: Path, table: TraceTable, header: dict[str, Any], regions: Regions | None) -> None:
    """Write the table."""
    arrays = {MARKER: np.array(json.dumps(header)), "traces": table.traces, table.axis_name: table.axis}
    arrays["names"] = np.array(table.labels, dtype=np.str_)
    if table.positions is not None:
        arrays["positions"] = table.positions
    if table.fps is not None:
        arrays["fps"] = np.array(table.fps)
    with written_patiently(path) as file:  # given a path, NumPy may change the suffix
        write_npz(file, arrays)


def _load(path: Path, *names: str) -> list[Array]:
    """Return arrays of a file that optimap wrote."""
    with reading_table(path, "numpy", ".npz"):
        with zipfile.ZipFile(path) as archive:  # of other files, NumPy says that they may contain pickled objects
            check_npz(archive, path)
        with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
            if MARKER not in file.files:
                raise not_ours(path)
            return [file[name] for name in names]


def is_table(path: Path) -> bool:
    """Return whether a file is a table of optimap, not an archive of other arrays, such as a recording."""
    with reading_table(path, "numpy", ".npz"), zipfile.ZipFile(path) as archive:
        check_npz(archive, path)
        return not {f"{MARKER}.npy", f"{COLUMNS_MARKER}.npy"}.isdisjoint(archive.namelist())


def read_header(path: Path) -> Header:
    """Return the header."""
    (text,) = _load(path, MARKER)
    return parse_header(str(text), path)


def read(path: Path) -> tuple[Header, Array, Array]:
    """Return the header, (T, N) values and the axis."""
    header = read_header(path)
    traces, axis = _load(path, "traces", header["axis"])
    return header, traces, axis
