"""``.csv`` and ``.tsv``: one row of names, then only numbers, so that every program can read them.

There is no comment line and no second row of names, which pandas and spreadsheets would read as data; the header is in
``NAME.csv.json`` next to the table. NaN is an empty cell: a spreadsheet draws a gap there, but would draw text as zero.
A table without its header can still be read: as float64, with names from its columns; so can those of other programs
(`foreign`).
"""

import csv
import io
import json
import os
import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import DTypeLike

from ..._base import ArgumentError, Array, progress_bar
from ..._files import CHECKSUM, checksum, reading, refuse_special, sidecar_path
from ..._regions import Regions
from ..axes import FRAMES, OTHER, SECONDS, find_rate
from ..header import Header, check_header, check_numerals, header_shape
from ..table import TraceTable, header_labels, positions_in_names
from ..tidy import NAME, VALUE, from_tidy, is_tidy, tidy_columns
from .digits import texts
from .foreign import read_foreign
from .text_cells import as_cell, from_cell

AXES = (SECONDS, FRAMES, OTHER)
_AT_ONCE = 2**16  # rows of the long form that are handled at once


def write(path: Path, table: TraceTable, header: dict[str, Any], regions: Regions | None) -> None:
    """Write the table; the caller writes its header to the sidecar."""
    delimiter = _delimiter(path)
    with open(path, "w", encoding="utf-8", newline="") as file:
        if header["tidy"]:
            file.write(_row(tidy_columns(table.axis_name), delimiter) + "\n")
            _write_tidy(file, table, delimiter)
        else:
            file.write(_row([table.axis_name, *table.labels], delimiter) + "\n")
            with progress_bar(len(table.columns), "row") as advance:
                for time, row in zip(_texts(table.axis), table.columns, strict=True):
                    file.write(delimiter.join([time, *_texts(row)]) + "\n")
                    advance(1)


def _texts(numbers: Array) -> list[str]:
    """Return the text of each number; NaN is empty."""
    written = texts(numbers)
    if numbers.dtype.kind == "f" and np.isnan(numbers).any():
        return ["" if text == "nan" else text for text in written]
    return written


def _write_tidy(file: IO[str], table: TraceTable, delimiter: str) -> None:
    """Write the rows of the long form."""
    labels = table.labels
    places = [("", "")] * len(labels) if table.positions is None else table.positions.tolist()
    axis = table.axis
    with progress_bar(table.columns.size, "row") as advance:
        for label, (x, y), values in zip(labels, places, table.columns.T, strict=True):
            between = _row(["", label, x, y, ""], delimiter)
            for start in range(0, len(values), _AT_ONCE):
                part = slice(start, start + _AT_ONCE)
                rows = zip(_texts(axis[part]), _texts(values[part]), strict=True)
                file.writelines(f"{time}{between}{value}\n" for time, value in rows)
                advance(len(values[part]))


