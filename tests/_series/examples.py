"""Series for the tests of trends and periods."""

import numpy as np


def series(name, samples, seed=0):
    rng = np.random.default_rng(seed)
    t = np.arange(samples)
    return {
        "walk": np.cumsum(rng.normal(size=samples)),
        "beats": 30_000 - 40 * np.sin(2 * np.pi * t / 37) + 300 * np.exp(-t / 200) + rng.normal(size=samples),
        "line": 5 - 0.3 * t + np.sin(t / 3),
        "counts": rng.integers(0, 5, samples).astype(float),
        "constant": np.full(samples, 3.0),
        "tiny": 1e-7 * rng.normal(size=samples),
    }[name]
