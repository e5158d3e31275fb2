"""``.csv`` and ``.tsv``: one row of names, then numbers only, so that every program reads them as they are.

There is no comment line and no second row of names, which pandas and spreadsheets would take for data; the header lies
beside the table in ``NAME.csv.json``. NaN is an empty cell: a spreadsheet draws a gap there, and text as zero.
A table that lost its header, or that another program made, is still read: float64, names as they stand (`_guess`).
"""

import csv
import io
import json
import os
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ..._base import progress_bar as progress
from ..._files import CHECKSUM, checksum
from ..._files import sidecar_path as sidecar
from ..table import FRAMES, LAYOUT, MARKER, OTHER, SECONDS, TraceTable, check_header, header_labels, header_shape
from . import tidy
from .digits import texts

Array = NDArray[Any]

AXES = (SECONDS, FRAMES, OTHER)
_AT_ONCE = 2**16  # rows of the long form that are handled at once
POSITION = re.compile(r"x(-?\d[\d.e+-]*)_y(-?\d[\d.e+-]*)")


def write(path: Path, table: TraceTable, header: dict[str, Any], regions: Any) -> None:
    """Write the table; its header is written by the caller, to the sidecar."""
    delimiter = _delimiter(path)
    with open(path, "w", encoding="utf-8", newline="") as file:
        if header["tidy"]:
            file.write(_row(tidy.columns(table.axis_name), delimiter) + "\n")
            _write_tidy(file, table, delimiter)
        else:
            file.write(_row([table.axis_name, *table.labels], delimiter) + "\n")
            with progress(len(table.columns), "row") as advance:
                for time, row in zip(_texts(table.axis), table.columns, strict=True):
                    file.write(delimiter.join([time, *_texts(row)]) + "\n")
                    advance(1)


def _texts(numbers: Array) -> list[str]:
    """Return the text of each of a series of numbers; NaN is empty."""
    written = texts(numbers)
    if numbers.dtype.kind == "f" and np.isnan(numbers).any():
        return ["" if text == "nan" else text for text in written]
    return written


def _write_tidy(file: IO[str], table: TraceTable, delimiter: str) -> None:
    labels = table.labels
    places = [("", "")] * len(labels) if table.positions is None else table.positions.tolist()
    axis = table.axis
    with progress(table.columns.size, "row") as advance:
        for label, (x, y), values in zip(labels, places, table.columns.T, strict=True):
            between = _row(["", label, x, y, ""], delimiter)
            for start in range(0, len(values), _AT_ONCE):
                part = slice(start, start + _AT_ONCE)
                rows = zip(_texts(axis[part]), _texts(values[part]), strict=True)
                file.writelines(f"{time}{between}{value}\n" for time, value in rows)
                advance(len(values[part]))


