"""A table of traces: the values, the header that every kind of file carries, and the labels of its columns.

The header is a small JSON object with everything but the numbers: the data type, the shape, the axis, names, positions
and metadata. Each kind of file stores it next to the data for other programs, so `load_traces` returns exactly what was
saved. Files are read and written in `kinds`, not here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .._base import Array, parse_time_axis
from .._version import __version__
from .axes import FRAMES, OTHER, SECONDS
from .header import LAYOUT, MARKER, Header, header_shape

# Control characters and two more that XML, and so Excel, does not allow; tabs and line breaks may be part of a text.
_NOT_IN_FILES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_NUMBER = r"(-?\d+\.?\d*(?:e[+-]?\d+)?)"
_POSITION = re.compile(f"x{_NUMBER}_y{_NUMBER}")  # as `position_names` writes it


@dataclass(frozen=True, eq=False)
class TraceTable:
    """Traces with their axis, positions, names and metadata, as `load_traces` returns them.

    Attributes
    ----------
    traces : (T, N) or (T,) array
        The values, with the data type and shape with which they were saved.
    x : (T,) array or None
        The x-axis, if one was given.
    fps : float or None
        Frames per second, if given.
    positions : (N, 2) array or None
        ``(x, y)`` of each trace, in pixels.
    names : list of str or None
        The name of each trace.
    metadata : dict
        Anything else that was saved, such as how the traces were made.
    """

    traces: Array
    x: Array | None = None
    fps: float | None = None
    positions: Array | None = None
    names: list[str] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def columns(self) -> Array:
        """The traces as (T, N), one column each."""
        return self.traces[:, None] if self.traces.ndim == 1 else self.traces

    @property
    def axis_name(self) -> str:
        """``time_s``, ``frame`` or ``x``."""
        return SECONDS if self.fps is not None else FRAMES if self.x is None else OTHER

    @property
    def axis(self) -> Array:
        """The (T,) values of the axis: seconds, frame numbers, or `x`."""
        return parse_time_axis(len(self.traces), self.x, self.fps)[0]

    @property
    def labels(self) -> list[str]:
        """A label for each trace, to be used as the name of a column: never empty, and no two are the same."""
        return column_labels(self.columns.shape[1], self.names, self.positions, self.axis_name)


def position_names(positions: Array) -> list[str]:
    """Return a column name for each (x, y): ``x12_y16``."""
    return [f"x{x:.15g}_y{y:.15g}" for x, y in positions]


def positions_in_names(names: Sequence[str]) -> list[list[float]] | None:
    """Return the (x, y) that names such as ``x12_y16`` contain, or None unless all names are like that."""
    matches = [_POSITION.fullmatch(name) for name in names]
    positions = [[float(number) for number in match.groups()] for match in matches if match]
    return positions if positions and len(positions) == len(names) else None


def storable(text: str) -> str:
    """Return text that every kind of file can hold: with spaces for control characters, and one kind of line break."""
    return _NOT_IN_FILES.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def column_labels(count: int, names: list[str] | None, positions: Array | None, *taken: str) -> list[str]:
    """Return `count` labels, from names, else positions, else numbers; repeated ones get a number: ``a``, ``a_2``."""
    if names is None:
        names = [f"trace_{i}" for i in range(count)] if positions is None else position_names(positions)
    wanted = [storable(name) or f"trace_{i}" for i, name in enumerate(names)]
    used, own, labels = set(taken), set(wanted), []
    for label in wanted:
        unique, number = label, 1
        while unique in used or (number > 1 and unique in own):
            number += 1
            unique = f"{label}_{number}"
        used.add(unique)
        labels.append(unique)
    return labels


def to_header(table: TraceTable, tidy: bool = False) -> dict[str, Any]:
    """Return everything but the numbers as a JSON object."""
    return {
        MARKER: LAYOUT,
        "written_by": f"optimap-trace {__version__}",
        "dtype": str(table.traces.dtype),
        "shape": list(table.traces.shape),
        "axis": table.axis_name,
        "axis_dtype": str(table.axis.dtype),
        "fps": table.fps,
        "names": table.names,
        "positions": None if table.positions is None else table.positions.tolist(),
        "tidy": tidy,
        "metadata": table.metadata,
    }


def from_header(header: Header, values: Array, axis: Array) -> TraceTable:
    """Return the table that a header describes, with (T, N) values and an axis that agree with it."""
    positions = header["positions"]
    return TraceTable(
        np.ascontiguousarray(values, dtype=header["dtype"]).reshape(header["shape"]),
        np.ascontiguousarray(axis, dtype=header["axis_dtype"]) if header["axis"] == OTHER else None,
        header["fps"],
        None if positions is None else np.array(positions, np.float64).reshape(-1, 2),
        header["names"],
        header["metadata"],
    )


def header_labels(header: Header) -> list[str]:
    """Return the column labels of the table that a header describes."""
    positions = header["positions"]
    count = header_shape(header)[1]
    places = np.array(positions, np.float64) if positions else None
    return column_labels(count, header["names"], places, header["axis"])
