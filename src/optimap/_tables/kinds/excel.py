"""``.xlsx``: the sheets ``traces`` (the same as in a CSV) and ``metadata`` (keys and values, positions, the header).

NaN is an empty cell and infinity the text ``inf``, because Excel has neither. Numbers are written as their shortest
exact text, since openpyxl would round them to 16 digits; names are always text, never a formula.
"""

import json
import zipfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.writer.excel import ExcelWriter

from ..._base import ArgumentError, Array, budget, progress_bar
from ..._files import DEFLATE, MEMBERS, check_justified, check_zip, new_archive, written_patiently
from ..._regions import Regions
from ..copies import check_columns
from ..header import MARKER, Header, header_shape, not_ours, parse_header, reading_table
from ..table import TraceTable
from ..tidy import NAME, VALUE, from_tidy, tidy_columns
from .digits import texts

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet
    from openpyxl.worksheet.worksheet import Worksheet

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384  # of a sheet; the first row contains the names
ROWS_PER_CHECK, ROW, CELL = 1024, 64, 8  # rows, and bytes in memory
READ_BY_ROWS = ("xl/worksheets/", "xl/sharedStrings.xml")  # parts of a workbook
MOST_ELEMENTS = {"xl/workbook.xml": 5_000, "xl/styles.xml": 200_000}  # they take 3 and 5 s
AT_ONCE = 2**20  # bytes
LONGEST_TEXT = 32_767  # of a cell


def check_limits(shape: tuple[int, int], dtype: str, tidy: bool, timed: bool) -> None:
    """Raise an error for traces that a sheet cannot hold."""
    frames, count = shape
    rows, columns = (frames * count, 5) if tidy else (frames, count + 1)
    if rows + 1 > MOST_ROWS or columns > MOST_COLUMNS:
        raise ArgumentError(
            "traces",
            shape,
            f"has {rows} rows and {columns} columns in the table, which do not fit in an Excel sheet "
            f"(row {MOST_ROWS} and column {MOST_COLUMNS} are the last)",
            "save as .csv or .parquet",
            subject="traces",
        )


def write(path: Path, table: TraceTable, header: dict[str, Any], regions: Regions | None) -> None:
    """Write the table."""
    with new_workbook(path) as book:
        sheet = book.create_sheet("traces")
        names = tidy_columns(table.axis_name) if header["tidy"] else [table.axis_name, *table.labels]
        sheet.append([text_cell(sheet, name) for name in names])
        rows = _tidy_rows(sheet, table) if header["tidy"] else _wide_rows(sheet, table)
        with progress_bar(table.columns.size if header["tidy"] else len(table.columns), "row") as advance:
            for row in rows:
                sheet.append(row)
                advance(1)
        _write_metadata(book.create_sheet("metadata"), table, header)


@contextmanager
def new_workbook(path: Path) -> Iterator[Workbook]:
    """Yield a workbook, which is written after the block; its sheets are kept in temporary files until then."""
    book = Workbook(write_only=True)
    try:
        yield book
        book.properties.modified = datetime.now(tz=UTC).replace(tzinfo=None)
        with written_patiently(path) as file, new_archive(file, zipfile.ZIP_DEFLATED) as archive:
            ExcelWriter(book, archive).save()
    except BaseException:  # otherwise openpyxl complains when the unfinished sheets are collected
        for sheet in book.worksheets:
            _abandon(sheet)
        raise


def _abandon(sheet: "WriteOnlyWorksheet") -> None:
    """Close a sheet that is not finished, and remove its temporary file."""
    writer: Any = sheet._writer
    if writer is not None and writer.out:
        for close in (sheet._rows, writer.xf):
            with suppress(OSError):  # the disk is full
                if close is not None:
                    close.close()
        with suppress(OSError, ValueError):
            writer.cleanup()


def text_cell(sheet: "WriteOnlyWorksheet", text: str) -> "Cell":
    """Return a cell that contains text, whatever it looks like."""
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"  # the name "=1+1" is not a formula, and "#N/A" not an error
    return cell


