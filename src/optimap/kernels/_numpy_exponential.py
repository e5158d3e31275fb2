"""Exponentials below series, in NumPy: the twin of ``exponential.hpp``, all rows at once.

For a given tau, a and b of ``a + b exp(-t / tau)`` are those of a straight line in ``exp(-t / tau)``; tau is the best
of a grid, moved to the maximum of a parabola through its neighbours. Samples too far above the curve are left out, and
the fit is repeated until the samples stay the same; then once more with finer parabolas. No row depends on another.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]

GRID = 60  # time constants
ROUNDS = 50  # fits, at most
KNOWN = 1e-8  # of the squares of a decay must vary among the used samples, else it is not considered


def exponential_baselines(series: Series, tolerance: Series, fewest: float, out: Series, threads: int = 1) -> None:
    """Write the curve below each row of finite (M, T) to `out`: samples above it by more than `tolerance` are not used.

    Samples are left out only as long as there are `fewest` of them.
    """
    used = np.ones(series.shape, bool)
    for finer in (0, 3):
        rows = np.arange(len(series))  # those whose samples still change
        for _ in range(ROUNDS):
            out[rows] = _fit(series[rows], used[rows], finer)
            low = series[rows] <= out[rows] + tolerance[rows, np.newaxis]
            changed = (low != used[rows]).any(axis=1) & (np.count_nonzero(low, axis=1) >= fewest)
            used[rows[changed]] = low[changed]
            rows = rows[changed]
            if len(rows) == 0:
                break


def _fit(series: Series, used: NDArray[np.bool_], finer: int) -> Series:
    """Return the exponential through the used samples of each row; the parabola is repeated `finer` times."""
    samples = series.shape[1]
    weights = used.astype(np.float64)
    count = weights.sum(axis=1, keepdims=True)
    level = (weights * series).sum(axis=1, keepdims=True) / count
    y = weights * (series - level)
    grid, decays = _grid(samples)
    # Sums over the used samples, for all time constants at once: of decays, their squares, and products with y.
    mean, square, product = weights @ decays.T / count, weights @ (decays**2).T, y @ decays.T
    spread = square - count * mean**2
    gains = _explained(np.where(spread > KNOWN * (decays**2).sum(axis=1), spread, 0.0), product)
    best = np.clip(np.argmax(gains, axis=1), 1, GRID - 2)
    at = np.arange(len(series))
    step = float(grid[1] - grid[0])
    rates = grid[best] + step * _ahead(gains[at, best - 1], gains[at, best], gains[at, best + 1])
    for _ in range(finer):
        step /= 6
        tries = [_line(y, weights, count, _decays(rates + shift, samples))[2] for shift in (-step, 0.0, step)]
        rates = rates + step * _ahead(*tries)
    decays = _decays(rates, samples)
    slope, middle, _ = _line(y, weights, count, decays)
    return np.asarray(level + slope * (decays - middle))


def _ahead(before: Series, here: Series, after: Series) -> Series:
    """Return the place of the maximum of parabolas through three values, at -1, 0 and 1, and not beyond these."""
    bend = before - 2 * here + after
    ahead = np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, 1), np.sign(after - before))
    return np.clip(ahead, -1, 1)


@lru_cache(2)
def _grid(samples: int) -> tuple[Series, Series]:
    """Return logarithms of time constants, and their decays as rows."""
    grid = np.linspace(np.log(2), np.log(10 * samples), GRID)
    return grid, _decays(grid, samples)


def _decays(logarithms: Series, samples: int) -> Series:
    """Return ``exp(-t / tau)`` for each logarithm of tau, as rows."""
    return np.asarray(np.exp(-np.arange(samples) / np.exp(logarithms)[:, np.newaxis]))


def _line(y: Series, weights: Series, count: Series, decays: Series) -> tuple[Series, Series, Series]:
    """Return the slope of each row of `y` over its decay, the mean decay, and the sum of squares that is explained."""
    middle = (weights * decays).sum(axis=1, keepdims=True) / count
    centred = weights * (decays - middle)
    spread, product = (centred**2).sum(axis=1, keepdims=True), (centred * y).sum(axis=1, keepdims=True)
    slope = np.where(spread > 0, product / np.where(spread > 0, spread, 1), 0.0)
    return slope, middle, _explained(spread, product)[:, 0]


def _explained(spread: Series, product: Series) -> Series:
    """Return by how much a line reduces the sum of squares."""
    return np.where(spread > 0, product**2 / np.where(spread > 0, spread, 1), 0.0)
