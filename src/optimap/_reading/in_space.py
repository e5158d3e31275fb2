"""Frames smoothed in space by a Gaussian; pixels that are NaN are left out (normalised convolution).

Beyond its edges, a frame is continued by its mirror image. A part of a frame with a margin as wide as the Gaussian
reaches gives the same values as the whole frame.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .. import kernels
from .._base import ArgumentError, Array
from .layout import prepare

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


@lru_cache(8)
def half_gaussian(sigma: float) -> Frames:
    """Return the weights of a place and of those 1, 2, ... to each side of it, as SciPy has them."""
    from scipy.ndimage import gaussian_filter1d

    reach = gaussian_reach(sigma)
    impulse = np.zeros(2 * reach + 1)
    impulse[reach] = 1
    return np.ascontiguousarray(gaussian_filter1d(impulse, sigma, truncate=REACH, mode="constant")[reach:])


def smooth_in_space(block: Array, sigma: float, out: Frames) -> tuple[NDArray[np.bool_] | None, Frames | None]:
    """Write smoothed frames to `out`; return, if pixels are missing, which are there, and the smoothed weights."""
    there = np.isfinite(block) if block.dtype.kind == "f" else None
    if there is None or there.all():
        _in_space(block, sigma, out)
        return None, None
    weights = np.empty(block.shape)
    _in_space(np.where(there, block, 0), sigma, out)
    _in_space(there.view(np.uint8), sigma, weights)
    return there, weights


def _in_space(frames: Array, sigma: float, out: Frames) -> None:
    """Write smoothed frames to `out`."""
    if gaussian_reach(sigma) == 0:
        out[:] = frames
    elif is_wide(sigma, max(frames.shape[1:])):
        rows, columns = (folded_gaussian(sigma, length) for length in frames.shape[1:])
        out[:] = rows @ (frames @ columns.T)
    else:
        kernels.smooth_in_space(prepare(frames), half_gaussian(sigma), out)
