"""Tables of positions as text: written as CSV with a description next to them, and read from any program."""

import json
from pathlib import Path
from typing import Any

from .._base import ArgumentError
from .._files import (
    CHECKSUM,
    check_output,
    check_sidecar,
    checksum,
    is_sidecar,
    reading,
    refuse_special,
    sidecar_path,
    written_with_sidecar,
)
from .._version import __version__
from .delimited import Row, Rows, first_cells, read_rows
from .napari import AXIS

SUFFIXES = (".csv", ".tsv")
TRACES_BEGIN = ("time_s", "frame", "x")  # the first columns of tables of traces
MARKER = "optimap_positions"  # in the file next to each table; its value is the version of the layout


def check_positions(path: Path, overwrite: bool) -> None:
    """Raise an error, before any work, if a table of positions cannot be written at `path`."""
    check_output(path, overwrite)
    check_sidecar(path, overwrite)


def write_positions(
    path: Path, positions: list[tuple[float, float]], overwrite: bool = False, made: dict[str, Any] | None = None
) -> None:
    """Write a table of positions with the columns ``x`` and ``y``, and next to it how they were `made`."""
    check_positions(path, overwrite)

    def describe(written: Path) -> str:
        header = {MARKER: 1, CHECKSUM: checksum(written), "written_by": f"optimap-trace {__version__}"}
        return json.dumps({**header, "metadata": made or {}}, indent=2) + "\n"

    with (
        written_with_sidecar(path, sidecar_path(path), describe, overwrite) as partial,
        open(partial, "w", encoding="utf-8", newline="") as file,
    ):
        file.write("x,y\n" + "".join(f"{x!r},{y!r}\n" for x, y in positions))


def is_positions(path: Path) -> bool:
    """Return whether a file is a table of positions, by the file next to it if there is one, else by its columns."""
    if path.suffix.lower() not in SUFFIXES or not path.is_file():
        return False
    if is_sidecar(sidecar_path(path)):
        return f'"{MARKER}"'.encode() in sidecar_path(path).read_bytes()[:100]
    cells = first_cells(path)
    while cells and not cells[-1]:
        cells = cells[:-1]
    if cells == ["x", "y"] or (len(cells) == 2 and all(map(_is_number, cells))):
        return True
    return _columns(cells) is not None and not _is_long_form(cells) and cells[0] not in TRACES_BEGIN


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", ".", 1))
    except ValueError:
        return False
    return True


def _columns(titles: list[str]) -> tuple[int, int] | None:
    """Return the columns of x and y: those called so, or the last two axes of points in napari, which are (y, x)."""
    if "x" in titles and "y" in titles:
        return titles.index("x"), titles.index("y")
    axes = sorted((int(title.removeprefix("axis-")), i) for i, title in enumerate(titles) if AXIS.fullmatch(title))
    return (axes[-1][1], axes[-2][1]) if len(axes) > 1 and "shape-type" not in titles else None


def _is_long_form(titles: list[str]) -> bool:
    """Return whether the columns are those of a table of traces in long form, which repeats its positions."""
    return {"name", "x", "y", "value"} <= set(titles)


def read_made(path: Path) -> dict[str, Any]:
    """Return the description next to a table of positions, and whether the table was edited; empty if there is none."""
    described = sidecar_path(path)
    if not described.exists():
        return {}
    refuse_special(described)
    subject, cure = f"{described}, which describes {path.name},", f"move it away; {path.name} is read without it"
    with reading(described, "header", "is damaged", cure, subject=subject):
        header: dict[str, Any] = json.loads(described.read_text(encoding="utf-8"))
        edited = header[CHECKSUM] != checksum(path)
        return {"written_by": header["written_by"], "metadata": dict(header["metadata"]), "edited": edited}


def read_positions(path: Path, name: str = "path") -> list[tuple[float, float]]:
    """Read positions from a text table: columns ``x`` and ``y`` if there is a header, else the first two.

    Points saved by napari have axes in the order of rows and columns.

    Errors call the argument that names the file by `name`.
    """
    table = read_rows(path, name, "give a CSV file with columns x, y")
    rows, columns, width = table.rows, (0, 1), 0
    if rows and table.number(rows[0].cells[0]) is None:
        header = [title.lower() for title in rows[0].cells]
        found = _columns(header)
        if found is None:
            problem = f"has the columns {', '.join(rows[0].cells)}"
            cure = "rename the columns of the positions to x and y"
            raise ArgumentError(name, path, problem, cure, subject=str(path))
        twice = next((header[i] for i in found if header.count(header[i]) > 1), None)
        if twice is not None:
            problem, cure = f"has several columns called {twice}", "rename those that are not the positions"
            raise ArgumentError(name, path, problem, cure, subject=str(path))
        if _is_long_form(header):
            problem = "is a table of traces, which repeats each position for each of its samples"
            cure = "give a table with the columns x, y and a row for each position"
            raise ArgumentError(name, path, problem, cure, subject=str(path))
        rows, columns, width = rows[1:], found, len(header)
    positions = []
    for row in rows:
        _check_commas(row, width, table.delimiter, path, name)
        x, y = (table.number(row.cells[c]) if c < len(row.cells) else None for c in columns)
        if x is None or y is None:
            problem = f"{table.delimiter.join(row.cells)!r} is not a position"
            cure = "give two numbers, such as 12.5,20"
            raise ArgumentError(name, path, problem, cure, subject=f"{path}, row {row.line}:")
        positions.append((x, y))
    _check_points(table, rows, columns, path, name)
    if not positions:
        raise ArgumentError(name, path, "holds no positions", "give one on each row, x,y", subject=str(path))
    return positions


def _check_commas(row: Row, width: int, delimiter: str, path: Path, name: str) -> None:
    """Raise an error for a row whose commas may be decimal commas as well as the ends of columns."""
    cells = row.cells
    while cells and not cells[-1]:
        cells = cells[:-1]
    whole = all(cell.lstrip("+-").isdecimal() for cell in cells)
    if delimiter == "," and (len(cells) > width if width else len(cells) > 2 and whole):
        text = ",".join(cells)
        problem = f"{text!r} has {len(cells)} cells" + (f" under {width} titles" if width else " and no header")
        problem += ", so it is uncertain whether its commas are decimal commas"
        cure = "save the table with semicolons or tabs between columns, or with decimal points and a header x,y"
        raise ArgumentError(name, path, problem, cure, subject=f"{path}, row {row.line}:")


def _check_points(table: Rows, rows: list[Row], columns: tuple[int, int], path: Path, name: str) -> None:
    """Raise an error for positions with commas and points, one of which may separate thousands."""
    texts = [row.cells[column] for row in rows for column in columns]
    commas, points = (next((text for text in texts if mark in text), None) for mark in ",.")
    if commas is not None and points is not None:
        problem = f"has commas and points in its numbers ({commas!r}, {points!r})"
        raise ArgumentError(name, path, problem, "write all of them with decimal points", subject=str(path))
