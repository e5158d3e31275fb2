"""Where one signal is activated: peaks of its derivative, and crossings of a threshold.

The noise of the signal decides which of them count. Upstrokes are found at the scale (the width of the Gaussian
derivative) at which the highest peak stands out most from the noise, and then located at the scale that was asked for;
so a slow upstroke is one, and noise that rides on it is none. The maps of many pixels at once come from compiled loops
(`kernels.upstroke_times`, `kernels.crossing_times`), which apply the same limits to the first or the steepest upstroke.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .. import kernels
from .._base import Floats, Ints
from .._series import tamed

MIN_SNR = 6.0  # a slope that noise does not have, in units of the noise of the derivative
MIN_SHARE = 0.2  # of the median of the large peaks: smaller ones are not upstrokes
NEAREST = 3  # frames, at least: how far a peak may move from the coarse to the fine scale
LASTING_SLOPE = 6.0  # scales to each side: a slope that lasts longer than half of that is drift
SIGMA_SHARE = 0.4  # of the width of the window: 5 frames are a Gaussian of sigma 2
LASTING = 8  # frames, half of them before and half after a crossing
WHOLE = 1e-9


@dataclass(frozen=True)
class Peaks:
    """The derivative of a signal, its peaks in frames, and the prominence that they had to have."""

    slopes: Floats
    times: Floats
    prominence: float


@dataclass(frozen=True)
class PeakSearch:
    """The options of the search for peaks; None for those that follow from the signal."""

    sigma: float
    single: bool
    prominence: float | None
    distance: int | None
    height: float | None


def find_peaks(signal: Floats, search: PeakSearch) -> Peaks:
    """Return the peaks of the derivative of an upright signal, in order, to a fraction of a frame."""
    if len(signal) < 3 or not np.isfinite(signal).all():
        return Peaks(np.full(len(signal), np.nan), np.zeros(0), np.nan)
    tame, exponents = tamed(signal[np.newaxis])
    if not exponents.any():
        return _find_peaks(signal, search)
    exponent = int(exponents[0, 0])  # of huge numbers, whose differences and squares would overflow
    sizes = [None if size is None else float(np.ldexp(size, -exponent)) for size in (search.prominence, search.height)]
    found = _find_peaks(tame[0], replace(search, prominence=sizes[0], height=sizes[1]))
    with np.errstate(over="ignore"):
        return Peaks(np.ldexp(found.slopes, exponent), found.times, float(np.ldexp(found.prominence, exponent)))


def _find_peaks(signal: Floats, search: PeakSearch) -> Peaks:
    """Return the peaks of a signal without gaps."""
    slopes = kernels.gaussian_slopes(signal, search.sigma)
    if search.single:
        frames = np.ascontiguousarray(signal[:, np.newaxis, np.newaxis])
        time = kernels.upstroke_times(frames, 1, search.sigma, MIN_SNR)[0]
        return Peaks(slopes, time[np.isfinite(time)], np.nan)
    if search.prominence is None and search.height is None:
        places, prominence = _significant(signal, slopes, search)
    else:
        prominence = 0.0 if search.prominence is None else search.prominence
        places = _peaks(slopes, prominence, search.height, search.distance)
    return Peaks(slopes, _refined(slopes, places), prominence)


def _peaks(slopes: Floats, prominence: float, height: float | None, distance: int | None) -> Ints:
    from scipy.signal import find_peaks as scipy_peaks

    return np.asarray(scipy_peaks(slopes, prominence=prominence, height=height, distance=distance)[0], np.int64)


def _significant(signal: Floats, slopes: Floats, search: PeakSearch) -> tuple[Ints, float]:
    """Return the peaks that noise does not explain, and the prominence that they need at the scale of the search."""
    noise, rounding = kernels.noise_limits(signal)
    spared = kernels.without_spikes(signal[np.newaxis], kernels.spike_limits(signal[np.newaxis]))[0]
    best, chosen = 0.0, None
    for sigma in sorted({*kernels.SCALES, search.sigma}):
        own = _without_drift(kernels.gaussian_slopes(spared, sigma), sigma)
        limits = np.maximum(MIN_SNR * noise * kernels.slope_noise(sigma, len(signal)), rounding)
        places = _peaks(own, 0.0, None, search.distance)
        places = places[own[places] > limits[places]]
        height = float((own[places] / kernels.slope_noise(sigma, len(signal))[places]).max(initial=0))
        if height > best * (1 + WHOLE):
            best, chosen = height, (sigma, own, places)
    if chosen is None:
        return np.zeros(0, np.int64), np.nan
    sigma, own, places = chosen
    usual = _usual(own[places])
    prominent = _peaks(own, MIN_SHARE * usual, None, search.distance)
    places = np.intersect1d(places, prominent)
    if len(places) and kernels.is_noise(spared - spared[0], places, own[places], sigma, noise):
        return np.zeros(0, np.int64), np.nan
    return _located(slopes, places, max(NEAREST, int(sigma))), MIN_SHARE * usual


def _without_drift(slopes: Floats, sigma: float) -> Floats:
    """Return slopes less those that last and rise, such as that of photobleaching, which is not a row of upstrokes."""
    from scipy.ndimage import median_filter

    reach = min(int(LASTING_SLOPE * sigma), (len(slopes) - 1) // 2)
    return np.asarray(slopes - np.maximum(0, median_filter(slopes, 2 * reach + 1, mode="nearest")))


def _usual(heights: Floats) -> float:
    """Return the median of the large ones; one that is larger than all others may be an artefact."""
    ordered = np.sort(heights)
    reference = ordered[-2] if len(ordered) > 2 else ordered[-1]
    return float(np.median(ordered[ordered >= 0.5 * reference]))


def _located(slopes: Floats, places: Ints, reach: int) -> Ints:
    """Return the steepest frame near each place, no farther than half-way to the next one."""
    edges = np.concatenate([[0], (places[1:] + places[:-1]) // 2 + 1, [len(slopes)]])
    found = []
    for place, low, high in zip(places.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        start, stop = max(low, place - reach), min(high, place + reach + 1)
        found.append(start + int(slopes[start:stop].argmax()))
    return np.array(found, np.int64)


def _refined(slopes: Floats, places: Ints) -> Floats:
    """Return places to a fraction of a frame, by the parabola through three samples."""
    inner = np.clip(places, 1, len(slopes) - 2)
    before, here, after = (slopes[inner + step] for step in (-1, 0, 1))
    bend = before - 2 * here + after
    is_peak = (inner == places) & (here >= before) & (here >= after) & (bend < 0)
    return np.asarray(places + np.divide(before - after, 2 * bend, out=np.zeros(len(places)), where=is_peak))


def find_lasting_crossings(signal: Floats, threshold: float, lasting: int) -> Floats:
    """Return when an upright signal rises through a threshold, interpolated between frames.

    With `lasting` frames, half of them before the two around the crossing lie below, and half of them after it above,
    and noise does not explain the rise. With 0, every crossing counts.
    """
    if len(signal) < 2 or not np.isfinite(signal).all():
        return np.zeros(0)
    tame, exponents = tamed(signal[np.newaxis])
    signal, threshold = tame[0], float(np.ldexp(threshold, -int(exponents[0, 0])))
    below = signal < threshold
    crossings = np.flatnonzero(below[:-1] & ~below[1:])
    half = lasting // 2
    kept = [
        k
        for k in crossings.tolist()
        if below[max(0, k - half) : k].all()
        and not below[k + 2 : k + 2 + half].any()
        and (lasting == 0 or kernels.is_steep(signal, k, MIN_SNR))
    ]
    places = np.array(kept, np.int64)
    return np.asarray(places + (threshold - signal[places]) / (signal[places + 1] - signal[places]))
