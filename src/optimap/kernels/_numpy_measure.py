"""Measuring beats in series, in NumPy: the twin of ``measure_beats.hpp``, for many beats at once.

The definitions of the columns are in `optimap.beats`. Times and durations are in frames here, and a value that cannot
be measured is NaN, with its reason. A block of series is filtered; stretches of similar length of its beats are then
taken together, as the rows of an array, in which what is beyond the end of a stretch is left out. The result of a beat
depends on no other series. Upstrokes are found by `_numpy_beat_upstrokes`, and values written by `_numpy_columns`.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._numpy_beat import (
    AT_END,
    AT_NEXT,
    AT_ONCE,
    AT_START,
    COUNTS,
    FLAT,
    GROWTH,
    HAS_NAN,
    IS_LAST,
    LONGEST,
    MEASURED,
    SMALL,
    SMOOTHER,
    WIDER,
    WINDOW,
    WINDOW_SHARE,
    Beats,
    Filtered,
    Ints,
    Settings,
    first_of,
    groups,
    inside,
    places,
    taken,
    total,
    whole,
)
from ._numpy_beat_upstrokes import find_upstrokes
from ._numpy_columns import write_columns, write_intervals
from ._numpy_filters import derivative, filtered, gain, gaussian, noise_of

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
    out[:], reasons[:] = np.nan, HAS_NAN
    step = max(1, AT_ONCE // max(1, series.shape[1]))
    for start in range(0, len(series), step):
        stop = min(start + step, len(series))
        own = np.repeat(np.arange(stop - start), np.diff(first[start : stop + 1]))
        rows = series[start:stop]
        is_whole = np.asarray(np.isfinite(rows).all(axis=1))
        beats = first[start] + np.flatnonzero(is_whole[own])
        if len(beats) == 0:
            continue
        numbers = (np.cumsum(is_whole) - 1)[own[is_whole[own]]]
        with np.errstate(all="ignore"):  # of what is beyond the ends of stretches
            values = _measure_rows(rows[is_whole], numbers, lows[beats], highs[beats], settings)
        out[beats], reasons[beats] = values


def _measure_rows(given: Floats, own: Ints, lows: Ints, highs: Ints, settings: Settings) -> tuple[Array, Array]:
    """Return the values and reasons of the beats of finite series (m, T); `own` is the series of each."""
    series = _filtered(given - given[:, :1], settings)
    beats = Beats.unknown(own, series.noise[own])
    find_upstrokes(beats, series, lows, highs, settings)
    _link(beats, series)
    is_known = beats.reason == MEASURED
    start = whole(np.ceil(np.where(is_known, beats.activation, 0)))
    for chosen in groups(np.where(is_known, beats.end - start + 1, 0)):
        part = beats.some(chosen)
        _rest(part, series, start[chosen], settings)
        beats.put(chosen, part)
    if settings.is_linear:
        _tilt(beats)
    is_small = ~(beats.amplitude > settings.min_snr * beats.noise)
    beats.reason = np.where((beats.reason == MEASURED) & is_small, SMALL, beats.reason)
    columns = 10 + 2 * len(settings.levels)
    values, why = np.full((len(own), columns), np.nan), np.empty((len(own), columns), np.uint8)
    why[:] = beats.reason[:, np.newaxis]
    for chosen in groups(np.where(np.isnan(beats.activation), 0, np.maximum(1, beats.end - beats.top + 1))):
        part = beats.some(chosen)
        _fall_range(part, series)
        values[chosen], why[chosen] = write_columns(part, series, given[part.series, 0], settings)
    write_intervals(values, why, own, len(settings.levels))
    return values, why


def _filtered(rows: Floats, settings: Settings) -> Filtered:
    """Return series with their filtered copies."""
    sigma, smooth = settings.sigma, settings.smooth
    return Filtered(
        rows,
        noise_of(rows),
        filtered(rows, derivative(sigma)),
        filtered(rows, derivative(WIDER * sigma)),
        filtered(rows, gaussian(smooth)),
        [filtered(rows, gaussian(factor * smooth)) for factor in SMOOTHER],
    )


def _link(beats: Beats, series: Filtered) -> None:
    """Find the neighbours of each beat, the window of its baseline, and the last sample that may belong to it."""
    count = len(series.rows)
    known = np.flatnonzero(beats.reason == MEASURED)
    own = beats.series[known]
    is_pair = own[1:] == own[:-1]
    earlier, later = known[:-1][is_pair], known[1:][is_pair]
    beats.following[earlier] = later
    beats.before[later] = beats.activation[earlier]
    pairs, numbers = np.bincount(beats.series[later], minlength=count), beats.series[later]
    cycles = np.full((count, max(1, int(pairs.max(initial=0)))), np.inf)
    cycles[numbers, np.arange(len(later)) - (np.cumsum(pairs) - pairs)[numbers]] = (
        beats.activation[later] - beats.activation[earlier]
    )
    cycles.sort(axis=1)
    each = np.arange(count)
    usual = (
        cycles[each, np.maximum(pairs - 1, 0) // 2] + cycles[each, np.minimum(pairs // 2, cycles.shape[1] - 1)]
    ) / 2
    window = np.where(pairs > 0, np.maximum(WINDOW, WINDOW_SHARE * usual), WINDOW)
    beats.window = window[beats.series]
    last = np.where(beats.following >= 0, beats.onset[beats.following], series.samples - 1)
    beats.end[known] = np.maximum(last[known], whole(beats.activation[known]) + 1)


def _rest(beats: Beats, series: Filtered, start: Ints, settings: Settings) -> None:
    """Find peak and baseline of beats; each needs the other, so they are found in turn."""
    counts = beats.end - start + 1
    where = places(series.samples, beats.series, start, int(counts.max()))
    smooth = np.where(inside(counts, where.shape[1]), taken(series.smooth, where), -np.inf)
    highest = np.maximum.accumulate(smooth, axis=1)
    is_new = np.zeros(smooth.shape, bool)
    is_new[:, 1:] = smooth[:, 1:] > highest[:, :-1]
    beats.base = _lowest(beats, series, start)
    is_lost, left = np.zeros(len(beats), bool), np.arange(len(beats))
    for _ in range(4):
        here, most, base = smooth[left], highest[left], beats.base[left, np.newaxis]
        lost = first_of(~is_new[left] & (here < most - 0.5 * (most - base)), counts[left])
        is_lost[left] = lost < counts[left]
        peak = most[np.arange(len(left)), np.minimum(lost, counts[left] - 1)]
        beats.peak[left], beats.top[left] = peak, start[left] + (here == peak[:, np.newaxis]).argmax(axis=1)
        part = beats.some(left)
        _baseline(part, series)
        beats.put(left, part)
        left = left[(part.reason == MEASURED) & (part.base != base[:, 0])]
        if len(left) == 0:
            break
    good = np.flatnonzero(beats.reason == MEASURED)
    part = beats.some(good)
    _settle_peaks(part, series, start[good], where[good], smooth[good], settings)
    part.reason[~is_lost[good] & (part.following < 0)] = AT_END
    part.amplitude = part.peak - part.base
    part.ended = np.where(part.following >= 0, AT_NEXT, AT_END)
    beats.put(good, part)


def _lowest(beats: Beats, series: Filtered, start: Ints) -> Floats:
    """Return the lowest sample between the onset, or a window before it, and the activation."""
    # In noise, the activation may be before the onset, which is that of the steepest slope.
    low = np.minimum(np.maximum(0, beats.onset - whole(np.floor(beats.window))), start)
    result = np.empty(len(beats))
    for chosen in groups(start + 1 - low):
        counts = (start + 1 - low)[chosen]
        where = places(series.samples, beats.series[chosen], low[chosen], int(counts.max()))
        result[chosen] = np.where(inside(counts, where.shape[1]), taken(series.smooth, where), np.inf).min(axis=1)
    return result


def _baseline(beats: Beats, series: Filtered) -> None:
    """Find the baseline before the upstroke of each beat, whose length follows from its peak."""
    height = beats.peak - beats.base
    # Where the signal fell before the upstroke, the peak may be lower than what precedes it.
    length = np.maximum(0.0, height / beats.slope)
    beats.first = whole(np.ceil(beats.activation - length - beats.window))
    stop = whole(np.floor(beats.activation - length)) + 1
    beats.reason[(beats.activation - length - beats.window < 0) | (stop <= beats.first)] = AT_START
    good = np.flatnonzero(beats.reason == MEASURED)
    # The window begins earlier in noise, but not before the middle of two beats.
    growth = np.where(height > 0, np.clip(GROWTH * beats.noise / height, 1.0, LONGEST), 1.0)
    start = np.fmax(
        np.maximum(beats.activation - length - growth * beats.window, 0.0), 0.5 * (beats.before + beats.activation)
    )
    begin = np.minimum(beats.first, whole(np.ceil(start)))
    for group in groups((stop - begin)[good]):
        chosen = good[group]
        counts = (stop - begin)[chosen]
        where = places(series.samples, beats.series[chosen], begin[chosen], int(counts.max()))
        values = np.where(inside(counts, where.shape[1]), taken(series.rows, where), 0.0)
        beats.base[chosen] = total(values) / counts
    first = beats.first[good]
    beats.samples[good] = stop[good] - first + COUNTS * (first - begin[good])
    beats.middle[good] = 0.5 * (begin[good] + stop[good] - 1)


def _settle_peaks(beats: Beats, series: Filtered, start: Ints, where: Ints, smooth: Floats, settings: Settings) -> None:
    """Take the peak of a smoother signal as long as it is hardly lower: the largest of many samples is too high."""
    half = beats.peak - 0.5 * (beats.peak - beats.base)
    is_later = np.arange(smooth.shape[1]) >= (beats.top - start)[:, np.newaxis]
    stop = np.minimum(first_of((smooth < half[:, np.newaxis]) & is_later, beats.end - start), beats.end - start)
    length = int(stop.max(initial=0)) + 1
    is_inside, where = inside(stop + 1, length), where[:, :length]
    scale, left = settings.smooth, np.arange(len(beats))
    for factor, smoother in zip(SMOOTHER, series.smoother, strict=True):
        values = np.where(is_inside[left], taken(smoother, where[left]), -np.inf)
        at, peak = values.argmax(axis=1), values.max(axis=1)
        is_flat = ~(beats.peak[left] - peak > FLAT * beats.noise[left] * gain(gaussian(scale)))
        left, scale = left[is_flat], factor * settings.smooth
        beats.top[left], beats.peak[left] = (start[left] + at[is_flat]), peak[is_flat]


def _tilt(beats: Beats) -> None:
    """Let the baselines run to those of the next beats."""
    known = np.flatnonzero(beats.reason == MEASURED)
    last = known[beats.following[known] < 0]
    known = known[beats.following[known] >= 0]
    following = beats.some(beats.following[known])
    is_lost = (following.samples == 0) | np.isnan(following.base)
    part = beats.some(known)
    part.drift = np.where(is_lost, 0.0, (following.base - part.base) / (following.middle - part.middle))
    part.amplitude = np.where(is_lost, part.amplitude, part.peak - part.base - part.drift * (part.top - part.middle))
    part.reason = np.where(is_lost, following.reason, part.reason)
    beats.put(known, part)
    beats.reason[last] = IS_LAST


def _fall_range(beats: Beats, series: Filtered) -> None:
    """End falls where half of the amplitude is gained again: a beat was missed there."""
    counts = np.where(beats.reason == MEASURED, beats.end - beats.top + 1, 0)
    length = max(1, int(counts.max()))
    where = places(series.samples, beats.series, beats.top, length)
    values = taken(series.smooth, where) - beats.drift[:, np.newaxis] * np.arange(length)
    lowest = np.minimum.accumulate(np.minimum(values, beats.peak[:, np.newaxis]), axis=1)
    half = 0.5 * beats.amplitude[:, np.newaxis]
    rises = inside(counts, length) & (lowest < beats.peak[:, np.newaxis] - half) & (values >= lowest + half)
    again = np.flatnonzero(rises.any(axis=1))
    least = lowest[again, rises[again].argmax(axis=1)]
    beats.end[again] = beats.top[again] + (values[again] == least[:, np.newaxis]).argmax(axis=1)
    beats.ended[again] = AT_NEXT
