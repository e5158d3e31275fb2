"""Smoothers for trends: running median and mean, coarse spline, robust line, straightened ends.

Each takes one series (T,) of float64 and an odd window in samples, and leaves its input alone. Filters leave the half
windows at the ends as they are; `straighten_ends` puts lines there.
"""

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]

# Series up to this length have their slopes between all pairs in memory at once: 8 million, 64 MB.
LONG = 4000
SAMPLED_PAIRS = 2**20


def running_median(data: Series, window: int) -> Series:
    """Median over `window` samples around each; the ends are left as they are."""
    from scipy.ndimage import median_filter

    half = window // 2
    result = data.copy()
    result[half : len(data) - half] = median_filter(data, window)[half : len(data) - half]
    return result


def running_mean(data: Series, window: int) -> Series:
    """Mean over `window` samples around each; the ends are left as they are."""
    half = window // 2
    sums = np.concatenate(([0.0], np.cumsum(data)))
    result = data.copy()
    result[half : len(data) - half] = (sums[window:] - sums[:-window]) / window
    return result


def coarse_spline(data: Series, window: int) -> Series:
    """Least-squares cubic spline with about one knot for each two windows."""
    from scipy.interpolate import make_lsq_spline

    samples = len(data)
    knots = np.linspace(0, samples - 1, max(2, samples // (2 * window) + 2) + 2)[1:-2]
    ends = np.zeros(4), np.full(4, samples - 1.0)
    x = np.arange(samples, dtype=np.float64)
    return np.asarray(make_lsq_spline(x, data, np.concatenate((ends[0], knots, ends[1])), k=3)(x))


def robust_line(data: Series, window: int) -> Series:
    """Line with the Theil-Sen slope of the running median; level where 0 is in the slope's 95 % interval."""
    half = window // 2
    slope, low, high = slope_with_interval(running_median(data, window)[half : len(data) - half])
    middle = np.median(data)
    if low <= 0 <= high:
        return np.full(len(data), middle)
    return np.asarray(slope * np.arange(len(data)) + (middle - (len(data) - 1) / 2 * slope))


def straighten_ends(data: Series, window: int) -> Series:
    """Replace the half windows at both ends by lines with the Theil-Sen slope of the first and last window."""
    half = window // 2
    result = data.copy()
    result[:half] = np.arange(-half, 0) * median_slope(data[:window]) + data[half]
    result[len(data) - half :] = np.arange(1, half + 1) * median_slope(data[-window:]) + data[-half - 1]
    return result


def median_slope(data: Series) -> float:
    """Theil-Sen slope: the median of the slopes between all pairs of samples."""
    if len(data) > LONG:
        pairs = len(data) * (len(data) - 1) // 2
        return float(np.mean(slopes_of_ranks(data, [(pairs - 1) // 2, pairs // 2])))
    first, second = np.triu_indices(len(data), k=1)
    return float(np.median((data[second] - data[first]) / (second - first)))


def slope_with_interval(data: Series) -> tuple[float, float, float]:
    """Return the Theil-Sen slope and its 95 % interval: `scipy.stats.theilslopes`, without all slopes at once."""
    from scipy.stats import norm, theilslopes

    if len(data) <= LONG:
        known = theilslopes(data)
        return float(known[0]), float(known[2]), float(known[3])
    n = len(data)
    pairs = n * (n - 1) // 2
    ties = np.unique(data, return_counts=True)[1].astype(float)
    variance = (n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    reach = norm.ppf(0.975) * np.sqrt(variance)
    lowest = max(round((pairs - reach) / 2) - 1, 0)
    highest = min(round((pairs + reach) / 2), pairs - 1)
    ranks = [(pairs - 1) // 2, pairs // 2, int(lowest), int(highest)]
    a, b, low, high = slopes_of_ranks(data, ranks)
    return (a + b) / 2, low, high


def slopes_of_ranks(data: Series, ranks: list[int], spread: float = 5.0) -> list[float]:
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
    inside: list[list[Series]] = [[] for _ in ranks]
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


def _at_or_above(data: Series, high: float, rank: int, place: int, spread: float) -> float:
    """Return the slope that is `place` slopes into those not below `high`: `high` itself where many are equal."""
    equal = sum(np.count_nonzero((data[step:] - data[:-step]) / step == high) for step in range(1, len(data)))
    return float(high) if place < equal else slopes_of_ranks(data, [rank], 4 * spread)[0]