def number_cells(sheet: "WriteOnlyWorksheet", values: Array) -> "Iterator[Cell | None]":
    """Yield a cell for each number; NaN is empty."""
    for text in texts(values):
        if text == "nan":
            yield None
        else:
            cell = WriteOnlyCell(sheet, text)
            if not text.endswith("inf"):
                cell.data_type = "n"
            yield cell


def _wide_rows(sheet: "WriteOnlyWorksheet", table: TraceTable) -> Iterator[Iterable[Any]]:
    axis = table.axis
    for i, row in enumerate(table.columns):
        yield [*number_cells(sheet, axis[i : i + 1]), *number_cells(sheet, row)]


def _tidy_rows(sheet: "WriteOnlyWorksheet", table: TraceTable) -> Iterator[Iterable[Any]]:
    labels, axis, rows = table.labels, table.axis, budget().sheet_rows
    places = np.full((len(labels), 2), np.nan) if table.positions is None else table.positions
    for label, place, values in zip(labels, places, table.columns.T, strict=True):
        for start in range(0, len(values), rows):
            part = slice(start, start + rows)
            for time, value in zip(number_cells(sheet, axis[part]), number_cells(sheet, values[part]), strict=True):
                yield [time, text_cell(sheet, label), *number_cells(sheet, place), value]


def _write_metadata(sheet: "WriteOnlyWorksheet", table: TraceTable, header: dict[str, Any]) -> None:
    """Write the content of the header in readable form, then the header itself."""
    write_notes(sheet, {"written_by": header["written_by"], "fps": table.fps, **table.metadata})
    if table.positions is not None:
        sheet.append([])
        sheet.append([text_cell(sheet, name) for name in ("name", "x", "y")])
        for label, place in zip(table.labels, table.positions, strict=True):
            sheet.append([text_cell(sheet, label), *number_cells(sheet, place)])
    sheet.append(header_cells(sheet, MARKER, header))


def write_notes(sheet: "WriteOnlyWorksheet", notes: dict[str, Any]) -> None:
    """Write a row for each entry, with its key and its value in readable form."""
    for key, value in _flat(notes):
        shown = value if isinstance(value, str) else json.dumps(value)
        # Characters that a cell cannot hold are written as in JSON.
        shown = shown if shown.isprintable() else json.dumps(shown)
        key = key if key.isprintable() else json.dumps(key)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        cell = (
            next(number_cells(sheet, np.array([value])))
            if is_number and abs(value) < 2**53
            else text_cell(sheet, shown)
        )
        sheet.append([text_cell(sheet, key), cell])


def header_cells(sheet: "WriteOnlyWorksheet", marker: str, header: dict[str, Any]) -> "list[Cell]":
    """Return the cells of a row with a header, in pieces that fit in a cell."""
    text = json.dumps(header)  # ASCII, so there are no characters that a sheet cannot hold
    pieces = [text[i : i + LONGEST_TEXT] for i in range(0, len(text), LONGEST_TEXT)]
    return [text_cell(sheet, piece) for piece in (marker, *pieces)]


