"""``.csv`` and ``.tsv``: a row of names, then the rows; NaN is an empty cell; the header is in the file next to it.

A table without its header, or from another program, is read as numbers where all cells of a column are numbers.
"""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..._base import ArgumentError, Array
from ..._files import CHECKSUM, checksum, reading, refuse_special, sidecar_path
from ..columns_header import COLUMNS_LAYOUT, COLUMNS_MARKER, check_columns_header, from_cells, not_beats
from ..kinds.digits import texts
from ..kinds.text import read_description, reading_text
from ..kinds.text_cells import as_cell, from_cell


def write(path: Path, columns: Mapping[str, Array], header: dict[str, Any]) -> None:
    """Write the table; the caller writes its header next to it."""
    cells = [_cells(values) for values in columns.values()]
    with open(path, "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter=_delimiter(path), lineterminator="\n")
        rows.writerow(map(as_cell, columns))
        rows.writerows(zip(*cells, strict=True))


def _cells(values: Array) -> list[str]:
    """Return the text of each cell."""
    if values.dtype.kind == "U":
        return [as_cell(text) for text in values.tolist()]
    return ["" if text == "nan" else text for text in texts(values)]


def _delimiter(path: Path) -> str:
    return "\t" if path.suffix.lower() == ".tsv" else ","


def read(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the header and the columns."""
    names, rows = _rows(path)
    described = sidecar_path(path)
    if described.exists():
        refuse_special(described)
        header = _header(path, described)
        if header.get(CHECKSUM) not in (None, checksum(path)):
            raise ArgumentError(
                "path",
                path,
                f"is not the table that {described.name} describes, because one of the two was changed or replaced",
                f"if you edited the table and the description is still right, delete the line {CHECKSUM!r} from "
                f"{described.name}; to read the table without the description, move {described.name} away",
                subject=str(path),
            )
        types = header["columns"]
    else:
        types = {name: _type(path, name, [row[i] for row in rows]) for i, name in enumerate(names)}
        header = {COLUMNS_MARKER: COLUMNS_LAYOUT, "rows": len(rows), "columns": types, "fps": None, "metadata": {}}
    cells = list(zip(*rows, strict=True)) or [()] * len(names)
    with reading(path, "header", "has cells that are not numbers", "correct them, or save it again"):
        return header, {name: from_cells(cells[i], types.get(name, "text"), path) for i, name in enumerate(names)}


def _rows(path: Path) -> tuple[list[str], list[list[str]]]:
    """Return the names and the rows."""
    with reading_text(path), open(path, encoding="utf-8-sig", newline="") as file:
        stored = csv.reader(file, delimiter=_delimiter(path))
        names, *rows = [list(map(from_cell, row)) for row in stored if row] or [[]]
    if not sidecar_path(path).exists() and not {"series", "beat"} <= set(names):
        raise not_beats(path)
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        problem, cure = f"has several columns called {twice}", "rename all of them but one"
        raise ArgumentError("path", path, problem, cure, subject=str(path))
    short = [row for row in rows if len(row) != len(names)]
    if short:
        problem = f"has {len(names)} columns, but a row with {len(short[0])} cells"
        raise ArgumentError("path", path, problem, "it may be truncated; copy it again", subject=str(path))
    return names, rows


def _header(path: Path, described: Path) -> dict[str, Any]:
    """Return the header in the file next to the table."""
    return check_columns_header(read_description(path, described), described)


def _type(path: Path, name: str, cells: list[str]) -> str:
    """Return the type of a column of another program."""
    if name in ("series", "beat"):
        return "int64"
    try:
        from_cells(cells, "float64", path)
    except ValueError:
        return "text"
    return "text" if name in ("name", "why") else "float64"
