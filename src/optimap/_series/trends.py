"""The kinds of trends: running median and mean, coarse spline, robust line; and straightened ends.

Each takes (M, T) series of float64, one per row, and an odd window in samples for each, and does not modify its input.
Filters leave the half windows at the ends unchanged; `straighten_ends` replaces them by lines.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import kernels
from .._base import Ints

Series = NDArray[np.float64]


NORMAL_97_5 = 1.959963984540054  # upper end of the central 95 % of the normal distribution


def running_median(series: Series, windows: Ints) -> Series:
    """Median over the window around each sample; the ends are unchanged."""
    return kernels.running_medians(series, windows)


def running_mean(series: Series, windows: Ints) -> Series:
    """Mean over the window around each sample; the ends are unchanged."""
    samples = series.shape[1]
    sums = np.zeros((len(series), samples + 1))
    np.cumsum(series, axis=1, out=sums[:, 1:])
    result = series.copy()
    for row, total, window in zip(result, sums, windows.tolist(), strict=True):
        row[window // 2 : samples - window // 2] = (total[window:] - total[:-window]) / window
    return result


def coarse_spline(series: Series, windows: Ints) -> Series:
    """Least-squares cubic spline with about one knot for every two windows."""
    return kernels.coarse_splines(series, np.maximum(2, series.shape[1] // (2 * windows) + 2) - 1)


def robust_line(series: Series, windows: Ints) -> Series:
    """Line with the Theil-Sen slope of the running median; level if 0 is in the slope's 95 % interval."""
    samples = series.shape[1]
    medians = running_median(series, windows)
    starts, stops = windows // 2, samples - windows // 2
    slopes = np.where(_may_be_level(medians, starts, stops), 0.0, kernels.median_slopes(medians, starts, stops))
    middles = np.median(series, axis=1) - (samples - 1) / 2 * slopes
    return np.asarray(slopes[:, np.newaxis] * np.arange(samples) + middles[:, np.newaxis])


def straighten_ends(series: Series, windows: Ints) -> Series:
    """Replace the half windows at both ends by lines with the Theil-Sen slope of the first and last window."""
    samples = series.shape[1]
    left = kernels.median_slopes(series, np.zeros_like(windows), windows)
    right = kernels.median_slopes(series, samples - windows, np.full_like(windows, samples))
    result = series.copy()
    steps = np.arange(1, int(windows.max(initial=0)) // 2 + 1)
    for row, half, first, last in zip(result, (windows // 2).tolist(), left, right, strict=True):
        row[:half] = row[half] - steps[half - 1 :: -1] * first
        row[samples - half :] = steps[:half] * last + row[samples - half - 1]
    return result


def _may_be_level(series: Series, starts: Ints, stops: Ints) -> NDArray[Any]:
    """Whether 0 is in the 95 % interval of the Theil-Sen slope between two samples of each series (Sen, 1968).

    The ends of the interval are slopes of certain ranks. The numbers of slopes below 0 and equal to 0 determine on
    which side of 0 these ends lie, so the ends themselves need not be found.
    """
    falling, level = kernels.falling_pairs(series, starts, stops)
    answers = np.empty(len(series), bool)
    for i, (start, stop) in enumerate(zip(starts.tolist(), stops.tolist(), strict=True)):
        n = stop - start
        pairs = n * (n - 1) // 2
        ties = np.unique(series[i, start:stop], return_counts=True)[1].astype(float)
        variance = (n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
        reach = NORMAL_97_5 * np.sqrt(variance)
        lowest, highest = max(round((pairs - reach) / 2) - 1, 0), min(round((pairs + reach) / 2), pairs - 1)
        answers[i] = falling[i] <= highest and lowest < falling[i] + level[i]
    return answers


# THE table of trends: kind -> (function, whether it leaves the ends to be straightened)
SMOOTHERS: dict[str, tuple[Callable[[Series, Ints], Series], bool]] = {
    "mean": (running_mean, True),
    "median": (running_median, True),
    "spline": (coarse_spline, True),
    "line": (robust_line, False),
}
