"""Tables of positions, as CSV."""

import csv
from pathlib import Path

from ._files import written_whole


def write_positions(path: Path, positions: list[tuple[float, float]], overwrite: bool = False) -> None:
    """Write positions as a table with the columns ``x`` and ``y``, which `read_positions` reads."""
    with written_whole(path, overwrite) as partial, open(partial, "w", encoding="utf-8", newline="") as file:
        file.write("x,y\n" + "".join(f"{x!r},{y!r}\n" for x, y in positions))


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
