"""The time constant of the fall of a beat, in NumPy: the twin of ``decay_rate.hpp``."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def fitted_rate(samples: Floats, height: float, rate: float) -> float:
    """Return the rate of the decay ``height exp(-rate t)`` in least squares (Gauss-Newton), 0 if there is none."""
    t = np.arange(len(samples), dtype=np.float64)

    def left(height: float, rate: float) -> float:
        return float(((samples - height * np.exp(-rate * t)) ** 2).sum())

    error = left(height, rate)
    for _ in range(50):
        shape = np.exp(-rate * t)
        slope = -height * t * shape
        rest = samples - height * shape
        a, b, c = float((shape**2).sum()), float((shape * slope).sum()), float((slope**2).sum())
        u, v = float((shape * rest).sum()), float((slope * rest).sum())
        determinant = a * c - b * b
        if not determinant > 0:
            return 0.0
        dheight, drate, share = (c * u - b * v) / determinant, (a * v - b * u) / determinant, 1.0
        while share > 1e-4 and (
            rate + share * drate <= 0 or left(height + share * dheight, rate + share * drate) > error
        ):
            share /= 2
        if share <= 1e-4:
            break
        height, rate = height + share * dheight, rate + share * drate
        error = left(height, rate)
        if abs(share * drate) <= 1e-10 * rate:
            break
    spread = float(((samples - samples.mean()) ** 2).sum())
    return rate if spread > 0 and 1 - error / spread >= 0.5 else 0.0
