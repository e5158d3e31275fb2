"""Checks of arguments that every room needs."""

import math
import operator
from typing import Any, SupportsFloat

import numpy as np

RATE = "a positive number of frames per second"


def whole_number(value: Any, name: str, minimum: int = 0) -> int:
    """Return `value` as an int, or raise an error that names the argument; ``5.0`` is a whole number."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        value = int(value)
    try:
        number = operator.index(value)
    except TypeError:
        number = minimum - 1
    if number < minimum or isinstance(value, bool):
        raise ValueError(f"{name} = {value!r}: it must be a whole number, {minimum} or more")
    return number


def positive_number(value: Any, name: str, meaning: str = "a positive number") -> float:
    """Return `value` as a float, or raise an error that names the argument."""
    is_number = isinstance(value, SupportsFloat) and not isinstance(value, bool) and getattr(value, "ndim", 0) == 0
    number = float(value) if is_number else 0.0
    if not 0 < number < math.inf:
        raise ValueError(f"{name} = {value!r}: it must be {meaning}")
    return number
