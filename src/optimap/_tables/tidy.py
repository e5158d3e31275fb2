"""The long form of a table (`tidy=True`): one row for each value, trace after trace, in five columns.

Each kind of file writes its rows itself; the names and the order of the columns are here.
"""

from collections.abc import Sequence
from pathlib import Path

from .._base import ArgumentError, Array
from .axes import FRAMES
from .header import Header, header_shape
from .table import header_labels

REST = ["name", "x", "y", "value"]
NAME, VALUE = 1, 4  # columns


def tidy_columns(axis: str) -> list[str]:
    """Return the names of the columns; the first is ``frame`` if no time is known, else ``time``."""
    return [FRAMES if axis == FRAMES else "time", *REST]


def is_tidy(names: Sequence[object]) -> bool:
    """Return whether these are the columns of a table in long form."""
    return list(names[1:]) == REST and names[0] in (FRAMES, "time")


def from_tidy(
    path: Path,
    header: Header,
    names: Sequence[str | None],
    axis: Array,
    values: Array,
    longest: int | None = None,
) -> tuple[Array, Array]:
    """Return (T, N) values and the axis from the columns of a table in long form, whose names may be cut."""
    frames, count = header_shape(header)
    labels = [label[:longest] for label in header_labels(header)]
    if len(values) != frames * count or any(
        label != labels[i] for i in range(count) for label in names[i * frames : (i + 1) * frames]
    ):
        raise ArgumentError(
            "path",
            path,
            f"does not contain {count} traces of {frames} rows, one trace after the other",
            "it was changed or truncated; read it with pandas, or copy it again",
            subject=str(path),
        )
    if (axis.reshape(count, frames) != axis[:frames]).any():
        problem, cure = "holds traces at different times, but a table has one axis", "read it with pandas"
        raise ArgumentError("path", path, problem, cure, subject=str(path))
    return values.reshape(count, frames).T, axis[:frames]
