"""The direction of the signal: whether beats point up or down.

Upstrokes are faster than recoveries, so the slopes of a signal that points up are skewed to positive values. The slope
is the derivative of a Gaussian; its third moment, in units of its median absolute deviation, is compared with what
white noise alone gives (`_deviation`). Samples near the ends, where the derivative lacks neighbours, are not used.
Of many series, the median is taken; series without any steep slope, such as the background of a video, are left out if
others have one.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._base import ArgumentError
from .given import given_series
from .noise import NORMAL_MAD
from .signals import as_signals, signal_blocks

SIGMA = 3.0  # frames
RADIUS = 12  # frames, four sigma
DECIDED = 3.0  # standard deviations of what noise gives
STEEP = 5.0  # median absolute deviations (as standard deviations): a slope that noise does not have
STEEP_SHARE = 0.05  # of the series: fewer may be steep by chance

POLARITIES = ("auto", "up", "down")


def check_polarity(polarity: object) -> None:
    """Raise an error if a polarity is unknown."""
    if not isinstance(polarity, str) or polarity not in POLARITIES:
        raise ArgumentError.must_be("polarity", polarity, "'auto', 'up' or 'down'")


def polarity_sign(signals: ArrayLike, polarity: str) -> int:
    """Return the factor that turns signals upright: 1 or -1, detected if `polarity` is ``'auto'``."""
    check_polarity(polarity)
    found = detect_polarity(signals) if polarity == "auto" else polarity
    return 1 if found == "up" else -1


def detect_polarity(signals: ArrayLike) -> Literal["up", "down"]:
    """Return whether the beats of signals point up or down.

    Upstrokes are faster than recoveries, so the steepest slopes have the sign of the upstroke. One answer is given for
    all signals; those with NaN are left out.

    Parameters
    ----------
    signals : (T,), (T, N) or (T, H, W) array-like
        Evenly spaced samples along axis 0. Not modified.

    Returns
    -------
    {'up', 'down'}

    Raises
    ------
    ValueError
        If the signals do not decide: they are noise, constant or symmetric in time, or shorter than about a beat.
    TypeError
        If the values are not real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import detect_polarity
    >>> t = np.arange(600) % 150
    >>> beats = (1 - np.exp(-t / 3)) * np.exp(-t / 40)
    >>> detect_polarity(beats), detect_polarity(1000 - 50 * beats)
    ('up', 'down')
    """
    series, _ = as_signals(given_series(signals).values)
    found = [_skewness(block) for _, block in signal_blocks(series)] or [(np.zeros(0), np.zeros(0))]
    skewness, steepest = (np.concatenate(parts) for parts in zip(*found, strict=True))
    skewness, steepest = skewness[~np.isnan(skewness)], steepest[~np.isnan(skewness)]
    steep = steepest > STEEP
    if np.count_nonzero(steep) >= max(1, STEEP_SHARE * len(steep)):
        skewness = skewness[steep]
    pooled = float(np.median(skewness)) if len(skewness) else 0.0
    if abs(pooled) < DECIDED:
        raise ArgumentError(
            "signals",
            signals,
            f"is undecided, because slopes are skewed by {pooled:.1f} of {DECIDED:g} standard deviations of noise",
            "give polarity='up' or 'down' where it is asked for",
            subject="the polarity of signals",
            keyword="polarity",
        )
    return "up" if pooled > 0 else "down"


def _skewness(block: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the third moment of the slopes of each row, in standard deviations of noise, and the steepest slope.

    Rows with NaN give NaN. Rows whose slopes are all the same, and rows that are too short, give 0.
    """
    from scipy.ndimage import correlate1d

    count = block.shape[1] - 2 * RADIUS
    if count < 2:
        nothing = np.where(np.isnan(block).any(axis=1), np.nan, 0.0)
        return nothing, nothing
    size = np.abs(block).max(axis=1, keepdims=True)
    block = block / np.where(size > 0, size, 1)  # so that no power overflows
    slopes = correlate1d(block - block[:, :1], _derivative(), axis=1)[:, RADIUS:-RADIUS]
    slopes -= slopes.mean(axis=1, keepdims=True)
    spread = NORMAL_MAD * np.median(np.abs(slopes - np.median(slopes, axis=1, keepdims=True)), axis=1)
    largest = np.abs(slopes).max(axis=1)
    # Where most samples are the same, the deviation says nothing; rounding is not a slope.
    spread = np.where(spread > 1e-9 * largest, spread, slopes.std(axis=1))
    slopes /= np.where((largest <= 1e-12) | (spread == 0), np.inf, spread)[:, np.newaxis]
    cubes = np.einsum("ij,ij,ij->i", slopes, slopes, slopes)  # a power takes far longer
    return cubes / (count * _deviation(count)), np.abs(slopes).max(axis=1)


@cache
def _derivative() -> NDArray[np.float64]:
    """Return the weights of the derivative of a Gaussian; their sum is 0, and a line of slope 1 gives 1."""
    t = np.arange(-RADIUS, RADIUS + 1)
    weights = t * np.exp(-(t**2) / (2 * SIGMA**2))
    return np.asarray(weights / (weights * t).sum())


@cache
def _deviation(count: int) -> float:
    """Return the standard deviation of the mean of the third powers of `count` slopes of white noise.

    The slopes have variance 1 and correlations r(k) at lag k, which add up to 0; the covariance of third powers is
    9 r + 6 r^3 (Isserlis), of which the first part vanishes in the sum.
    """
    weights = _derivative()
    correlations = np.correlate(weights, weights, "full") / (weights**2).sum()
    lags = np.abs(np.arange(len(correlations)) - len(correlations) // 2)
    shares = np.maximum(0, 1 - lags / count)
    return float(np.sqrt(6 * (shares * correlations**3).sum() / count))
