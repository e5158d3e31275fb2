"""Lines of long traces in a figure: decimated to the pixels at hand, at first and whenever the view changes.

Imports matplotlib, so it is imported only to draw.
"""

import math
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from .._base import Array
from .decimate import View, min_max

# Resolution of vector files, which have no pixels.
PRINT_DPI = 300


# Pixels that a stroke covers at least, at the usual width of lines; finer bins only overlap, and cost most of the time.
STROKE = 1.5


# Shorter traces are drawn as they are.
LONG = 10_000


def plot_traces(ax: Axes, x: Array, traces: Array, **kwargs: Any) -> list[Line2D]:
    """Draw the columns of `traces`, long ones by minimum and maximum, anew whenever the view changes."""
    increasing = x.dtype.kind in "iuf" and bool((np.diff(x) > 0).all())
    if len(x) <= LONG or not increasing or traces.dtype.kind not in "iuf":
        return ax.plot(x, traces, **kwargs)
    if traces.dtype.itemsize == 2 and traces.dtype.kind == "f":
        traces = traces.astype(np.float32)  # NumPy compares half floats one by one
    # Some more bins than pixels: axes grow when the layout finds its place, and that need no second reduction.
    view = (0, len(x), math.ceil(1.2 * _bins(ax, raster=True)))
    lines = ax.plot(*min_max(x, traces, view), **kwargs)
    keeper = LongTraces(x, traces, lines, view)
    ax.add_artist(keeper)
    ax.callbacks.connect("xlim_changed", lambda changed: keeper.update_lines(changed, raster=True))
    return lines


class LongTraces(Artist):
    """Draws nothing itself: it is drawn first, and gives the lines what their pixels can show."""

    def __init__(self, x: Array, traces: Array, lines: list[Line2D], view: View) -> None:
        super().__init__()
        self.x, self.traces, self.lines, self.seen = x, traces, lines, view
        self.set_zorder(-1e9)
        self.set_in_layout(False)

    def draw(self, renderer: Any) -> None:
        """Give the lines the samples for this renderer's pixels."""
        ax: Any = self.axes
        if ax is not None:
            self.update_lines(ax, raster=hasattr(renderer, "buffer_rgba"))

    def update_lines(self, ax: Axes, raster: bool) -> None:
        """Give the lines the samples in view."""
        low, high = sorted(ax.get_xlim())
        # One sample more on each side, so that lines run to the edge.
        start = max(int(np.searchsorted(self.x, low)) - 1, 0)
        stop = min(int(np.searchsorted(self.x, high, side="right")) + 1, len(self.x))
        # Bins of equal width would be too wide where a logarithmic axis is stretched: no bins there.
        bins = _bins(ax, raster) if ax.get_xscale() == "linear" else stop
        if (start, stop) == self.seen[:2] and bins <= self.seen[2] <= 2 * bins:
            return
        self.seen = (start, stop, bins)
        x, traces = min_max(self.x, self.traces, self.seen)
        for line, values in zip(self.lines, traces.T, strict=True):
            if line.axes is ax:  # not removed since
                line.set_data(x, values)


def _bins(ax: Axes, raster: bool) -> int:
    """One bin for each width of a stroke; a vector file has no pixels, and gets what a good print has."""
    width = ax.get_window_extent().width
    if not raster:
        width *= PRINT_DPI / ax.figure.dpi
    return max(100, math.ceil(width / STROKE))
