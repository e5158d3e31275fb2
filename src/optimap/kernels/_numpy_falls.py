"""When falls pass a level, and how quickly they decay, in NumPy: for the twin of ``measure_beats.hpp``."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def eighths(share: float) -> float:
    """Return a share, from 0 to 1, in eighths: noise is not known exactly, and little of it should change nothing."""
    return float(np.floor(8 * min(max(share, 0.0), 1.0) + 0.5) / 8)


def passed(values: Floats) -> float:
    """Return when values fall below 0 for good, or NaN: noise cannot bring the time forward.

    The running sum is largest at the last sample before that, which is where the isotonic fit crosses 0. A sample that
    is below by a rounding error leaves the sum as it is.
    """
    if len(values) == 0:
        return np.nan
    sums = np.where(values >= 0, np.cumsum(values), -np.inf)
    k = len(sums) - 1 - int(np.argmax(sums[::-1]))  # the last of several
    if k + 1 == len(values) or values[k] < 0:
        return np.nan
    return k + float(values[k] / (values[k] - values[k + 1]))


def by_a_line(values: Floats, at: int, reach: int, outer: float) -> float:
    """Return when the line through `reach` samples before `at` and as many from it on falls below 0, or NaN.

    `outer` is the weight of the first and the last; the others have 1.
    """
    steps = np.arange(-reach, reach) + 0.5
    weights = np.ones(2 * reach)
    weights[[0, -1]] = outer
    here = values[at - reach : at + reach]
    product = float((weights * steps * here).sum())
    if product >= 0:
        return np.nan
    step = -float((weights * here).sum()) / weights.sum() * float((weights * steps**2).sum()) / product
    return at - 0.5 + float(min(max(step, 0.5 - reach), reach - 0.5))


def fitted_rate(samples: Floats, height: float, rate: float) -> float:
    """Return the rate of the decay ``height exp(-rate t)`` in least squares (Gauss-Newton), 0 if there is none."""
    t = np.arange(len(samples), dtype=np.float64)

    def left(height: float, rate: float) -> float:
        return float(((samples - height * np.exp(-rate * t)) ** 2).sum())

    error = left(height, rate)
    for _ in range(50):
        shape = np.exp(-rate * t)
        slope = -height * t * shape
        rest = samples - height * shape
        a, b, c = float((shape**2).sum()), float((shape * slope).sum()), float((slope**2).sum())
        u, v = float((shape * rest).sum()), float((slope * rest).sum())
        determinant = a * c - b * b
        if not determinant > 0:
            return 0.0
        dheight, drate, share = (c * u - b * v) / determinant, (a * v - b * u) / determinant, 1.0
        while share > 1e-4 and (
            rate + share * drate <= 0 or left(height + share * dheight, rate + share * drate) > error
        ):
            share /= 2
        if share <= 1e-4:
            break
        height, rate = height + share * dheight, rate + share * drate
        error = left(height, rate)
        if abs(share * drate) <= 1e-10 * rate:
            break
    spread = float(((samples - samples.mean()) ** 2).sum())
    return rate if spread > 0 and 1 - error / spread >= 0.5 else 0.0
