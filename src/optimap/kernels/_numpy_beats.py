"""Finding beats in series, in NumPy: the twin of ``find_beats.hpp``, one series after the other.

Beats are peaks of the derivative of a Gaussian, at the scale at which the highest stands out most from the noise of
the derivative. Of these peaks, only rises that return, that are followed by a fall, and that are not small compared
with the others, are beats. Beats are measured in `_numpy_measure`.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Floats = NDArray[np.float64]

EDGE = 1.0  # scale: no beat is so close to an end
SCALES = (2.0, 3.0, 4.0, 6.0, 8.0)  # frames
STEEP = 0.1  # of its steepest slope: a rise ends where the signal rises less
RETURNS = 0.5  # of a rise must be lost again
FALL = 0.2  # of the smaller of two rises must be lost between them, and
FALL_NOISE = 3.0  # times the noise, else they are one
HEIGHT = 1.4  # times `min_snr` times the noise: a slope of this significance in noise alone rises by 1.2 times that
HORIZON = 3.0  # mean intervals within which a rise must return
ORDINARY = 0.99  # of the second differences: the others may be those of upstrokes and artefacts
ROUNDING = 1e-12  # of the largest sample: slopes below are rounding errors


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


@cache
def gaussian(sigma: float) -> Floats:
    """Return the weights of a Gaussian; their sum is 1."""
    steps = np.arange(-int(4 * sigma + 0.5), int(4 * sigma + 0.5) + 1)
    weights = np.exp(-0.5 * (steps / sigma) ** 2)
    return np.asarray(weights / weights.sum())


@cache
def derivative(sigma: float) -> Floats:
    """Return the weights of the derivative of a Gaussian; a line of slope 1 gives 1."""
    steps = np.arange(-int(4 * sigma + 0.5), int(4 * sigma + 0.5) + 1)
    weights = steps * gaussian(sigma)
    return np.asarray(weights / (weights * steps).sum())


def gain(weights: Floats) -> float:
    """Return the standard deviation of white noise of 1 after a filter."""
    return float(np.sqrt((weights**2).sum()))


@cache
def gains_near_ends(sigma: float) -> Floats:
    """Return the standard deviation of white noise of 1 in the derivative, a number of samples from an end.

    The end sample, which continues the series, has all the weights beyond it. The last entry holds everywhere else.
    """
    half = derivative(sigma)[len(derivative(sigma)) // 2 :]
    gains = []
    for distance in range(len(half)):
        nearer, beyond = half[1:distance], half[max(1, distance) :]
        gains.append(np.sqrt((half[1:] ** 2).sum() + (nearer**2).sum() + beyond.sum() ** 2))
    return np.array(gains)


def filtered(rows: Floats, weights: Floats) -> Floats:
    """Return one series or several (m, T) after a filter; ends are continued by the first and the last sample."""
    from scipy.ndimage import correlate1d

    return np.asarray(correlate1d(rows, weights, axis=-1, mode="nearest"))


def noise_of(rows: Floats) -> Any:
    """Return the standard deviation of white noise of one series or of each of several, from second differences."""
    if rows.shape[-1] < 3:
        return np.full(rows.shape[:-1], np.nan)[()]
    bends = np.abs(rows[..., 2:] - 2 * rows[..., 1:-1] + rows[..., :-2])
    return 1.4826 * np.median(bends, axis=-1) / np.sqrt(6)


def sparse_noise_of(rows: Floats) -> Floats:
    """Return the noise of each series (m, T) from all second differences but the largest, which are those of upstrokes.

    That is the noise of few counts, most of whose differences are 0.
    """
    kept = int(ORDINARY * max(rows.shape[1] - 2, 0))
    if kept == 0:
        return np.zeros(len(rows))
    squares = np.partition((rows[:, 2:] - 2 * rows[:, 1:-1] + rows[:, :-2]) ** 2, kept, axis=1)
    return np.asarray(np.sqrt(squares[:, :kept].mean(axis=1) / 6))


def find_rises(row: Floats, min_snr: float, min_amplitude: float) -> tuple[float, list[Rise]]:
    """Return the scale that was chosen, and the rises that are beats."""
    noise, size = noise_of(row), np.abs(row).max(initial=0)
    chosen, best = _At(0.0, row, [], [], 0.0), 0.0
    for sigma in SCALES:
        if len(row) <= 2 * int(EDGE * sigma) + 2:
            break
        tried = _at_scale(row, sigma, min_snr, noise, ROUNDING * size)
        height = max((rise.slope for rise in tried.returning), default=0.0) / gain(derivative(sigma))
        if height > best:
            chosen, best = tried, height
    beats = _large(_merged(chosen.returning, chosen.smooth, chosen.fall), min_amplitude)
    return chosen.sigma, beats + _last(chosen, beats, min_amplitude)


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
    """Return the median slope of the large ones; one that is larger than all others may be an artefact."""
    slopes = np.sort([rise.slope for rise in rises])
    reference = slopes[-2] if len(slopes) > 2 else slopes[-1]
    return float(np.median(slopes[slopes >= 0.5 * reference]))


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
