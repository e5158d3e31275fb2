"""Beats of which everything is known, for the tests of this room."""

import numpy as np


def action_potentials(samples=1000, period=100, first=40, rise=4.0, plateau=20, fall=40.0):
    """Upright beats of height 1: a straight upstroke, a plateau, a straight fall; all times are in frames."""
    t = (np.arange(samples, dtype=float) - first) % period
    t[np.arange(samples) < first - 1] = period - 1
    up = np.clip(t / rise, 0, 1)
    return np.where(t < rise + plateau, up, np.clip(1 - (t - rise - plateau) / fall, 0, 1))


def transients(samples=1000, period=150, first=40, tau=30.0):
    """Upright beats that rise in three frames and decay exponentially."""
    t = (np.arange(samples, dtype=float) - first) % period
    beats = np.where(t < 3, t / 3, np.exp(-(t - 3) / tau))
    return np.where(np.arange(samples) < first, 0, beats)


def with_noise(signal, snr, seed=0):
    """Add normal noise, the amplitude of the signal being 1."""
    return signal + np.random.default_rng(seed).normal(size=np.shape(signal)) / snr
