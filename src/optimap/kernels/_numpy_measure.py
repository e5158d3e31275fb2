"""Measuring beats in series, in NumPy: the twin of ``measure_beats.hpp``, one series after the other.

The definitions of the columns are in `optimap.beats`. Times and durations are in frames here, and a value that cannot
be measured is NaN, with its reason.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._numpy_beat import (
    ACTIVATION,
    AMPLITUDE,
    AT_END,
    AT_NEXT,
    AT_REST,
    AT_START,
    BASELINE,
    BELOW,
    COUNTS,
    CYCLE,
    DVDT,
    FEW,
    FEWEST,
    FLAT,
    GROWTH,
    HAS_NAN,
    IS_LAST,
    LEVELS,
    LONGEST,
    MEASURED,
    MISFIT,
    MOST,
    NEARER,
    NO_NOISE,
    NO_UPSTROKE,
    PEAK,
    REACH,
    RISE,
    ROUNDING,
    SIGNIFICANT,
    SMALL,
    SMOOTHER,
    SNR,
    STEEP,
    TAU,
    TIME_TO_PEAK,
    UNSURE,
    WIDER,
    WINDOW,
    WINDOW_SHARE,
    Beat,
    Settings,
)
from ._numpy_beats import SCALES, derivative, filtered, gain, gains_near_ends, gaussian, noise_of
from ._numpy_falls import by_a_line, eighths, fitted_rate, passed

Array = NDArray[Any]
Floats = NDArray[np.float64]


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


@dataclass
class Filtered:
    """A series that begins at 0, its noise, and its derivatives and smooth copies at the scales that are needed."""

    row: Floats
    noise: float
    slopes: Floats  # at `sigma`
    wide: Floats  # at WIDER times `sigma`
    smooth: Floats
    smoother: list[Floats]


def _filtered(row: Floats, settings: Settings) -> Filtered:
    """Return a series with its filtered copies."""
    sigma, smooth = settings.sigma, settings.smooth
    return Filtered(
        row,
        noise_of(row),
        filtered(row, derivative(sigma)),
        filtered(row, derivative(WIDER * sigma)),
        filtered(row, gaussian(smooth)),
        [filtered(row, gaussian(factor * smooth)) for factor in SMOOTHER],
    )


def _measure_series(given: Floats, lows: Array, highs: Array, settings: Settings, out: Array, reasons: Array) -> None:
    """Measure the beats of one series."""
    series = _filtered(given - given[0], settings)
    beats = [_upstroke(series, low, high, settings) for low, high in zip(lows.tolist(), highs.tolist(), strict=True)]
    known = [i for i, beat in enumerate(beats) if not beat.reason]
    cycles = np.diff([beats[i].activation for i in known])
    window = max(WINDOW, WINDOW_SHARE * float(np.median(cycles))) if len(cycles) else WINDOW
    following = dict(pairwise(known))
    for i, later in following.items():
        beats[later].before = beats[i].activation
    for i in known:
        last = beats[following[i]].onset if i in following else len(given) - 1
        _rest(beats[i], series, max(last, int(beats[i].activation) + 1), i in following, window, settings)
    if settings.is_linear:
        for i in known:
            _tilt(beats[i], beats[following[i]] if i in following else None)
    for i in known:
        _fall_range(beats[i], series, settings)
    for beat, values, why in zip(beats, out, reasons, strict=True):
        _fill(beat, series, settings, values, why)
        values[[BASELINE, PEAK]] += given[0]
    _intervals(out, reasons, len(settings.levels))


def _upstroke(series: Filtered, low: int, high: int, settings: Settings) -> Beat:
    """Return where the series is steepest within [low, high), and where that upstroke begins."""
    edge, samples = int(2 * settings.sigma), len(series.row)
    low, high = max(low, edge, 1), min(high, samples - edge, samples - 1)
    nothing = Beat(np.nan, np.nan, 0, reason=NO_UPSTROKE)
    if high <= low:
        return nothing
    unsure = series.noise * gain(derivative(settings.sigma))
    near = _steepest(series.wide, low, high, 0, 0.0)
    at = _steepest(series.slopes, low, high, near, 0.0 if near < 0 else NEARER * unsure)
    if at < 0 or not _is_significant(series.row, low, high, series.noise, settings.is_checked):
        return nothing
    before, middle, after = series.slopes[at - 1 : at + 2].tolist()
    shift = _shift(series.slopes, at)
    onset = at
    while onset > 0 and series.slopes[onset] > STEEP * middle:
        onset -= 1
    activation = at + shift
    if near >= 0:
        share = eighths(UNSURE * unsure / middle - 1)
        activation += share * (near + _shift(series.wide, near) - activation)
    return Beat(activation, middle - shift * (before - after) / 4, onset)


def _steepest(slopes: Floats, low: int, high: int, near: int, loss: float) -> int:
    """Return the largest local maximum in [low, high), less `loss` times its distance from `near` squared; or -1."""
    here = slopes[low:high]
    is_peak = (here >= slopes[low - 1 : high - 1]) & (here >= slopes[low + 1 : high + 1]) & (here > 0)
    if not is_peak.any():
        return -1
    return low + int(np.argmax(np.where(is_peak, here - loss * (np.arange(low, high) - near) ** 2, -np.inf)))


def _shift(slopes: Floats, at: int) -> float:
    """Return where the parabola through a local maximum and its neighbours is largest."""
    before, middle, after = slopes[at - 1 : at + 2].tolist()
    bend = before - 2 * middle + after
    return float((before - after) / (2 * bend)) if bend < 0 else 0.0


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


def _rest(beat: Beat, series: Filtered, last: int, has_next: bool, window: float, settings: Settings) -> None:
    """Find peak and baseline of a beat; each needs the other, so they are found in turn."""
    start = int(np.ceil(beat.activation))
    beat.end, beat.ended = last, AT_NEXT if has_next else AT_END
    beat.base = float(series.smooth[max(0, beat.onset - int(window)) : start + 1].min())
    for _ in range(4):
        is_lost = _peak(beat, series.smooth, start, last)
        length = (beat.peak - beat.base) / beat.slope
        beat.first = int(np.ceil(beat.activation - length - window))
        stop = int(np.floor(beat.activation - length)) + 1
        if beat.activation - length - window < 0 or stop <= beat.first:
            beat.reason = AT_START
            return
        begin = _window_start(beat, length, window, series.noise)
        beat.samples = stop - beat.first + COUNTS * (beat.first - begin)
        beat.middle = 0.5 * (begin + stop - 1)
        beat.base = float(series.row[begin:stop].mean())
    _settle_peak(beat, series, start, last, settings)
    if not is_lost and not has_next:
        beat.reason = AT_END
    beat.amplitude = beat.peak - beat.base


def _window_start(beat: Beat, length: float, window: float, noise: float) -> int:
    """Return where the window of the baseline begins: earlier in noise, but not before the middle of two beats."""
    height = beat.peak - beat.base
    growth = min(max(GROWTH * noise / height, 1.0), LONGEST) if height > 0 else 1.0
    start = max(beat.activation - length - growth * window, 0.0)
    if not np.isnan(beat.before):
        start = max(start, 0.5 * (beat.before + beat.activation))
    return min(beat.first, int(np.ceil(start)))


def _settle_peak(beat: Beat, series: Filtered, start: int, last: int, settings: Settings) -> None:
    """Take the peak of a smoother signal as long as it is hardly lower: the largest of many samples is too high."""
    stop, half = beat.top, beat.peak - 0.5 * (beat.peak - beat.base)
    while stop < last and series.smooth[stop] >= half:
        stop += 1
    scale = settings.smooth
    for factor, smoother in zip(SMOOTHER, series.smoother, strict=True):
        at = start + int(np.argmax(smoother[start : stop + 1]))
        if beat.peak - smoother[at] > FLAT * series.noise * gain(gaussian(scale)):
            return
        beat.top, beat.peak, scale = at, float(smoother[at]), factor * settings.smooth


def _peak(beat: Beat, smooth: Floats, start: int, last: int) -> bool:
    """Find the maximum until half of what was gained is lost; return whether it was."""
    beat.top, beat.peak = start, float(smooth[start])
    for k in range(start, last + 1):
        if smooth[k] > beat.peak:
            beat.top, beat.peak = k, float(smooth[k])
        elif smooth[k] < beat.peak - 0.5 * (beat.peak - beat.base):
            return True
    return False


def _tilt(beat: Beat, following: Beat | None) -> None:
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


def _fall_range(beat: Beat, series: Filtered, settings: Settings) -> None:
    """End the fall where half of the amplitude is gained again: a beat was missed there."""
    if beat.reason:
        return
    if not beat.amplitude > settings.min_snr * series.noise:
        beat.reason = SMALL
        return
    lowest, at = beat.peak, beat.top
    for k in range(beat.top, beat.end + 1):
        value = float(series.smooth[k]) - beat.drift * (k - beat.top)
        if value < lowest:
            lowest, at = value, k
        elif lowest < beat.peak - 0.5 * beat.amplitude and value >= lowest + 0.5 * beat.amplitude:
            beat.end, beat.ended = at, AT_NEXT
            return


def _upright(beat: Beat, row: Floats, start: int, stop: int) -> Floats:
    """Return samples above the baseline."""
    return row[start:stop] - beat.base - beat.drift * (np.arange(start, stop) - beat.middle)


def _rise_crossing(beat: Beat, row: Floats, height: float) -> float:
    """Return when the upstroke passes a height above the baseline, or NaN."""
    return beat.first + passed(height - _upright(beat, row, beat.first, beat.top + 1))


def _fall_crossing(beat: Beat, series: Filtered, height: float) -> float:
    """Return when the fall passes a height above the baseline, or NaN."""
    falling = _upright(beat, series.row, beat.top, beat.end + 1) - height
    # The search ends where the signal is well below, so that a baseline that noise has lowered cannot prolong it.
    below = np.flatnonzero(_upright(beat, series.smooth, beat.top, beat.end + 1) <= BELOW * height)
    time = passed(falling[: int(below[0]) + 2] if len(below) else falling)
    room = 0 if np.isnan(time) else min(int(time) + 1, len(falling) - 1 - int(time))
    if room < 2:
        return beat.top + time
    # Samples next to the crossing help against noise, but bend the line: it is as long as there is noise.
    steepness = beat.drift - series.wide[beat.top + int(time)]
    length = series.noise / steepness if steepness > 0 else float(MOST) if series.noise > 0 else 0.0
    reach = min(max(int(min(REACH * length, float(MOST)) + 0.5), 2), room)
    crossing = by_a_line(falling, int(time) + 1, reach, 1.0 if reach > 2 else eighths(length))
    return beat.top + (time if np.isnan(crossing) else crossing)


def _fill(beat: Beat, series: Filtered, settings: Settings, values: Array, why: Array) -> None:
    """Write the values of a beat, apart from those that depend on the next."""
    why[:] = beat.reason
    if np.isnan(beat.activation):
        return
    activation, lost = beat.activation, beat.reason
    if settings.by_threshold and beat.reason in (MEASURED, SMALL):
        activation = _rise_crossing(beat, series.row, 0.5 * beat.amplitude)
        lost = NO_UPSTROKE if np.isnan(activation) else MEASURED
    elif not settings.by_threshold:
        lost = MEASURED
    values[ACTIVATION], why[ACTIVATION] = np.nan if lost else activation, lost
    if beat.reason:
        return
    why[ACTIVATION + 1 :] = MEASURED
    amplitude, noise = beat.amplitude, series.noise
    values[[BASELINE, PEAK, AMPLITUDE]] = beat.base, beat.peak, amplitude
    values[DVDT] = beat.slope / amplitude
    values[SNR], why[SNR] = (amplitude / noise, MEASURED) if noise > 0 else (np.nan, NO_NOISE)
    unsure = 2 * noise / np.sqrt(beat.samples)
    values[TIME_TO_PEAK], why[TIME_TO_PEAK] = beat.top - values[ACTIVATION], why[ACTIVATION]
    rises = [_rise_crossing(beat, series.row, share * amplitude) for share in (0.9, 0.1)]
    values[RISE] = rises[0] - rises[1]
    if 0.1 * amplitude < unsure or np.isnan(values[RISE]):
        values[RISE], why[RISE] = np.nan, AT_REST
    _durations(beat, series, unsure, settings, values, why)
    _decay(beat, series, values, why)


def _durations(beat: Beat, series: Filtered, unsure: float, settings: Settings, values: Array, why: Array) -> None:
    """Write the duration at each level, and the time of the fall in the place of the diastolic interval."""
    for i, level in enumerate(settings.levels.tolist()):
        height = (1 - level / 100) * beat.amplitude
        down = _fall_crossing(beat, series, height)
        start = _rise_crossing(beat, series.row, height) if settings.from_level else values[ACTIVATION]
        at, di = LEVELS + i, LEVELS + len(settings.levels) + i
        reason = AT_REST if height < unsure else beat.ended if np.isnan(down) else MEASURED
        values[di], why[di] = (np.nan if reason else down), reason
        reason = reason or (AT_REST if np.isnan(start) else MEASURED)
        values[at], why[at] = (np.nan if reason else down - start), reason


def _decay(beat: Beat, series: Filtered, values: Array, why: Array) -> None:
    """Write the time constant of the decay between 30 and 90 %."""
    begin, end = (_fall_crossing(beat, series, (1 - share) * beat.amplitude) for share in (0.3, 0.9))
    if np.isnan(begin) or np.isnan(end):
        why[TAU] = beat.ended
        return
    first, stop = int(np.ceil(begin)), int(np.floor(end)) + 1
    if stop - first < FEWEST:
        why[TAU] = FEW
        return
    # The fit compares squares, which would overflow, or vanish, for huge or tiny numbers.
    unit = np.ldexp(1.0, -max(-1000, int(np.frexp(beat.amplitude)[1])))
    samples = unit * _upright(beat, series.row, first, stop)
    rate = fitted_rate(samples, 0.7 * unit * beat.amplitude, np.log(7) / (end - begin))
    values[TAU], why[TAU] = (1 / rate, MEASURED) if rate > 0 else (np.nan, MISFIT)


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
