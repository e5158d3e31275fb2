"""Tables of traces from arrays of xarray, data frames and series of pandas: the inverse of `labelled`; and of others.

Only data types and the order of rows are checked here; `parse_table` checks the rest, as for any
arguments.
"""

import json
import sys
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import ArgumentError, ArgumentTypeError, Array
from .axes import FRAMES, OTHER, SECONDS, find_rate
from .neighbours import from_neighbour, is_neighbour
from .table import TraceTable, column_labels, positions_in_names
from .tidy import is_tidy

if TYPE_CHECKING:
    import pandas
    import xarray

# First columns that are an axis: in our CSV files as pandas reads them, and in our data frames after reset_index().
AXES = (SECONDS, FRAMES, OTHER, "time")


def labelled_table(traces: object, name: str = "traces") -> TraceTable | None:
    """Return the table that an object of xarray, pandas, pynapple or neo describes; None for anything else."""
    if is_neighbour(traces):
        return from_neighbour(traces)
    # If the user has such an object, the package has been imported.
    xr, pd = sys.modules.get("xarray"), sys.modules.get("pandas")
    if xr is not None and isinstance(traces, xr.Dataset):
        arrays = ", ".join(map(repr, traces.data_vars))
        cure = f"give one of its arrays, {arrays}" if arrays else "give an xarray.DataArray"
        raise ArgumentTypeError(name, traces, "is a Dataset", cure, subject=name)
    if xr is not None and isinstance(traces, xr.DataArray):
        return _from_array(traces, name)
    if pd is not None and isinstance(traces, pd.Series):
        return _from_frame(traces.to_frame("" if traces.name is None else traces.name), name, single=True)
    if pd is not None and isinstance(traces, pd.DataFrame):
        return _from_long_frame(traces, name) if is_tidy(list(traces.columns)) else _from_frame(traces, name)
    return None


def _from_array(array: "xarray.DataArray", name: str) -> TraceTable:
    if array.ndim == 2 and array.dims[1] in AXES and array.dims[0] not in AXES:
        array = array.T
    if array.ndim not in (1, 2):
        return TraceTable(array.values)  # the shape is rejected later
    first = array.dims[0]
    names, places = array_labels(array, name)
    about = {str(key): unpacked(value) for key, value in array.attrs.items()}
    axis = array.coords[first].values if first in array.coords else None
    fps, x = _axis(first, axis, about, array.shape[0])
    return TraceTable(array.values, x, fps, places, names, about)


def array_labels(array: "xarray.DataArray", name: str) -> tuple[list[str] | None, Array | None]:
    """Return the names and positions of the traces in an array whose first dimension is time."""
    along = array.dims[1:]
    coords = {key: np.atleast_1d(part.values) for key, part in array.coords.items() if part.dims == along}
    places = _places(coords["x"], coords["y"], name) if {"x", "y"} <= coords.keys() else None
    labels = coords.get("name", coords.get(along[0]) if along else None)
    return _given(None if labels is None else [str(label) for label in labels], places), places


def _places(x: Array, y: Array, given: str) -> Array:
    """Return positions from two coordinates."""
    for name, values in (("x", x), ("y", y)):
        if values.dtype.kind not in "iuf":
            argument = f"{given}[{name!r}]"
            raise ArgumentTypeError(
                argument,
                values,
                f"has dtype {values.dtype}",
                "give numbers for positions, or leave that coordinate out",
                subject=argument,
            )
    return np.stack([x, y], axis=1)


def unpacked(value: object) -> object:
    """Return the metadata from which an attribute was made: lists, dicts and text that looks like JSON are JSON."""
    if isinstance(value, str) and (value[:1] in ("{", "[", '"') or value in ("true", "false", "null")):
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value


