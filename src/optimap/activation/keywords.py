"""Keywords that several functions have: those that are passed on, and the rate of a video."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping

from .._base import ArgumentError, ArgumentTypeError, given_fps
from .._reading import Source
from .._tables import regular_rate


def check_known(keywords: Mapping[str, object], function: Callable[..., object], without: Collection[str] = ()) -> None:
    """Raise an error for a keyword that a function does not have; those in `without` are set by the caller."""
    known = [name for name in inspect.signature(function).parameters if name not in without]
    for name, value in keywords.items():
        if name not in known:
            problem = "is not a keyword here"
            raise ArgumentTypeError(name, value, problem, f"choose from {', '.join(known)}")


def rate_of(source: Source, fps: float | None) -> float | None:
    """Return the frame rate that is given, or else that of a video or of its times; irregular times are an error."""
    if fps is not None:
        return given_fps(fps)
    if source.fps is not None or source.times is None or len(source.times) < 2:
        return source.fps
    rate = regular_rate(source.times)
    if rate is None:
        problem = "has times that are not evenly spaced"
        cure = "give the frames between two gaps alone, or fps= if all frames are evenly spaced"
        raise ArgumentError("video", source.video, problem, cure, subject="video", keyword="fps")
    return rate
