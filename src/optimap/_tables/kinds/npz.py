"""``.npz``: plain arrays ``traces``, the axis, ``names``, ``positions``; the header as text; nothing is pickled."""

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ..._base import Array
from ..._files import check_npz, write_npz, written_patiently
from ..._regions import Regions
from ..columns_header import COLUMNS_MARKER
from ..copies import check_copies
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


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a file that optimap wrote; what is read from it in the block is guarded."""
    with reading_table(path, "numpy", ".npz"):
        with zipfile.ZipFile(path) as archive:  # of other files, NumPy says that they may contain pickled objects
            check_npz(archive, path)
        with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
            if MARKER not in file.files:
                raise not_ours(path)
            yield file


def _header(file: Any, path: Path) -> Header:
    """Return the header in an open file, which the arrays beside it do not contradict."""
    header = parse_header(str(file[MARKER]), path)
    check_copies(header, file.files, file.__getitem__, path)
    return header


def is_table(path: Path) -> bool:
    """Return whether a file is a table of optimap, not an archive of other arrays, such as a recording."""
    with reading_table(path, "numpy", ".npz"), zipfile.ZipFile(path) as archive:
        check_npz(archive, path)
        return not {f"{MARKER}.npy", f"{COLUMNS_MARKER}.npy"}.isdisjoint(archive.namelist())


def read_header(path: Path) -> Header:
    """Return the header."""
    with _opened(path) as file:
        return _header(file, path)


def read(path: Path) -> tuple[Header, Array, Array]:
    """Return the header, (T, N) values and the axis."""
    with _opened(path) as file:
        header = _header(file, path)
        return header, np.asarray(file["traces"]), np.asarray(file[header["axis"]])
