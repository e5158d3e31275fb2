"""Calls of compute_activation_map as the published package 0.3.1 had them, before its arguments changed.

Its arguments were ``(video, threshold, inverted, fps, set_nan_for_inactive, show, cmap)``, and its map held the first
frame beyond the threshold, in ms if `fps` was given. A call is taken for one of these if

- the second argument is a number,
- `threshold` is given, but no method that would use it (the later package ignores it then), or
- `inverted` is given with `fps`

and no argument is given that only the later package has.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import numpy as np

from .._base import ArgumentError, Floats

OLD = ("video", "threshold", "inverted", "fps", "set_nan_for_inactive", "show", "cmap")
Function = TypeVar("Function", bound=Callable[..., Floats])


def takes_old_calls(old: Callable[..., Floats]) -> Callable[[Function], Function]:
    """Return a decorator for a function whose calls in the old form go to another one."""

    def decorate(function: Function) -> Function:
        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Floats:
            if _is_old(args, kwargs):
                return old(**_named(args, kwargs))
            return function(*args, **kwargs)

        return call  # type: ignore[return-value]  # the signature is that of the function

    return decorate


def _is_old(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether a call has the form of 0.3.1."""
    if not set(kwargs) <= set(OLD):
        return False
    if len(args) > 1:
        return isinstance(args[1], (int, float, np.integer, np.floating)) and not isinstance(args[1], bool)
    return "threshold" in kwargs or ("inverted" in kwargs and kwargs.get("fps") is not None)


def _named(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return all arguments of an old call by name."""
    if len(args) > len(OLD):
        cure = f"give at most {len(OLD)}: {', '.join(OLD)}"
        raise ArgumentError("*args", args, f"are {len(args)} arguments", cure, subject="the arguments")
    named = dict(zip(OLD, args, strict=False))
    for name in kwargs:
        if name in named:
            raise ArgumentError(name, kwargs[name], "is given twice", "give it once", subject=name)
    return {**named, **kwargs}
