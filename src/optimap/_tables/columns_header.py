"""The header of a table of columns, and its columns as files hold them: shared by `columns` and the `column_kinds`."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from .._base import ArgumentError, Array

COLUMNS_MARKER = "optimap_beat_table"  # its value is the version of the layout
COLUMNS_LAYOUT = 1
TYPES = ("int64", "float64", "text")


def type_name(values: Array) -> str:
    """Return the name of the type of a column in the header."""
    return "text" if values.dtype.kind == "U" else str(values.dtype)


def from_cells(cells: Iterable[Any], dtype: str) -> Array:
    """Return a column from cells of any kind: None is NaN, or no text."""
    if dtype == "text":
        return np.array(["" if cell is None else str(cell) for cell in cells], dtype=np.str_)
    if dtype == "int64":
        return np.array([int(cell) for cell in cells], dtype=np.int64)
    return np.array([np.nan if cell is None or cell == "" else float(cell) for cell in cells], dtype=np.float64)


def check_columns_header(header: object, path: Path) -> dict[str, Any]:
    """Return the header of a table of beats, or raise an error."""
    if not isinstance(header, dict) or COLUMNS_MARKER not in header:
        raise not_beats(path)
    if header[COLUMNS_MARKER] > COLUMNS_LAYOUT:
        written = f"was written by {header.get('written_by')}"
        raise ArgumentError("path", path, written, "install that version to read it", subject=str(path))
    columns = header.get("columns")
    if not isinstance(columns, dict) or not set(columns.values()) <= set(TYPES) or "rows" not in header:
        problem, cure = "is damaged, because its columns are invalid", "copy it or save it again"
        raise ArgumentError("path", path, problem, cure, subject=str(path))
    return header


def not_beats(path: Path) -> ArgumentError:
    """Return the error for a file of another program, or of another kind."""
    return ArgumentError(
        "path",
        path,
        "does not contain a table of beats written by optimap",
        "open it with the program that made it, or with load_traces if it is a table of traces",
        subject=str(path),
    )
