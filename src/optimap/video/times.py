"""The times of frames: whether they are regular, and the frame rate if they are.

Cameras and drivers write time stamps with some jitter, and leave gaps where frames were dropped. Times count as regular
if no interval is much longer or shorter than the others, and no frame is further than half an interval from where a
constant rate puts it. Intervals and rates that files state as numbers are in `units`.
"""

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, Array
from .checks import noted_number
from .units import rate

# A dropped frame makes an interval of two; half an interval is far more than the jitter of time stamps.
SHORT_INTERVAL, LONG_INTERVAL = 0.5, 1.5
MOST_DEVIATION = 0.5  # of an interval


def frame_times(path: Path, times: ArrayLike, frames: int) -> Array:
    """Return the times of frames (T,) in s, or raise an error if there is not one for each frame."""
    found = np.array(times, float)
    if found.shape != (frames,):
        problem = f"holds {found.size} times for {frames} frames"
        raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))
    return found


def regular_rate(times: Array, stated: object = None) -> float | None:
    """Return the frame rate of regular times, the stated one if it agrees within 1 %; None if they are irregular.

    Examples
    --------
    >>> import numpy as np
    >>> regular_rate(np.arange(100) / 500)
    500.0
    >>> regular_rate(np.r_[0:50, 75:100] / 500) is None
    True
    """
    if len(times) < 2:
        return noted_number(stated)
    if not np.isfinite(times).all() or gaps(times):
        return None
    interval = (times[-1] - times[0]) / (len(times) - 1)
    deviation = times - (times[0] + interval * np.arange(len(times)))
    if np.abs(deviation - np.median(deviation)).max() > MOST_DEVIATION * interval:
        return None
    number = noted_number(stated)
    return number if number is not None and abs(number * interval - 1) < 0.01 else rate(float(interval))


def gaps(times: Array) -> list[tuple[int, float]]:
    """Return the frames after which the next one comes late, or early, each with the interval in s."""
    intervals = np.diff(times)
    usual = float(np.median(intervals)) if len(intervals) else 0.0
    odd = ~((intervals > SHORT_INTERVAL * usual) & (intervals < LONG_INTERVAL * usual))
    return [(int(i), float(intervals[i])) for i in np.flatnonzero(odd)]
