"""Tables of traces and of positions, as CSV."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._files import written_whole

Array = NDArray[Any]


def column_names(positions: Array) -> list[str]:
    """Return a column name for each (x, y): ``x12_y16``."""
    return [f"x{x:.15g}_y{y:.15g}" for x, y in positions]


def unique_names(names: Sequence[str]) -> list[str]:
    """Return the names as columns can have them: of those that repeat, the second is ``name_2``, and so on."""
    taken = set(names)
    seen: set[str] = set()
    unique = []
    for name in names:
        column, number = name, 1
        while column in seen or (number > 1 and column in taken):
            number += 1
            column = f"{name}_{number}"
        seen.add(column)
        unique.append(column)
    return unique


def write_traces(
    path: Path,
    traces: Array,
    positions: Any,
    fps: float | None,
    overwrite: bool = False,
    names: Sequence[str] | None = None,
) -> None:
    """Write (T, N) traces with a time column, ``time_s`` where the rate is known, else ``frame``; every digit.

    Columns are called after the positions, or by `names`.
    """
    frames = np.arange(len(traces))
    name, times = ("frame", frames) if fps is None else ("time_s", frames / fps)
    with written_whole(path, overwrite) as partial, open(partial, "w", encoding="utf-8", newline="") as file:
        columns = column_names(positions) if names is None else unique_names([name, *names])[1:]
        csv.writer(file, lineterminator="\n").writerow([name, *columns])
        for time, row in zip(times.tolist(), traces, strict=True):
            # str of a NumPy float is the shortest text that reads back as the same number of that type.
            values = map(repr, row.tolist()) if row.dtype == np.float64 else row.astype(str).tolist()
            file.write(",".join([repr(time), *values]) + "\n")


def write_positions(path: Path, positions: list[tuple[float, float]], overwrite: bool = False) -> None:
    """Write positions as a table with the columns ``x`` and ``y``, which `read_positions` reads."""
    with written_whole(path, overwrite) as partial, open(partial, "w", encoding="utf-8", newline="") as file:
        file.write("x,y\n" + "".join(f"{x!r},{y!r}\n" for x, y in positions))


def read_positions(path: Path) -> list[tuple[float, float]]:
    """Read positions from a CSV file: columns ``x`` and ``y`` where there is a header, else the first two."""
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
