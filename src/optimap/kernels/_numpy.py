"""The loops of ``compiled.cpp`` in NumPy: the fallback without a compiler and the reference in tests."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._numpy_beats import find_beats  # noqa: F401
from ._numpy_exponential import exponential_baselines  # noqa: F401
from ._numpy_gaussian import smooth_in_space, smooth_in_time  # noqa: F401
from ._numpy_measure import measure_beats  # noqa: F401
from ._numpy_series import (  # noqa: F401
    asls_baselines,
    coarse_splines,
    falling_pairs,
    median_slopes,
    running_medians,
)
from ._numpy_upstrokes import crossing_times, upstroke_times  # noqa: F401
from ._workers import run_in_threads

Array = NDArray[Any]

# Gathered pixels held at once by each thread: summing is four times as fast while they stay in the caches.
_GATHER = 2**19
# Running sums held at once by each thread, and by all threads: with a quarter of the total per thread, calls take a
# third of the time.
_TABLE = 2**22
_ALL_TABLES = 2**25


def span_means(
    frames: Array,
    rows: Array,
    starts: Array,
    stops: Array,
    weights: Array,
    first: Array,
    out: Array,
    omit_nan: bool,
    as_sums: bool = False,
    threads: int = 1,
) -> None:
    """Write the weighted mean (or sum) of each window in each frame to ``out``; see `optimap.kernels.window_means`."""
    windows = len(first) - 1
    if windows == 0 or len(frames) == 0:
        return
    lengths = stops - starts
    ends = np.concatenate(([0], np.cumsum(lengths)))
    # All pixels of all spans, one after the other.
    x = np.arange(ends[-1]) - np.repeat(ends[:-1] - starts, lengths)
    y = np.repeat(rows, lengths)
    pixel_weights = np.repeat(weights, lengths)
    window_starts = ends[first[:-1]]
    all_weights = np.add.reduceat(pixel_weights, window_starts)

    step = max(1, _GATHER // int(ends[-1]))

    def work(begin: int, end: int) -> None:
        for t in range(begin, end, step):
            pixels = frames[t : min(t + step, end), y, x]
            total = all_weights
            if omit_nan and pixels.dtype.kind == "f":
                keep = ~np.isnan(pixels)
                sums = _sums(np.where(keep, pixels, 0), pixel_weights, window_starts)
                total = np.add.reduceat(keep * pixel_weights, window_starts, axis=1)
                sums[np.add.reduceat(keep, window_starts, axis=1, dtype=np.int64) == 0] = np.nan
            else:
                sums = _sums(pixels, pixel_weights, window_starts)
            with np.errstate(invalid="ignore"):  # only NaN in a window: 0 / 0
                out[t : t + len(pixels)] = sums if as_sums else sums / total

    _in_parallel(work, len(frames), threads)


def pixel_values(frames: Array, rows: Array, columns: Array, out: Array, threads: int = 1) -> None:
    """Write single pixels of each frame to ``out``."""

    def work(begin: int, end: int) -> None:
        if frames.flags.c_contiguous:  # a quarter faster
            out[begin:end] = frames[begin:end].reshape(end - begin, -1).take(rows * frames.shape[2] + columns, axis=1)
        else:
            out[begin:end] = frames[begin:end, rows, columns]

    _in_parallel(work, len(frames), threads)


def box_means(
    frames: Array,
    top: Array,
    bottom: Array,
    left: Array,
    right: Array,
    out: Array,
    as_sums: bool = False,
    threads: int = 1,
    *,
    table_values: int = _TABLE,
    all_values: int = _ALL_TABLES,
) -> None:
    """Write the mean (or sum) of the pixels of each box to ``out``, by running sums down the columns.

    Each thread holds at most `table_values` sums at once, and all threads together `all_values`.
    """
    if len(top) == 0 or len(frames) == 0:
        return
    _, height, width = frames.shape
    pixels = np.ones(len(top)) if as_sums else (bottom - top) * (right - left)
    bands = _bands(top, bottom, left, right)
    doubtful = _doubtful(top, bottom, left, right, width)

    step = max(1, min(table_values, all_values // threads) // ((height + 1) * width))

    def work(begin: int, end: int) -> None:
        table = _empty_table(frames[begin : min(begin + step, end)])
        for t in range(begin, end, step):
            block = frames[t : min(t + step, end)]
            sums = _all_sums(_column_sums(block, table[:, : len(block)]), bands, len(top))
            if block.dtype.kind == "f":
                largest = max(-block.min(), block.max())  # NaN or infinite: no sum is reliable
                unsure = ~(np.abs(sums) >= doubtful * largest)
                for w in np.flatnonzero(unsure.any(axis=0)):
                    box = block[unsure[:, w], top[w] : bottom[w], left[w] : right[w]]
                    with np.errstate(invalid="ignore"):  # infinities may meet
                        sums[unsure[:, w], w] = box.sum(axis=(1, 2), dtype=np.float64)
            out[t : t + len(block)] = sums / pixels

    _in_parallel(work, len(frames), threads)


class _Band(NamedTuple):
    """Boxes between the same rows: their numbers, rows, the columns that contain them, and their places in these."""

    boxes: Any
    top: int
    bottom: int
    first: int
    last: int
    left: Array
    right: Array


def _bands(top: Array, bottom: Array, left: Array, right: Array) -> list[_Band]:
    """Group boxes between the same rows."""
    order = np.lexsort((bottom, top))
    edges = np.flatnonzero((np.diff(top[order]) != 0) | (np.diff(bottom[order]) != 0)) + 1
    bands = []
    for boxes in np.split(order, edges):
        first, last = int(left[boxes].min()), int(right[boxes].max())
        at = int(top[boxes[0]]), int(bottom[boxes[0]]), first, last
        bands.append(_Band(boxes if len(boxes) > 1 else int(boxes[0]), *at, left[boxes] - first, right[boxes] - first))
    return bands


def _empty_table(block: Array) -> Array:
    """Return an array for the running sums of a block, (rows + 1, T, W), zero in the first row."""
    if block.dtype.kind == "f":
        dtype = np.dtype(np.float64)
    else:  # 32 bits hold the sums of 65536 pixels of 16 bits
        dtype = np.dtype(f"{block.dtype.kind}{4 if block.dtype.itemsize <= 2 else 8}")
    count, height, width = block.shape
    table = np.empty((height + 1, count, width), dtype)
    table[0] = 0
    return table


def _column_sums(block: Array, table: Array) -> Array:
    """Fill the table with the sums of all pixels above each row, and return it."""
    table[1:] = block.transpose(1, 0, 2)
    with np.errstate(invalid="ignore", over="ignore"):  # infinities may meet
        for y in range(1, len(table) - 1):  # np.cumsum takes thirty times as long
            np.add(table[y], table[y + 1], out=table[y + 1])
    return table


def _all_sums(table: Array, bands: list[_Band], boxes: int) -> Array:
    """Return the sums of all boxes in each frame from a filled table."""
    sums = np.empty((table.shape[1], boxes), np.float64 if table.dtype.kind == "f" else np.int64)
    with np.errstate(invalid="ignore"):  # infinities may meet
        for band in bands:
            columns = table[band.bottom, :, band.first : band.last] - table[band.top, :, band.first : band.last]
            if len(band.left) == 1:
                np.add.reduce(columns, axis=1, dtype=sums.dtype, out=sums[:, band.boxes])
                continue
            across = np.zeros((len(columns), columns.shape[1] + 1), sums.dtype)
            np.cumsum(columns, axis=1, out=across[:, 1:])
            sums[:, band.boxes] = across[:, band.right] - across[:, band.left]
    return sums


def _doubtful(top: Array, bottom: Array, left: Array, right: Array, width: int) -> Array:
    """Return the sum below which the error of a box may exceed 1e-9 of its sum, for pixels not larger than one."""
    # Each addition may err by 2**-53 of the sum above it in the column, and of the sum to its left in the band.
    doubtful: Array = 1.2e-16 * (bottom - top) * (right - left) * (bottom + width + 1) * 1e9
    return doubtful


def _in_parallel(work: Callable[[int, int], None], frames: int, threads: int) -> None:
    """Call work(begin, end) for all frames, one share in each thread."""
    if threads == 1 or frames < 2 * threads:
        work(0, frames)
        return
    edges = [frames * i // threads for i in range(threads + 1)]
    run_in_threads(lambda share: work(edges[share], edges[share + 1]), threads, threads)


def extremes(samples: Array, low: Array, high: Array, threads: int = 1) -> None:
    """Write the extremes of each series of (T, 1, M) samples, leaving NaN out; a series of only NaN gets inf, -inf."""
    for reduction, quiet, out in ((np.minimum, np.fmin, low), (np.maximum, np.fmax, high)):
        reduction.reduce(samples[:, 0], axis=0, out=out)
        missing = np.isnan(out)  # fmin is slower than minimum, and only needed for NaN
        if missing.any():
            out[missing] = quiet.reduce(samples[:, 0, missing], axis=0)
            out[np.isnan(out)] = np.inf if quiet is np.fmin else -np.inf


def rescale(
    samples: Array, low: Array, span: Array, ymin: float, ymax: float, clip: bool, out: Array, threads: int = 1
) -> None:
    """Rescale each series of (T, 1, M) samples from its own range to ``ymin`` and ``ymax`` into (T, M) ``out``."""
    step = max(1, 2**17 // max(1, len(low)))  # double precision that stays in the cache
    for t in range(0, len(samples), step):
        place = (samples[t : t + step, 0] - low) / span
        if clip:
            np.clip(place, 0, 1, out=place)
        out[t : t + step] = place if (ymin, ymax) == (0, 1) else (1 - place) * ymin + place * ymax


def _sums(pixels: Array, weights: Array, starts: Array) -> Array:
    """Return weighted sums of runs of gathered pixels, exact for integers of weight one."""
    with np.errstate(invalid="ignore", over="ignore"):  # infinities may meet
        if (weights != 1).any():
            return np.asarray(np.add.reduceat(pixels * weights, starts, axis=1))
        if pixels.dtype.kind == "f":
            return np.asarray(np.add.reduceat(pixels, starts, axis=1, dtype=np.float64))
    if pixels.dtype.itemsize <= 4:
        return np.asarray(np.add.reduceat(pixels, starts, axis=1, dtype=np.int64).astype(np.float64))
    # The sum of 64-bit values needs more than 64 bits: upper and lower halves are added separately.
    high = np.add.reduceat((pixels >> 32).astype(np.int64), starts, axis=1)
    low = np.add.reduceat((pixels & 0xFFFFFFFF).astype(np.int64), starts, axis=1)
    return np.asarray((high + (low >> 32)) * 4294967296.0 + (low & 0xFFFFFFFF))
