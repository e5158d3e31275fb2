"""What a table of traces is: the header that every kind of file carries, column labels.

The header is a small JSON object: the data type, the shape, the axis, names, positions and metadata, everything but the
numbers. Each kind writes it beside what other programs read, so each gives back exactly what was saved.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .._base import Array, parse_time_axis
from .._version import __version__

MARKER = "optimap_trace_table"  # in every file of ours; its value is the layout's version


LAYOUT = 1


SECONDS, FRAMES, OTHER = "time_s", "frame", "x"  # names of the axis: the rate is known, nothing is known, x= was given


# Control characters and two that XML does not know either; a tab or a line break may stand in a label.
_NOT_IN_LABELS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


@dataclass(frozen=True, eq=False)
class TraceTable:
    """Traces with all that belongs to them, as `load_traces` returns them.

    Attributes
    ----------
    traces : (T, N) or (T,) array
        The values, in the data type and the shape in which they were saved.
    x : (T,) array or None
        The x-axis, where one was given.
    fps : float or None
        Frames per second, where given.
    positions : (N, 2) array or None
        ``(x, y)`` of each trace, in pixels.
    names : list of str or None
        The name of each trace.
    metadata : dict
        What else was saved, such as how the traces were made.
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
        """A label for each trace that can be the name of a column: never empty, no two alike."""
        return column_labels(self.columns.shape[1], self.names, self.positions, self.axis_name)


def position_names(positions: Array) -> list[str]:
    """Return a column name for each (x, y): ``x12_y16``."""
    return [f"x{x:.15g}_y{y:.15g}" for x, y in positions]


def column_labels(count: int, names: list[str] | None, positions: Array | None, *taken: str) -> list[str]:
    """Return `count` labels, from names, else positions, else numbers; repeated ones get a number: ``a``, ``a_2``."""
    if names is None:
        names = [f"trace_{i}" for i in range(count)] if positions is None else position_names(positions)
    lines = [name.replace("\r\n", "\n").replace("\r", "\n") for name in names]  # as XML does, so in workbooks
    wanted = [_NOT_IN_LABELS.sub(" ", name) or f"trace_{i}" for i, name in enumerate(lines)]
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
    """Return all but the numbers as a JSON object."""
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


def from_header(header: dict[str, Any], values: Array, axis: Array) -> TraceTable:
    """Return the table of a header, (T, N) values and the axis; values may come in a wider data type."""
    positions = header["positions"]
    return TraceTable(
        np.ascontiguousarray(values, dtype=header["dtype"]).reshape(header["shape"]),
        np.ascontiguousarray(axis, dtype=header["axis_dtype"]) if header["axis"] == OTHER else None,
        header["fps"],
        None if positions is None else np.array(positions, np.float64).reshape(-1, 2),
        header["names"],
        header["metadata"],
    )


def header_labels(header: dict[str, Any]) -> list[str]:
    """Return the column labels of the table that a header describes."""
    positions = header["positions"]
    count = header_shape(header)[1]
    return column_labels(count, header["names"], positions and np.array(positions, np.float64), header["axis"])


def header_shape(header: dict[str, Any]) -> tuple[int, int]:
    """Return (T, N)."""
    frames, *count = header["shape"]
    return frames, count[0] if count else 1


def check_header(header: Any, path: Any) -> dict[str, Any]:
    """Return the header, or raise an error where it is none of ours."""
    if not isinstance(header, dict) or MARKER not in header:
        raise ValueError(f"{path} {FOREIGN}")
    if header[MARKER] > LAYOUT:
        raise ValueError(f"{path} was written by {header.get('written_by')}: install that version to read it")
    types = {"bool", "float16", "float32", "float64", *(f"{kind}{bits}" for kind in ("int", "uint") for bits in BITS)}
    fps = header.get("fps")
    known = header.get("dtype") in types and (fps is None or isinstance(fps, (int, float)))
    if not known or not isinstance(header.get("shape"), list):
        raise ValueError(f"{path} is damaged: its data type, shape or rate is none")
    return header


BITS = (8, 16, 32, 64)


FOREIGN = "holds no table of traces that optimap wrote: open it with the program that made it"