def frame_axis(frame: "pandas.DataFrame") -> tuple[Hashable, Array, bool]:
    """Return the name and the values of the axis of a data frame, and whether it is the first column, not the index."""
    name, axis = frame.index.name, frame.index.to_numpy()
    plain = name is None and np.array_equal(axis, np.arange(len(frame)))  # an index without information
    if plain and len(frame.columns) > 1 and frame.columns[0] in AXES:
        return frame.columns[0], frame.iloc[:, 0].to_numpy(), True
    return name, axis, False


def _from_frame(frame: "pandas.DataFrame", given: str, single: bool = False) -> TraceTable:
    about = dict(frame.attrs)
    name, axis, is_first = frame_axis(frame)
    if is_first:
        frame = frame.iloc[:, 1:]
    fps, x = _axis(name, axis, about, len(frame))
    numbered = list(frame.columns) == list(range(len(frame.columns)))  # a data frame made from an array
    names = None if numbered or list(frame.columns) == [""] else [str(label) for label in frame.columns]
    named = positions_in_names(names or [])
    places = None if named is None else np.array(named)
    values = _values(frame, given)
    return TraceTable(values[:, 0] if single else values, x, fps, places, _given(names, places), about)


def _values(frame: "pandas.DataFrame", given: str) -> Array:
    """Return the numbers in a data frame."""
    for name, dtype in frame.dtypes.items():
        if getattr(dtype, "kind", "O") not in "biuf":
            argument = f"{given}[{name!r}]"
            raise ArgumentTypeError(
                argument,
                frame[name],
                f"has dtype {dtype}",
                "give numbers, or leave that column out",
                subject=argument,
            )
    values = frame.to_numpy()
    return np.asarray(frame.to_numpy(np.float64, na_value=np.nan) if values.dtype == object else values)


def _from_long_frame(frame: "pandas.DataFrame", given: str) -> TraceTable:
    about, time = dict(frame.attrs), frame.columns[0]
    labels = list(dict.fromkeys(frame["name"]))
    frames = len(frame) // max(1, len(labels))
    axis = frame[time].to_numpy()[:frames]
    in_order = (
        len(frame) == frames * len(labels)
        and np.array_equal(frame["name"], np.repeat(np.array(labels, object), frames))
        and np.array_equal(frame[time], np.tile(axis, len(labels)))
    )
    if not in_order:
        raise ArgumentError(
            given,
            frame,
            "is a data frame in long form without the same rows for each trace, one trace after the other",
            f"sort it with {given}.sort_values(['name', {time!r}]), and remove rows without a partner",
            subject=given,
        )
    values = _values(frame[["value"]], given).reshape(len(labels), frames).T
    places = _values(frame[["x", "y"]], given)[::frames] if frames else None
    if places is not None and not np.isfinite(places).all():
        places = None
    fps, x = _axis(time, axis, about, frames)
    return TraceTable(values, x, fps, places, _given([str(label) for label in labels], places), about)


def _axis(name: Hashable, axis: Array | None, about: dict[str, Any], frames: int) -> tuple[float | None, Array | None]:
    """Return `fps` and `x` of an axis: the rate if it gives exactly these times, nothing if frames are counted.

    The rate is removed from the attributes; an entry that is not a rate, or the rate of other times, stays there.
    """
    fps = about.get("fps")
    if not isinstance(fps, (int, float, np.number)) or not 0 < fps < np.inf:
        fps = None
    if name == SECONDS and "fps" not in about and axis is not None:
        fps = find_rate(axis)
    counted = np.arange(frames)
    is_counted = axis is None or (name in (FRAMES, None) and np.array_equal(axis, counted))
    if axis is not None and not is_counted and (fps is None or not np.array_equal(axis, counted / fps)):
        return None, axis
    if fps is not None:
        about.pop("fps", None)
    return None if fps is None else float(fps), None


def _given(names: list[str] | None, places: Array | None) -> list[str] | None:
    """Return the names, or None if they are the default labels of traces without names."""
    return None if names is None or names == column_labels(len(names), None, places) else names
