"""Long traces on few pixels: the minimum and maximum of each bin, worked out again when the view changes.

A line of a million samples on a thousand pixels shows nothing but each pixel column's minimum and maximum, so only
those are handed to matplotlib; no peak is lost, however short. Bins follow the axes' width and visible range.
"""

import math
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

Array = NDArray[Any]
View = tuple[int, int, int]  # first visible sample, last + 1, number of bins

# Resolution of vector files, which have no pixels.
PRINT_DPI = 300
# Shorter traces are drawn as they are.
LONG = 10_000


def min_max(x: Array, traces: Array, view: View) -> tuple[Array, Array]:
    """Return the samples in view, as (minimum, maximum) of each bin where there are many more than bins.

    Parameters
    ----------
    x : (T,) increasing array
    traces : (T, N) array
    view : (first sample, last sample + 1, number of bins)

    Returns
    -------
    x : (M,) array
    traces : (M, N) array
        A bin of NaN alone gives NaN.
    """
    start, stop, bins = view
    if stop - start <= 4 * bins:
        return x[start:stop], traces[start:stop]
    edges = np.linspace(start, stop, bins + 1).astype(np.intp)
    result = np.empty((2 * bins, traces.shape[1]), traces.dtype)
    result[0::2], result[1::2] = _extremes(traces[:stop], edges[:-1])
    places = np.stack([edges[:-1], edges[1:] - 1], axis=1).ravel()
    return x[places], result


def _extremes(values: Array, starts: Array) -> list[Array]:
    """Return the minimum and the maximum of each bin, ignoring NaN."""

    def extreme(functions: tuple[np.ufunc, np.ufunc]) -> Array:
        plain, ignoring_nan = functions
        # fmin is half as fast as minimum, and needed only where there is NaN.
        result = np.asarray(plain.reduceat(values, starts, axis=0))
        if result.dtype.kind == "f" and np.isnan(result).any():
            result = np.asarray(ignoring_nan.reduceat(values, starts, axis=0))
        return result

    both = ((np.minimum, np.fmin), (np.maximum, np.fmax))
    if values.size < 2**20:  # a thread costs more than it saves
        return [extreme(functions) for functions in both]
    with ThreadPoolExecutor(2) as pool:  # NumPy lets go of the interpreter meanwhile
        return list(pool.map(extreme, both))


def pixel_columns(x: Array, trace: Array, view: View) -> tuple[Array, Array]:
    """Return one trace as a vertical stroke for each bin, with gaps between: what a fast drawing needs.

    A stroke reaches to the first sample of the next bin, so that steep parts stay joined. Strokes without joints are
    drawn five times faster than the zigzag of `min_max`: thirty noisy traces in 60 ms, not 300. Few samples come as
    they are.
    """
    start, stop, bins = view
    if stop - start <= 1.5 * bins:
        return x[start:stop], trace[start:stop]
    edges = np.linspace(start, stop, bins + 1).astype(np.intp)
    low, high = (extreme[:, 0] for extreme in _extremes(trace[:stop, None], edges[:-1]))
    following = trace[edges[1:-1]]
    low[:-1], high[:-1] = np.fmin(low[:-1], following), np.fmax(high[:-1], following)
    y = np.stack([low, high, np.full(bins, np.nan)], axis=1).ravel()
    return np.repeat(x[(edges[:-1] + edges[1:]) // 2], 3), y


def plot_traces(ax: "Axes", x: Array, traces: Array, **kwargs: Any) -> "list[Line2D]":
    """Draw the columns of `traces`, long ones by minimum and maximum, anew whenever the view changes."""
    increasing = x.dtype.kind in "iuf" and bool((np.diff(x) > 0).all())
    if len(x) <= LONG or not increasing or traces.dtype.kind not in "iuf":
        return ax.plot(x, traces, **kwargs)
    view = (0, len(x), _bins(ax, raster=True))
    lines = ax.plot(*min_max(x, traces, view), **kwargs)
    keeper = _long_traces_class()(x, traces, lines, view)
    ax.add_artist(keeper)
    ax.callbacks.connect("xlim_changed", lambda changed: keeper.update_lines(changed, raster=True))
    return lines


@cache
def _long_traces_class() -> Any:
    from matplotlib.artist import Artist

    class LongTraces(Artist):
        """Draws nothing itself: it is drawn first, and gives the lines what their pixels can show."""

        def __init__(self, x: Array, traces: Array, lines: "list[Line2D]", view: View) -> None:
            super().__init__()
            self.x, self.traces, self.lines, self.seen = x, traces, lines, view
            self.set_zorder(-1e9)
            self.set_in_layout(False)

        def draw(self, renderer: Any) -> None:
            ax: Any = self.axes
            if ax is not None:
                self.update_lines(ax, raster=hasattr(renderer, "buffer_rgba"))

        def update_lines(self, ax: "Axes", raster: bool) -> None:
            low, high = sorted(ax.get_xlim())
            # One sample more on each side, so that lines run to the edge.
            start = max(int(np.searchsorted(self.x, low)) - 1, 0)
            stop = min(int(np.searchsorted(self.x, high, side="right")) + 1, len(self.x))
            # Bins of equal width would be too wide where a logarithmic axis is stretched: no bins there.
            view = (start, stop, _bins(ax, raster) if ax.get_xscale() == "linear" else stop)
            if view == self.seen:
                return
            self.seen = view
            x, traces = min_max(self.x, self.traces, view)
            for line, values in zip(self.lines, traces.T, strict=True):
                if line.axes is ax:  # not removed since
                    line.set_data(x, values)

    return LongTraces


def _bins(ax: "Axes", raster: bool) -> int:
    """One bin for each pixel; a vector file has none, and gets what a good print has."""
    width = ax.get_window_extent().width
    if not raster:
        width *= PRINT_DPI / ax.figure.dpi
    return max(100, math.ceil(width))
