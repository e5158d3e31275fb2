"""Whether upstrokes may be those of noise that is not white, in NumPy: the twin of ``noise_like.hpp``.

White noise is known from second differences, and what exceeds it by far is significant. Noise that is stronger at low
frequencies (1/f, drift, random walks, hum) exceeds it, too. Upstrokes differ from such noise if

- they are regular: at least four, at even intervals, equally steep (of eight or more, some may be missing; twelve or
  more may be less regular, as in fibrillation); or, where beats are expected, each about as late as the others,
- they stand out from all slopes of the series at the same scale, or from white noise at the finest one,
- they are many and so alike that they are not the largest of something random,
- they are those of waves without rest, as in fibrillation, whose mean over an interval hardly varies, or
- slopes have a direction: rises are steeper than falls, as in beats (`optimap.trace.detect_polarity`). Noise does not
  know the direction of time.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._numpy_filters import SCALES, derivative, filtered, gain, noise_of, sparse_noise_of

Array = NDArray[Any]
Floats = NDArray[np.float64]

JUDGED = 100  # samples: shorter series do not show what noise they have
SEVERAL = 4  # beats, of which it can be said that they are regular
EVEN_TIMES = 0.15  # of the mean interval is the standard deviation of regular intervals, at most
EVEN_SLOPES = 0.25  # of the mean slope that of their slopes
MANY = 8  # beats, of which some may be missing, or which are alike
EVEN_MULTIPLES = 0.12  # of the usual interval: how far intervals are from its multiples, root mean square
RHYTHM_FROM = (12, 18)  # beats and more, which are fairly regular if also
FAIRLY_EVEN = (0.3, 0.37)  # of the mean interval is the standard deviation of intervals, and
FAIRLY_STEEP = 0.4  # of the mean slope that of slopes
ALIKE = 0.12  # of the mean slope is the standard deviation of many that are alike, if they are also
ALIKE_CLEAR = 7.0  # times the white noise: what barely exceeds a threshold is alike, too
WAVES_STEEP = 0.35  # of the mean slope is the standard deviation of those of waves without rest, if also
WAVES = 0.18  # of the variance of means over a quarter of an interval is that over a whole one
OUTSTANDING = 4.5  # times the spread of all slopes: an upstroke, whatever the noise
LEAST = 1.5  # times the white noise is that spread, at least: of few counts, most slopes are 0
CLEAR = 9.0  # times the white noise, if also
CLEAR_SPREAD = 3.0  # times the spread of all slopes, or of few beats
CLEAR_FEW = 1.8  # times
FREE = 100.0  # times the white noise: there is none to speak of, or
SMOOTHED = 3  # samples apart, noise that was smoothed is as large as if it were white
SHARP = 13.0  # times at the finest scale, at which other noise has few slopes: of beats that were found
DIRECTED = 3.5  # standard deviations of white noise: the skewness of slopes
SKEW_SIGMAS = (2.0, 3.0)  # frames: the scales of these slopes
ALIGNED_FROM = (4, 6, 12)  # beats and more, of which
ALIGNED = (0.05, 0.1, 0.15)  # of the window of an upstroke, or
ALIGNED_FRAMES = 2.0  # frames: how far from the others the same beat of a pixel may be
MOST_ALIGNED = 0.75  # of the beats
NEAR = 3  # frames from a time that is known


def usual_of(slopes: Floats) -> float:
    """Return the median of the large ones; one that is larger than all others may be an artefact."""
    slopes = np.sort(slopes)
    reference = slopes[-2] if len(slopes) > 2 else slopes[-1]
    return float(np.median(slopes[slopes >= 0.5 * reference]))


def rough_noise_of(row: Floats, noise: float) -> float:
    """Return the noise of a series whose white noise is known: few counts, and what was smoothed, have more."""
    return max(noise, float(sparse_noise_of(row[np.newaxis])[0]), float(noise_of(row, SMOOTHED)))


def are_regular(times: Array, slopes: Floats) -> bool:
    """Whether beats are many, at even intervals, and equally steep."""
    if len(times) < SEVERAL:
        return False
    steps = np.diff(times)
    even = _variation(steps) < EVEN_TIMES or (len(times) >= MANY and _off_multiples(steps) < EVEN_MULTIPLES)
    if even and _variation(slopes) < EVEN_SLOPES:
        return True
    return bool(
        _variation(steps) < _shares_for(len(times), RHYTHM_FROM, FAIRLY_EVEN) and _variation(slopes) < FAIRLY_STEEP
    )


def _shares_for(counts: Any, least: tuple[int, ...], shares: tuple[float, ...]) -> Any:
    """Return the shares that hold for so many beats; 0 for fewer than the first number."""
    return np.array([0, *shares])[np.searchsorted(least, counts, side="right")]


def _are_alike(slopes: Floats, white: float) -> bool:
    """Whether upstrokes are too many and too alike to be the largest of something random."""
    return len(slopes) >= MANY and usual_of(slopes) > ALIKE_CLEAR * white and _variation(slopes) < ALIKE


def _are_waves(times: Array, slopes: Floats, white: float, row: Floats) -> bool:
    """Whether upstrokes are those of waves without rest: over an interval, they cancel, which noise does not.

    In the spectrum, power falls below the frequency of the waves, while that of noise is as large there, or larger.
    """
    if len(times) < MANY or _variation(slopes) >= WAVES_STEEP:
        return False
    usual, interval = usual_of(slopes), float(times[-1] - times[0]) / (len(times) - 1)
    if usual <= ALIKE_CLEAR * white:
        return False
    whole, quarter = (_variance_of_means(row, max(1, int(length + 0.5)), usual) for length in (interval, interval / 4))
    return whole < WAVES * quarter


def _variance_of_means(row: Floats, length: int, slope: float) -> float:
    """Return the variance of the running means of so many samples, in units of a slope squared."""
    sums = np.cumsum(np.concatenate([[0.0], row - row.mean()]))
    return float(((sums[length:] - sums[:-length]) / (length * slope)).var())


def _variation(values: Array) -> float:
    """Return the standard deviation of values, divided by their mean."""
    return float((values / values.mean()).std())


def _off_multiples(steps: Array) -> float:
    """Return how far intervals are from multiples of the usual one, as a share of it."""
    usual = float(np.median(steps))
    shares = steps / np.maximum(1, np.floor(steps / usual + 0.5))
    return float(np.sqrt(np.mean((shares / usual - 1) ** 2)))


def are_aligned(shifts: Floats, widths: Floats) -> Array:
    """Return which series have most of their beats at the same shift (m, B) from where they are expected.

    NaN stands for beats that are missing; `widths` are those of the windows in which they were searched for.
    """
    counts = np.isfinite(shifts).sum(axis=1)
    result = np.zeros(len(shifts), bool)
    several = np.flatnonzero(counts >= SEVERAL)
    shifts, widths = shifts[several], widths[several]
    near = np.maximum(
        ALIGNED_FRAMES, _shares_for(counts[several], ALIGNED_FROM, ALIGNED) * np.nanmedian(widths, axis=1)
    )
    distances = np.abs(shifts - np.nanmedian(shifts, axis=1)[:, np.newaxis])
    result[several] = (distances <= near[:, np.newaxis]).sum(axis=1) >= MOST_ALIGNED * counts[several]
    return result


def is_noise(row: Floats, frames: Array, slopes: Floats, sigma: float, noise: float) -> bool:
    """Whether upstrokes that were found in a series, at some frames and of some slopes, do not differ from noise."""
    finest, weights = derivative(SCALES[0]), derivative(sigma)
    if len(row) < JUDGED or are_regular(frames, slopes) or _are_alike(slopes, noise * gain(weights)):
        return False
    noise = rough_noise_of(row, noise)
    fine, reach = filtered(row, finest), int(sigma)
    nearby = np.array([fine[max(0, at - reach) : at + reach + 1].max() for at in frames.tolist()])
    if usual_of(nearby) > SHARP * noise * gain(finest):
        return False
    return are_noise(slopes, filtered(row, weights), noise, gain(weights), row) and not _are_waves(
        frames, slopes, noise * gain(weights), row
    )


def is_upstroke_of_noise(signal: Floats, frame: int) -> bool:
    """Whether the only upstroke that is known of a signal, at some frame, does not differ from noise."""
    row = signal - signal[0]
    weights = derivative(SCALES[0])
    slopes = filtered(row, weights)
    steepest = float(slopes[max(0, frame - NEAR) : frame + NEAR + 1].max(initial=0))
    noise = rough_noise_of(row, float(noise_of(row)))
    spread, white = 1.4826 * float(np.median(np.abs(slopes))), noise * gain(weights)
    return not _stands_out(steepest, spread, white) and _has_no_direction(row, noise)


def are_noise(upstrokes: Floats, slopes: Floats, noise: float, share: float, row: Floats) -> bool:
    """Whether upstrokes do not differ from noise.

    Their slopes are compared with all slopes of the series `row` at the same scale, and with the share that its white
    noise has in these.
    """
    usual, white = usual_of(upstrokes), share * noise
    sizes, quarter = np.abs(slopes), len(slopes) // 4
    spread = 1.4826 * float(np.median(sizes))
    quiet = 3.1387 * float(np.partition(sizes, quarter)[quarter])  # between pulses that take most of the time
    if _stands_out(usual, min(spread, quiet), white):
        return False
    clear = CLEAR_FEW if len(upstrokes) < SEVERAL else CLEAR_SPREAD
    if usual > CLEAR * white and usual > clear * spread:
        return False
    return _has_no_direction(row, noise)


def _stands_out(usual: float, spread: float, white: float) -> bool:
    """Whether a slope stands out from all others, or there is hardly any noise."""
    return usual > FREE * white or usual > OUTSTANDING * max(spread, LEAST * white)


def _has_no_direction(row: Floats, noise: float) -> bool:
    """Whether rises of a series are no steeper than falls."""
    return all(_skewness(row, noise, sigma) < DIRECTED for sigma in SKEW_SIGMAS)


def _skewness(row: Floats, noise: float, sigma: float) -> float:
    """Return the third moment of the slopes of a series, in standard deviations of what white noise gives.

    Of few counts, most slopes are 0: the spread of slopes is no less than that of white noise.
    """
    weights = derivative(sigma)
    radius = len(weights) // 2
    if len(row) <= 2 * radius + 1:
        return 0.0
    slopes = filtered(row, weights)[radius:-radius]
    slopes = slopes - slopes.mean()
    spread = max(1.4826 * float(np.median(np.abs(slopes - np.median(slopes)))), noise * gain(weights))
    if not spread > 0:
        return float("inf")
    return float(((slopes / spread) ** 3).sum() / (len(slopes) * _deviation(len(slopes), sigma)))


@cache
def _deviation(count: int, sigma: float) -> float:
    """Return the standard deviation of the mean of the third powers of so many slopes of white noise, of variance 1.

    `optimap._series.polarity` derives it.
    """
    weights = derivative(sigma)
    correlations = np.correlate(weights, weights, "full") / gain(weights) ** 2
    lags = np.abs(np.arange(len(correlations)) - len(correlations) // 2)
    return float(np.sqrt(6 * (np.maximum(0, 1 - lags / count) * correlations**3).sum() / count))
