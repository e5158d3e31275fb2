"""The argument `activation_map` of the functions of this room: checked, and as float64 with NaN where there is none."""

from __future__ import annotations

import numpy as np

from .._base import ArgumentError, ArgumentTypeError, Floats, on_host
from .._reading import unlabelled

LATEST = 1e100  # whose square is a number


def as_times(activation_map: object, name: str = "activation_map") -> Floats:
    """Return a map (H, W) of times as float64; what is masked or infinite becomes NaN."""
    given = on_host(unlabelled(activation_map, name)[0])
    values = given if isinstance(given, np.ma.MaskedArray) else np.asarray(given)
    if values.dtype.kind not in "biuf":
        cure = "give a map of real numbers (H, W)"
        raise ArgumentTypeError(name, activation_map, f"has dtype {values.dtype}", cure, subject=name)
    if values.ndim != 2:
        cure = f"give one map (H, W), for example {name}[0]" if values.ndim == 3 else "give a map (H, W)"
        raise ArgumentError(name, activation_map, f"has shape {values.shape}", cure, subject=name)
    with np.errstate(over="ignore"):  # of long doubles
        times = np.ma.filled(values.astype(np.float64), np.nan)
    times = np.where(np.isfinite(times), times, np.nan)
    if np.fmax.reduce(np.abs(times), axis=None, initial=0) > LATEST:
        problem = f"holds times beyond {LATEST:g}"
        raise ArgumentError(name, activation_map, problem, "give times in ms or frames", subject=name)
    return times
