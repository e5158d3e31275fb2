"""The loops of ``compiled.cpp`` again, in NumPy: the fallback without a compiler and the oracle of the tests."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._numpy_series import coarse_splines, falling_pairs, median_slopes, running_medians  # noqa: F401

Array = NDArray[Any]

# Gathered pixels held at once: 2**21 of 8 bytes stay near the caches and bound the memory.
_GATHER = 2**21


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
    # Every pixel of every span, one after the other.
    x = np.arange(ends[-1]) - np.repeat(ends[:-1] - starts, lengths)
    y = np.repeat(rows, lengths)
    pixel_weights = np.repeat(weights, lengths)
    window_starts = ends[first[:-1]]

    step = max(1, _GATHER // int(ends[-1]))
    for t in range(0, len(frames), step):
        pixels = frames[t : t + step, y, x]
        if omit_nan and pixels.dtype.kind == "f":
            keep = ~np.isnan(pixels)
            sums = _sums(np.where(keep, pixels, 0), pixel_weights, window_starts)
            total = np.add.reduceat(keep * pixel_weights, window_starts, axis=1)
            sums[np.add.reduceat(keep, window_starts, axis=1, dtype=np.int64) == 0] = np.nan
        else:
            sums = _sums(pixels, pixel_weights, window_starts)
            total = np.add.reduceat(pixel_weights, window_starts)
        if as_sums:
            out[t : t + step] = sums
            continue
        with np.errstate(invalid="ignore"):  # nothing but NaN in a window: 0 / 0
            out[t : t + step] = sums / total


def pixel_values(frames: Array, rows: Array, columns: Array, out: Array, threads: int = 1) -> None:
    """Write single pixels of each frame to ``out``."""
    out[:] = frames[:, rows, columns]


def box_means(
    frames: Array,
    top: Array,
    bottom: Array,
    left: Array,
    right: Array,
    out: Array,
    as_sums: bool = False,
    threads: int = 1,
) -> None:
    """Write the mean (or sum) of the pixels of each box to ``out``: of integers, from an integral image."""
    pixels = np.ones_like(top) if as_sums else (bottom - top) * (right - left)
    if frames.dtype.kind == "f":  # differences of large sums would lose digits
        for i in range(len(top)):
            box = frames[:, top[i] : bottom[i], left[i] : right[i]]
            with np.errstate(invalid="ignore"):  # infinities may meet
                out[:, i] = box.sum(axis=(1, 2), dtype=np.float64) / pixels[i]
        return
    count, height, width = frames.shape
    step = max(1, _GATHER // (height * width))
    integral = np.zeros((min(step, count), height + 1, width + 1), np.int64)
    for t in range(0, count, step):
        block = frames[t : t + step]
        sums = integral[: len(block)]
        np.cumsum(block, axis=1, out=sums[:, 1:, 1:])
        np.cumsum(sums[:, 1:, 1:], axis=2, out=sums[:, 1:, 1:])
        corners = sums[:, bottom, right] - sums[:, top, right] - sums[:, bottom, left] + sums[:, top, left]
        out[t : t + step] = corners / pixels


def extremes(samples: Array, low: Array, high: Array, threads: int = 1) -> None:
    """Write each series' smallest and largest sample of (T, 1, M) samples, NaN left out; nothing but NaN: inf, -inf."""
    for reduction, quiet, out in ((np.minimum, np.fmin, low), (np.maximum, np.fmax, high)):
        reduction.reduce(samples[:, 0], axis=0, out=out)
        missing = np.isnan(out)  # fmin is slower than minimum, and needed only where there is NaN
        if missing.any():
            out[missing] = quiet.reduce(samples[:, 0, missing], axis=0)
            out[np.isnan(out)] = np.inf if quiet is np.fmin else -np.inf


def rescale(
    samples: Array, low: Array, span: Array, ymin: float, ymax: float, clip: bool, out: Array, threads: int = 1
) -> None:
    """Write each series of (T, 1, M) samples, moved from its own range to ``ymin`` and ``ymax``, to (T, M) ``out``."""
    step = max(1, 2**17 // max(1, len(low)))  # double precision that stays in the cache
    for t in range(0, len(samples), step):
        place = (samples[t : t + step, 0] - low) / span
        if clip:
            np.clip(place, 0, 1, out=place)
        out[t : t + step] = place if (ymin, ymax) == (0, 1) else (1 - place) * ymin + place * ymax


def _sums(pixels: Array, weights: Array, starts: Array) -> Array:
    with np.errstate(invalid="ignore", over="ignore"):  # infinities may meet
        if (weights != 1).any():
            return np.asarray(np.add.reduceat(pixels * weights, starts, axis=1))
        if pixels.dtype.kind == "f":
            return np.asarray(np.add.reduceat(pixels, starts, axis=1, dtype=np.float64))
    if pixels.dtype.itemsize <= 4:
        return np.asarray(np.add.reduceat(pixels, starts, axis=1, dtype=np.int64).astype(np.float64))
    # The sum of 64-bit values needs more than 64 bits: upper and lower halves are added apart.
    high = np.add.reduceat((pixels >> 32).astype(np.int64), starts, axis=1)
    low = np.add.reduceat((pixels & 0xFFFFFFFF).astype(np.int64), starts, axis=1)
    return np.asarray((high + (low >> 32)) * 4294967296.0 + (low & 0xFFFFFFFF))
