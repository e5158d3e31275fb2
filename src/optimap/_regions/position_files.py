"""Tables of positions, as CSV."""

import csv
import json
from pathlib import Path
from typing import Any

from .._files import CHECKSUM, check_output, check_sidecar, checksum, is_sidecar, sidecar_path, written_with_sidecar
from .._version import __version__

MARKER = "optimap_positions"  # in the file beside each table; its value is the layout's version


def check_positions(path: Path, overwrite: bool) -> None:
    """Raise an error, before any work, where no table of positions can be written at `path`."""
    check_output(path, overwrite)
    check_sidecar(path, overwrite)


def write_positions(
    path: Path, positions: list[tuple[float, float]], overwrite: bool = False, made: dict[str, Any] | None = None
) -> None:
    """Write positions as a table with the columns ``x`` and ``y``, and beside it how they were `made`."""
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
    """Return whether a file is a table of positions: what lies beside it says so, else its columns."""
    if path.suffix.lower() != ".csv" or not path.is_file():
        return False
    if is_sidecar(sidecar_path(path)):
        return f'"{MARKER}"'.encode() in sidecar_path(path).read_bytes()[:100]
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        return [name.strip().lower() for name in file.readline().split(",")] == ["x", "y"]


def read_made(path: Path) -> dict[str, Any]:
    """Return what lies beside a table of positions, and whether it was edited since; nothing of tables of others."""
    described = sidecar_path(path)
    if not described.exists():
        return {}
    try:
        header: dict[str, Any] = json.loads(described.read_text(encoding="utf-8"))
        edited = header[CHECKSUM] != checksum(path)
        return {"written_by": header["written_by"], "metadata": dict(header["metadata"]), "edited": edited}
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{described}, which describes {path.name}, is damaged: {error}") from error


def read_positions(path: Path) -> list[tuple[float, float]]:
    """Read positions from a CSV file: columns ``x`` and ``y`` where there is a header, else the first two."""
    if not path.is_file():
        problem = "is a folder" if path.is_dir() else "does not exist"
        raise FileNotFoundError(f"{path} {problem}: give a CSV file with columns x, y")
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = [[cell.strip() for cell in row] for row in csv.reader(file) if any(cell.strip() for cell in row)]
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not a CSV file: {error}") from error
    columns, first = (0, 1), 0
    if rows and not _is_number(rows[0][0]):
        names = [name.lower() for name in rows[0]]
        if "x" not in names or "y" not in names:
            raise ValueError(f"{path} has the columns {', '.join(rows[0])}: positions need the columns x and y")
        columns, first = (names.index("x"), names.index("y")), 1
    positions = []
    for number, row in enumerate(rows[first:], start=first + 1):
        if len(row) <= max(columns) or not all(_is_number(row[c]) for c in columns):
            raise ValueError(f"{path}, row {number}: {','.join(row)!r} holds no position: give two numbers, x,y")
        positions.append((float(row[columns[0]]), float(row[columns[1]])))
    if not positions:
        raise ValueError(f"{path} holds no positions: give one a row, x,y")
    return positions


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