def _row(cells: Sequence[object], delimiter: str) -> str:
    """Return a row without its line break; cells are quoted where necessary."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerow(
        as_cell(cell) if isinstance(cell, str) else cell for cell in cells
    )
    return text.getvalue()[:-1]


def _delimiter(path: Path) -> str:
    return "\t" if path.suffix.lower() == ".tsv" else ","


def _open(path: Path) -> IO[str]:
    return open(path, encoding="utf-8-sig", newline="")  # programs on Windows put a byte order mark before the text


def _first_row(file: IO[str], path: Path) -> list[str]:
    with reading_text(path):
        return [from_cell(cell) for cell in next(csv.reader(file, delimiter=_delimiter(path)), [])]


def reading_text(path: Path) -> AbstractContextManager[None]:
    """Return the guard for reading the rows of a text file."""
    return reading(path, "text", "is not a text file with a table", "save it again as UTF-8 text")


def _wrong(path: Path, problem: str, cure: str, subject: str | None = None) -> ArgumentError:
    """Return the error for a file that cannot be read."""
    return ArgumentError("path", path, problem, cure, subject=subject or str(path))


def read_header(path: Path) -> Header:
    """Return the header from the sidecar or, if there is none, one derived from the table itself."""
    described = sidecar_path(path)
    if not described.exists():
        return _guess(path)
    refuse_special(described)
    header = check_header(read_description(path, described), described)
    _check_columns(path, header)
    _check_end(path)
    if header.get(CHECKSUM) not in (None, checksum(path)):
        raise _wrong(
            path,
            f"is not the table that {described.name} describes, because one of the two was changed or replaced",
            f"if you edited the table and the description is still right, delete the line {CHECKSUM!r} from "
            f"{described.name}; to read the numbers without the description, move {described.name} away",
        )
    return header


def read_description(path: Path, described: Path) -> Any:
    """Return the JSON in the file that describes a table."""
    subject, cure = f"{described}, which describes {path.name},", "move it away to read the table without it"
    with reading(path, "json", "is damaged", cure, subject=subject):
        return json.loads(described.read_text(encoding="utf-8"))


def _check_columns(path: Path, header: Header) -> None:
    """Raise an error unless the columns are those of the header."""
    described = sidecar_path(path)
    with _open(path) as file:
        names = _first_row(file, path)
    expected = tidy_columns(header["axis"]) if header["tidy"] else [header["axis"], *header_labels(header)]
    if names != expected:
        raise _wrong(
            path,
            f"does not describe {path.name}, which has the columns {_few(names)}, not {_few(expected)}",
            "move it away to read the table without it",
            subject=str(described),
        )


def _check_end(path: Path) -> None:
    """Raise an error if the last line has no line break, as ours always do: part of a number is another number."""
    with open(path, "rb") as file:
        file.seek(-1, os.SEEK_END)
        if file.read() != b"\n":
            raise _wrong(
                path,
                "is truncated, because its last line has no line break",
                "copy it again; if it was edited and is complete, add the line break, or move "
                f"{sidecar_path(path).name} away",
            )


def _few(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f", ... ({len(names)})" if len(names) > 4 else "")


def read(path: Path) -> tuple[Header, Array, Array]:
    """Return the header, (T, N) values and the axis."""
    header = read_header(path)
    return header, *_values(path, header)


def _values(path: Path, header: Header) -> tuple[Array, Array]:
    frames, count = header_shape(header)
    dtype, axis_dtype = _as_written(header["dtype"]), _as_written(header["axis_dtype"])
    with _open(path) as file:
        if _is_foreign(path):
            return read_foreign(path)[1:]
        _first_row(file, path)
        if header["tidy"]:
            names, axis, values = _read_tidy(file, path, axis_dtype, dtype)
            return from_tidy(path, header, names, axis, values)
        table = _wide_rows(file, path, [("axis", axis_dtype), ("values", dtype, (count,))])
    if len(table) != frames:
        raise _wrong(
            path,
            f"has {len(table)} rows, but {frames} frames were written",
            f"copy it again; if you changed it on purpose, move {sidecar_path(path).name} away",
        )
    return table["values"], table["axis"]


def _as_written(dtype: str) -> "np.dtype[Any]":
    """Return the type in which numbers are read: all floats as float64, and true and false as 0 and 1."""
    return np.dtype({"bool": "u1", "float16": "f8", "float32": "f8"}.get(dtype, dtype))


def _wide_rows(file: IO[str], path: Path, dtype: DTypeLike) -> Array:
    """Return the rows below the names as an array."""
    lines = _with_nan(file, _delimiter(path))
    with warnings.catch_warnings(), _not_numbers(path), reading_text(path):
        warnings.filterwarnings("ignore", "loadtxt: input contained no data")
        return np.loadtxt(lines, dtype, comments=None, delimiter=_delimiter(path), quotechar='"', ndmin=1)


def _with_nan(lines: Iterable[str], delimiter: str) -> Iterator[str]:
    """Yield the lines with ``nan`` in empty cells, which NumPy cannot read."""
    empty = re.compile(f"(?<={delimiter})(?=[{delimiter}\r\n]|$)")
    for line in lines:
        some = delimiter * 2 in line or line.rstrip("\r\n").endswith(delimiter)
        yield empty.sub("nan", line) if some else line


def _read_tidy(
    file: IO[str], path: Path, axis_dtype: "np.dtype[Any]", dtype: "np.dtype[Any]"
) -> tuple[list[str], Array, Array]:
    """Return names, axis and values from the rows of the long form."""
    names: list[str] = []
    axis, values = [np.empty(0, axis_dtype)], [np.empty(0, dtype)]
    for rows in _tidy_blocks(file, path):
        names.extend(sys.intern(from_cell(row[NAME])) for row in rows)
        with _not_numbers(path):
            axis.append(_parsed(rows, 0, axis_dtype))
            values.append(_parsed(rows, VALUE, dtype))
    return names, np.concatenate(axis), np.concatenate(values)


def _tidy_blocks(file: IO[str], path: Path) -> Iterator[list[list[str]]]:
    """Yield the rows of the long form, many at a time."""
    rows = csv.reader(file, delimiter=_delimiter(path))
    while block := _block(rows, path):
        short = [row for row in block if len(row) != 5]
        if short:
            raise _wrong(
                path,
                f"is in long form, with 5 columns, but has the row {_few(short[0])}",
                "it may be truncated; copy it again, or correct that row",
            )
        yield block


def _block(rows: Iterator[list[str]], path: Path) -> list[list[str]]:
    """Return the next rows that are not blank."""
    with reading_text(path):
        return [row for row in islice(rows, _AT_ONCE) if row]


def _parsed(rows: list[list[str]], column: int, dtype: "np.dtype[Any]") -> Array:
    """Return the numbers in a column; empty cells are NaN."""
    number = float if dtype.kind == "f" else int
    cells = [row[column] or "nan" for row in rows]
    check_numerals(cells)
    return np.array([number(cell) for cell in cells], dtype)


@contextmanager
def _not_numbers(path: Path) -> Iterator[None]:
    """Raise an error with the name of the file if numbers cannot be read."""
    problem = "does not contain one number in each cell"
    with reading(path, "header", problem, "correct that row, or leave cells empty", listen=False):
        yield


def _is_foreign(path: Path) -> bool:
    """Whether the columns are not named, or not divided, as in our tables; they may be in any encoding."""
    with open(path, encoding="utf-8-sig", errors="replace", newline="") as file, reading_text(path):
        columns = next(csv.reader(file, delimiter=_delimiter(path)), [])
    return not is_tidy(columns) and (columns[:1] not in [[name] for name in AXES] or columns == ["x", "y"])


def _guess(path: Path) -> Header:
    """Return a header for a table that has none: float64, with names and positions from the columns."""
    if _is_foreign(path):
        return read_foreign(path)[0]
    with _open(path) as file:
        columns = _first_row(file, path)
        if columns and is_tidy(columns):
            return _guess_tidy(file, path, columns[0])
        with _not_numbers(path):
            axis = np.array([float(line.partition(_delimiter(path))[0]) for line in file if line.strip()])
    return _header(columns[0], axis, columns[1:], positions_in_names(columns[1:]))


def _guess_tidy(file: IO[str], path: Path, first: str) -> Header:
    """Return a header for a table in long form, whose first row has been read."""
    rows = [row for block in _tidy_blocks(file, path) for row in block]
    names = list(dict.fromkeys(from_cell(row[NAME]) for row in rows))
    frames = len(rows) // max(len(names), 1)
    places = [row[2:4] for row in rows[::frames]] if frames else []
    with _not_numbers(path):
        axis = _parsed(rows[:frames], 0, np.dtype(np.float64))
        positions = [[float(x), float(y)] for x, y in places if x and y]
    whole = positions if positions and len(positions) == len(names) else None
    return _header(SECONDS if first == "time" else first, axis, names, whole, tidy=True)


def _header(
    name: str, axis: Array, names: list[str], positions: list[list[float]] | None, tidy: bool = False
) -> Header:
    """Return the header of a table of float64 with such an axis."""
    frames = len(axis)
    fps = find_rate(axis) if name == SECONDS else None
    if fps is None and not (name == FRAMES and np.array_equal(axis, np.arange(frames))):
        name = OTHER
    return {
        "written_by": None,
        "dtype": "float64",
        "shape": [frames, len(names)],
        "axis": name,
        "axis_dtype": "float64",
        "fps": fps,
        "names": names,
        "positions": positions,
        "tidy": tidy,
        "metadata": {},
    }
