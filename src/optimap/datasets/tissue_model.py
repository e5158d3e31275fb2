"""The two-variable model of cardiac tissue of Aliev and Panfilov (1996), in steps of time on a square grid.

`u` is the potential, about 0 at rest and 1 when excited, and `v` the recovery. No current flows across the edges.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

# Parameters of the model as published. One unit of model time is 4 ms here, so action potentials last about 100 ms.
K, A, EPSILON, MU1, MU2 = 8.0, 0.15, 0.002, 0.2, 0.3
TIME_UNIT = 0.004  # s
Grid = NDArray[Any]  # float64 or float32


def next_state(u: Grid, v: Grid, padded: Grid, step: float, diffusion: float) -> tuple[Grid, Grid]:
    """Return potential and recovery after a step of time; `padded` is working space, two cells larger each way."""
    padded[1:-1, 1:-1] = u  # mirrored edges: no flux across them
    padded[0], padded[-1], padded[:, 0], padded[:, -1] = (
        padded[1],
        padded[-2],
        padded[:, 1],
        padded[:, -2],
    )
    laplacian = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:] - 4 * u
    cubic = K * u * (u - A)
    recovery = (EPSILON + MU1 * v / (u + MU2)) * (-v - cubic + K * u)
    return u + step * (diffusion * laplacian - cubic * (u - 1) - u * v), v + step * recovery
