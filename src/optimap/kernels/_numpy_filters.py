"""Gaussian filters, their noise, and the white noise of series, in NumPy: the twin of ``filters.hpp``.

Finding beats, measuring them and finding upstrokes share these.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Floats = NDArray[np.float64]

SCALES = (2.0, 3.0, 4.0, 6.0, 8.0)  # frames
STEEP = 0.1  # of its steepest slope: a rise ends where the signal rises less
ORDINARY = 0.99  # of the second differences: the others may be those of upstrokes and artefacts
SPIKE = 6.0  # times the white noise: a single sample beyond its neighbours is an artefact, or a count
ROUNDING = 1e-12  # of the largest sample: slopes below are rounding errors


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


def noise_of(rows: Floats, lag: int = 1) -> Any:
    """Return the standard deviation of white noise of one series or of each of several, from second differences.

    With a `lag`, differences of samples that are so far apart, which smoothing does not make smaller.
    """
    if rows.shape[-1] < 2 * lag + 1:
        return np.full(rows.shape[:-1], np.nan)[()]
    bends = np.abs(rows[..., 2 * lag :] - 2 * rows[..., lag:-lag] + rows[..., : -2 * lag])
    return 1.4826 * np.median(bends, axis=-1) / np.sqrt(6)


def sparse_noise_of(rows: Floats) -> Floats:
    """Return the noise of each series (m, T) from all second differences but the largest, which are those of upstrokes.

    That is the noise of few counts, most of whose differences are 0.
    """
    return np.asarray(ordinary_sizes(np.abs(rows[:, 2:] - 2 * rows[:, 1:-1] + rows[:, :-2])) / np.sqrt(6))


def ordinary_sizes(sizes: Floats) -> Floats:
    """Return the root mean square of each row but its largest hundredth.

    Squares of huge or tiny numbers would overflow, or vanish.
    """
    kept = int(ORDINARY * sizes.shape[1])
    if kept == 0:
        return np.zeros(len(sizes))
    ordered = np.partition(sizes, kept, axis=1)
    exponents = np.frexp(ordered[:, kept])[1][:, np.newaxis]
    squares = np.ldexp(ordered[:, :kept], -np.maximum(exponents, -1000)) ** 2
    return np.asarray(np.ldexp(np.sqrt(squares.mean(axis=1)), np.maximum(exponents[:, 0], -1000)))


def spike_limits(rows: Floats) -> Floats:
    """Return by how much a sample of each series (m, T) must exceed its neighbours to be a spike."""
    return np.asarray(SPIKE * noise_of(rows))


def without_spikes(rows: Floats, limits: Floats) -> Floats:
    """Return series (m, T) in which no single sample lies beyond both of its neighbours by more than a limit (m,).

    The nearer neighbour takes its place. Only sharp corners of signals without noise are such, too.
    """
    if rows.shape[1] < 3:
        return rows
    inner, before, after = rows[:, 1:-1], rows[:, :-2], rows[:, 2:]
    nearer = np.clip(inner, np.minimum(before, after), np.maximum(before, after))
    result = rows.copy()
    np.copyto(result[:, 1:-1], nearer, where=np.abs(inner - nearer) > limits[:, np.newaxis])
    return result
