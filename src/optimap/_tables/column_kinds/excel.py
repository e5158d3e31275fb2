"""``.xlsx``: the sheets ``beats`` (as in a CSV) and ``metadata`` (keys and values, and the header in the last row)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..._base import ArgumentError, Array
from ..columns_header import COLUMNS_MARKER, from_cells, not_beats, parse_columns_header
from ..kinds.excel import (
    LONGEST_TEXT,
    MOST_ROWS,
    header_cells,
    new_workbook,
    number_cells,
    opened,
    sheet_rows,
    text_cell,
    write_notes,
)


def check_limits(header: dict[str, Any], columns: Mapping[str, Array]) -> None:
    """Raise an error for more beats than a sheet has rows, and for text that is longer than a cell."""
    for name, values in columns.items():
        longest = max(map(len, values.tolist()), default=0) if values.dtype.kind == "U" else 0
        if longest > LONGEST_TEXT:
            problem = f"has a text of {longest} characters, but cells of .xlsx files hold {LONGEST_TEXT}"
            raise ArgumentError(name, longest, problem, "save as .csv or .parquet", subject=name)
    if header["rows"] + 1 > MOST_ROWS:
        raise ArgumentError(
            "beats",
            header["rows"],
            f"has {header['rows']} rows, which do not fit in an Excel sheet (row {MOST_ROWS} is the last)",
            "save as .csv or .parquet",
            subject="beats",
        )


def write(path: Path, columns: Mapping[str, Array], header: dict[str, Any]) -> None:
    """Write the table."""
    with new_workbook(path) as book:
        sheet = book.create_sheet("beats")
        sheet.append([text_cell(sheet, name) for name in columns])
        cells = [
            [text_cell(sheet, str(cell)) for cell in values]
            if values.dtype.kind == "U"
            else list(number_cells(sheet, values))
            for values in columns.values()
        ]
        for row in zip(*cells, strict=True):
            sheet.append(row)
        about = book.create_sheet("metadata")
        write_notes(about, {"written_by": header["written_by"], "fps": header["fps"], **header["metadata"]})
        about.append(header_cells(about, COLUMNS_MARKER, header))


def read(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the header and the columns."""
    with opened(path) as book:
        if not {"beats", "metadata"} <= set(book.sheetnames):
            raise not_beats(path)
        *_, last = sheet_rows(path, book["metadata"])
        if last[0] != COLUMNS_MARKER:
            raise not_beats(path)
        header = parse_columns_header("".join(str(piece) for piece in last[1:] if piece), path)
        names, *rows = [list(row) for row in sheet_rows(path, book["beats"])]
        width = len(names)
        cells = list(zip(*((row + [None] * width)[:width] for row in rows), strict=True)) or [()] * width
        return header, {
            name: from_cells(cells[i], header["columns"].get(name, "text"), path) for i, name in enumerate(names)
        }
