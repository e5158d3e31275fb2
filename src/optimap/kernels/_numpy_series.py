"""The loops over series of ``compiled.cpp`` in NumPy and SciPy: (M, T) samples, one series at a time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._numpy_slopes import median_slope, side_changes

Array = NDArray[Any]


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
    """Write the least-squares cubic splines with evenly spaced knots, the last stretch twice as long, to `out`."""
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
    """Count the pairs in a part of each series with a lower later sample, and those of equal samples."""
    for i, (start, stop) in enumerate(zip(starts.tolist(), stops.tolist(), strict=True)):
        _, ranks, ties = np.unique(series[i, start:stop], return_inverse=True, return_counts=True)
        falling[i] = sum(int(counts.sum()) for _, _, counts, _ in side_changes(ranks))
        level[i] = (ties * (ties - 1) // 2).sum()


def asls_baselines(
    series: Array, lam: Array, above: float, solutions: int, tolerance: float, out: Array, threads: int = 1
) -> None:
    """Write the curves of asymmetric least squares to `out`, from equations with two diagonals above the main one."""
    from scipy.linalg import solveh_banded

    samples = series.shape[1]
    stiff = np.zeros((3, samples))  # the upper diagonals of D'D, the farthest first
    for first, second in ((0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (0, 2)):
        weights = (1.0, -2.0, 1.0)
        stiff[2 - (second - first), second : samples - 2 + second] += weights[first] * weights[second]
    for row, rigid, result in zip(series, lam.tolist(), out, strict=True):
        weight = np.ones(samples)
        for _ in range(solutions):
            equations = rigid * stiff
            equations[2] += weight
            result[:] = solveh_banded(equations, weight * row, overwrite_ab=True)
            new = np.where(row > result, above, 1 - above)
            change = np.linalg.norm(new - weight) / max(float(np.linalg.norm(weight)), np.finfo(float).eps)
            weight = new
            if change < tolerance:
                break
