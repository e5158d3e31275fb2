"""Noise that is not white, for tests of what must not be found in it: series (T, N)."""

import numpy as np


def coloured(samples, count, power=1.0, seed=0):
    """Noise whose power falls with a power of the frequency: 1 for 1/f."""
    rng = np.random.default_rng(seed)
    shares = np.maximum(np.fft.rfftfreq(2 * samples), 0.5 / samples) ** (-power / 2)
    spectrum = rng.normal(size=(samples + 1, count)) + 1j * rng.normal(size=(samples + 1, count))
    noise = np.fft.irfft(spectrum * shares[:, np.newaxis], 2 * samples, axis=0)[:samples]
    return noise / noise.std()


def kinds(samples=1000, count=200, seed=0):
    """Return noise of many kinds by name, none of which a beat has."""
    rng = np.random.default_rng(seed)
    t = np.arange(samples)[:, np.newaxis]
    starts = rng.uniform(0, 2 * np.pi, count)

    def white():
        return rng.normal(size=(samples, count))

    def wrong(share):
        return rng.random((samples, count)) < share

    return {
        "smoothed": (white() + np.roll(white(), 1, axis=0)) / 2 + np.cumsum(white(), axis=0) / 20,
        "1/f": coloured(samples, count, seed=seed),
        "1/f and white": coloured(samples, count, seed=seed) + white(),
        "walk": np.cumsum(white(), axis=0),
        "walk and white": np.cumsum(white(), axis=0) / 5 + white(),
        "drift": 10 * np.sin(2 * np.pi * t / 400 + starts) + white(),
        "weak hum": np.sin(2 * np.pi * t / 16.7 + starts) + white(),
        "few counts": rng.poisson(0.2, (samples, count)).astype(np.uint16),
        "8 bits": np.rint(100.3 + 0.3 * white()).astype(np.uint8),
        "salt and pepper": white() + 50 * wrong(0.002) - 50 * wrong(0.002),
    }
