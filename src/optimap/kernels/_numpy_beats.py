"""Finding beats in series, in NumPy: the twin of ``find_beats.hpp``, one series after the other.

Beats are peaks of the derivative of a Gaussian, at the scale at which the highest stands out most from the noise of
the derivative. Of these peaks, only rises that return, that are followed by a fall, and that are not small compared
with the others, are beats. Beats are measured in `_numpy_measure`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._numpy_filters import (
    ROUNDING,
    SCALES,
    SPIKE,
    STEEP,
    derivative,
    filtered,
    gain,
    gaussian,
    noise_of,
    sparse_noise_of,
    without_spikes,
)
from ._numpy_noise_like import is_noise, usual_of

Array = NDArray[Any]
Floats = NDArray[np.float64]

EDGE = 1.0  # scale: no beat is so close to an end
RETURNS = 0.5  # of a rise must be lost again
FALL = 0.2  # of the smaller of two rises must be lost between them, and
FALL_NOISE = 3.0  # times the noise, else they are one
HEIGHT = 1.4  # times `min_snr` times the noise: a slope of this significance in noise alone rises by 1.2 times that
HORIZON = 3.0  # mean intervals within which a rise must return


@dataclass
class Rise:
    """A peak of the derivative: its frame, its slope, and the ends of the stretch in which the signal rises."""

    frame: int
    slope: float
    foot: int
    top: int
    height: float


def find_beats(
    series: Array, min_snr: float, min_amplitude: float, slopes: Array, scales: Array, threads: int = 1
) -> None:
    """Write the slope of each beat to `slopes`, at its frame, 0 elsewhere; and the scale of each series to `scales`."""
    slopes[:] = 0
    scales[:] = 0
    for row, found, i in zip(series, slopes, range(len(series)), strict=True):
        if np.isfinite(row).all():
            scales[i], rises = find_rises(row - row[0], min_snr, min_amplitude)
            for rise in rises:
                found[rise.frame] = rise.slope


def find_rises(row: Floats, min_snr: float, min_amplitude: float) -> tuple[float, list[Rise]]:
    """Return the scale that was chosen, and the rises that are beats."""
    white = noise_of(row)
    noise = np.maximum(white, sparse_noise_of(row[np.newaxis])[0])
    row = without_spikes(row[np.newaxis], np.atleast_1d(SPIKE * white))[0]
    size = np.abs(row).max(initial=0)
    chosen, best = _At(0.0, row, [], [], 0.0), 0.0
    for sigma in SCALES:
        if len(row) <= 2 * int(EDGE * sigma) + 2:
            break
        tried = _at_scale(row, sigma, min_snr, noise, ROUNDING * size)
        height = max((rise.slope for rise in tried.returning), default=0.0) / gain(derivative(sigma))
        if height > best:
            chosen, best = tried, height
    beats = _large(_merged(chosen.returning, chosen.smooth, chosen.fall), min_amplitude)
    beats += _last(chosen, beats, min_amplitude)
    frames, slopes = np.array([rise.frame for rise in beats]), np.array([rise.slope for rise in beats])
    return chosen.sigma, [] if beats and is_noise(row, frames, slopes, chosen.sigma, noise) else beats


@dataclass
class _At:
    """A series at one scale."""

    sigma: float
    smooth: Floats
    rises: list[Rise]
    returning: list[Rise]  # those that are lost again
    fall: float  # the least fall between two beats that noise does not have


def _at_scale(row: Floats, sigma: float, min_snr: float, noise: float, rounding: float) -> _At:
    """Return the significant rises at a scale, and those of them that are lost again."""
    slopes, smooth = filtered(row, derivative(sigma)), filtered(row, gaussian(sigma))
    least = max(min_snr * noise * gain(derivative(sigma)), rounding)
    high = HEIGHT * min_snr * noise * gain(gaussian(sigma))
    rises = [_rise(frame, slopes, smooth) for frame in _peaks(slopes, int(EDGE * sigma), least)]
    rises = [rise for rise in rises if rise.height >= high]
    horizon = HORIZON * (rises[-1].frame - rises[0].frame) / (len(rises) - 1) if len(rises) > 2 else float(len(row))
    returning = [rise for rise in rises if _returns(rise, smooth, horizon)]
    return _At(sigma, smooth, rises, returning, FALL_NOISE * noise * gain(gaussian(sigma)))


def _peaks(slopes: Floats, edge: int, least: float) -> list[int]:
    """Return the frames of local maxima above a limit, not too close to the ends."""
    inner = slopes[edge:-edge]
    is_peak = (
        (inner > least) & (inner > slopes[edge - 1 : -edge - 1]) & (inner >= slopes[edge + 1 : len(slopes) - edge + 1])
    )
    return (np.flatnonzero(is_peak) + edge).tolist()


def _rise(frame: int, slopes: Floats, smooth: Floats) -> Rise:
    """Return the stretch around a peak of the derivative in which the signal rises."""
    foot, top = _end(frame, slopes, -1), _end(frame, slopes, 1)
    return Rise(frame, float(slopes[frame]), foot, top, float(smooth[top] - smooth[foot]))


def _end(frame: int, slopes: Floats, step: int) -> int:
    """Return where the rise ends: at a small slope, or at the smallest before a steeper rise."""
    at = flattest = frame
    while 0 < at < len(slopes) - 1 and slopes[at] > STEEP * slopes[frame]:
        at += step
        if slopes[at] > slopes[frame]:
            return flattest
        if slopes[at] < slopes[flattest]:
            flattest = at
    return at


def _returns(rise: Rise, smooth: Floats, horizon: float) -> bool:
    """Whether half of a rise is lost again in time."""
    after = smooth[rise.top : min(len(smooth), rise.top + int(horizon) + 1)]
    return bool(after.min() <= smooth[rise.top] - RETURNS * rise.height)


def _falls(first: Rise, second: Rise, smooth: Floats, fall: float) -> bool:
    """Whether the signal falls between two rises."""
    between = smooth[first.frame : second.frame + 1]
    largest = (np.maximum.accumulate(between) - between).max()
    return bool(largest >= max(fall, FALL * min(first.height, second.height)))


def _merged(rises: list[Rise], smooth: Floats, fall: float) -> list[Rise]:
    """Return the steepest of the rises between which there is no fall."""
    beats: list[Rise] = []
    for rise in rises:
        if not beats or _falls(beats[-1], rise, smooth, fall):
            beats.append(rise)
        elif rise.slope > beats[-1].slope:
            beats[-1] = rise
    return beats


def _usual(rises: list[Rise]) -> float:
    """Return the median slope of the large ones."""
    return usual_of(np.array([rise.slope for rise in rises]))


def _large(rises: list[Rise], min_amplitude: float) -> list[Rise]:
    """Return the rises that are not small compared with the large ones."""
    least = min_amplitude * _usual(rises) if rises else 0.0
    return [rise for rise in rises if rise.slope >= least]


def _last(at: _At, beats: list[Rise], min_amplitude: float) -> list[Rise]:
    """Return the last beat, whose return was not recorded, if the recording ends within a cycle."""
    if len(beats) < 2:
        return []
    frames = np.array([rise.frame for rise in beats])
    cycle = np.median(np.diff(frames))
    usual = np.median([rise.height for rise in beats])
    late = [
        rise
        for rise in at.rises
        if rise.frame > frames[-1]
        and len(at.smooth) - 1 - rise.frame <= cycle
        and 0.5 * usual <= rise.height <= 2 * usual
        and rise.slope >= min_amplitude * _usual(beats)
        and _falls(beats[-1], rise, at.smooth, at.fall)
    ]
    return [max(late, key=lambda rise: rise.slope)] if late else []
