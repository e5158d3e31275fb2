"""The loops of ``gaussian.hpp`` in SciPy, which adds in the same order: the numbers are the same to the last bit."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._workers import run_in_threads

Array = NDArray[Any]


def smooth_in_space(frames: Array, half: Array, out: Array, threads: int = 1) -> None:
    """Write frames, smoothed down their columns and along their rows, to `out`; edges are mirrors."""
    from scipy.ndimage import correlate1d

    weights, threads = _both_halves(half), min(threads, len(frames))
    cuts = np.linspace(0, len(frames), threads + 1).astype(int).tolist()

    def work(number: int) -> None:
        part = slice(cuts[number], cuts[number + 1])
        columns = correlate1d(frames[part], weights, axis=1, output=np.float64)
        correlate1d(columns, weights, axis=2, output=out[part])

    run_in_threads(work, threads, threads)


def smooth_in_time(frames: Array, half: Array, first: int, out: Array, threads: int = 1) -> None:
    """Write the frames of (T, M) from `first` on, smoothed in time, to `out`; the first and the last are mirrors."""
    from scipy.ndimage import correlate1d

    reach = len(half) - 1
    start, stop = max(0, first - reach), min(len(frames), first + len(out) + reach)
    # A part has the same mirrors as the whole, or so many frames around it that it meets none.
    smooth = correlate1d(frames[start:stop], _both_halves(half), axis=0)
    out[:] = smooth[first - start : first - start + len(out)]


def _both_halves(half: Array) -> Array:
    """Return all weights of a symmetric filter."""
    return np.concatenate((half[:0:-1], half))
