"""The long form: one row for each value, trace after trace, in five columns."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ..table import FRAMES, header_labels, header_shape

Array = NDArray[Any]

REST = ["name", "x", "y", "value"]
NAME, VALUE = 1, 4  # columns


def columns(axis: str) -> list[str]:
    """Return the names of the columns; where no time is known, the first holds frame numbers and says so."""
    return [FRAMES if axis == FRAMES else "time", *REST]


def is_tidy(names: Sequence[str]) -> bool:
    """Return whether these are the columns of a long table."""
    return list(names[1:]) == REST and names[0] in (FRAMES, "time")


def wide(path: Path, header: dict[str, Any], names: Sequence[str], axis: Array, values: Array) -> tuple[Array, Array]:
    """Return (T, N) values and the axis from the columns of a long table."""
    frames, count = header_shape(header)
    labels = header_labels(header)
    if len(values) != frames * count or any(
        label != labels[i] for i in range(count) for label in names[i * frames : (i + 1) * frames]
    ):
        raise ValueError(
            f"{path} does not hold {count} traces of {frames} rows, one trace after the other: it is cut off or was "
            "changed; pandas reads it"
        )
    return values.reshape(count, frames).T, axis[:frames]
