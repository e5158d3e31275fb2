"""Checks of the arguments that functions of tables and of maps of beats share."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .._base import ArgumentError, ArgumentTypeError, Floats, on_host, positive_number

METHODS = ("maximum_derivative", "threshold_crossing")
STARTS = ("activation", "level")
BASELINES = ("before", "linear")
PREFIXES = ("apd", "catd")


def parse_options(
    method: object, start: object, baseline: object, smooth: object, sigma: object, min_snr: object
) -> dict[str, Any]:
    """Return how beats are measured, after checking each argument."""
    return {
        "method": parse_choice(method, "method", METHODS),
        "start": parse_choice(start, "start", STARTS),
        "baseline": parse_choice(baseline, "baseline", BASELINES),
        "smooth": positive_number(smooth, "smooth"),
        "sigma": positive_number(sigma, "sigma"),
        "min_snr": positive_number(min_snr, "min_snr"),
    }


def parse_prefix(prefix: object) -> str:
    """Return how durations are called."""
    return parse_choice(prefix, "prefix", PREFIXES)


def parse_levels(levels: object) -> list[float]:
    """Return levels of recovery in percent, each once."""
    allowed = "a number between 0 and 100"
    given = list(levels) if isinstance(levels, Iterable) and not isinstance(levels, (str, bytes)) else [levels]
    parsed = []
    for i, level in enumerate(given):
        number = positive_number(level, f"levels[{i}]", allowed)
        if number >= 100:
            raise ArgumentError.must_be(f"levels[{i}]", level, allowed)
        if number in parsed:
            raise ArgumentError(f"levels[{i}]", level, "is given twice", "give each level once")
        parsed.append(number)
    return parsed


def parse_choice(value: object, name: str, choices: Sequence[str]) -> str:
    """Return one of several words."""
    if not isinstance(value, str) or value not in choices:
        known = f"{', '.join(map(repr, choices[:-1]))} or {choices[-1]!r}"
        raise ArgumentError.must_be(name, value, known)
    return value


def parse_times(times: object, name: str, scale: float) -> Floats:
    """Return times as increasing frames (fractions are allowed)."""
    try:
        values = np.asarray(on_host(times))
    except ValueError as error:
        raise ArgumentError(name, times, "cannot be read as an array", "give a list of times", subject=name) from error
    if values.dtype.kind not in "iuf" and values.size:
        raise ArgumentTypeError(name, times, f"has dtype {values.dtype}", "give times as numbers", subject=name)
    if values.ndim != 1:
        raise ArgumentError(name, times, f"has shape {values.shape}", "give a list of times", subject=name)
    frames = values.astype(np.float64) / scale
    if not np.isfinite(frames).all() or (np.diff(frames) <= 0).any():
        raise ArgumentError(name, times, "are not increasing times", "give finite times in order", subject=name)
    return frames
