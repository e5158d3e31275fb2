"""temporal_difference: what changes from one frame to another one n frames later, block by block."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import kernels
from .._base import (
    ArgumentError,
    ArgumentTypeError,
    Array,
    VideoLike,
    budget,
    check_flag,
    is_dask,
    refuse_device_array,
    whole_number,
)
from .._series import given_series

TILE = 2**18  # samples that are converted and subtracted at once: they stay in the cache


def temporal_difference(array: VideoLike | ArrayLike, n: int, fill_value: float = 0, center: bool = False) -> Array:
    """Subtract from each frame, or sample, the one `n` frames before: ``array[t] - array[t - n]``.

    Parameters
    ----------
    array : (T, H, W), (T,) or (T, N) array-like
        A video or signals; time is the first axis. Recordings and memory maps are read in blocks. Not modified. A dask
        array gives a dask array, and tables, data frames and arrays of xarray, whose dimensions are obeyed, give such.
    n : int
        Frames between the two, 1 or more.
    fill_value : float
        The value of the `n` frames without a difference.
    center : bool
        Put the difference between its two frames: there are ``n - n // 2`` filled frames before, and ``n // 2`` after.
        Otherwise, all are at the beginning.

    Returns
    -------
    array with the shape of `array`
        float32 for float16 and float32 and for integers of 8 and 16 bits, whose differences are exact; else float64.

    Raises
    ------
    ValueError
        If `n` is not a whole number of 1 or more.
    TypeError
        If the values are not real numbers, or `fill_value` is not a number.

    Examples
    --------
    >>> from optimap.video import temporal_difference
    >>> temporal_difference([1, 2, 4, 8], 1).tolist()
    [0.0, 1.0, 2.0, 4.0]
    >>> temporal_difference([1, 2, 4, 8], 2, center=True).tolist()
    [0.0, 3.0, 6.0, 0.0]
    """
    lag = whole_number(n, "n", minimum=1)
    if isinstance(fill_value, bool) or not isinstance(fill_value, (int, float, np.integer, np.floating)):
        raise ArgumentTypeError.must_be("fill_value", fill_value, "a number")
    check_flag(center, "center")
    refuse_device_array(array, "array", "temporal_difference()")
    given = given_series(array, "array")
    values: Any = given.values
    values = values if hasattr(values, "shape") and hasattr(values, "dtype") else np.asarray(values)
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(values.astype(np.result_type(values.dtype, np.float32)), np.nan)
    dtype = np.dtype(values.dtype)
    if dtype.kind not in "biuf":
        raise ArgumentTypeError("array", array, f"holds {dtype} values", "give real numbers", subject="array")
    if not values.shape:
        raise ArgumentError("array", array, "is a single number", "give a video or a signal", plain=True)
    kept = dtype.itemsize <= 2 or dtype == np.float32
    target = np.dtype(np.float32 if kept else np.float64)
    before = min(lag - lag // 2 if center else lag, values.shape[0])
    compute = _difference_dask if is_dask(values) else _difference
    return given.like(compute(values, lag, before, target, fill_value))  # type: ignore[no-any-return]


def _difference(values: Any, lag: int, before: int, target: np.dtype[Any], fill_value: float) -> Array:
    """Return the differences; those of frames `lag` apart begin at the frame `before`."""
    frames = values.shape[0]
    result: Array = np.empty(values.shape, target)
    count = max(0, frames - lag)
    result[:before], result[before + count :] = fill_value, fill_value
    if not result[:count].size:
        return result
    step = max(1, TILE // (result.size // frames)) if isinstance(values, np.ndarray) else None
    step = step or max(lag, budget().read_bytes // max(1, result.nbytes // frames))

    def work(number: int) -> None:
        start, stop = number * step, min(count, (number + 1) * step)
        read = values if isinstance(values, np.ndarray) else np.asarray(values[start : stop + lag])
        first = start if read is values else 0
        with np.errstate(over="ignore", invalid="ignore"):  # of long doubles, and of the largest numbers
            later = read[first + lag : first + lag + stop - start].astype(target, copy=False)
            out = result[before + start : before + stop]
            np.subtract(later, read[first : first + stop - start], out=out, dtype=target)

    tasks = -(-count // step)
    is_free = isinstance(values, np.ndarray)  # others are read by one thread
    kernels.run_in_threads(work, tasks, min(kernels.thread_count() if is_free else 1, tasks))
    return result


def _difference_dask(values: Any, lag: int, before: int, target: np.dtype[Any], fill_value: float) -> Any:
    """Return the differences as a dask array."""
    da: Any = importlib.import_module("dask.array")
    count = max(0, values.shape[0] - lag)
    inside = values[lag:].astype(target) - values[:count].astype(target)
    ends = [(length, *values.shape[1:]) for length in (before, values.shape[0] - before - count)]
    filled = [da.full(shape, fill_value, dtype=target, chunks=(-1, *values.chunks[1:])) for shape in ends]
    return da.concatenate([filled[0], inside, filled[1]])
