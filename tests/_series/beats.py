"""Signals with beats whose baseline, direction and noise are known."""

import numpy as np


def beats(samples=900, period=150, start=60, fall=0.2):
    """Beats of height about 1 that point up: a rise of a few frames, a fall of a fifth of the period."""
    t = (np.arange(samples) - start) % period
    return (1 - np.exp(-t / 2)) * np.exp(-t / (fall * period))


def bleaching(samples=900):
    """A level that falls from 1250 to about 1000."""
    return 1000 + 250 * np.exp(-np.arange(samples) / 400)


def signals(count=4, samples=900, noise=3.0, amplitude=60.0, seed=0):
    """Return (T, N) signals on a baseline that is the same for all."""
    rng = np.random.default_rng(seed)
    one = bleaching(samples) + amplitude * beats(samples)
    return one[:, np.newaxis] + noise * rng.normal(size=(samples, count))
