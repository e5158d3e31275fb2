"""The x-axis of traces: its values and its label, from `x`, `fps`, or the times that a video states."""

import numpy as np
from numpy.typing import ArrayLike

from .checks import given_fps
from .errors import ArgumentError, ArgumentTypeError
from .types import Array

SECONDS = "Time [s]"


def parse_time_axis(
    frames: int, x: ArrayLike | None, fps: float | None, times: Array | None = None
) -> tuple[Array, str]:
    """Return the values and the label of the x-axis, after checking them.

    Without `x` and `fps` these are the `times` in s that a video states, if given here, otherwise frame numbers.
    """
    if x is not None and fps is not None:
        raise ArgumentError("fps", fps, "are both given", "give one of them", subject=f"x and fps = {fps!r}")
    if fps is not None:
        return np.arange(frames) / given_fps(fps), SECONDS
    if x is None:
        return (np.arange(frames), "Frame") if times is None else (times, SECONDS)
    return _parse_x(x, frames), ""


def _parse_x(x: ArrayLike, frames: int) -> Array:
    """Return one value on the axis for each frame."""
    cure = f"give one value for each of {frames} frames"
    try:
        times = np.asarray(x)
    except ValueError as error:
        raise ArgumentError("x", x, "cannot be read as an array", cure, subject="x") from error
    if times.shape != (frames,):
        raise ArgumentError("x", x, f"has shape {times.shape}", cure, subject="x")
    if times.dtype.kind in "cOUS":
        raise ArgumentTypeError("x", x, f"has dtype {times.dtype}", "give real numbers, or times", subject="x")
    if times.dtype.kind == "f" and not np.isfinite(times).all():
        raise ArgumentError("x", x, "holds NaN or infinity", "give each frame a finite value on the axis", subject="x")
    return times
