"""Series that are hard for loops over samples."""

import numpy as np


def examples(n, seed=0):
    """Series with few and with many equal slopes, on a grid of numbers or not, close to a line or not."""
    rng = np.random.default_rng(seed)
    t = np.arange(n)
    noise = rng.normal(size=n)
    return {
        "noise": noise,
        "walk": np.cumsum(noise),
        "drift": 1e5 - 0.01 * t + 1e-9 * noise,
        "float32": noise.astype(np.float32).astype(float),
        "waves": np.sin(t / 7),
        "counts": rng.integers(0, 4, n).astype(float),
        "counts and drift": t // 3 + rng.integers(0, 2, n).astype(float),
        "tenths": 0.1 * rng.integers(0, 4, n),
        "stairs of tenths": 0.1 * (t // 3),
        "line": 5 - 0.3 * t,
        "line of whole numbers": 5.0 - 3 * t,
        "constant": np.full(n, 0.3),
        "steps": np.repeat([1.0, 5.0, 2.0], n // 3 + 1)[:n],
        "huge": 1e300 * noise,
        "tiny": 1e-200 * noise,
        "smallest": 3e-323 * noise,
        "far from zero": 1e9 + noise,
        "alternating": (-1.0) ** t,
        "outliers": np.where(t % 5 == 1, 2.0**53 * (t % 2), t // 3),
        "half level": np.where(t < n // 2, 0.0, t - n // 2),
    }
