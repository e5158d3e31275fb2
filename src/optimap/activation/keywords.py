"""Keywords that a function passes on: checked against the function that takes them, whether or not it is called."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping

from .._base import ArgumentTypeError


def check_known(keywords: Mapping[str, object], function: Callable[..., object], without: Collection[str] = ()) -> None:
    """Raise an error for a keyword that a function does not have; those in `without` are set by the caller."""
    known = [name for name in inspect.signature(function).parameters if name not in without]
    for name, value in keywords.items():
        if name not in known:
            problem = "is not a keyword here"
            raise ArgumentTypeError(name, value, problem, f"choose from {', '.join(known)}")
