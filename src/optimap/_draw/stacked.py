"""Many traces one above the other: shifted, all to the same scale, the first on top.

The distance of neighbours is the usual range of the traces, so that traces of the usual size do not touch, and one that
is much larger does not flatten the others. It stands in its row with the middle of its usual values, so that one frame
that is far off does not move it among others. Nothing is divided: a bar shows what a height is in the traces' own unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .._base import Array, Floats, check_flag

if TYPE_CHECKING:
    pass

# More traces than this are stacked unless told otherwise.
MOST_OVERLAID = 8
# More regions than this are numbered, not labelled.
MOST_LABELS = 12
USUAL = 90  # percentile of the ranges of traces
GAP = 1.05  # of the usual range, between neighbours
LARGE = 1.5  # distances: what is larger covers its neighbours in any case
MOST = 1, 99  # percentiles, between which the values of a trace usually are
SAMPLED = 10_000  # samples, of which these are found
ROW, LOWEST, HIGHEST = 0.16, 4.8, 12.0  # inches: of each trace, and of a figure


@dataclass(frozen=True)
class Stack:
    """How far each trace is shifted upwards."""

    offsets: Floats  # (N,)
    middles: Floats  # (N,) where each trace is drawn
    distance: float  # of neighbours


def check_stack(stack: object) -> None:
    """Raise an error unless `stack` is True, False or None."""
    if stack is not None:
        check_flag(stack, "stack")


def is_stacked(stack: bool | None, count: int) -> bool:
    """Return whether traces are stacked: what the user says, otherwise if there are many."""
    return count > MOST_OVERLAID if stack is None else bool(stack) and count > 0


def stack_traces(lows: Array, highs: Array, usual: Array) -> Stack:
    """Return how traces (or groups of them) with these ranges and usual middles are stacked."""
    ranges = highs - lows
    known = ranges[np.isfinite(ranges) & (ranges > 0)]
    distance = GAP * float(np.percentile(known, USUAL)) if len(known) else 1.0
    middles: Floats = distance * np.arange(len(ranges), dtype=np.float64)[::-1]
    return Stack(middles - row_centers(lows, highs, usual, distance), middles, distance)


def row_centers(lows: Array, highs: Array, usual: Array, distance: float) -> Floats:
    """Return the value of each trace that stands in the middle of its row."""
    is_large = (highs - lows > LARGE * distance) & np.isfinite(usual)
    centers = np.where(is_large, usual, (lows + highs) / 2)
    return np.asarray(np.where(np.isfinite(centers), centers, 0.0), np.float64)


def ranges_of(values: Array) -> tuple[Floats, Floats, Floats]:
    """Return the least, the largest and the usual middle of the finite values of each column, NaN if there are none.

    The last is halfway between two percentiles, of a sample of long columns.
    """
    if not len(values):
        nothing = np.full(values.shape[1], np.nan)
        return nothing, nothing, nothing
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        values = np.where(np.isfinite(values), values, np.nan)
    low, high = np.fmin.reduce(values, axis=0), np.fmax.reduce(values, axis=0)
    usual = np.full(values.shape[1], np.nan)
    for i, trace in enumerate(values[:: -(-len(values) // SAMPLED)].T):
        known = trace[np.isfinite(trace)]
        if known.size:
            usual[i] = np.percentile(known.astype(np.float64), MOST).mean()
    return np.asarray(low, np.float64), np.asarray(high, np.float64), usual


def stacked_height(count: int) -> float:
    """Return the height of a new figure, in inches."""
    return min(max(LOWEST, 1.0 + ROW * count), HIGHEST)
