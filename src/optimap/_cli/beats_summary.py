"""The summary of `optimap beats`: one row for each file and trace, made from the tables of beats once they are written.

Tables that an earlier run made are part of it; those of jobs that failed are not.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _tables, beats
from .._base import Array, counted, say
from .._beats import without_unit
from .batch import Job
from .errors import error_of, error_text, say_error
from .provenance import made_by

if TYPE_CHECKING:
    from ..beats import BeatTable

LABELS = ("series", "name", "x", "y", "beat", "why")
MARK = "summary"  # entry of the metadata of a summary


def check_summary(path: Path, overwrite: bool) -> None:
    """Raise an error, before any work, if a summary cannot be written; an earlier one is replaced."""
    _tables.check_table(path, overwrite or is_summary(path))


def write_summary(path: Path, jobs: Sequence[Job]) -> bool:
    """Write the summary of the tables that these jobs have made, now or before; return whether all can be read."""
    rows: list[dict[str, Any]] = []
    files = []
    for job in jobs:
        error = error_of(partial(_add_rows, rows, job))
        if error is None:
            files.append(str(job.table))
        else:
            say_error(error_text(error, job.words(), job.table))
    is_whole = len(files) == len(jobs)
    if not rows:
        say(f"{path} is not written, because there are no tables of beats")
        return is_whole
    made = {**made_by("beats"), MARK: {"tables": files}}
    _tables.save_columns(path, as_columns(rows), None, made, True)
    say(f"{counted(len(rows), 'row')} of {counted(len(files), 'table')} -> {path}")
    return is_whole


def _add_rows(rows: list[dict[str, Any]], job: Job) -> None:
    rows += _rows(job.path, beats.load_beats(job.folder / job.table))


def is_summary(path: Path) -> bool:
    """Return whether an existing file is a summary that optimap wrote and nobody changed."""
    if not path.is_file():
        return False
    try:
        return MARK in _tables.load_columns(path)[0]["metadata"]
    except (OSError, ValueError):
        return False


def _rows(path: Path, table: "BeatTable") -> list[dict[str, Any]]:
    """Return a row for each series of a table."""
    measured = [name for name in table if name not in LABELS and not name.startswith("activation")]
    compared = [name for name in measured if name.startswith(("apd", "catd", "amplitude"))]
    changes = {name: beats.alternans(table, name) for name in compared}
    rows = []
    numbers, starts = np.unique(table["series"], return_index=True)  # the rows of a series follow each other
    for i, (series, start) in enumerate(zip(numbers.tolist(), starts.tolist(), strict=True)):
        stop = starts[i + 1] if i + 1 < len(starts) else len(table)
        own = table.select(slice(start, stop))
        row: dict[str, Any] = {"recording": path.name, "series": series}
        row |= {name: own[name][0].item() for name in ("name", "x", "y") if name in own}
        row["beats"] = int((own["beat"] >= 0).sum())
        for name in measured:
            values = own[name][np.isfinite(own[name])]
            row[f"median_{name}"] = float(np.median(values)) if len(values) else np.nan
            row[f"sd_{name}"] = float(np.std(values, ddof=1)) if len(values) > 1 else np.nan
        row |= {f"alternans_{without_unit(name)}": float(change.magnitude[i]) for name, change in changes.items()}
        rows.append(row)
    return rows


def as_columns(rows: list[dict[str, Any]]) -> dict[str, Array]:
    """Return rows, which may have different columns, as columns: NaN or no text where a row has none."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns: dict[str, Array] = {}
    for name in names:
        known = next(row[name] for row in rows if name in row)
        missing = "" if isinstance(known, str) else np.nan
        columns[name] = np.array([row.get(name, missing) for row in rows])
    return columns
