"""The columns of beats whose baseline and peak are known, in NumPy: for the twin of ``measure_beats.hpp``."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._numpy_beat import (
    ACTIVATION,
    AMPLITUDE,
    AT_REST,
    BASELINE,
    BELOW,
    CYCLE,
    DVDT,
    FEW,
    FEWEST,
    IS_LAST,
    LEVELS,
    MEASURED,
    MISFIT,
    MOST,
    NO_NOISE,
    NO_UPSTROKE,
    PEAK,
    REACH,
    RISE,
    SMALL,
    SNR,
    TAU,
    TIME_TO_PEAK,
    Beats,
    Filtered,
    Floats,
    Ints,
    Settings,
    first_of,
    inside,
    places,
    taken,
)
from ._numpy_falls import by_a_line, eighths, fitted_rates, passed

Array = NDArray[Any]


def write_columns(beats: Beats, series: Filtered, offsets: Floats, settings: Settings) -> tuple[Floats, Array]:
    """Return the values of beats with an activation (B, columns), apart from those that depend on the next.

    `offsets` are the first samples of their series, which begin at 0 here. The diastolic intervals hold the times of
    the falls so far.
    """
    count, columns = len(beats), LEVELS + 2 * len(settings.levels)
    values, why = np.full((count, columns), np.nan), np.empty((count, columns), np.int64)
    why[:] = beats.reason[:, np.newaxis]
    activation, lost = beats.activation, np.full(count, MEASURED)
    if settings.by_threshold:
        lost = beats.reason.copy()
        tried = np.flatnonzero((lost == MEASURED) | (lost == SMALL))
        activation = np.full(count, np.nan)
        activation[tried] = Rises(beats.some(tried), series).crossing(0.5 * beats.amplitude[tried])
        lost[tried] = np.where(np.isnan(activation[tried]), NO_UPSTROKE, MEASURED)
    values[:, ACTIVATION], why[:, ACTIVATION] = np.where(lost == MEASURED, activation, np.nan), lost
    good = np.flatnonzero(beats.reason == MEASURED)
    if len(good):
        part = beats.some(good)
        own, reasons = values[good], why[good]
        _write_heights(part, offsets[good], own, reasons)
        _write_times(part, series, settings, own, reasons)
        values[good], why[good] = own, reasons
    return values, why


def _write_heights(beats: Beats, offsets: Floats, values: Floats, why: Array) -> None:
    """Write what follows from baseline and peak."""
    values[:, BASELINE], values[:, PEAK] = beats.base + offsets, beats.peak + offsets
    values[:, AMPLITUDE], values[:, DVDT] = beats.amplitude, beats.slope / beats.amplitude
    has_noise = beats.noise > 0
    values[:, SNR] = np.where(has_noise, beats.amplitude / beats.noise, np.nan)
    why[:, SNR] = np.where(has_noise, MEASURED, NO_NOISE)
    values[:, TIME_TO_PEAK], why[:, TIME_TO_PEAK] = beats.top - values[:, ACTIVATION], why[:, ACTIVATION]


def _write_times(beats: Beats, series: Filtered, settings: Settings, values: Floats, why: Array) -> None:
    """Write the time of the rise, the duration at each level, and the decay between 30 and 90 %."""
    rises, falls, unsure = Rises(beats, series), Falls(beats, series), 2 * beats.noise / np.sqrt(beats.samples)
    rise = rises.crossing(0.9 * beats.amplitude) - rises.crossing(0.1 * beats.amplitude)
    is_lost = (0.1 * beats.amplitude < unsure) | np.isnan(rise)
    values[:, RISE], why[:, RISE] = np.where(is_lost, np.nan, rise), np.where(is_lost, AT_REST, MEASURED)
    for i, level in enumerate(settings.levels.tolist()):
        height = (1 - level / 100) * beats.amplitude
        down = falls.crossing(height)
        start = rises.crossing(height) if settings.from_level else values[:, ACTIVATION]
        reason = np.where(height < unsure, AT_REST, np.where(np.isnan(down), beats.ended, MEASURED))
        at, di = LEVELS + i, LEVELS + len(settings.levels) + i
        values[:, di], why[:, di] = np.where(reason == MEASURED, down, np.nan), reason
        reason = np.where((reason == MEASURED) & np.isnan(start), AT_REST, reason)
        values[:, at], why[:, at] = np.where(reason == MEASURED, down - start, np.nan), reason
    begin, end = (falls.crossing((1 - share) * beats.amplitude) for share in (0.3, 0.9))
    is_lost = np.isnan(begin) | np.isnan(end)
    first, stop = (np.where(is_lost, 0, side).astype(np.int64) for side in (np.ceil(begin), np.floor(end) + 1))
    why[:, TAU] = np.where(is_lost, beats.ended, np.where(stop - first < FEWEST, FEW, MISFIT))
    fitted = np.flatnonzero(~is_lost & (stop - first >= FEWEST))
    if len(fitted):
        part, counts = beats.some(fitted), (stop - first)[fitted]
        # The fit compares squares, which would overflow, or vanish, for huge or tiny numbers.
        units = np.ldexp(1.0, -np.maximum(-1000, np.frexp(part.amplitude)[1]))
        samples = _upright(part, series, series.rows, first[fitted], int(counts.max())) * units[:, np.newaxis]
        rates = fitted_rates(samples, counts, 0.7 * units * part.amplitude, np.log(7) / (end - begin)[fitted])
        good = fitted[rates > 0]
        values[good, TAU], why[good, TAU] = 1 / rates[rates > 0], MEASURED


def _upright(beats: Beats, series: Filtered, rows: Floats, starts: Ints, length: int) -> Floats:
    """Return stretches of samples above the baseline."""
    above = taken(rows, places(series.samples, beats.series, starts, length)) - beats.base[:, np.newaxis]
    if beats.drift.any():
        frames = starts[:, np.newaxis] + np.arange(length)
        above -= beats.drift[:, np.newaxis] * (frames - beats.middle[:, np.newaxis])
    return above


class Rises:
    """The upstrokes of beats."""

    def __init__(self, beats: Beats, series: Filtered) -> None:
        self._first, self._counts = beats.first, beats.top + 1 - beats.first
        self._values = _upright(beats, series, series.rows, self._first, max(0, int(self._counts.max(initial=0))))

    def crossing(self, height: Floats) -> Floats:
        """Return when each upstroke passes a height above the baseline, or NaN."""
        return self._first + passed(height[:, np.newaxis] - self._values, self._counts)


class Falls:
    """The falls of beats."""

    def __init__(self, beats: Beats, series: Filtered) -> None:
        self._beats, self._series = beats, series
        self._counts = beats.end - beats.top + 1
        length = int(self._counts.max())
        self._values = _upright(beats, series, series.rows, beats.top, length)
        self._smooth = _upright(beats, series, series.smooth, beats.top, length)
        self._smooth[~inside(self._counts, length)] = -np.inf

    def crossing(self, height: Floats) -> Floats:
        """Return when each fall passes a height above the baseline, or NaN."""
        beats = self._beats
        # The search ends where the signal is well below, so a baseline that noise has lowered cannot prolong it.
        below = first_of(self._smooth <= BELOW * height[:, np.newaxis], self._counts)
        counts = np.minimum(below + 2, self._counts)
        time = passed(self._values[:, : int(counts.max())] - height[:, np.newaxis], counts)
        frame = np.where(np.isnan(time), 0, time).astype(np.int64)
        room = np.where(np.isnan(time), 0, np.minimum(frame + 1, self._counts - 1 - frame))
        some = np.flatnonzero(room >= 2)
        # Samples next to the crossing help against noise, but bend the line: it is as long as there is noise.
        part, at = beats.some(some), (beats.top + frame)[some]
        steepness = part.drift - self._series.wide[part.series, at]
        length = np.where(steepness > 0, part.noise / steepness, np.where(part.noise > 0, float(MOST), 0.0))
        reach = np.minimum(np.maximum((np.minimum(REACH * length, MOST) + 0.5).astype(np.int64), 2), room[some])
        around = _upright(part, self._series, self._series.rows, at + 1 - MOST, 2 * MOST) - height[some, np.newaxis]
        step = by_a_line(around, reach, np.where(reach > 2, 1.0, eighths(length)))
        time[some] = np.where(np.isnan(step), time[some], frame[some] + 1 + step)
        return beats.top + time


def write_intervals(values: Array, why: Array, own: Ints, levels: int) -> None:
    """Write what depends on the next beat of the series `own`; the diastolic intervals hold the times of the falls."""
    is_last = np.ones(len(own), bool)
    is_last[:-1] = own[1:] != own[:-1]
    following = np.minimum(np.arange(len(own)) + 1, len(own) - 1)
    activation = np.where(is_last, np.nan, values[following, ACTIVATION])
    reason = np.where(is_last, IS_LAST, why[following, ACTIVATION])
    values[:, CYCLE] = activation - values[:, ACTIVATION]
    why[:, CYCLE] = np.where(why[:, ACTIVATION] == MEASURED, reason, why[:, ACTIVATION])
    for k in range(LEVELS + levels, LEVELS + 2 * levels):
        why[:, k] = np.where(why[:, k] == MEASURED, reason, why[:, k])
        values[:, k] = activation - values[:, k]
