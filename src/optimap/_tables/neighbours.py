"""Traces in the objects of neighbouring packages, recognised without importing these: pynapple, neo.

Their times are in s; a neo signal states its rate, and may name its channels. A result becomes such an object again in
`as_neighbour`.
"""

import sys
from typing import Any

import numpy as np

from .._base import Array, Floats
from .axes import find_rate
from .table import TraceTable


def is_neighbour(signals: object) -> bool:
    """Whether traces are an object of one of these packages, which has then been imported."""
    package = type(signals).__module__.partition(".")[0]
    if package not in ("pynapple", "neo") or package not in sys.modules:
        return False
    return hasattr(signals, "t" if package == "pynapple" else "magnitude") and hasattr(signals, "times")


def from_neighbour(signals: Any) -> TraceTable:
    """Return the table that such an object describes."""
    values, times, names = _parts(signals)
    rate = find_rate(times)
    return TraceTable(values, None if rate is not None else times, rate, None, names)


def neighbour_times(signals: Any) -> Floats:
    """Return the times of the samples in s."""
    return _parts(signals)[1]


def as_neighbour(result: Array, like: Any, keeps_unit: bool) -> Any:
    """Return values with the times and names of `like`, of its type."""
    if hasattr(like, "magnitude"):
        return like.duplicate_with_new_data(result, units=None if keeps_unit else "dimensionless")
    names = {"columns": like.columns} if hasattr(like, "columns") else {}
    return type(like)(t=like.t, d=result, time_support=like.time_support, **names)


def _parts(signals: Any) -> tuple[Array, Floats, list[str] | None]:
    """Return the values, the times in s, and the names."""
    if hasattr(signals, "magnitude"):
        values: Array = np.asarray(signals.magnitude)
        labels = signals.array_annotations.get("channel_names")
        times = np.asarray(signals.times.rescale("s").magnitude, np.float64)
        if hasattr(signals, "sampling_rate") and float(signals.t_start) == 0:
            # The times are multiples of a rounded interval; these are not.
            times = np.arange(len(values)) / float(signals.sampling_rate.rescale("Hz").magnitude)
    else:
        values, times = np.asarray(signals.values), np.asarray(signals.t, np.float64)
        labels = getattr(signals, "columns", None)
        if labels is not None and list(labels) == list(range(len(labels))):
            labels = None
    return values, times, None if labels is None else [str(label) for label in labels]
