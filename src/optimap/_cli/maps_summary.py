"""The summary of `optimap maps`: one row for each file, made from the files of maps once they are written.

Files that an earlier run made are part of it; those of jobs that failed are not.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .. import _tables, activation
from .._base import counted, say
from .batch import Job
from .beats_summary import MARK, as_columns, is_summary
from .maps_job import shown_values
from .provenance import made_by


def check_summary(path: Path, overwrite: bool) -> None:
    """Raise an error, before any work, if a summary cannot be written; an earlier one is replaced."""
    _tables.check_table(path, overwrite or is_summary(path))


def write_summary(path: Path, jobs: Sequence[Job]) -> None:
    """Write the summary of the maps that these jobs have made, now or before."""
    rows = [_row(job.path, job.folder / job.table) for job in jobs]
    if not rows:
        say(f"{path} is not written, because there are no maps")
        return
    made = {**made_by("maps"), MARK: {"maps": [str(job.table) for job in jobs]}}
    _tables.save_columns(path, as_columns(rows), None, made, True)
    say(f"{counted(len(rows), 'row')} -> {path}")


def _row(path: Path, file: Path) -> dict[str, Any]:
    """Return the row of a file of maps."""
    maps = activation.load_beat_maps(file)
    row: dict[str, Any] = {"recording": path.name, "beats": len(maps.beats), "pixels": int(maps.mask.sum())}
    for name in maps:
        values = shown_values(maps, name)
        quartiles = np.percentile(values, [25, 50, 75]).tolist() if len(values) else [np.nan] * 3
        row[f"median_{name}"], row[f"q25_{name}"], row[f"q75_{name}"] = quartiles[1], quartiles[0], quartiles[2]
        row[f"known_{name}"] = len(values)
    return row
