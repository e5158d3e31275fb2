"""One activation of each pixel, in NumPy: the twin of ``upstrokes.hpp``, a few series at a time.

A pixel is activated where it is steepest, or where it crosses a threshold, provided that the noise of its derivative
(of a Gaussian) does not explain the slope there. Near the ends, where the series is continued by its first and its last
sample, that noise is larger. A slow upstroke may be significant only at a coarse scale; it is still located at the fine
one. Series point up once they are multiplied by `sign`; times are in frames, and NaN without activation.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._numpy_filters import ROUNDING, SPIKE, derivative, ordinary_sizes, without_spikes

Array = NDArray[Any]
Floats = NDArray[np.float64]

SCALES = (2.0, 4.0, 8.0)  # frames
NEAREST = 3  # frames, at least: how far the steepest slope may be from the one that is significant
NOISE_SAMPLES = 256  # second differences, of which the noise of a whole series is estimated
NOISE_BLOCK = 128  # frames: crossings in them are compared with the noise of twice as many
FEW = 5.0  # of n differences may give too small a noise: it is larger by the share 5 / n
START = 4  # frames: a level that lasts so long at the beginning is significant by itself
BLOCK = 2**17  # samples at once
SINGLE = 8  # crossings of a series: so many are looked at one by one


def upstroke_times(frames: Array, sign: int, sigma: float, min_snr: float, out: Array, threads: int = 1) -> None:
    """Write when each pixel of (T, H, W) frames is steepest."""
    flat = out.reshape(-1)
    for columns, rows in _blocks(frames, sign):
        flat[columns] = _steepest(rows - rows[:, :1], sigma, min_snr)


def crossing_times(
    frames: Array,
    sign: int,
    threshold: float,
    lasting: int,
    min_snr: float,
    is_first: bool,
    out: Array,
    threads: int = 1,
) -> None:
    """Write when each pixel of (T, H, W) frames first rises through a threshold, interpolated between frames.

    The `lasting` frames before and after it lie below and above. With `is_first`, the time is the first frame above the
    threshold, which may be frame 0.
    """
    flat = out.reshape(-1)
    for columns, rows in _blocks(frames, sign):
        found = np.full(len(rows), np.nan)
        usable = np.flatnonzero(np.isfinite(rows).all(axis=1))
        found[usable] = _crossings(rows[usable], sign * threshold, lasting, min_snr, is_first)
        flat[columns] = found


def _blocks(frames: Array, sign: int) -> Any:
    """Yield (slice of pixels, upright series as rows)."""
    flat = frames.reshape(len(frames), frames.shape[1] * frames.shape[2])
    step = max(1, BLOCK // max(1, len(flat)))
    for start in range(0, flat.shape[1], step):
        columns = slice(start, start + step)
        rows = sign * np.ascontiguousarray(flat[:, columns].T, dtype=np.float64)
        rows[~np.isfinite(rows).all(axis=1)] = np.nan
        yield columns, rows


def slope_noise(sigma: float, samples: int) -> Floats:
    """Return the standard deviation of the derivative of white noise of 1 at each frame."""
    radius = len(derivative(sigma)) // 2
    if samples <= 2 * radius:
        return _slope_noise(sigma, samples)
    ends = _slope_noise(sigma, 2 * radius + 1)
    found = np.full(samples, ends[radius])
    found[:radius], found[samples - radius :] = ends[:radius], ends[radius + 1 :]
    return found


@cache
def _slope_noise(sigma: float, samples: int) -> Floats:
    """Return the same for series that are not longer than the derivative, frame by frame."""
    weights = derivative(sigma)
    radius = len(weights) // 2
    places = np.clip(np.arange(samples)[:, np.newaxis] + np.arange(-radius, radius + 1), 0, samples - 1)
    return np.array([np.sqrt((np.bincount(place, weights) ** 2).sum()) for place in places])


def _noise(rows: Floats, every: int | None = None) -> tuple[Floats, Floats]:
    """Return the noise of each row that slopes must exceed, and the white noise, both from second differences.

    The white noise is the median. Of few counts it is 0 or too small: the noise is no less than the mean size, if it is
    0, or than the root mean square of all but the largest; and rather too large than too small if there are few
    differences.
    """
    if rows.shape[1] < 3:
        return np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    every = every or max(1, (rows.shape[1] - 2) // NOISE_SAMPLES)
    bends = np.abs(rows[:, 2:] - 2 * rows[:, 1:-1] + rows[:, :-2])[:, ::every]
    white = 1.4826 * np.median(bends, axis=1)
    spread = np.where(white > 0, white, np.sqrt(np.pi / 2) * bends.mean(axis=1))
    spread = np.maximum(spread, ordinary_sizes(bends))
    return np.asarray(spread / np.sqrt(6) * (1 + FEW / bends.shape[1])), np.asarray(white / np.sqrt(6))


def _slopes(rows: Floats, sigma: float) -> Floats:
    """Return the derivative of a Gaussian along each row."""
    from scipy.ndimage import correlate1d

    return np.asarray(correlate1d(rows, derivative(sigma), axis=1, mode="nearest"))


def _steepest(rows: Floats, sigma: float, min_snr: float) -> Floats:
    """Return when each row is steepest."""
    found = np.full(len(rows), np.nan)
    usable = np.flatnonzero(np.isfinite(rows).all(axis=1)) if rows.shape[1] >= 3 else np.zeros(0, int)
    rows = rows[usable]
    (noise, white), rounding = _noise(rows), ROUNDING * np.abs(rows).max(axis=1, initial=0)
    rows = without_spikes(rows, SPIKE * white)
    slopes = _slopes(rows, sigma)
    is_peak = np.zeros(rows.shape, bool)
    here = slopes[:, 1:-1]
    is_peak[:, 1:-1] = (here >= slopes[:, :-2]) & (here >= slopes[:, 2:]) & (here > 0)
    allowed = is_peak & (slopes > _least(noise, rounding, sigma, rows.shape[1], min_snr))
    slow = np.flatnonzero(~allowed.any(axis=1))
    allowed[slow] = is_peak[slow] & _coarse(rows[slow], noise[slow], rounding[slow], min_snr)
    best = np.where(allowed, slopes, -np.inf).argmax(axis=1)
    known = np.flatnonzero(allowed.any(axis=1))
    found[usable[known]] = best[known] + _parabola(*(slopes[known, best[known] + step] for step in (-1, 0, 1)))
    return found


def _parabola(before: Array, here: Array, after: Array) -> Floats:
    """Return how far from the middle one of three samples the vertex of their parabola lies."""
    bend = before - 2 * here + after
    return np.asarray(np.divide(before - after, 2 * bend, out=np.zeros_like(here), where=bend < 0))


def _least(noise: Floats, rounding: Floats, sigma: float, samples: int, min_snr: float) -> Floats:
    """Return the slope of each row and frame that noise and rounding do not exceed."""
    return np.maximum(min_snr * noise[:, np.newaxis] * slope_noise(sigma, samples), rounding[:, np.newaxis])


def _coarse(rows: Floats, noise: Floats, rounding: Floats, min_snr: float) -> Array:
    """Return which frames of each row are near the steepest significant slope at a coarse scale."""
    frames, near, left = np.arange(rows.shape[1]), np.zeros(rows.shape, bool), np.arange(len(rows))
    for sigma in SCALES:
        slopes, reach = _slopes(rows[left], sigma), max(NEAREST, int(sigma))
        slopes[slopes <= _least(noise[left], rounding[left], sigma, rows.shape[1], min_snr)] = -np.inf
        at = slopes.argmax(axis=1)
        is_found = slopes.max(axis=1, initial=-np.inf) > 0
        near[left[is_found]] = np.abs(frames - at[is_found, np.newaxis]) <= reach
        left = left[~is_found]
    return near


def _crossings(rows: Floats, threshold: float, lasting: int, min_snr: float, is_first: bool) -> Floats:
    """Return when each row crosses a threshold."""
    times = np.full(len(rows), np.nan)
    below = rows <= threshold if is_first else rows < threshold
    owners, frames = np.nonzero(below[:, :-1] & ~below[:, 1:])
    lasts = _lasting(below, owners, frames, lasting)
    owners, frames = owners[lasts], frames[lasts]
    if is_first:
        above = np.flatnonzero(rows[:, 0] > threshold)
        times[above[_stay(rows[above], threshold, min_snr)]] = 0.0
    for find in (_first_steep, _next_steep):
        left = np.isnan(times[owners])
        owners, frames = owners[left], frames[left]
        own, at = find(rows, owners, frames, min_snr)
        before, after = rows[own, at], rows[own, at + 1]
        times[own] = at + 1.0 if is_first else at + (threshold - before) / (after - before)
    return times


def _first_steep(rows: Floats, owners: Array, frames: Array, min_snr: float) -> tuple[Array, Array]:
    """Return the rows whose first crossing is steep, which are most, and its frame."""
    own, first = np.unique(owners, return_index=True)
    steep = _are_steep(rows[own], frames[first], min_snr)
    return own[steep], frames[first[steep]]


def _next_steep(rows: Floats, owners: Array, frames: Array, min_snr: float) -> tuple[Array, Array]:
    """Return the rows of which any crossing is steep, and the frame of the first; noise has many crossings."""
    own, numbers = np.unique(owners, return_inverse=True)
    is_single = len(owners) <= SINGLE * len(own)
    steep = (
        _are_steep(rows[owners], frames, min_snr) if is_single else _steep_frames(rows[own], min_snr)[numbers, frames]
    )
    own, first = np.unique(owners[steep], return_index=True)
    return own, frames[steep][first]


def _lasting(below: Array, owners: Array, frames: Array, lasting: int) -> Array:
    """Return which crossings after some frames have so many frames before and after them on their sides."""
    samples = below.shape[1]
    counts = np.zeros((len(below), samples + 1), np.int64)  # of frames below, before each
    np.cumsum(below, axis=1, out=counts[:, 1:])
    start, end = np.maximum(0, frames - lasting), np.minimum(frames + 2 + lasting, samples)
    before = counts[owners, frames] - counts[owners, start]
    after = counts[owners, end] - counts[owners, np.minimum(frames + 2, samples)]
    return np.asarray((before == frames - start) & (after == 0))


def _noise_around(rows: Floats, frames: Array) -> tuple[Floats, Floats, Floats]:
    """Return the noise of the frames around one of each row, the white noise, and the size of rounding errors there."""
    starts = frames // NOISE_BLOCK * NOISE_BLOCK
    noise, white, rounding = np.empty(len(rows)), np.empty(len(rows)), np.empty(len(rows))
    for start in np.unique(starts).tolist():
        own = np.flatnonzero(starts == start)
        part = rows[own, max(0, start - NOISE_BLOCK // 2) : start + NOISE_BLOCK + NOISE_BLOCK // 2]
        noise[own], white[own] = _noise(part, 1)
        rounding[own] = ROUNDING * np.abs(part - rows[own, :1]).max(axis=1)
    return noise, white, rounding


def _stay(rows: Floats, threshold: float, min_snr: float) -> Array:
    """Return whether the level at the beginning of each row is above a threshold, and not by noise."""
    first = rows[:, :START]
    noise = np.nan_to_num(_noise_around(rows, np.zeros(len(rows), np.int64))[0])
    return np.asarray(first.mean(axis=1) - threshold > min_snr * noise / np.sqrt(first.shape[1]))


def _are_steep(rows: Floats, frames: Array, min_snr: float) -> Array:
    """Return whether noise does not explain the rise between a frame of each row and the next, at one of the scales."""
    from scipy.ndimage import correlate1d

    samples = rows.shape[1]
    noise, white, rounding = _noise_around(rows, frames)
    result = np.zeros(len(rows), bool)
    for sigma in SCALES:
        left = np.flatnonzero(~result)
        weights, reach = derivative(sigma), int(sigma)
        radius = len(weights) // 2
        place = frames[left, np.newaxis] + np.arange(-reach - radius, reach + radius + 2)
        values = rows[left[:, np.newaxis], np.clip(place, 0, samples - 1)] - rows[left, :1]
        values, place = without_spikes(values, SPIKE * white[left])[:, 1:-1], place[:, 1:-1]
        slopes = correlate1d(values, weights, axis=1)[:, radius:-radius]
        t = place[:, radius:-radius]
        limits = slope_noise(sigma, samples)[np.clip(t, 0, samples - 1)] * (min_snr * noise[left, np.newaxis])
        above = (slopes > np.maximum(limits, rounding[left, np.newaxis])) & (t >= 0) & (t < samples)
        result[left] = above.any(axis=1)
    return result


def _steep_frames(rows: Floats, min_snr: float) -> Array:
    """Return what `_are_steep` says of every frame of each row."""
    samples = rows.shape[1]
    result = np.zeros(rows.shape, bool)
    for sigma in SCALES:
        reach, radius, gains = int(sigma), len(derivative(sigma)) // 2, slope_noise(sigma, samples)
        for start in range(0, samples, NOISE_BLOCK):
            frames = np.arange(start, min(start + NOISE_BLOCK, samples))
            noise, white, rounding = _noise_around(rows, np.full(len(rows), start))
            low, high = max(0, start + 1 - reach), min(samples, start + len(frames) + reach)
            left, right = max(0, low - radius - 1), min(samples, high + radius + 1)
            part = without_spikes(rows[:, left:right] - rows[:, :1], SPIKE * white)
            slopes = _slopes(part, sigma)[:, low - left : high - left]
            limits = np.maximum(gains[low:high] * (min_snr * noise[:, np.newaxis]), rounding[:, np.newaxis])
            counts = np.zeros((len(rows), high - low + 1), np.int64)
            np.cumsum(slopes > limits, axis=1, out=counts[:, 1:])
            ends = np.minimum(frames + reach + 1, high), np.maximum(frames + 1 - reach, low)
            result[:, frames] |= counts[:, ends[0] - low] > counts[:, ends[1] - low]
    return result


# One signal (T,)


def gaussian_slopes(signal: Floats, sigma: float) -> Floats:
    """Return the derivative of a Gaussian along a signal, which is continued by its first and its last sample."""
    return np.asarray(_slopes(signal[np.newaxis] - signal[0], sigma)[0])


def noise_limits(signal: Floats) -> tuple[float, float]:
    """Return the noise of a signal that slopes must exceed, and the size of rounding errors of its slopes."""
    return float(_noise(signal[np.newaxis])[0][0]), ROUNDING * float(np.abs(signal - signal[0]).max())


def is_steep(signal: Floats, frame: int, min_snr: float) -> bool:
    """Whether noise does not explain the rise of a signal between a frame and the next, at one of the scales."""
    return bool(_are_steep(signal[np.newaxis], np.array([frame]), min_snr)[0])
