"""The header of a table of columns, and its columns as files hold them: shared by `columns` and the `column_kinds`."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from .._base import ArgumentError, Array
from .._files import DEFLATE, check_justified, reading
from .header import (
    FPS,
    METADATA,
    SAVE_AGAIN,
    WRITTEN_BY,
    Field,
    check_fields,
    check_layout,
    check_numerals,
    damaged_field,
    is_list_of,
    is_one_of,
    is_whole,
)

COLUMNS_MARKER = "optimap_beat_table"  # its value is the version of the layout
COLUMNS_LAYOUT = 1
TYPES = ("int64", "float64", "text")


def _is_types(value: object) -> bool:
    return isinstance(value, dict) and is_list_of(is_one_of(TYPES))(list(value.values()))


FIELDS = (
    WRITTEN_BY,
    Field("rows", "a whole number", is_whole),
    Field("columns", f"an object of names, each with one of {', '.join(TYPES)}", _is_types),
    FPS,
    METADATA,
)


def type_name(values: Array) -> str:
    """Return the name of the type of a column in the header."""
    return "text" if values.dtype.kind == "U" else str(values.dtype)


def text_column(cells: Iterable[Any], path: Path) -> Array:
    """Return a column of text from cells of a file; None is not text.

    In NumPy, each takes as much memory as the longest, which the file has to justify.
    """
    cells = list(cells)
    if any(isinstance(cell, (list, np.ndarray)) for cell in cells):
        raise damaged_field(path, "columns", "states text, but the file holds arrays of characters")
    texts = ["" if cell is None else str(cell) for cell in cells]
    check_justified(path, 4 * max(map(len, texts), default=0) * len(texts), DEFLATE, "text")
    return np.array(texts, dtype=np.str_)


def as_type(values: Array, dtype: str, path: Path) -> Array:
    """Return numbers of a file in another type, or raise an error if they would become other numbers."""
    is_number = values.dtype.kind in "biuf"
    with np.errstate(all="ignore"):
        cast = values.astype(dtype) if is_number else values
        if is_number and np.array_equal(cast.astype(values.dtype), values, equal_nan=values.dtype.kind == "f"):
            return cast
    raise damaged_field(path, "columns", f"states {dtype}, which does not hold what is in the file")


def from_cells(cells: Iterable[Any], dtype: str, path: Path) -> Array:
    """Return a column from cells of any kind in a file: None is NaN, or no text."""
    if dtype == "text":
        return text_column(cells, path)
    cells = list(cells)
    check_numerals(cell for cell in cells if isinstance(cell, str))
    if dtype == "int64":
        whole = [int(cell) if isinstance(cell, str) else cell for cell in cells]
        return as_type(np.array(whole, dtype=None if whole else np.int64), dtype, path)
    return np.array([np.nan if cell is None or cell == "" else float(cell) for cell in cells], dtype=np.float64)


def check_columns_header(header: object, path: Path) -> dict[str, Any]:
    """Return the header of a table of beats, or raise an error."""
    if not isinstance(header, dict) or COLUMNS_MARKER not in header:
        raise not_beats(path)
    check_layout(header, COLUMNS_MARKER, COLUMNS_LAYOUT, path)
    check_fields(header, FIELDS, path)
    return header


def parse_columns_header(text: str | bytes, path: Path) -> dict[str, Any]:
    """Return the header in the JSON text of a file, or raise an error that names the field that is wrong."""
    with reading(path, "json", "is damaged, because its header is not JSON", SAVE_AGAIN):
        found = json.loads(text)
    return check_columns_header(found, path)


class OtherFileError(ArgumentError):
    """A file of another program, or of another kind."""


def not_beats(path: Path) -> OtherFileError:
    """Return the error for a file of another program, or of another kind."""
    return OtherFileError(
        "path",
        path,
        "does not contain a table of beats written by optimap",
        "open it with the program that made it, or with load_traces if it is a table of traces",
        subject=str(path),
    )
