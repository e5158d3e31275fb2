"""The door for series: arrays, tables of traces and labelled objects come in, and results go out in the same form.

Functions of series call `given_series` once, compute with its `values`, and return ``given.like(result)``. Arrays pass
unchanged, and so do those of dask and of devices. All others state times, names and positions, which are kept:
`TraceTable`, arrays of xarray (lazy ones stay lazy), data frames and series of pandas, and the objects of neighbouring
packages. What their times mean is decided here alone: evenly spaced ones give a rate.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .._base import (
    ArgumentError,
    Array,
    Floats,
    axis_letter,
    coordinate_times,
    given_fps,
    time_of_name,
)
from .._reading import is_labelled, unlabelled
from .._tables import (
    TraceTable,
    array_labels,
    as_neighbour,
    frame_axis,
    is_neighbour,
    is_tidy,
    labelled_table,
    neighbour_times,
    regular_rate,
)

if TYPE_CHECKING:
    import dask.array
    import pandas
    import xarray

# What results have the form of.
LabelledSeries = TypeVar(
    "LabelledSeries", bound="TraceTable | dask.array.Array | xarray.DataArray | pandas.DataFrame | pandas.Series"
)


@dataclass(frozen=True)
class Given:
    """Series as they were given.

    Attributes
    ----------
    values : array
        The samples, in an order that the functions take: (T,), (T, N) or (T, H, W).
    fps : float or None
        The rate, if times or a rate are stated.
    x : (T,) array or None
        The axis, if there is one other than that of a rate from 0 on.
    names, positions : list of str, (N, 2) array, or None
    """

    values: Any
    fps: float | None = None
    x: Array | None = None
    names: list[str] | None = None
    positions: Array | None = None
    _back: Callable[[Any, bool], Any] | None = None
    _irregular: bool = False

    def like(self, result: Any, *, keeps_unit: bool = True) -> Any:
        """Return a result with the shape of the values in the form in which they were given."""
        return result if self._back is None else self._back(result, keeps_unit)

    def rate(self, fps: float | None, name: str = "signals") -> float | None:
        """Return the rate that was given, or else that of the series; irregular times are an error."""
        if fps is not None:
            return given_fps(fps)
        if self._irregular:
            problem, cure = "has times that are not evenly spaced", "interpolate them to a constant rate, or give fps="
            raise ArgumentError(name, self.x, problem, cure, subject=name, keyword="fps")
        return self.fps


def given_series(signals: Any, name: str = "signals") -> Given:
    """Return series of any form; anything unknown is left to the checks of arrays."""
    if isinstance(signals, TraceTable):
        return Given(signals.traces, signals.fps, signals.x, signals.names, signals.positions, _in_table(signals))
    if is_labelled(signals):
        return _from_array(signals, name)
    table = labelled_table(signals, name)
    if table is None:
        return Given(unlabelled(signals, name)[0])  # a variable of xarray, or an error for a dataset
    times = neighbour_times(signals) if is_neighbour(signals) else _frame_times(signals)
    back = _in_neighbour(signals) if is_neighbour(signals) else _in_frame(signals)
    rate = regular_rate(times) if table.fps is None else table.fps
    x = table.x if times is None else _axis_of(times, rate)
    return Given(table.traces, rate, x, table.names, table.positions, back, rate is None and _is_uneven(times))


def _axis_of(times: Floats, rate: float | None) -> Floats | None:
    """Return times in s, unless they are those of a rate from 0 on."""
    return None if rate is not None and times[0] == 0 else times


def _is_uneven(times: Floats | None) -> bool:
    """Whether there are times, which have no rate."""
    return times is not None and len(times) > 1


def _in_table(table: TraceTable) -> Callable[[Any, bool], Any]:
    return lambda result, _: replace(table, traces=result)


def _in_neighbour(signals: Any) -> Callable[[Any, bool], Any]:
    return lambda result, keeps_unit: as_neighbour(result, signals, keeps_unit)


def _from_array(array: "xarray.DataArray", name: str) -> Given:
    """Return the series in an array of xarray."""
    kept = array.squeeze([dim for dim, size in array.sizes.items() if size == 1 and array.ndim > 3])
    ordered = kept.T if _has_time_last(kept) else kept
    values, times = unlabelled(ordered, name)
    rate = regular_rate(times) if times is not None else _stated_rate(array.attrs.get("fps"))
    names, places = array_labels(ordered, name) if ordered.ndim == 2 else (None, None)
    dims = _named_order(kept, ordered)

    def back(result: Any, keeps_unit: bool) -> Any:
        attrs = {key: value for key, value in kept.attrs.items() if keeps_unit or key != "units"}
        new = type(kept)(result, coords=kept.coords, dims=dims, name=kept.name, attrs=attrs)
        return new if kept.ndim == 3 else new.transpose(*kept.dims)

    x = None if times is None else _axis_of(times, rate)
    return Given(values, rate, x, names, places, back, rate is None and _is_uneven(times))


def _stated_rate(stated: object) -> float | None:
    """Return a rate from an attribute, or None."""
    if isinstance(stated, bool) or not isinstance(stated, (int, float, np.integer, np.floating)):
        return None
    return float(stated) if 0 < stated < np.inf else None


def _has_time_last(array: "xarray.DataArray") -> bool:
    """Whether the second of two dimensions is time, and the first is not."""
    is_time = [axis_letter(dim) == "T" or time_of_name(str(dim)) is not None for dim in array.dims]
    return is_time == [False, True]


def _named_order(kept: "xarray.DataArray", ordered: "xarray.DataArray") -> tuple[Any, ...]:
    """Return the names of the axes of results: a video becomes (T, H, W), of two axes time comes first."""
    letters = [axis_letter(dim) for dim in kept.dims]
    if kept.ndim == 3 and sorted(letters) == ["T", "X", "Y"]:
        return tuple(kept.dims[letters.index(letter)] for letter in "TYX")
    return ordered.dims


def _frame_times(frame: Any) -> Floats | None:
    """Return the axis of a data frame or a series of pandas in s, if it is one of time."""
    if hasattr(frame, "columns") and is_tidy(list(frame.columns)):
        count = max(1, len(dict.fromkeys(frame["name"])))
        name, axis = frame.columns[0], frame[frame.columns[0]].to_numpy()[: len(frame) // count]
    elif hasattr(frame, "columns"):
        name, axis, _ = frame_axis(frame)
    else:
        name, axis = frame.index.name, frame.index.to_numpy()
    times = coordinate_times(np.asarray(axis), *(time_of_name(str(name)) or ("", "")))
    return None if times is None else np.asarray(times, np.float64)


def _in_frame(frame: Any) -> Callable[[Any, bool], Any]:
    """Return what puts results into a data frame, or a series, like one that was given."""
    pd = sys.modules["pandas"]

    def back(result: Any, _: bool) -> "pandas.DataFrame | pandas.Series":
        if not hasattr(frame, "columns"):
            new = pd.Series(result, index=frame.index, name=frame.name)
        elif is_tidy(list(frame.columns)):
            new = frame.assign(value=np.asarray(result).T.ravel())
        elif frame_axis(frame)[2]:
            new = pd.DataFrame(result, index=frame.index, columns=frame.columns[1:])
            new.insert(0, frame.columns[0], frame.iloc[:, 0])
        else:
            new = pd.DataFrame(result, index=frame.index, columns=frame.columns)
        new.attrs = dict(frame.attrs)
        return new

    return back
