"""Frames smoothed in space by a Gaussian; pixels that are NaN are left out (normalised convolution).

Beyond its edges, a frame is continued by its mirror image. A part of a frame with a margin as wide as the Gaussian
reaches gives the same values as the whole frame.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .. import kernels
from .._base import ArgumentError, Array

Frames = NDArray[np.float64]

REACH = 4.0  # sigma, where the Gaussian ends
WIDE = 8  # times an axis, from which on the Gaussian is folded at the mirrors instead of walked along
EVEN = 1000.0  # times an axis, from which on all weights are the same: they differ by less than 1e-6


def parse_sigma(value: object, name: str) -> float:
    """Return a standard deviation, or raise an error."""
    number = np.nan
    if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
        number = float(value)
    if not 0 <= number < np.inf:
        raise ArgumentError.must_be(name, value, "a finite number, 0 or more")
    return number


def gaussian_reach(sigma: float) -> int:
    """Return how many frames or pixels a Gaussian reaches to each side."""
    return int(REACH * sigma + 0.5)


def is_wide(sigma: float, length: int) -> bool:
    """Return whether a Gaussian is so much wider than an axis that `folded_gaussian` is the way to apply it."""
    return gaussian_reach(sigma) > WIDE * length


@lru_cache(8)
def folded_gaussian(sigma: float, length: int) -> Frames:
    """Return the weights of all places of an axis that is much shorter than the Gaussian, as rows."""
    if sigma > EVEN * length:
        return np.full((length, length), 1 / length)
    steps = np.arange(-gaussian_reach(sigma), gaussian_reach(sigma) + 1)
    weights = np.exp(-0.5 * (steps / sigma) ** 2)
    # The mirrored axis repeats every two lengths: place k is met at k and at -1 - k.
    once = np.bincount(steps % (2 * length), weights / weights.sum(), 2 * length)
    at = np.arange(length)
    mirrored: Frames = once[(at[:, None] - at) % (2 * length)] + once[(at[:, None] + at + 1) % (2 * length)]
    return mirrored


def smooth_in_space(block: Array, sigma: float) -> tuple[Frames, NDArray[np.bool_] | None, Frames | None]:
    """Return smoothed frames; if pixels are missing, also which are there, and the smoothed weights."""
    frames = block.astype(np.float64)
    there = np.isfinite(frames) if block.dtype.kind == "f" else None
    if there is None or there.all():
        _in_space(frames, sigma)
        return frames, None, None
    weights = there.astype(np.float64)
    frames[~there] = 0
    _in_space(frames, sigma)
    _in_space(weights, sigma)
    return frames, there, weights


def _in_space(frames: Frames, sigma: float) -> None:
    """Smooth frames in place, in all threads."""
    from scipy.ndimage import gaussian_filter

    threads = min(kernels.thread_count(), 1 + frames.size // 100_000, len(frames))
    cuts = np.linspace(0, len(frames), threads + 1).astype(int).tolist()

    def work(number: int) -> None:
        part = frames[cuts[number] : cuts[number + 1]]
        gaussian_filter(part, (0, sigma, sigma), output=part, truncate=REACH)

    if is_wide(sigma, max(frames.shape[1:])):
        rows, columns = (folded_gaussian(sigma, length) for length in frames.shape[1:])
        frames[:] = rows @ (frames @ columns.T)
    elif gaussian_reach(sigma) > 0:
        kernels.run_in_threads(work, threads, threads)
