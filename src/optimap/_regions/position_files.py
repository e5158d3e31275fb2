"""Tables of positions as CSV files: written with a description next to them, and read from any program."""

import csv
import json
from pathlib import Path
from typing import Any

from .._base import ArgumentError, MissingFileError
from .._files import CHECKSUM, check_output, check_sidecar, checksum, is_sidecar, sidecar_path, written_with_sidecar
from .._version import __version__

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
    if path.suffix.lower() != ".csv" or not path.is_file():
        return False
    if is_sidecar(sidecar_path(path)):
        return f'"{MARKER}"'.encode() in sidecar_path(path).read_bytes()[:100]
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        return [name.strip().lower() for name in file.readline().split(",")] == ["x", "y"]


def read_made(path: Path) -> dict[str, Any]:
    """Return the description next to a table of positions, and whether the table was edited; empty if there is none."""
    described = sidecar_path(path)
    if not described.exists():
        return {}
    try:
        header: dict[str, Any] = json.loads(described.read_text(encoding="utf-8"))
        edited = header[CHECKSUM] != checksum(path)
        return {"written_by": header["written_by"], "metadata": dict(header["metadata"]), "edited": edited}
    except (ValueError, KeyError, TypeError) as error:
        subject = f"{described}, which describes {path.name},"
        cure = f"move it away; {path.name} is read without it"
        raise ArgumentError("path", described, f"is damaged ({error})", cure, subject=subject) from error


def read_positions(path: Path, name: str = "path") -> list[tuple[float, float]]:
    """Read positions from a CSV file: columns ``x`` and ``y`` if there is a header, else the first two.

    Errors call the argument that names the file by `name`.
    """
    rows = _rows(path, name)
    columns, first = (0, 1), 0
    if rows and not _is_number(rows[0][0]):
        header = [title.lower() for title in rows[0]]
        if "x" not in header or "y" not in header:
            raise _other_columns(path, rows[0], name)
        columns, first = (header.index("x"), header.index("y")), 1
    positions = []
    for number, row in enumerate(rows[first:], start=first + 1):
        if len(row) <= max(columns) or not all(_is_number(row[c]) for c in columns):
            problem = f"{','.join(row)!r} is not a position"
            raise ArgumentError(
                name, path, problem, "give two numbers, such as 12.5,20", subject=f"{path}, row {number}:"
            )
        positions.append((float(row[columns[0]]), float(row[columns[1]])))
    if not positions:
        raise ArgumentError(name, path, "holds no positions", "give one on each row, x,y", subject=str(path))
    return positions


def _other_columns(path: Path, header: list[str], name: str) -> ArgumentError:
    """Return the error for a table without the columns x and y, such as one with semicolons between its columns."""
    if len(header) == 1 and ";" in header[0]:
        problem = "has semicolons between its columns"
        cure = "save it with commas between columns and points in numbers"
    else:
        problem = f"has the columns {', '.join(header)}"
        cure = "rename the columns of the positions to x and y"
    return ArgumentError(name, path, problem, cure, subject=str(path))


def _rows(path: Path, name: str) -> list[list[str]]:
    """Return the cells of each row of a CSV file that is not blank."""
    if not path.is_file():
        problem = "is a folder" if path.is_dir() else "does not exist"
        raise MissingFileError(name, path, problem, "give a CSV file with columns x, y", subject=str(path))
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            return [[cell.strip() for cell in row] for row in csv.reader(file) if any(cell.strip() for cell in row)]
    except UnicodeDecodeError as error:
        cure = "save it as CSV, as text in UTF-8"
        raise ArgumentError(name, path, f"is not a CSV file ({error})", cure, subject=str(path)) from error


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
