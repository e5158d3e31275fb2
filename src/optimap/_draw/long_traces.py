"""Lines of long traces in a figure: reduced to the available pixels whenever the view changes.

This module imports matplotlib, so it is imported only to draw. How traces are reduced is in `decimate`.
"""

import math
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.lines import Line2D

from .._base import Array
from .decimate import View, min_max

# Resolution of vector files, which have no pixels.
PRINT_DPI = 300

# Width in pixels of a stroke of the usual line width; finer bins only overlap, and would take most of the time.
STROKE = 1.5

# Shorter traces are drawn as they are.
LONG = 10_000


def plot_traces(ax: Axes, x: Array, traces: Array, style: dict[str, Any], offsets: Array | None = None) -> list[Line2D]:
    """Draw the columns of `traces`, long ones by minimum and maximum, updated whenever the view changes.

    Each is shifted upwards by its entry of `offsets`, if these are given.
    """
    increasing = x.dtype.kind in "iuf" and bool((np.diff(x) > 0).all())
    if len(x) <= LONG or not increasing or traces.dtype.kind not in "iuf":
        return ax.plot(x, traces if offsets is None else traces + offsets, **style)
    if traces.dtype.itemsize == 2 and traces.dtype.kind == "f":
        traces = traces.astype(np.float32)  # NumPy compares half floats one by one
    # A few more bins than pixels: axes grow when the figure is laid out, and no second reduction is needed.
    view = (0, len(x), math.ceil(1.2 * _bins(ax, raster=True)))
    seen, values = min_max(x, traces, view)
    lines = ax.plot(seen, values if offsets is None else values + offsets, **style)
    keeper = LongTraces(x, traces, lines, view, offsets)
    ax.add_artist(keeper)
    ax.callbacks.connect("xlim_changed", lambda changed: keeper.update_lines(changed, raster=True))
    return lines


class LongTraces(Artist):
    """An artist that draws nothing: it is drawn first, and passes the lines the samples that their pixels can show."""

    def __init__(self, x: Array, traces: Array, lines: list[Line2D], view: View, offsets: Array | None) -> None:
        super().__init__()
        self.x, self.traces, self.lines, self.seen = x, traces, lines, view
        self.offsets = np.zeros(len(lines)) if offsets is None else offsets
        self.set_zorder(-1e9)
        self.set_in_layout(False)

    def draw(self, renderer: RendererBase) -> None:
        """Give the lines the samples for this renderer's pixels."""
        ax: Any = self.axes
        if ax is not None:
            self.update_lines(ax, raster=hasattr(renderer, "buffer_rgba"))

    def update_lines(self, ax: Axes, raster: bool) -> None:
        """Give the lines the samples in view."""
        low, high = sorted(ax.get_xlim())
        # One more sample on each side, so that lines reach the edge.
        start = max(int(np.searchsorted(self.x, low)) - 1, 0)
        stop = min(int(np.searchsorted(self.x, high, side="right")) + 1, len(self.x))
        # No bins on a logarithmic axis: bins of equal width would be too wide where it is stretched.
        bins = _bins(ax, raster) if ax.get_xscale() == "linear" else stop
        if (start, stop) == self.seen[:2] and bins <= self.seen[2] <= 2 * bins:
            return
        self.seen = (start, stop, bins)
        x, traces = min_max(self.x, self.traces, self.seen)
        for line, values in zip(self.lines, (traces + self.offsets).T, strict=True):
            if line.axes is ax:  # not removed in the meantime
                line.set_data(x, values)


def _bins(ax: Axes, raster: bool) -> int:
    """Return one bin for each width of a stroke; a vector file has no pixels, and gets the resolution of a print."""
    width = ax.get_window_extent().width
    if not raster:
        width *= PRINT_DPI / ax.figure.dpi
    return max(100, math.ceil(width / STROKE))
