"""Measuring beats in series, in NumPy: the twin of ``measure_beats.hpp``, one series after the other.

The definitions of the columns are in `optimap.beats`. Times and durations are in frames here, and a value that cannot
be measured is NaN, with its reason.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._numpy_beats import SCALES, derivative, filtered, gains_near_ends, gaussian, noise_of

Array = NDArray[Any]
Floats = NDArray[np.float64]

# The columns; then the durations at each level, and the diastolic intervals at each level.
ACTIVATION, BASELINE, PEAK, TIME_TO_PEAK, AMPLITUDE, SNR, RISE, DVDT, TAU, CYCLE, LEVELS = range(11)
# Why a value is NaN.
MEASURED, HAS_NAN, NO_UPSTROKE, AT_START, SMALL, AT_NEXT, AT_END, AT_REST, IS_LAST, FEW, MISFIT, NO_NOISE = range(12)

SIGNIFICANT = 6.0  # times the noise of the derivative: where it is searched for, noise has 5
STEEP = 0.1  # of its steepest slope: an upstroke begins where the signal rises less
WINDOW = 3.0  # frames, the shortest window of the baseline, which has
WINDOW_SHARE = 0.05  # of a cycle
ROUNDING = 1e-12
BELOW = 0.75  # of the height of a level: the fall through it is over
FEWEST = 5  # samples of a decay


@dataclass(frozen=True)
class Settings:
    """The options of a measurement."""

    levels: Floats  # in percent
    sigma: float
    smooth: float
    min_snr: float
    by_threshold: bool  # the activation is the half-maximum
    from_level: bool  # durations begin at the same level
    is_linear: bool  # the baseline joins this beat and the next
    is_checked: bool  # whether upstrokes may be insignificant


@dataclass
class Beat:
    """What is known of one beat while it is measured."""

    activation: float
    slope: float
    onset: int
    base: float = np.nan
    middle: float = np.nan  # of the window of the baseline
    first: int = 0  # sample of that window
    samples: int = 0  # in that window
    drift: float = 0.0  # of the baseline, per frame
    top: int = 0
    peak: float = np.nan
    amplitude: float = np.nan
    end: int = 0  # the last sample of its fall
    ended: int = AT_END  # why there are no more
    reason: int = MEASURED


def measure_beats(
    series: Array,
    first: Array,
    lows: Array,
    highs: Array,
    levels: Array,
    sigma: float,
    smooth: float,
    min_snr: float,
    by_threshold: bool,
    from_level: bool,
    is_linear: bool,
    is_checked: bool,
    out: Array,
    reasons: Array,
    threads: int = 1,
) -> None:
    """Write the values of each beat to `out`, and why they are NaN to `reasons`."""
    settings = Settings(levels, sigma, smooth, min_snr, by_threshold, from_level, is_linear, is_checked)
    out[:] = np.nan
    for row, start, stop in zip(series, first[:-1].tolist(), first[1:].tolist(), strict=True):
        if not np.isfinite(row).all():
            reasons[start:stop] = HAS_NAN
        elif stop > start:
            _measure_series(row, lows[start:stop], highs[start:stop], settings, out[start:stop], reasons[start:stop])


def _measure_series(row: Floats, lows: Array, highs: Array, settings: Settings, out: Array, reasons: Array) -> None:
    """Measure the beats of one series."""
    offset = row[0]
    row = row - offset
    noise = noise_of(row)
    slopes, smooth = filtered(row, derivative(settings.sigma)), filtered(row, gaussian(settings.smooth))
    beats = [
        _upstroke(row, slopes, low, high, noise, settings)
        for low, high in zip(lows.tolist(), highs.tolist(), strict=True)
    ]
    known = [i for i, beat in enumerate(beats) if not beat.reason]
    cycles = np.diff([beats[i].activation for i in known])
    window = max(WINDOW, WINDOW_SHARE * float(np.median(cycles))) if len(cycles) else WINDOW
    following = dict(pairwise(known))
    for i in known:
        last = beats[following[i]].onset if i in following else len(row) - 1
        _rest(beats[i], row, smooth, max(last, int(beats[i].activation) + 1), i in following, window)
    if settings.is_linear:
        for i in known:
            _tilt(beats[i], beats[following[i]] if i in following else None, smooth)
    for i in known:
        _fall_range(beats[i], smooth, noise, settings)
    for beat, values, why in zip(beats, out, reasons, strict=True):
        _fill(beat, row, smooth, noise, settings, values, why)
        values[[BASELINE, PEAK]] += offset
    _intervals(out, reasons, len(settings.levels))


def _upstroke(row: Floats, slopes: Floats, low: int, high: int, noise: float, settings: Settings) -> Beat:
    """Return where the series is steepest within [low, high), and where that upstroke begins."""
    edge = int(2 * settings.sigma)
    low, high = max(low, edge, 1), min(high, len(row) - edge, len(row) - 1)
    nothing = Beat(np.nan, np.nan, 0, reason=NO_UPSTROKE)
    if high <= low:
        return nothing
    here = slopes[low:high]
    is_peak = (here >= slopes[low - 1 : high - 1]) & (here >= slopes[low + 1 : high + 1]) & (here > 0)
    if not is_peak.any() or not _is_significant(row, low, high, noise, settings.is_checked):
        return nothing
    at = low + int(np.argmax(np.where(is_peak, here, -np.inf)))
    before, middle, after = slopes[at - 1 : at + 2].tolist()
    bend = before - 2 * middle + after
    shift = (before - after) / (2 * bend) if bend < 0 else 0.0
    onset = at
    while onset > 0 and slopes[onset] > STEEP * middle:
        onset -= 1
    return Beat(at + shift, middle - shift * (before - after) / 4, onset)


def _is_significant(row: Floats, low: int, high: int, noise: float, is_checked: bool) -> bool:
    """Whether any of the scales has a slope within [low, high) that noise does not have."""
    if not is_checked:
        return True
    least = ROUNDING * np.abs(row).max()
    ends = np.minimum(np.arange(low, high), len(row) - 1 - np.arange(low, high))
    for sigma in SCALES:
        gains = gains_near_ends(sigma)
        limits = SIGNIFICANT * noise * gains[np.minimum(ends, len(gains) - 1)]
        if (filtered(row, derivative(sigma))[low:high] > np.maximum(limits, least)).any():
            return True
    return False


def _rest(beat: Beat, row: Floats, smooth: Floats, last: int, has_next: bool, window: float) -> None:
    """Find peak and baseline of a beat; each needs the other, so they are found in turn."""
    start = int(np.ceil(beat.activation))
    beat.end, beat.ended = last, AT_NEXT if has_next else AT_END
    beat.base = float(smooth[max(0, beat.onset - int(window)) : start + 1].min())
    for _ in range(4):
        is_lost = _peak(beat, smooth, start, last)
        length = (beat.peak - beat.base) / beat.slope
        beat.first = int(np.ceil(beat.activation - length - window))
        stop = int(np.floor(beat.activation - length)) + 1
        beat.middle = beat.activation - length - window / 2
        if beat.activation - length - window < 0 or stop <= beat.first:
            beat.reason = AT_START
            return
        beat.samples = stop - beat.first
        beat.base = float(row[beat.first : stop].mean())
    if not is_lost and not has_next:
        beat.reason = AT_END
    beat.amplitude = beat.peak - beat.base


def _peak(beat: Beat, smooth: Floats, start: int, last: int) -> bool:
    """Find the maximum until half of what was gained is lost; return whether it was."""
    beat.top, beat.peak = start, float(smooth[start])
    for k in range(start, last + 1):
        if smooth[k] > beat.peak:
            beat.top, beat.peak = k, float(smooth[k])
        elif smooth[k] < beat.peak - 0.5 * (beat.peak - beat.base):
            return True
    return False


def _tilt(beat: Beat, following: Beat | None, smooth: Floats) -> None:
    """Let the baseline run to that of the next beat."""
    if beat.reason:
        return
    if following is None:
        beat.reason = IS_LAST
    elif following.samples == 0 or np.isnan(following.base):
        beat.reason = following.reason
    else:
        beat.drift = (following.base - beat.base) / (following.middle - beat.middle)
        beat.amplitude = beat.peak - beat.base - beat.drift * (beat.top - beat.middle)


def _fall_range(beat: Beat, smooth: Floats, noise: float, settings: Settings) -> None:
    """End the fall where half of the amplitude is gained again: a beat was missed there."""
    if beat.reason:
        return
    if not beat.amplitude > settings.min_snr * noise:
        beat.reason = SMALL
        return
    lowest, at = beat.peak, beat.top
    for k in range(beat.top, beat.end + 1):
        value = float(smooth[k]) - beat.drift * (k - beat.top)
        if value < lowest:
            lowest, at = value, k
        elif lowest < beat.peak - 0.5 * beat.amplitude and value >= lowest + 0.5 * beat.amplitude:
            beat.end, beat.ended = at, AT_NEXT
            return


def _upright(beat: Beat, row: Floats, start: int, stop: int) -> Floats:
    """Return samples above the baseline."""
    return row[start:stop] - beat.base - beat.drift * (np.arange(start, stop) - beat.middle)


def _crossings(beat: Beat, row: Floats, smooth: Floats, height: float) -> tuple[float, float]:
    """Return when the upstroke and the fall pass a height above the baseline, or NaN."""
    rising = height - _upright(beat, row, beat.first, beat.top + 1)
    falling = _upright(beat, row, beat.top, beat.end + 1) - height
    # The search ends where the signal is well below, so that a baseline that noise has lowered cannot prolong it.
    below = np.flatnonzero(_upright(beat, smooth, beat.top, beat.end + 1) <= BELOW * height)
    stop = int(below[0]) + 2 if len(below) else len(falling)
    up, down = _passed(rising), _passed(falling[:stop])
    # A fall takes many frames, so more than two samples help against noise; an upstroke does not.
    return beat.first + up, beat.top + _by_a_line(falling, down)


def _passed(values: Floats) -> float:
    """Return when values fall below 0 for good, or NaN: noise cannot bring the time forward.

    The running sum is largest at the last sample before that, which is where the isotonic fit crosses 0.
    """
    if len(values) == 0:
        return np.nan
    sums = np.cumsum(values)
    k = len(sums) - 1 - int(np.argmax(sums[::-1]))  # the last of several
    if k + 1 == len(values) or values[k] < 0:
        return np.nan
    return k + float(values[k] / (values[k] - values[k + 1]))


def _by_a_line(values: Floats, time: float) -> float:
    """Return when the line through two samples before and two after a time falls below 0."""
    if np.isnan(time) or not 1 <= int(time) < len(values) - 2:
        return time
    start = int(time) - 1
    a, b, c, d = values[start : start + 4].tolist()
    slope = (3 * (d - a) + (c - b)) / 10
    if slope >= 0:
        return time
    crossing = start + 1.5 - (a + b + c + d) / 4 / slope
    return float(min(max(crossing, start), start + 3))


def _fill(beat: Beat, row: Floats, smooth: Floats, noise: float, settings: Settings, values: Array, why: Array) -> None:
    """Write the values of a beat, apart from those that depend on the next."""
    why[:] = beat.reason
    if np.isnan(beat.activation):
        return
    activation, lost = beat.activation, beat.reason
    if settings.by_threshold and beat.reason in (MEASURED, SMALL):
        activation = _crossings(beat, row, smooth, 0.5 * beat.amplitude)[0]
        lost = NO_UPSTROKE if np.isnan(activation) else MEASURED
    elif not settings.by_threshold:
        lost = MEASURED
    values[ACTIVATION], why[ACTIVATION] = np.nan if lost else activation, lost
    if beat.reason:
        return
    why[ACTIVATION + 1 :] = MEASURED
    amplitude = beat.amplitude
    values[[BASELINE, PEAK, AMPLITUDE]] = beat.base, beat.peak, amplitude
    values[DVDT] = beat.slope / amplitude
    values[SNR], why[SNR] = (amplitude / noise, MEASURED) if noise > 0 else (np.nan, NO_NOISE)
    unsure = 2 * noise / np.sqrt(beat.samples)
    values[TIME_TO_PEAK], why[TIME_TO_PEAK] = beat.top - values[ACTIVATION], why[ACTIVATION]
    values[RISE] = _crossings(beat, row, smooth, 0.9 * amplitude)[0] - _crossings(beat, row, smooth, 0.1 * amplitude)[0]
    if 0.1 * amplitude < unsure or np.isnan(values[RISE]):
        values[RISE], why[RISE] = np.nan, AT_REST
    _durations(beat, row, smooth, unsure, settings, values, why)
    _decay(beat, row, smooth, values, why)


def _durations(
    beat: Beat, row: Floats, smooth: Floats, unsure: float, settings: Settings, values: Array, why: Array
) -> None:
    """Write the duration at each level, and the time of the fall in the place of the diastolic interval."""
    for i, level in enumerate(settings.levels.tolist()):
        height = (1 - level / 100) * beat.amplitude
        up, down = _crossings(beat, row, smooth, height)
        start = up if settings.from_level else values[ACTIVATION]
        at, di = LEVELS + i, LEVELS + len(settings.levels) + i
        reason = AT_REST if height < unsure else beat.ended if np.isnan(down) else MEASURED
        values[di], why[di] = (np.nan if reason else down), reason
        reason = reason or (AT_REST if np.isnan(start) else MEASURED)
        values[at], why[at] = (np.nan if reason else down - start), reason


def _decay(beat: Beat, row: Floats, smooth: Floats, values: Array, why: Array) -> None:
    """Write the time constant of the decay between 30 and 90 %."""
    begin, end = (_crossings(beat, row, smooth, (1 - share) * beat.amplitude)[1] for share in (0.3, 0.9))
    if np.isnan(begin) or np.isnan(end):
        why[TAU] = beat.ended
        return
    first, stop = int(np.ceil(begin)), int(np.floor(end)) + 1
    if stop - first < FEWEST:
        why[TAU] = FEW
        return
    samples = _upright(beat, row, first, stop)
    rate = fitted_rate(samples, 0.7 * beat.amplitude, np.log(7) / (end - begin))
    values[TAU], why[TAU] = (1 / rate, MEASURED) if rate > 0 else (np.nan, MISFIT)


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


def _intervals(out: Array, reasons: Array, levels: int) -> None:
    """Write what depends on the next beat; the diastolic intervals hold the times of the falls so far."""
    for i in range(len(out)):
        is_last = i + 1 == len(out)
        activation, reason = (np.nan, IS_LAST) if is_last else (out[i + 1, ACTIVATION], int(reasons[i + 1, ACTIVATION]))
        own = int(reasons[i, ACTIVATION])
        out[i, CYCLE], reasons[i, CYCLE] = activation - out[i, ACTIVATION], own or reason
        for k in range(LEVELS + levels, LEVELS + 2 * levels):
            reasons[i, k] = reasons[i, k] or reason
            out[i, k] = activation - out[i, k]
