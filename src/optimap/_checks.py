"""Checks of arguments that every room needs."""

import operator
from typing import Any


def whole_number(value: Any, name: str, minimum: int = 0) -> int:
    """Return `value` as an int, or raise an error that names the argument; ``5.0`` is a whole number."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        number = operator.index(value)
    except TypeError:
        number = minimum - 1
    if number < minimum or isinstance(value, bool):
        raise ValueError(f"{name} = {value!r}: it must be a whole number, {minimum} or more")
    return number