def _flat(metadata: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield ``recording.fps`` and its value, and so on, for nested metadata."""
    for key, value in metadata.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Open a workbook; what is read from it in the block is guarded."""
    with reading_table(path, "openpyxl", ".xlsx"), open(path, "rb") as file:  # openpyxl leaves it open after an error
        with zipfile.ZipFile(file) as archive:
            check_zip(archive, path, MEMBERS)
            _check_parts(archive)
        book = load_workbook(file, read_only=True, data_only=True)
        try:
            yield book
        finally:
            book.close()


def _check_parts(archive: zipfile.ZipFile) -> None:
    """Raise an error for very many sheets, styles or names: openpyxl makes an object of each, and compares sheets."""
    for entry in archive.infolist():
        if entry.filename.startswith(READ_BY_ROWS):
            continue
        elements, most = 0, MOST_ELEMENTS.get(entry.filename, max(MOST_ELEMENTS.values()))
        with archive.open(entry) as member:
            while elements <= most and (part := member.read(AT_ONCE)):
                elements += part.count(b"<")
        if elements > most:
            raise ValueError(f"{entry.filename} has more than {most} elements")


def read_header(path: Path) -> Header:
    """Return the header from the second sheet."""
    with opened(path) as book:
        if not {"traces", "metadata"} <= set(book.sheetnames):
            raise not_ours(path)
        last: tuple[Any, ...] = (None,)
        for row in sheet_rows(path, book["metadata"]):
            last = row or last
        if last[0] != MARKER:
            raise not_ours(path)
        header = parse_header("".join(str(piece) for piece in last[1:] if piece), path)
        _check_names(header, next(sheet_rows(path, book["traces"]), ()), path)
    return header


def _check_names(header: Header, row: Sequence[Any], path: Path) -> None:
    """Raise an error if the first row of the sheet does not name the columns of the header."""
    width = len(tidy_columns(header["axis"])) if header["tidy"] else header_shape(header)[1] + 1
    check_columns(header, row[:width], path, LONGEST_TEXT)  # notes may stand beside the traces


def read(path: Path) -> tuple[Header, Array, Array]:
    """Return the header, (T, N) values and the axis."""
    header = read_header(path)
    return header, *_values(path, header)


def _values(path: Path, header: Header) -> tuple[Array, Array]:
    frames, count = header_shape(header)
    dtype, axis_dtype = np.dtype(header["dtype"]), np.dtype(header["axis_dtype"])
    width = len(tidy_columns(header["axis"])) if header["tidy"] else count + 1
    with opened(path) as book, closing(_rows(path, book["traces"], width)) as rows:
        if header["tidy"]:
            columns: list[Any] = list(zip(*rows, strict=True)) or [()] * 5
            axis, values = _array(columns[0], axis_dtype), _array(columns[VALUE], dtype)
            return from_tidy(path, header, columns[NAME], axis, values, LONGEST_TEXT)
        axis, values = np.empty(frames, axis_dtype), np.empty((frames, count), dtype)
        number = 0
        for number, row in enumerate(rows, start=1):
            if number <= frames:
                axis[number - 1], values[number - 1] = _array(row[:1], axis_dtype)[0], _array(row[1:], dtype)
    if number != frames:
        raise ArgumentError(
            "path",
            path,
            f"has {number} rows, but {frames} frames were written",
            "undo the changes to the sheet 'traces', or read it with pandas",
            subject=str(path),
        )
    return values, axis


def sheet_rows(path: Path, sheet: "Worksheet", first: int = 1) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a sheet; openpyxl fills up to any number of a row, however few rows the file holds."""
    width = 1
    for number, row in enumerate(sheet.iter_rows(min_row=first, values_only=True), first):
        width = max(width, len(row))
        if number > MOST_ROWS:
            raise ValueError(f"a row of {sheet.title!r} has a number above {MOST_ROWS}, the last row of a sheet")
        if number % ROWS_PER_CHECK == 0:
            check_justified(path, number * (ROW + width * CELL), DEFLATE, f"cells of {sheet.title!r}")
        yield row


def _rows(path: Path, sheet: "Worksheet", width: int) -> Generator[tuple[Any, ...], None, None]:
    """Yield the rows below the names, including the empty cells at their ends, which openpyxl omits."""
    for row in sheet_rows(path, sheet, first=2):
        yield (*row[:width], *[None] * (width - len(row)))


def _array(cells: Iterable[Any], dtype: "np.dtype[Any]") -> Array:
    """Return the numbers in cells."""
    if dtype.kind != "f":
        return np.array([int(cell) for cell in cells], "u1" if dtype.kind == "b" else dtype).astype(dtype)
    return np.array([np.nan if cell is None else float(cell) for cell in cells], np.float64).astype(dtype)
