"""Checks of arguments that every room needs."""

import math
import operator
import os
from collections.abc import Iterable, KeysView, Mapping, Set
from pathlib import Path
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


def file_path(path: Any, name: str = "path") -> Path:
    """Return a path, or raise an error that names the argument."""
    if not isinstance(path, (str, os.PathLike)) or not os.fspath(path):
        raise TypeError(f"{name} = {path!r}: give the name of a file, as text or a pathlib.Path")
    return Path(path)


def check_flag(value: Any, name: str) -> None:
    """Raise an error for what is neither True nor False, such as the text 'no', which counts as true."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} = {value!r}: it must be True or False")


def check_order(values: Any, name: str, of_dict: str) -> None:
    """Raise an error for collections whose order is not that of the traces, or whose keys would be lost."""
    kind = type(values).__name__
    if isinstance(values, Mapping):
        raise TypeError(f"{name} is a {kind}: give its values, {of_dict}")
    if isinstance(values, Set) and len(values) > 1 and not isinstance(values, KeysView):
        raise TypeError(
            f"{name} is a {kind}, which has no order, so what belongs to which trace is unknown: give a list"
        )


def text_names(names: Any, things: str) -> list[str]:
    """Return names as a list, one text alone as a list of one, or raise an error that names what is no text."""
    if not isinstance(names, Iterable) or isinstance(names, (bytes, Mapping)):
        raise TypeError(f"names = {names!r}: give text, or a sequence of text, one for each of the {things}")
    check_order(names, "names", "")
    listed = [names] if isinstance(names, str) else list(names)
    for i, name in enumerate(listed):
        if not isinstance(name, str):
            raise TypeError(f"names[{i}] = {name!r} is not text: give text, one for each of the {things}")
    return [str(name) for name in listed]


def positive_number(value: Any, name: str, meaning: str = "a positive number") -> float:
    """Return `value` as a float, or raise an error that names the argument."""
    is_number = isinstance(value, SupportsFloat) and not isinstance(value, bool) and getattr(value, "ndim", 0) == 0
    number = float(value) if is_number else 0.0
    if not 0 < number < math.inf:
        raise ValueError(f"{name} = {value!r}: it must be {meaning}")
    return number
