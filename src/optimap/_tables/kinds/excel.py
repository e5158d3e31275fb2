"""``.xlsx``: the sheets ``traces`` (as CSV would be) and ``metadata`` (keys and values, positions, the header).

NaN is an empty cell, infinity the text ``inf``: Excel has neither. Numbers go in as their shortest exact text, since
openpyxl would round them to 16 digits; names always as text, never as a formula.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException

from ..._base import progress_bar as progress
from ..table import FOREIGN, MARKER, TraceTable, check_header, header_shape
from . import tidy
from .digits import texts

Array = NDArray[Any]

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384  # of a sheet; the first row holds names
_LONGEST_TEXT = 32_767  # of a cell
_AT_ONCE = 2**14  # rows


def check(shape: tuple[int, int], dtype: str, tidy_form: bool, timed: bool) -> None:
    """Raise an error for what a sheet cannot hold."""
    frames, count = shape
    rows, columns = (frames * count, 5) if tidy_form else (frames, count + 1)
    if rows + 1 > MOST_ROWS or columns > MOST_COLUMNS:
        raise ValueError(
            f"{rows} rows and {columns} columns do not fit an Excel sheet, which ends at row {MOST_ROWS} and column "
            f"{MOST_COLUMNS}: save as .csv or .parquet"
        )


def write(path: Path, table: TraceTable, header: dict[str, Any], regions: Any) -> None:
    """Write the table."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("traces")
    names = tidy.columns(table.axis_name) if header["tidy"] else [table.axis_name, *table.labels]
    sheet.append([_text(sheet, name) for name in names])
    try:
        rows = _tidy_rows(sheet, table) if header["tidy"] else _wide_rows(sheet, table)
        with progress(table.columns.size if header["tidy"] else len(table.columns), "row") as advance:
            for row in rows:
                sheet.append(row)
                advance(1)
    except BaseException:
        sheet.close()  # or what openpyxl has begun complains when it is collected
        raise
    _write_metadata(book.create_sheet("metadata"), table, header)
    with open(path, "wb") as file:
        book.save(file)


def _text(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"  # "=1+1" as a name is no formula, "#N/A" no error
    return cell


def _numbers(sheet: Any, values: Array) -> Iterator[Any]:
    """Yield a cell for each number."""
    for text in texts(values):
        if text == "nan":
            yield None
        else:
            cell = WriteOnlyCell(sheet, text)
            if not text.endswith("inf"):
                cell.data_type = "n"
            yield cell


def _wide_rows(sheet: Any, table: TraceTable) -> Iterator[Iterable[Any]]:
    axis = table.axis
    for i, row in enumerate(table.columns):
        yield [*_numbers(sheet, axis[i : i + 1]), *_numbers(sheet, row)]


def _tidy_rows(sheet: Any, table: TraceTable) -> Iterator[Iterable[Any]]:
    labels, axis = table.labels, table.axis
    places = np.full((len(labels), 2), np.nan) if table.positions is None else table.positions
    for label, place, values in zip(labels, places, table.columns.T, strict=True):
        for start in range(0, len(values), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            for time, value in zip(_numbers(sheet, axis[part]), _numbers(sheet, values[part]), strict=True):
                yield [time, _text(sheet, label), *_numbers(sheet, place), value]


def _write_metadata(sheet: Any, table: TraceTable, header: dict[str, Any]) -> None:
    """Write what the header says for human eyes, then the header itself, in pieces that fit a cell."""
    for key, value in flat({"written_by": header["written_by"], "fps": table.fps, **table.metadata}):
        shown = value if isinstance(value, str) else json.dumps(value)
        # What a cell cannot hold is written as in JSON.
        shown = shown if shown.isprintable() else json.dumps(shown)
        key = key if key.isprintable() else json.dumps(key)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        cell = next(_numbers(sheet, np.array([value]))) if is_number and abs(value) < 2**53 else _text(sheet, shown)
        sheet.append([_text(sheet, key), cell])
    if table.positions is not None:
        sheet.append([])
        sheet.append([_text(sheet, name) for name in ("name", "x", "y")])
        for label, place in zip(table.labels, table.positions, strict=True):
            sheet.append([_text(sheet, label), *_numbers(sheet, place)])
    text = json.dumps(header)  # ASCII, so without characters that a sheet refuses
    pieces = [text[i : i + _LONGEST_TEXT] for i in range(0, len(text), _LONGEST_TEXT)]
    sheet.append([_text(sheet, MARKER), *(_text(sheet, piece) for piece in pieces)])


def flat(metadata: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield ``recording.fps`` and its value, and so on, of nested metadata."""
    for key, value in metadata.items():
        if isinstance(value, dict) and value:
            yield from flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, EOFError) as error:
        raise ValueError(f"{path} cannot be read as .xlsx, it may be cut off: {error}") from error
    try:
        yield book
    finally:
        book.close()


def read_header(path: Path) -> dict[str, Any]:
    """Return the header from the second sheet."""
    with _opened(path) as book:
        if not {"traces", "metadata"} <= set(book.sheetnames):
            raise ValueError(f"{path} {FOREIGN}")
        last: tuple[Any, ...] = (None,)
        for row in book["metadata"].iter_rows(values_only=True):
            last = row or last
        if last[0] != MARKER:
            raise ValueError(f"{path} {FOREIGN}")
        return check_header(json.loads("".join(piece for piece in last[1:] if piece)), path)


def read_values(path: Path, header: dict[str, Any]) -> tuple[Array, Array]:
    """Return (T, N) values and the axis."""
    frames, count = header_shape(header)
    dtype, axis_dtype = np.dtype(header["dtype"]), np.dtype(header["axis_dtype"])
    with _opened(path) as book:
        rows = _rows(book["traces"], 5 if header["tidy"] else count + 1)
        if header["tidy"]:
            columns: list[Any] = list(zip(*rows, strict=True)) or [()] * 5
            axis, values = _array(columns[0], axis_dtype), _array(columns[tidy.VALUE], dtype)
            return tidy.wide(path, header, columns[tidy.NAME], axis, values)
        axis, values = np.empty(frames, axis_dtype), np.empty((frames, count), dtype)
        number = 0
        for number, row in enumerate(rows, start=1):
            if number <= frames:
                axis[number - 1], values[number - 1] = _array(row[:1], axis_dtype)[0], _array(row[1:], dtype)
    if number != frames:
        raise ValueError(f"{path} has {number} rows, but {frames} frames were written: the sheet traces was changed")
    return values, axis


def _rows(sheet: Any, width: int) -> Iterator[tuple[Any, ...]]:
    """Yield the rows below the names, with the empty cells at their ends that openpyxl leaves out."""
    for row in sheet.iter_rows(min_row=2, values_only=True):
        yield (*row[:width], *[None] * (width - len(row)))


def _array(cells: Iterable[Any], dtype: "np.dtype[Any]") -> Array:
    if dtype.kind != "f":
        return np.array([int(cell) for cell in cells], "u1" if dtype.kind == "b" else dtype).astype(dtype)
    return np.array([np.nan if cell is None else float(cell) for cell in cells], np.float64).astype(dtype)
