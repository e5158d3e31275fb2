"""Long traces on few pixels: the minimum and maximum of each bin. This module only computes; `long_traces` draws.

A line of a million samples on a thousand pixels shows only the minimum and maximum at each column of pixels, so only
those are given to matplotlib; no peak is lost, however short. Bins follow the axes' width and visible range.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from .._base import Array

View = tuple[int, int, int]  # first visible sample, last + 1, number of bins


def min_max(x: Array, traces: Array, view: View) -> tuple[Array, Array]:
    """Return the samples in view; if there are many more than bins, the minimum and maximum of each bin.

    Parameters
    ----------
    x : (T,) increasing array
    traces : (T, N) array
    view : (first sample, last sample + 1, number of bins)

    Returns
    -------
    x : (M,) array
    traces : (M, N) array
        A bin that holds only NaN gives NaN.
    """
    start, stop, bins = view
    if stop - start <= 4 * bins:
        return x[start:stop], traces[start:stop]
    edges = np.linspace(start, stop, bins + 1).astype(np.intp)
    result = np.empty((2 * bins, traces.shape[1]), traces.dtype)
    low, high = _extremes(traces[:stop], edges[:-1])
    # Minimum, maximum, maximum, minimum, ...: no stroke runs back through its bin, which halves the drawing time.
    result[0::4], result[1::4] = low[0::2], high[0::2]
    result[2::4], result[3::4] = high[1::2], low[1::2]
    places = np.stack([edges[:-1], edges[1:] - 1], axis=1).ravel()
    return x[places], result


def _extremes(values: Array, starts: Array) -> list[Array]:
    """Return the minimum and the maximum of each bin, ignoring NaN."""

    def extreme(functions: tuple[np.ufunc, np.ufunc]) -> Array:
        """Return the minimum or the maximum."""
        plain, ignoring_nan = functions
        # fmin takes twice as long as minimum, and is needed only if there is NaN.
        result = np.asarray(plain.reduceat(values, starts, axis=0))
        if result.dtype.kind == "f" and np.isnan(result).any():
            result = np.asarray(ignoring_nan.reduceat(values, starts, axis=0))
        return result

    both = ((np.minimum, np.fmin), (np.maximum, np.fmax))
    if values.size < 2**20:  # starting a thread takes more time than it saves
        return [extreme(functions) for functions in both]
    with ThreadPoolExecutor(2) as pool:  # NumPy releases the interpreter's lock
        return list(pool.map(extreme, both))


def pixel_columns(x: Array, trace: Array, view: View) -> tuple[Array, Array]:
    """Return one trace as a stroke from minimum to maximum for each bin, with gaps between, for fast drawing.

    A stroke extends to the first sample of the next bin, so that steep parts stay joined and flat parts are lines.
    Strokes without joints are drawn several times faster than the zigzag of `min_max`. Few samples are returned as
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
    ends = x[np.minimum(edges[1:], stop - 1)]
    return np.stack([x[edges[:-1]], ends, ends], axis=1).ravel(), y
