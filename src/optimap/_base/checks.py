"""Checks of arguments shared by several rooms; checks that only one room needs stay there."""

import math
import operator
import os
from collections.abc import Iterable, KeysView, Mapping, Set
from pathlib import Path
from typing import SupportsFloat

import numpy as np

from .errors import ArgumentError, ArgumentTypeError
from .types import Array

RATE = "a positive number of frames per second"
SLOWEST, FASTEST = 1e-100, 1e100  # rates beyond these are mistakes, and times of theirs leave the range of doubles


def whole_number(value: object, name: str, minimum: int = 0) -> int:
    """Return `value` as an int, or raise an error that names the argument; ``5.0`` is a whole number."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        value = int(value)
    try:
        number = operator.index(value)  # type: ignore[arg-type]  # anything else raises the TypeError
    except TypeError:
        number = minimum - 1
    if number < minimum or isinstance(value, bool):
        raise ArgumentError.must_be(name, value, f"a whole number, {minimum} or more")
    return number


def file_path(path: object, name: str = "path") -> Path:
    """Return a path, or raise an error that names the argument."""
    if not isinstance(path, (str, os.PathLike)) or not os.fspath(path):
        shape = getattr(path, "shape", None)
        subject = None if shape is None else f"{name} = an array of shape {tuple(shape)}"
        cure = "give the name of a file, as text or a pathlib.Path"
        raise ArgumentTypeError(name, path, "is not the name of a file", cure, subject=subject, plain=True)
    return Path(path)


def check_flag(value: object, name: str) -> None:
    """Raise an error for anything but True and False, such as the text 'no', which Python treats as true."""
    if not isinstance(value, (bool, np.bool_)):
        raise ArgumentTypeError.must_be(name, value, "True or False")


def check_order(values: object, name: str, of_dict: str) -> None:
    """Raise an error for collections without an order, or with keys that would be lost."""
    kind = type(values).__name__
    if isinstance(values, Mapping):
        raise ArgumentTypeError(name, values, f"is a {kind}", f"give its values, {of_dict}", subject=name)
    if isinstance(values, Set) and len(values) > 1 and not isinstance(values, KeysView):
        raise ArgumentTypeError(
            name,
            values,
            f"is a {kind}, which has no order, so entries cannot be assigned to traces",
            "give a list",
            subject=name,
        )


def text_names(names: object, things: str) -> list[str]:
    """Return names as a list, a single text as a list of one, or raise an error for entries that are not text."""
    if not isinstance(names, Iterable) or isinstance(names, (bytes, Mapping)):
        raise ArgumentTypeError(
            "names", names, "is not text", f"give text, or a sequence of text, one for each of the {things}", plain=True
        )
    check_order(names, "names", "")
    listed = [names] if isinstance(names, str) else list(names)
    for i, name in enumerate(listed):
        if not isinstance(name, str):
            raise ArgumentTypeError(f"names[{i}]", name, "is not text", f"give text, one for each of the {things}")
    return [str(name) for name in listed]


def positive_number(value: object, name: str, meaning: str = "a positive number") -> float:
    """Return `value` as a float, or raise an error that names the argument."""
    number = _as_float(value)
    if not 0 < number < math.inf:
        raise ArgumentError.must_be(name, value, meaning)
    return number


def is_frame_rate(number: float) -> bool:
    """Return whether a number can be one of frames per second."""
    return SLOWEST <= number <= FASTEST


def given_fps(fps: object) -> float:
    """Return frames per second as a float, or raise an error."""
    rate = positive_number(fps, "fps", RATE)
    if not is_frame_rate(rate):
        raise ArgumentError.must_be("fps", fps, f"{RATE}, from {SLOWEST:g} to {FASTEST:g}")
    return rate


def finite_number(value: object, name: str, meaning: str = "a finite number") -> float:
    """Return `value` as a float, or raise an error that names the argument."""
    number = _as_float(value)
    if not math.isfinite(number):
        raise ArgumentError.must_be(name, value, meaning)
    return number


def _as_float(value: object) -> float:
    """Return a number as a float, and NaN for everything else, also for whole numbers beyond the range of floats."""
    is_number = isinstance(value, SupportsFloat) and not isinstance(value, bool) and getattr(value, "ndim", 0) == 0
    try:
        return float(value) if is_number else math.nan  # type: ignore[arg-type]  # a number
    except OverflowError:
        return math.nan


def in_doubles(values: Array) -> Array:
    """Return long doubles in double precision, with infinity for those beyond its range; all else as it is."""
    if values.dtype.kind != "f" or values.dtype.itemsize <= 8:
        return values
    with np.errstate(over="ignore"):
        return values.astype(np.float64)
