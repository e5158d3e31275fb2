"""The loops over series of ``compiled.cpp`` again, in NumPy and SciPy: (M, T) samples, one series after the other."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Samples = NDArray[np.float64]

# Series up to this length have their slopes between all pairs in memory at once: 8 million, 64 MB.
LONG = 4000
SAMPLED_PAIRS = 2**20


def running_medians(series: Array, windows: Array, out: Array, threads: int = 1) -> None:
    """Write the medians of the windows around each sample to `out`; the half windows at the ends are copied."""
    from scipy.ndimage import median_filter

    out[:] = series
    samples = series.shape[1]
    for row, window, result in zip(series, windows.tolist(), out, strict=True):
        if window <= samples:
            inner = slice(window // 2, samples - window // 2)
            result[inner] = median_filter(row, window)[inner]


def coarse_splines(series: Array, knots: Array, out: Array, threads: int = 1) -> None:
    """Write the closest cubic splines with some evenly spaced knots, before a last stretch of two, to `out`."""
    from scipy.interpolate import make_lsq_spline

    samples = series.shape[1]
    x = np.arange(samples, dtype=np.float64)
    for row, count, result in zip(series, knots.tolist(), out, strict=True):
        inner = np.linspace(0, samples - 1, count + 3)[1:-2]
        result[:] = make_lsq_spline(x, row, np.concatenate((np.zeros(4), inner, np.full(4, samples - 1.0))), k=3)(x)


def median_slopes(series: Array, starts: Array, stops: Array, out: Array, threads: int = 1) -> None:
    """Write the median of the slopes between all pairs of samples of a part of each series to `out`."""
    for i, (start, stop) in enumerate(zip(starts.tolist(), stops.tolist(), strict=True)):
        out[i] = median_slope(series[i, start:stop])


def falling_pairs(series: Array, starts: Array, stops: Array, falling: Array, level: Array, threads: int = 1) -> None:
    """Count the pairs of a part of each series whose later sample is lower, and those that are level."""
    for i, (start, stop) in enumerate(zip(starts.tolist(), stops.tolist(), strict=True)):
        _, ranks, ties = np.unique(series[i, start:stop], return_inverse=True, return_counts=True)
        falling[i] = _inversions(ranks)
        level[i] = (ties * (ties - 1) // 2).sum()


def _inversions(ranks: Array) -> int:
    """Count the pairs whose later rank is lower: merge sort, all merges of a level at once."""
    count, width = 0, 1
    blocks = np.arange(len(ranks))
    span = int(ranks.max(initial=0)) + 1
    while width < len(ranks):
        # Left halves are sorted in one go, each among numbers of its own; so is each right half found in its left one.
        place = blocks // width
        is_left = place % 2 == 0
        keys = place // 2 * span + ranks
        left = np.sort(keys[is_left])
        ends = np.searchsorted(left, (place // 2 + 1) * span)
        count += int((ends[~is_left] - np.searchsorted(left, keys[~is_left], side="right")).sum())
        width *= 2
    return count


def median_slope(data: Samples) -> float:
    """Theil-Sen slope: the median of the slopes between all pairs of samples."""
    if len(data) > LONG:
        pairs = len(data) * (len(data) - 1) // 2
        return float(np.mean(slopes_of_ranks(data, [(pairs - 1) // 2, pairs // 2])))
    first, second = np.triu_indices(len(data), k=1)
    return float(np.median((data[second] - data[first]) / (second - first)))


def slopes_of_ranks(data: Samples, ranks: list[int], spread: float = 5.0) -> list[float]:
    """Return the slopes of some ranks (from 0) among those between all pairs of samples, exactly.

    A random sample of pairs tells between which values each must lie; one walk over all pairs counts the slopes below
    and keeps those between. Memory stays small where the number of pairs does not.
    """
    n = len(data)
    pairs = n * (n - 1) // 2
    rng = np.random.default_rng(0)
    first, lag = rng.integers(0, n, SAMPLED_PAIRS), rng.integers(1, n, SAMPLED_PAIRS)
    second = (first + lag) % n
    sample = np.sort((data[second] - data[first]) / (second - first))
    reach = int(spread * np.sqrt(SAMPLED_PAIRS) / 2)
    brackets = []
    for rank in ranks:
        place = int(rank / pairs * SAMPLED_PAIRS)
        low = sample[place - reach] if place >= reach else -np.inf
        high = sample[place + reach] if place + reach < SAMPLED_PAIRS else np.inf
        brackets.append((low, high))
    below, equal = np.zeros(len(ranks), np.int64), np.zeros(len(ranks), np.int64)
    inside: list[list[Samples]] = [[] for _ in ranks]
    for step in range(1, n):
        slopes = (data[step:] - data[:-step]) / step
        for i, (low, high) in enumerate(brackets):
            below[i] += np.count_nonzero(slopes < low)
            equal[i] += np.count_nonzero(slopes == low)
            between = slopes[(slopes > low) & (slopes < high)]
            if len(between):
                inside[i].append(between)
    found = []
    for i, rank in enumerate(ranks):
        kept = np.concatenate(inside[i]) if inside[i] else np.empty(0)
        place = rank - below[i]
        if place < 0:  # the sample misled: look again, between values further apart
            found.append(slopes_of_ranks(data, [rank], 4 * spread)[0])
        elif place < equal[i]:
            found.append(float(brackets[i][0]))
        elif place - equal[i] < len(kept):
            found.append(float(np.partition(kept, place - equal[i])[place - equal[i]]))
        else:
            found.append(_at_or_above(data, brackets[i][1], rank, place - equal[i] - len(kept), spread))
    return found


def _at_or_above(data: Samples, high: float, rank: int, place: int, spread: float) -> float:
    """Return the slope that is `place` slopes into those not below `high`: `high` itself where many are equal."""
    equal = sum(np.count_nonzero((data[step:] - data[:-step]) / step == high) for step in range(1, len(data)))
    return float(high) if place < equal else slopes_of_ranks(data, [rank], 4 * spread)[0]
