"""Smoothers for trends: running median and mean, coarse spline, robust line, straightened ends.

Each takes one series (T,) of float64 and an odd window in samples, and leaves its input alone. Filters leave the half
windows at the ends as they are; `straighten_ends` puts lines there.
"""

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]


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
    from scipy.stats import theilslopes

    half = window // 2
    coarse = running_median(data, window)[half : len(data) - half]
    slope, _, low, high = theilslopes(coarse)
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
    first, second = np.triu_indices(len(data), k=1)
    return float(np.median((data[second] - data[first]) / (second - first)))
