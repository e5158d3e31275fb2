"""The upstrokes of beats, in NumPy: the twin of ``beat_upstrokes.hpp``, for many beats at once.

An upstroke is the steepest slope in the window of its beat; in noise, the one near the steepest slope at a wider scale.
It must exceed what white noise leaves in the slopes at some scale, and those of a series must differ from noise that is
not white.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._numpy_beat import (
    MEASURED,
    NEARER,
    NO_UPSTROKE,
    ROUNDING,
    SIGNIFICANT,
    STEEP,
    UNSURE,
    Beats,
    Filtered,
    Ints,
    Settings,
    groups,
    inside,
    places,
    taken,
)
from ._numpy_falls import eighths
from ._numpy_filters import SCALES, SPIKE, derivative, filtered, gain, gains_near_ends, sparse_noise_of, without_spikes
from ._numpy_noise_like import JUDGED, SEVERAL, are_aligned, are_noise, rough_noise_of

Array = NDArray[Any]
Floats = NDArray[np.float64]


def find_upstrokes(beats: Beats, series: Filtered, lows: Ints, highs: Ints, settings: Settings) -> None:
    """Find where series are steepest within [low, high), and where these upstrokes begin."""
    _take_steepest(beats, series, lows, highs, settings)
    if settings.is_checked and series.samples >= JUDGED:
        _drop_noise(beats, series, lows, highs, settings)


def _take_steepest(beats: Beats, series: Filtered, lows: Ints, highs: Ints, settings: Settings) -> None:
    """Find the steepest upstroke of each beat, if it is significant."""
    edge, samples = int(2 * settings.sigma), series.samples
    lows, highs = np.maximum(lows, max(edge, 1)), np.minimum(highs, min(samples - edge, samples - 1))
    beats.reason[:] = NO_UPSTROKE
    unsure = beats.noise * gain(derivative(settings.sigma))
    for chosen in groups(highs - lows):
        low, own = lows[chosen], beats.series[chosen]
        is_inside = inside(highs[chosen] - low, int((highs[chosen] - low).max()))
        around = places(samples, own, low - 1, is_inside.shape[1] + 2)
        near = _steepest(taken(series.wide, around), is_inside, low, low, np.zeros(len(low)))
        loss = np.where(near < 0, 0.0, NEARER * unsure[chosen])
        at = _steepest(taken(series.slopes, around), is_inside, low, near, loss)
        found = np.flatnonzero(at >= 0)
        if settings.is_checked:
            found = found[_significant(series, own[found], low[found], around[found, 1:-1], is_inside[found], settings)]
        _take_upstrokes(beats, series, chosen[found], at[found], near[found], unsure[chosen[found]])


def _steepest(slopes: Floats, is_inside: Array, low: Ints, near: Ints, loss: Floats) -> Ints:
    """Return the largest local maximum of each row, less `loss` times its distance from `near` squared; or -1."""
    here = slopes[:, 1:-1]
    is_peak = is_inside & (here >= slopes[:, :-2]) & (here >= slopes[:, 2:]) & (here > 0)
    if loss.any():
        here = here - loss[:, np.newaxis] * ((low - near)[:, np.newaxis] + np.arange(here.shape[1])) ** 2
    at = np.where(is_peak, here, -np.inf).argmax(axis=1)
    return np.where(is_peak.any(axis=1), low + at, -1)


def _significant(
    series: Filtered, own: Ints, low: Ints, where: Ints, is_inside: Array, settings: Settings
) -> NDArray[np.bool_]:
    """Return whether any of the scales has a slope in the window of a beat that noise does not have."""
    result = np.zeros(len(own), bool)
    least = (ROUNDING * np.abs(series.rows).max(axis=1))[own]
    noise = np.maximum(series.noise, sparse_noise_of(series.rows))
    spared = without_spikes(series.rows, SPIKE * series.noise)
    has_spikes = bool((spared != series.rows).any())
    frames = low[:, np.newaxis] + np.arange(where.shape[1])
    ends = np.maximum(np.minimum(frames, series.samples - 1 - frames), 0)  # frames beyond the end are left out
    for sigma in SCALES:
        left = np.flatnonzero(~result)
        if len(left) == 0:
            break
        gains = gains_near_ends(sigma)
        limits = (SIGNIFICANT * noise[own[left]])[:, np.newaxis] * gains[np.minimum(ends[left], len(gains) - 1)]
        rows, numbers = np.unique(own[left], return_inverse=True)
        is_there = sigma == settings.sigma and not has_spikes
        slopes = series.slopes if is_there else filtered(spared[rows], derivative(sigma))
        shift = 0 if is_there else (numbers - own[left]) * series.samples
        here = taken(slopes, where[left] + np.reshape(shift, (-1, 1)))
        above = (here > np.maximum(limits, least[left, np.newaxis])) & is_inside[left]
        result[left] = above.any(axis=1)
    return result


def _drop_noise(beats: Beats, series: Filtered, lows: Ints, highs: Ints, settings: Settings) -> None:
    """Forget the upstrokes of series in which they do not differ from noise that is not white."""
    counts = np.bincount(beats.series, minlength=len(series.rows))
    starts = np.cumsum(counts) - counts
    place = beats.series, np.arange(len(beats.series)) - starts[beats.series]
    is_known = beats.reason == MEASURED
    shifts, widths = (np.full((len(counts), counts.max(initial=0)), np.nan) for _ in range(2))
    shifts[place] = np.where(is_known, beats.activation - 0.5 * (lows + highs), np.nan)
    widths[place] = np.where(is_known, highs - lows, np.nan)
    doubtful = (counts >= SEVERAL) & np.isfinite(shifts).any(axis=1) & ~are_aligned(shifts, widths)
    weights = derivative(settings.sigma)
    for own in np.flatnonzero(doubtful).tolist():
        row = series.rows[own]
        part = slice(starts[own], starts[own] + counts[own])
        steepest = beats.slope[part][is_known[part]]
        noise = rough_noise_of(row, float(series.noise[own]))
        if are_noise(steepest, series.slopes[own], noise, gain(weights), row):
            beats.reason[part], beats.activation[part] = NO_UPSTROKE, np.nan


def _take_upstrokes(beats: Beats, series: Filtered, chosen: Ints, at: Ints, near: Ints, unsure: Floats) -> None:
    """Write activation, slope and onset of upstrokes that are steepest at a frame."""
    flat, offset = series.slopes.ravel(), beats.series[chosen] * series.samples
    before, middle, after = (flat[offset + at + step] for step in (-1, 0, 1))
    shift = _shift(flat, offset + at)
    activation = at + shift
    share = np.where(near >= 0, eighths(UNSURE * unsure / middle - 1), 0.0)
    wide = near + _shift(series.wide.ravel(), offset + np.maximum(near, 1))
    beats.activation[chosen] = np.where(near >= 0, activation + share * (wide - activation), activation)
    beats.slope[chosen] = middle - shift * (before - after) / 4
    beats.reason[chosen] = MEASURED
    onset, steps = at.copy(), np.arange(len(at))
    while len(steps := steps[(onset[steps] > 0) & (flat[(offset + onset)[steps]] > STEEP * middle[steps])]):
        onset[steps] -= 1
    beats.onset[chosen] = onset


def _shift(flat: Floats, at: Ints) -> Floats:
    """Return where the parabolas through local maxima and their neighbours are largest."""
    before, middle, after = (flat[at + step] for step in (-1, 0, 1))
    bend = before - 2 * middle + after
    return np.divide(before - after, 2 * bend, out=np.zeros(len(at)), where=bend < 0)
