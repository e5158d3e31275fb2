"""Polynomials fitted to a map of times around every pixel at once; their gradients are the slowness of the wave.

All sums that the normal equations need are moments of a window, which are separable: sums along rows, then along
columns. The equations of all pixels are solved together, step by step over whole arrays. Pixels without a time have no
weight, and neither has what lies outside the map, so holes and edges need no special case. A map is processed a band of
rows at a time. Times may have any offset and units.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .._base import Array, Floats

BAND = 2**17  # pixels that are fitted at once: about 60 arrays of them exist at a time
SINGULAR = 1e-8  # of a sum of squares: what the other terms leave of it is rounding
FLAT = 1e-9  # of the size of the times: slopes below are rounding

TERMS = {1: ((0, 0), (1, 0), (0, 1)), 2: ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2))}  # powers of x and y


@dataclass(frozen=True)
class Window:
    """Where a polynomial is fitted: weights along one side, the order, and the least share of weight that is valid."""

    weights: Floats
    order: int
    share: float

    @property
    def radius(self) -> int:
        """Pixels to each side."""
        return len(self.weights) // 2


def slowness(times: Floats, window: Window) -> tuple[Floats, Floats]:
    """Return the gradient (H, W, 2) of the times per pixel, x and y, and the RMS residual (H, W) of each fit.

    Both are NaN where the time itself is NaN, too much of the window has no time, or what is left does not determine
    the polynomial; the gradient is NaN where it is 0.
    """
    gradient, residual = np.full((*times.shape, 2), np.nan), np.full(times.shape, np.nan)
    valid = np.isfinite(times)
    if not valid.any():
        return gradient, residual
    centred = np.where(valid, times - np.median(times[valid]), 0.0)
    for rows, around, inner in _bands(times.shape, window.radius):
        parts = _fit(centred[around], valid[around], inner, window)
        gradient[rows], residual[rows] = parts
    gradient[~valid], residual[~valid] = np.nan, np.nan
    size = np.abs(centred).max()
    gradient[np.hypot(gradient[..., 0], gradient[..., 1]) <= FLAT * size] = np.nan
    return gradient, residual


def _bands(shape: tuple[int, ...], radius: int) -> Iterator[tuple[slice, slice, slice]]:
    """Yield rows to fit, these with the rows that windows reach, and where they are in those."""
    step = max(1, BAND // max(1, shape[1]))
    for start in range(0, shape[0], step):
        stop = min(start + step, shape[0])
        first, last = max(0, start - radius), min(shape[0], stop + radius)
        yield slice(start, stop), slice(first, last), slice(start - first, stop - first)


def _fit(times: Floats, valid: Array, inner: slice, window: Window) -> tuple[Floats, Floats]:
    """Return the gradients and residuals of the inner rows."""
    terms = TERMS[window.order]
    ones = valid.astype(np.float64)
    of_ones = _moments(ones, 2 * window.order, inner, window)
    of_times = _moments(times, window.order, inner, window)
    squares = _moments(times**2, 0, inner, window)[0, 0]
    matrix = [[of_ones[a + c, b + d] for c, d in terms] for a, b in terms]
    solution, known = _solve(matrix, [of_times[term] for term in terms])
    whole = window.weights.sum() ** 2
    known &= of_ones[0, 0] >= window.share * whole * (1 - 1e-12)
    explained = sum(own * of_times[term] for own, term in zip(solution, terms, strict=True))
    rest = np.sqrt(np.maximum(squares - explained, 0) / np.maximum(of_ones[0, 0], 1e-300))
    scale = max(1, window.radius)
    slopes = np.stack([solution[1] / scale, solution[2] / scale], axis=-1)
    return np.where(known[..., np.newaxis], slopes, np.nan), np.where(known, rest, np.nan)


def _moments(values: Floats, order: int, inner: slice, window: Window) -> dict[tuple[int, int], Floats]:
    """Return sums over the window of values times powers of x and y, up to an order in all."""
    from scipy.ndimage import correlate1d

    steps = np.arange(-window.radius, window.radius + 1) / max(1, window.radius)
    found = {}
    for across in range(order + 1):
        rows = correlate1d(values, window.weights * steps**across, axis=1, mode="constant")
        for down in range(order + 1 - across):
            whole = correlate1d(rows, window.weights * steps**down, axis=0, mode="constant")
            found[across, down] = whole[inner]
    return found


def _solve(matrix: list[list[Floats]], right: list[Floats]) -> tuple[list[Floats], Array]:
    """Solve the symmetric equations of all pixels by LDL'; return the solutions, and whether each is determined."""
    size = len(right)
    known = np.ones(right[0].shape, bool)
    lower: list[list[Floats]] = [[np.empty(0)] * size for _ in range(size)]
    pivots: list[Floats] = []
    for j in range(size):
        pivot = matrix[j][j] - sum(lower[j][k] ** 2 * pivots[k] for k in range(j))
        known &= pivot > SINGULAR * matrix[j][j]
        pivots.append(np.where(known, pivot, 1.0))
        for i in range(j + 1, size):
            below = matrix[i][j] - sum(lower[i][k] * lower[j][k] * pivots[k] for k in range(j))
            lower[i][j] = below / pivots[j]
    half: list[Floats] = []
    for j in range(size):
        half.append(right[j] - sum(lower[j][k] * half[k] for k in range(j)))
    solution: list[Floats] = [np.empty(0)] * size
    for j in reversed(range(size)):
        solution[j] = half[j] / pivots[j] - sum(lower[k][j] * solution[k] for k in range(j + 1, size))
    return solution, known
