"""Arrays of xarray, frames and series of pandas -> tables of traces: the way back of `_labelled`.

What they say is taken as it stands; `parse_table` checks it, as if it had been given.
"""

import json
import sys
from typing import Any

import numpy as np

from .._base import Array
from .kinds.text import POSITION, rate
from .kinds.tidy import is_tidy
from .table import FRAMES, OTHER, SECONDS, TraceTable, column_labels

# First columns that are an axis: of our CSV as pandas reads it, and of our frames after reset_index().
AXES = (SECONDS, FRAMES, OTHER, "time")


def from_labelled(traces: Any) -> TraceTable | None:
    """Return what an object of xarray or pandas says of its values; None for anything else."""
    xarray, pandas = sys.modules.get("xarray"), sys.modules.get("pandas")  # who has one has imported the other
    if xarray is not None and isinstance(traces, xarray.Dataset):
        raise TypeError(f"traces is a Dataset: give one of its arrays, {', '.join(map(repr, traces.data_vars))}")
    if xarray is not None and isinstance(traces, xarray.DataArray):
        return _from_array(traces)
    if pandas is not None and isinstance(traces, pandas.Series):
        return _from_frame(traces.to_frame("" if traces.name is None else traces.name), single=True)
    if pandas is not None and isinstance(traces, pandas.DataFrame):
        return _from_long_frame(traces) if is_tidy(list(traces.columns)) else _from_frame(traces)
    return None


def _from_array(array: Any) -> TraceTable:
    if array.ndim == 2 and array.dims[1] in AXES and array.dims[0] not in AXES:
        array = array.T
    if array.ndim not in (1, 2):
        return TraceTable(array.values)  # which is said by its shape
    first, *along = array.dims
    beside = {name: np.atleast_1d(part.values) for name, part in array.coords.items() if part.dims == tuple(along)}
    places = _places(beside["x"], beside["y"]) if {"x", "y"} <= beside.keys() else None
    labels = beside.get("name", beside.get(along[0]) if along else None)
    names = None if labels is None else [str(label) for label in labels]
    about = {str(key): unpacked(value) for key, value in array.attrs.items()}
    axis = array.coords[first].values if first in array.coords else None
    fps, x = _axis(first, axis, about, array.shape[0])
    return TraceTable(array.values, x, fps, places, _given(names, places), about)


def _places(x: Array, y: Array) -> Array:
    for name, values in (("x", x), ("y", y)):
        if values.dtype.kind not in "iuf":
            raise TypeError(
                f"traces[{name!r}] has dtype {values.dtype}: positions are numbers; leave that coordinate out"
            )
    return np.stack([x, y], axis=1)


def unpacked(value: Any) -> Any:
    """Return an attribute as the metadata that it was: what is nested is JSON there, and text that looks like it."""
    if isinstance(value, str) and (value[:1] in ("{", "[", '"') or value in ("true", "false", "null")):
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value


def _from_frame(frame: Any, single: bool = False) -> TraceTable:
    about = dict(frame.attrs)
    name, axis = frame.index.name, frame.index.to_numpy()
    plain = name is None and np.array_equal(axis, np.arange(len(frame)))  # an index that says nothing
    if plain and len(frame.columns) > 1 and frame.columns[0] in AXES:
        name, axis = frame.columns[0], frame.iloc[:, 0].to_numpy()
        frame = frame.iloc[:, 1:]
    fps, x = _axis(name, axis, about, len(frame))
    numbered = list(frame.columns) == list(range(len(frame.columns)))  # a frame of an array
    names = None if numbered or list(frame.columns) == [""] else [str(label) for label in frame.columns]
    places = _places_in(names)
    values = _values(frame)
    return TraceTable(values[:, 0] if single else values, x, fps, places, _given(names, places), about)


def _values(frame: Any) -> Array:
    for name, dtype in frame.dtypes.items():
        if getattr(dtype, "kind", "O") not in "biuf":
            raise TypeError(f"traces[{name!r}] has dtype {dtype}: give numbers, or leave that column out")
    values = frame.to_numpy()
    return np.asarray(frame.to_numpy(np.float64, na_value=np.nan) if values.dtype == object else values)


def _from_long_frame(frame: Any) -> TraceTable:
    about, time = dict(frame.attrs), frame.columns[0]
    labels = list(dict.fromkeys(frame["name"]))
    frames = len(frame) // max(1, len(labels))
    axis = frame[time].to_numpy()[:frames]
    whole = len(frame) == frames * len(labels)
    if not (whole and np.array_equal(frame["name"], np.repeat(np.array(labels, object), frames))) or not np.array_equal(
        frame[time], np.tile(axis, len(labels))
    ):
        raise ValueError(
            "traces is a long data frame whose traces have not the same rows, one trace after the other: "
            f"traces.sort_values(['name', {time!r}]) puts them in order"
        )
    values = _values(frame[["value"]]).reshape(len(labels), frames).T
    places = _values(frame[["x", "y"]])[::frames] if frames else None
    if places is not None and not np.isfinite(places).all():
        places = None
    fps, x = _axis(time, axis, about, frames)
    return TraceTable(values, x, fps, places, _given([str(label) for label in labels], places), about)


def _axis(name: Any, axis: Array | None, about: dict[str, Any], frames: int) -> tuple[Any, Array | None]:
    """Return `fps` and `x` of an axis: the rate where it gives these very times, nothing where frames are counted.

    The rate is that in the attributes, from which it is taken; what is no rate, or that of other times, stays there.
    """
    fps = about.get("fps")
    if not isinstance(fps, (int, float, np.number)) or not 0 < fps < np.inf:
        fps = None
    if name == SECONDS and "fps" not in about and axis is not None:
        fps = rate(axis)
    counted = np.arange(frames)
    is_counted = axis is None or (name in (FRAMES, None) and np.array_equal(axis, counted))
    if axis is not None and not is_counted and (fps is None or not np.array_equal(axis, counted / fps)):
        return None, axis
    if fps is not None:
        about.pop("fps", None)
    return fps, None


def _places_in(names: list[str] | None) -> Array | None:
    """Return the positions that labels tell, where all of them do."""

    matches = [POSITION.fullmatch(name) for name in names or []]
    places = [[float(number) for number in match.groups()] for match in matches if match]
    return np.array(places) if places and len(places) == len(matches) else None


def _given(names: list[str] | None, places: Array | None) -> list[str] | None:
    """Return names, unless they are the labels of traces without names."""
    return None if names is None or names == column_labels(len(names), None, places) else names
