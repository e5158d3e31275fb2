"""Text tables of other programs: Fiji's results, columns named ``Time (s)`` or ``t [ms]``, decimal commas, semicolons.

What the first column means follows from its name: times with a unit, times in seconds (``Time``, with a decimal
point), or numbers of frames. The others are traces; of the measurements of ImageJ and Fiji, one kind is: the means, if
there are any. Nothing is guessed from the numbers: a table whose first column has another name is an error.
"""

import re
from pathlib import Path

import numpy as np

from ..._base import ArgumentError, Array, coordinate_times, time_of_name
from ..._regions import Row, Rows, read_rows
from ..axes import FRAMES, OTHER, SECONDS, regular_rate
from ..header import Header
from ..table import positions_in_names

NAMES = "#,frame,frames,frame #,frame no,frame number,index,sample,slice,t,x,x0"
COUNTERS = {"", *NAMES.split(",")}  # first columns that count frames
# Of the measurements of ImageJ, in this order: the first kind that a table has is its traces.
MEASURED = ("Mean", "Median", "RawIntDen", "IntDen")
IMAGEJ = re.compile(
    r"(Area|Mean|StdDev|Mode|Min|Max|Median|IntDen|RawIntDen|X|Y|XM|YM|BX|BY|Label|Slice|Frame|Ch|%Area|Perim\.|Width|"
    r"Height|Major|Minor|Angle|Circ\.|AR|Round|Solidity|Feret|FeretX|FeretY|FeretAngle|MinFeret|Skew|Kurt|Length)"
)
ROI = r"(?:\d+|\(.*\))?"  # "Mean1", "Mean(cell)"


def read_foreign(path: Path) -> tuple[Header, Array, Array]:
    """Return header, values (T, N) and axis of a table of another program, or raise an error."""
    table = read_rows(path, "path", "give a table of traces")
    if not table.rows:
        raise _wrong(path, "is not a table of traces, because it is empty")
    names, rows = table.rows[0].cells, table.rows[1:]
    first = names[0] if names else ""
    wanted = _traces(path, names)
    is_time = time_of_name(first) is not None
    if len(names) < 2 or not (is_time or first.lower() in COUNTERS) or [name.lower() for name in names] == ["x", "y"]:
        few = ", ".join(names[:4]) + (f", ... ({len(names)})" if len(names) > 4 else "")
        raise _wrong(path, f"is not a table of traces, because its columns are {few}")
    _check_one_row_a_frame(path, names, rows)
    numbers = np.array([_numbers(path, table, names, row, [0, *wanted]) for row in rows]).reshape(-1, 1 + len(wanted))
    axis, name, fps = _axis(first, numbers[:, 0])
    labels = [names[column] for column in wanted]
    header: Header = {
        "written_by": None,
        "dtype": "float64",
        "shape": [len(rows), len(wanted)],
        "axis": name,
        "axis_dtype": "float64",
        "fps": fps,
        "names": labels,
        "positions": positions_in_names(labels),
        "tidy": False,
        "metadata": {},
    }
    return header, numbers[:, 1:], axis


def _check_one_row_a_frame(path: Path, names: list[str], rows: list[Row]) -> None:
    """Raise an error if a row lacks cells, or several rows of a table of ImageJ are about the same frame."""
    short = next((row for row in rows if len(row.cells) < len(names)), None)
    if short is not None:
        problem = f"has {len(short.cells)} cells in line {short.line}, but {len(names)} columns"
        cure = "it may be truncated; copy it again, or correct that line"
        raise ArgumentError("path", path, problem, cure, subject=str(path))
    long = next((row for row in rows if any(row.cells[len(names) :])), None)
    if long is not None:
        problem = (
            f"has {len(long.cells)} cells in line {long.line}, but {len(names)} columns, so it is uncertain whether "
        )
        problem += "its commas are decimal commas"
        cure = "save the table with semicolons or tabs between columns, or correct that line"
        raise ArgumentError("path", path, problem, cure, subject=str(path))
    for name in ("Slice", "Frame"):
        if name in names[1:]:
            numbers = [row.cells[names.index(name)] for row in rows]
            if len(set(numbers)) == len(numbers):
                return
            if name == "Frame" or "Frame" not in names[1:]:
                problem = f"has several rows for a frame: {name} is {numbers[0]!r} more than once"
                cure = "measure again with Multi Measure, one row per slice"
                raise ArgumentError("path", path, problem, cure, subject=str(path))


def _wrong(path: Path, problem: str) -> ArgumentError:
    cure = (
        "the first must be time_s, frame or x, or a time with its unit such as 'Time (s)' or 't [ms]', and each of the "
        "others a trace"
    )
    return ArgumentError("path", path, problem, cure, subject=str(path))


def _traces(path: Path, names: list[str]) -> list[int]:
    """Return the numbers of the columns that are traces."""
    others = list(range(1, len(names)))
    is_imagej = names[0].lower() in COUNTERS and all(re.fullmatch(IMAGEJ.pattern + ROI, names[i]) for i in others)
    if not is_imagej or not others:
        return others
    for kind in MEASURED:
        found = [i for i in others if re.fullmatch(kind + ROI, names[i])]
        if found:
            return found
    if all(re.fullmatch(r"[XY]\d*", name) for name in names):  # a profile: positions or times, and grey values
        return others
    problem = f"is a table of ImageJ without {', '.join(MEASURED[:-1])} or {MEASURED[-1]}"
    cure = "choose 'Mean gray value' in Analyze > Set Measurements, and measure again with Multi Measure"
    raise ArgumentError("path", path, problem, cure, subject=str(path))


def _numbers(path: Path, table: Rows, names: list[str], row: Row, wanted: list[int]) -> list[float]:
    """Return the numbers in some cells of a row; empty ones are NaN."""
    found: list[float] = []
    for column in wanted:
        text = row.cells[column] if column < len(row.cells) else ""
        number = np.nan if text.lower() in ("", "nan", "na", "n/a") else table.number(text)
        if number is None:
            problem = f"has {text!r} in line {row.line}, column {names[column] or column + 1!r}, which is not a number"
            cure = "correct that cell, or leave it empty; numbers with a decimal comma need semicolons between columns"
            raise ArgumentError("path", path, problem, cure, subject=str(path))
        found.append(number)
    return found


def _axis(name: str, values: Array) -> tuple[Array, str, float | None]:
    """Return the axis, its name in our tables, and the rate if it is known."""
    if name.lower() not in COUNTERS or name.lower() == "t":
        word, unit = time_of_name(name) or ("", "")
        is_whole = not unit and bool(np.equal(np.mod(values, 1), 0).all())  # may be frames, or milliseconds
        times = None if is_whole else coordinate_times(values, word, unit)
        rate = regular_rate(times) if times is not None and values[:1].tolist() == [0] else None
        if rate is not None:
            return np.arange(len(values)) / rate, SECONDS, rate
        return values if times is None else times, OTHER, None
    counts = np.arange(len(values))
    if np.array_equal(values, counts) or np.array_equal(values, counts + 1):
        return counts.astype(float), FRAMES, None
    return values, OTHER, None
