"""Drawing traces and positions. Every function draws on the Axes it is given, or shows a new figure; returns Axes."""

import numpy as np
from numpy.typing import ArrayLike

from .checks import RATE, positive_number
from .types import Array


def parse_time_axis(frames: int, x: ArrayLike | None, fps: float | None) -> tuple[Array, str]:
    """Return the values and the label of the x-axis, after checking them."""
    if x is not None and fps is not None:
        raise ValueError(f"x and fps = {fps!r} are both given: give one of them")
    if fps is not None:
        return np.arange(frames) / positive_number(fps, "fps", RATE), "Time [s]"
    if x is None:
        return np.arange(frames), "Frame"
    try:
        times = np.asarray(x)
    except ValueError as error:
        raise ValueError(f"x is no array: the traces need one number for each of {frames} frames") from error
    if times.shape != (frames,):
        raise ValueError(f"x has shape {times.shape}: the traces need one value for each of {frames} frames")
    if times.dtype.kind in "cOUS":
        raise TypeError(f"x has dtype {times.dtype}: give real numbers, or times")
    if times.dtype.kind == "f" and not np.isfinite(times).all():
        raise ValueError("x holds NaN or infinity: each frame needs a finite place on the axis")
    return times, ""
