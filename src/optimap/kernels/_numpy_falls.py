"""When falls pass a level, and how quickly they decay, in NumPy: for the twin of ``measure_beats.hpp``."""

import numpy as np
from numpy.typing import NDArray

from ._numpy_beat import MOST, Floats, Ints, inside, total

TURNS = 50  # of the fit of a decay
LEAST_SHARE = 1e-4  # of a step
CONVERGED = 1e-10  # of the rate


def eighths(share: Floats) -> Floats:
    """Return shares, from 0 to 1, in eighths: noise is not known exactly, and little of it should change nothing."""
    return np.asarray(np.floor(8 * np.clip(share, 0.0, 1.0) + 0.5) / 8)


def passed(values: Floats, counts: Ints) -> Floats:
    """Return when each row of so many values falls below 0 for good, or NaN: noise cannot bring the time forward.

    The running sum is largest at the last sample before that, which is where the isotonic fit crosses 0. A sample that
    is below by a rounding error leaves the sum as it is.
    """
    length = values.shape[1]
    if length == 0:
        return np.full(len(values), np.nan)
    sums = np.where((values >= 0) & inside(counts, length), np.cumsum(values, axis=1), -np.inf)
    k = length - 1 - sums[:, ::-1].argmax(axis=1)  # the last of several
    each = np.arange(len(values))
    here, later = values[each, k], values[each, np.minimum(k + 1, length - 1)]
    return np.where((k + 1 >= counts) | ~(here >= 0), np.nan, k + here / (here - later))


def by_a_line(values: Floats, reach: Ints, outer: Floats) -> Floats:
    """Return when a line falls below 0, in samples from the middle one of each row of values, or NaN.

    The line goes through `reach` samples before the middle one and as many from it on. `outer` is the weight of the
    first and the last; the others have 1.
    """
    steps = np.arange(-MOST, MOST) + 0.5
    ends = (reach - 0.5)[:, np.newaxis]
    weights = np.where(np.abs(steps) < ends, 1.0, np.where(np.abs(steps) == ends, outer[:, np.newaxis], 0.0))
    product = total(weights * steps * values)
    step = -total(weights * values) / total(weights) * total(weights * steps**2) / product
    return np.where(product >= 0, np.nan, -0.5 + np.clip(step, -ends[:, 0], ends[:, 0]))


def fitted_rates(samples: Floats, counts: Ints, heights: Floats, rates: Floats) -> Floats:
    """Return the rate of each decay ``height exp(-rate t)`` in least squares (Gauss-Newton), 0 if there is none."""
    heights, rates = heights.copy(), rates.copy()
    is_inside = inside(counts, samples.shape[1])
    samples = np.where(is_inside, samples, 0.0)
    errors = _left(samples, is_inside, heights, rates)
    is_lost, left = np.zeros(len(samples), bool), np.arange(len(samples))
    for _ in range(TURNS):
        given, there, height, rate = samples[left], is_inside[left], heights[left], rates[left]
        dheight, drate, determinant = _step(given, there, height, rate)
        is_lost[left[~(determinant > 0)]] = True
        share, error = np.where(determinant > 0, 1.0, 0.0), errors[left]
        trying = np.flatnonzero(share)
        while len(trying):
            by = share[trying]
            tried = rate[trying] + by * drate[trying]
            found = _left(given[trying], there[trying], height[trying] + by * dheight[trying], tried)
            is_worse = (tried <= 0) | (found > error[trying])
            error[trying[~is_worse]] = found[~is_worse]
            trying = trying[is_worse]
            share[trying] /= 2
            trying = trying[share[trying] > LEAST_SHARE]
        moved = share > LEAST_SHARE
        heights[left[moved]] += (share * dheight)[moved]
        rates[left[moved]] += (share * drate)[moved]
        errors[left[moved]] = error[moved]
        left = left[moved & ~(np.abs(share * drate) <= CONVERGED * rates[left])]
        if len(left) == 0:
            break
    means = (total(samples) / counts)[:, np.newaxis]
    spread = total(np.where(is_inside, samples - means, 0.0) ** 2)
    return np.where(~is_lost & (spread > 0) & (1 - errors / spread >= 0.5), rates, 0.0)


def _left(samples: Floats, is_inside: NDArray[np.bool_], heights: Floats, rates: Floats) -> Floats:
    """Return the sum of squares that each decay leaves."""
    t = np.arange(samples.shape[1], dtype=np.float64)
    rest = samples - heights[:, np.newaxis] * np.exp(-rates[:, np.newaxis] * t)
    return total(np.where(is_inside, rest, 0.0) ** 2)


def _step(
    samples: Floats, is_inside: NDArray[np.bool_], heights: Floats, rates: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the step of height and rate of each decay, and the determinant of the normal equations."""
    t = np.arange(samples.shape[1], dtype=np.float64)
    shape = np.where(is_inside, np.exp(-rates[:, np.newaxis] * t), 0.0)
    slope = -heights[:, np.newaxis] * t * shape
    rest = samples - heights[:, np.newaxis] * shape
    a, b, c = total(shape**2), total(shape * slope), total(slope**2)
    u, v = total(shape * rest), total(slope * rest)
    determinant = a * c - b * b
    return (c * u - b * v) / determinant, (a * v - b * u) / determinant, determinant
