"""Lines of long traces in a figure: reduced to the available pixels whenever the view changes.

This module imports matplotlib, so it is imported only to draw. Which samples can be seen is in `decimate`.
"""

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.lines import Line2D

from .._base import Array
from .decimate import pixel_columns, visible_samples
from .strokes import ColumnStrokes

# Resolution of vector files, which have no pixels, in columns per inch; strokes are wider than that.
PRINT_DPI = 200

# Shorter traces are drawn as they are.
LONG = 10_000


def plot_traces(ax: Axes, x: Array, traces: Array, style: dict[str, Any], offsets: Array | None = None) -> list[Line2D]:
    """Draw the columns of `traces`, of long ones what can be seen, updated whenever the view changes.

    Each is shifted upwards by its entry of `offsets`, if these are given.
    """
    if traces.dtype.kind == "f" and traces.dtype.itemsize > 8:
        with np.errstate(over="ignore"):
            traces = traces.astype(np.float64)  # as matplotlib does, with warnings
    shifts = np.zeros(traces.shape[1], np.int8) if offsets is None else offsets
    increasing = x.dtype.kind in "iuf" and bool((np.diff(x) > 0).all())
    if len(x) <= LONG or not increasing or traces.dtype.kind not in "iuf":
        return ax.plot(x, traces if offsets is None else traces + offsets, **style)
    if traces.dtype.itemsize == 2 and traces.dtype.kind == "f":
        traces = traces.astype(np.float32)  # NumPy compares half floats one by one
    # The extremes set the limits of the axes; the samples follow with the limits in x, or when the figure is drawn.
    extremes = np.stack([np.fmin.reduce(traces), np.fmax.reduce(traces)])
    lines = ax.plot(x[[0, -1]], extremes + shifts, **{"path_effects": [ColumnStrokes()], **style})
    keeper = LongTraces(x, traces, shifts, lines)
    ax.add_artist(keeper)
    ax.callbacks.connect("xlim_changed", lambda changed: keeper.update_lines(changed, raster=True))
    return lines


class LongTraces(Artist):
    """An artist that draws nothing: it is drawn first, and passes the lines the samples that their pixels can show."""

    def __init__(self, x: Array, traces: Array, shifts: Array, lines: list[Line2D]) -> None:
        super().__init__()
        self.x, self.traces, self.shifts, self.lines = x, traces, shifts, lines
        self.seen: tuple[float, ...] = ()  # where on which pixels
        self.set_zorder(-1e9)
        self.set_in_layout(False)

    def draw(self, renderer: RendererBase) -> None:
        """Give the lines the samples for this renderer's pixels."""
        ax: Any = self.axes
        if ax is not None:
            self.update_lines(ax, raster=hasattr(renderer, "buffer_rgba"))

    def update_lines(self, ax: Axes, raster: bool) -> None:
        """Give the lines the samples in view."""
        scale = 1.0 if raster else PRINT_DPI / ax.figure.dpi
        linear = ax.get_xscale() == "linear"
        seen = (*ax.get_xlim(), *ax.bbox.intervalx, scale, linear)
        if seen == self.seen:
            return
        self.seen = seen
        view, columns = pixel_columns(ax, self.x, scale)
        if not linear:  # where it is stretched, lines through all samples
            columns = np.arange(len(columns))
        visible = visible_samples(self.x[view], self.traces[view], columns)
        for line, (times, values), shift in zip(self.lines, visible, self.shifts, strict=True):
            if line.axes is ax:  # not removed in the meantime
                line.set_data(times, values + shift)
