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

from ._numpy_beats import derivative

Array = NDArray[Any]
Floats = NDArray[np.float64]

SCALES = (2.0, 4.0, 8.0)  # frames
NEAREST = 3  # frames, at least: how far the steepest slope may be from the one that is significant
NOISE_SAMPLES = 256  # second differences, of which the noise of a whole series is estimated
NOISE_BLOCK = 128  # frames: crossings in them are compared with the noise of twice as many
FEW = 5.0  # of n differences may give too small a noise: it is larger by the share 5 / n
START = 4  # frames: a level that lasts so long at the beginning is significant by itself
ROUNDING = 1e-12  # of the largest sample: slopes below are rounding errors
BLOCK = 2**17  # samples at once


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
        for i, row in enumerate(rows):
            if np.isfinite(row).all():
                found[i] = _crossing(row, sign * threshold, lasting, min_snr, is_first)
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


@cache
def slope_noise(sigma: float, samples: int) -> Floats:
    """Return the standard deviation of the derivative of white noise of 1 at each frame."""
    weights = derivative(sigma)
    radius = len(weights) // 2
    found = np.full(samples, np.sqrt((weights**2).sum()))
    for t in (*range(min(radius, samples)), *range(max(0, samples - radius), samples)):
        place = np.clip(np.arange(t - radius, t + radius + 1), 0, samples - 1)
        found[t] = np.sqrt((np.bincount(place, weights) ** 2).sum())
    return found


def _noise(rows: Floats, every: int | None = None) -> Floats:
    """Return the white noise of each row, from second differences; from their mean if the median is 0.

    It is rather too large than too small if there are few differences.
    """
    if rows.shape[1] < 3:
        return np.full(len(rows), np.nan)
    every = every or max(1, (rows.shape[1] - 2) // NOISE_SAMPLES)
    bends = np.abs(rows[:, 2:] - 2 * rows[:, 1:-1] + rows[:, :-2])[:, ::every]
    middle = np.median(bends, axis=1)
    spread = np.where(middle > 0, 1.4826 * middle, np.sqrt(np.pi / 2) * bends.mean(axis=1))
    return np.asarray(spread / np.sqrt(6) * (1 + FEW / bends.shape[1]))


def _slopes(rows: Floats, sigma: float) -> Floats:
    """Return the derivative of a Gaussian along each row."""
    from scipy.ndimage import correlate1d

    return np.asarray(correlate1d(rows, derivative(sigma), axis=1, mode="nearest"))


def _steepest(rows: Floats, sigma: float, min_snr: float) -> Floats:
    """Return when each row is steepest."""
    found = np.full(len(rows), np.nan)
    usable = np.flatnonzero(np.isfinite(rows).all(axis=1)) if rows.shape[1] >= 3 else np.zeros(0, int)
    rows = rows[usable]
    noise, rounding = _noise(rows), ROUNDING * np.abs(rows).max(axis=1, initial=0)
    slopes = _slopes(rows, sigma)
    is_peak = np.zeros(rows.shape, bool)
    here = slopes[:, 1:-1]
    is_peak[:, 1:-1] = (here >= slopes[:, :-2]) & (here >= slopes[:, 2:]) & (here > 0)
    allowed = is_peak & (slopes > _least(noise, rounding, sigma, rows.shape[1], min_snr))
    for i in np.flatnonzero(~allowed.any(axis=1)):
        near = _coarse(rows[i], noise[i], rounding[i], min_snr)
        allowed[i, near] = is_peak[i, near]
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


def _coarse(row: Floats, noise: float, rounding: float, min_snr: float) -> slice:
    """Return the frames around the steepest significant slope at a coarse scale; an empty slice if there is none."""
    for sigma in SCALES:
        slopes = _slopes(row[np.newaxis], sigma)[0]
        slopes[slopes <= np.maximum(min_snr * noise * slope_noise(sigma, len(row)), rounding)] = -np.inf
        at, reach = int(slopes.argmax()), max(NEAREST, int(sigma))
        if slopes[at] > 0:
            return slice(max(0, at - reach), at + reach + 1)
    return slice(0, 0)


def _crossing(row: Floats, threshold: float, lasting: int, min_snr: float, is_first: bool) -> float:
    """Return when a row crosses a threshold."""
    if is_first and row[0] > threshold and _stays(row, threshold, _noise_around(row, 0)[0], min_snr):
        return 0.0
    below = row <= threshold if is_first else row < threshold
    for k in np.flatnonzero(below[:-1] & ~below[1:]).tolist():
        lasts = below[max(0, k - lasting) : k].all() and not below[k + 2 : k + 2 + lasting].any()
        if lasts and is_steep(row, k, min_snr):
            return k + 1.0 if is_first else k + (threshold - row[k]) / (row[k + 1] - row[k])
    return np.nan


def _noise_around(row: Floats, frame: int) -> tuple[float, float]:
    """Return the white noise of the frames around one, and the size of rounding errors there."""
    start = frame // NOISE_BLOCK * NOISE_BLOCK
    part = row[max(0, start - NOISE_BLOCK // 2) : start + NOISE_BLOCK + NOISE_BLOCK // 2]
    return float(_noise(part[np.newaxis], 1)[0]), ROUNDING * float(np.abs(part - row[0]).max())


def _stays(row: Floats, threshold: float, noise: float, min_snr: float) -> bool:
    """Whether the level at the beginning is above a threshold, and not by noise."""
    first = row[:START]
    return bool(first.mean() - threshold > min_snr * (noise if noise == noise else 0.0) / np.sqrt(len(first)))


def is_steep(row: Floats, frame: int, min_snr: float) -> bool:
    """Whether noise does not explain the rise between a frame and the next, at one of the scales."""
    noise, rounding = _noise_around(row, frame)
    for sigma in SCALES:
        weights, reach = derivative(sigma), int(sigma)
        radius = len(weights) // 2
        t = np.arange(max(0, frame + 1 - reach), min(len(row), frame + reach + 1))
        place = np.clip(t[:, np.newaxis] + np.arange(-radius, radius + 1), 0, len(row) - 1)
        limits = np.maximum(min_snr * noise * slope_noise(sigma, len(row))[t], rounding)
        if ((row[place] - row[0]) @ weights > limits).any():
            return True
    return False


# One signal (T,)


def gaussian_slopes(signal: Floats, sigma: float) -> Floats:
    """Return the derivative of a Gaussian along a signal, which is continued by its first and its last sample."""
    return np.asarray(_slopes(signal[np.newaxis] - signal[0], sigma)[0])


def noise_limits(signal: Floats) -> tuple[float, float]:
    """Return the white noise of a signal, and the size of rounding errors of its slopes."""
    return float(_noise(signal[np.newaxis])[0]), ROUNDING * float(np.abs(signal - signal[0]).max())
