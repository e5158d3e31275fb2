"""Long traces on few pixels: the samples that can be seen. This module only computes; `long_traces` draws.

Of the samples in one column of pixels, a line through all shows the first, the minimum, the maximum, and the last: the
first and the last join the column to its neighbours, the others are its ends. The line through these four, in their
order in time, covers the same pixels as the line through all, so no peak is lost, however short. Up to four samples a
column are given as they are. Figures and live windows use the same function.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from .._base import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Samples of a column that are seen; so many need no choice.
SEEN = 4


def visible_samples(x: Array, traces: Array, columns: Array) -> list[tuple[Array, Array]]:
    """Return the samples of each trace that can be seen.

    Parameters
    ----------
    x : (T,) array
    traces : (T, N) array
    columns : (T,) array of int
        The column of pixels of each sample; samples of a column follow each other. See `pixel_columns`.

    Returns
    -------
    list of N pairs of arrays
        x and trace, for each trace up to four samples a column. NaN does not count as an extreme, and if it is the
        first or last of a column, the gap stays.
    """
    starts = np.flatnonzero(np.diff(columns, prepend=columns[:1] - 1))
    if len(x) <= SEEN * len(starts):
        return [(x, trace) for trace in traces.T]
    lasts = np.append(starts[1:], len(x)) - 1
    lowest, highest = _extremes(traces, starts, lasts + 1)
    result = []
    for i, trace in enumerate(traces.T):
        seen = np.stack([starts, lowest[:, i], highest[:, i], lasts], axis=1)
        seen.sort(axis=1)
        places = seen.ravel()
        places = places[np.diff(places, prepend=-1) > 0]
        result.append((x[places], trace[places]))
    return result


def _extremes(traces: Array, starts: Array, stops: Array) -> tuple[Array, Array]:
    """Return where each trace has its minimum and its maximum in each column, (C, N), ignoring NaN."""
    lowest, highest = (np.empty((len(starts), traces.shape[1]), np.intp) for _ in range(2))

    def search(which: range) -> None:
        """Search some of the columns."""
        for i in which:
            part = np.ascontiguousarray(traces[starts[i] : stops[i]].T)
            lowest[i], highest[i] = part.argmin(axis=1), part.argmax(axis=1)
            if part.dtype.kind == "f" and np.isnan(part[np.arange(len(part)), lowest[i]]).any():  # NaN goes first
                gap = np.isnan(part)
                lowest[i] = np.where(gap, np.inf, part).argmin(axis=1)
                highest[i] = np.where(gap, -np.inf, part).argmax(axis=1)

    if traces.size < 2**20:  # starting a thread takes more time than it saves
        search(range(len(starts)))
    else:
        with ThreadPoolExecutor(2) as pool:  # NumPy releases the interpreter's lock
            list(pool.map(search, [range(0, len(starts), 2), range(1, len(starts), 2)]))
    return lowest + starts[:, None], highest + starts[:, None]


def pixel_columns(ax: "Axes", x: Array, scale: float = 1.0) -> tuple[slice, Array]:
    """Return which samples are in view, with one more on each side, and the column of pixels of each of them.

    Parameters
    ----------
    ax : matplotlib Axes
        With a linear x-axis.
    x : (T,) increasing array
    scale : float
        Columns in a pixel.
    """
    low, high = sorted(ax.get_xlim())
    start = max(int(np.searchsorted(x, low)) - 1, 0)
    view = slice(start, int(np.searchsorted(x, high, side="right")) + 1)
    shown = np.asarray(x[view], np.float64)
    places = ax.get_xaxis_transform().transform(np.stack([shown, np.zeros(len(shown))], axis=1))[:, 0]
    return view, np.floor(places * scale).astype(np.int64)