def _row(cells: list[Any], delimiter: str) -> str:
    """Return a row without its line break; cells are quoted where they must be."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerow(cells)
    return text.getvalue()[:-1]


def _delimiter(path: Path) -> str:
    return "\t" if path.suffix.lower() == ".tsv" else ","


def _open(path: Path) -> IO[str]:
    return open(path, encoding="utf-8-sig", newline="")  # programs on Windows put a mark before the text


def _first_row(file: IO[str], path: Path) -> list[str]:
    try:
        return next(csv.reader(file, delimiter=_delimiter(path)), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path} is not a table of text: {error}") from error


def read_header(path: Path) -> dict[str, Any]:
    """Return the header from the sidecar; without one, what the table itself tells."""
    described = sidecar(path)
    if not described.exists():
        return _guess(path)
    try:
        header = check_header(json.loads(described.read_text(encoding="utf-8")), described)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"{described}, which describes {path.name}, is damaged: {error}") from error
    with _open(path) as file:
        names = _first_row(file, path)
    expected = tidy.columns(header["axis"]) if header["tidy"] else [header["axis"], *header_labels(header)]
    if names != expected:
        raise ValueError(
            f"{described} does not describe {path.name}, which has the columns {_few(names)}, not {_few(expected)}: "
            "move it away to read the table without it"
        )
    _check_end(path)
    if header.get(CHECKSUM) not in (None, checksum(path)):
        raise ValueError(
            f"{path} is not the table that {described.name} describes: it was changed since, or one of the two was "
            f"replaced. If you changed it and the description still fits, delete the line {CHECKSUM!r} there; to read "
            f"the numbers as they are, without it, move {described.name} away"
        )
    return header


def _check_end(path: Path) -> None:
    """Raise an error where the last line is not ended: what we write is, and part of a number is another number."""
    with open(path, "rb") as file:
        file.seek(-1, os.SEEK_END)
        if file.read() != b"\n":
            raise ValueError(
                f"{path} is cut off: its last line has no end; where it was edited and is whole, "
                f"end that line, or move {sidecar(path).name} away"
            )


def _few(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f", ... ({len(names)})" if len(names) > 4 else "")


def read_values(path: Path, header: dict[str, Any]) -> tuple[Array, Array]:
    """Return (T, N) values and the axis."""
    frames, count = header_shape(header)
    dtype, axis_dtype = _as_written(header["dtype"]), _as_written(header["axis_dtype"])
    with _open(path) as file:
        _first_row(file, path)
        if header["tidy"]:
            names, axis, values = _tidy_columns(file, path, axis_dtype, dtype)
            return tidy.wide(path, header, names, axis, values)
        table = _wide_rows(file, path, [("axis", axis_dtype), ("values", dtype, (count,))])
    if len(table) != frames:
        raise ValueError(
            f"{path} has {len(table)} rows, but {frames} frames were written: it is cut off or was changed; "
            f"where that was meant, move {sidecar(path).name} away"
        )
    return table["values"], table["axis"]


def _as_written(dtype: str) -> "np.dtype[Any]":
    """Return the type that numbers are read as: floats through float64, as text is."""
    return np.dtype({"bool": "u1", "float16": "f8", "float32": "f8"}.get(dtype, dtype))


def _wide_rows(file: IO[str], path: Path, dtype: Any) -> Array:
    lines = _with_nan(file, _delimiter(path))
    with warnings.catch_warnings(), _not_numbers(path):
        warnings.filterwarnings("ignore", "loadtxt: input contained no data")
        return np.loadtxt(lines, dtype, comments=None, delimiter=_delimiter(path), quotechar='"', ndmin=1)


def _with_nan(lines: Iterable[str], delimiter: str) -> Iterator[str]:
    """Write ``nan`` into empty cells, which NumPy does not read."""
    empty = re.compile(f"(?<={delimiter})(?=[{delimiter}\r\n]|$)")
    for line in lines:
        some = delimiter * 2 in line or line.rstrip("\r\n").endswith(delimiter)
        yield empty.sub("nan", line) if some else line


def _tidy_columns(file: IO[str], path: Path, axis_dtype: Any, dtype: Any) -> tuple[list[str], Array, Array]:
    """Return names, axis and values of a long table."""
    names: list[str] = []
    axis, values = [np.empty(0, axis_dtype)], [np.empty(0, dtype)]
    for rows in _tidy_blocks(file, path):
        names.extend(sys.intern(row[tidy.NAME]) for row in rows)
        with _not_numbers(path):
            axis.append(_parsed(rows, 0, axis_dtype))
            values.append(_parsed(rows, tidy.VALUE, dtype))
    return names, np.concatenate(axis), np.concatenate(values)


def _tidy_blocks(file: IO[str], path: Path) -> Iterator[list[list[str]]]:
    rows = csv.reader(file, delimiter=_delimiter(path))
    while block := [row for row in islice(rows, _AT_ONCE) if row]:
        short = [row for row in block if len(row) != 5]
        if short:
            raise ValueError(f"{path}: a long table has 5 columns, but a row is {_few(short[0])}: is it cut off?")
        yield block


def _parsed(rows: list[list[str]], column: int, dtype: Any) -> Array:
    number = float if dtype.kind == "f" else int
    return np.array([number(row[column] or "nan") for row in rows], dtype)


@contextmanager
def _not_numbers(path: Path) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{path} holds something else than numbers: {error}") from error


def _guess(path: Path) -> dict[str, Any]:
    """Return the header of a table that has none: float64, names and positions as the columns tell."""
    with _open(path) as file:
        columns = _first_row(file, path)
        if columns and tidy.is_tidy(columns):
            first = columns[0]
            rows = [row for block in _tidy_blocks(file, path) for row in block]
            names = list(dict.fromkeys(row[tidy.NAME] for row in rows))
            frames = len(rows) // max(len(names), 1)
            places = [row[2:4] for row in rows[::frames]] if frames else []
            with _not_numbers(path):
                axis = _parsed(rows[:frames], 0, np.dtype(np.float64))
                positions = [[float(x), float(y)] for x, y in places if x and y]
            return _header(SECONDS if first == "time" else first, axis, names, positions, long=True)
        if columns[:1] not in [[name] for name in AXES] or columns == ["x", "y"]:
            raise ValueError(
                f"{path} is no table of traces, its columns are {_few(columns)}: the first must be "
                f"{', '.join(AXES[:-1])} or {AXES[-1]}, each of the others a trace"
            )
        with _not_numbers(path):
            axis = np.array([float(line.partition(_delimiter(path))[0]) for line in file if line.strip()])
    matches = [POSITION.fullmatch(name) for name in columns[1:]]
    positions = [[float(number) for number in match.groups()] for match in matches if match]
    return _header(columns[0], axis, columns[1:], positions)


def _header(
    name: str, axis: Array, names: list[str], positions: list[list[float]], long: bool = False
) -> dict[str, Any]:
    frames = len(axis)
    fps = None
    if name == SECONDS:
        fps = rate(axis)
    if fps is None and not (name == FRAMES and np.array_equal(axis, np.arange(frames))):
        name = OTHER
    return {
        MARKER: LAYOUT,
        "written_by": None,
        "dtype": "float64",
        "shape": [frames, len(names)],
        "axis": name,
        "axis_dtype": "float64",
        "fps": fps,
        "names": names,
        "positions": positions if positions and len(positions) == len(names) else None,
        "tidy": long,
        "metadata": {},
    }


def rate(times: Array) -> float | None:
    """Return the rate whose times these are, where there is one."""
    if len(times) < 2 or not 0 < times[1] <= times[-1] < np.inf:
        return None
    exact = float((len(times) - 1) / times[-1])
    numbers = np.arange(len(times))
    short = [float(f"{exact:.{digits}g}") for digits in (6, 9, 12, 15)]
    near = [exact, *(float(np.nextafter(exact, limit)) for limit in (0, np.inf)), 1 / float(times[1])]
    for rate in [*short, *near]:
        if np.array_equal(numbers / rate, times):
            return rate
    return None
