"""The times of frames: whether they are regular, and the frame rate if they are.

Cameras and drivers write time stamps with some jitter, and leave gaps where frames were dropped. Times count as regular
if no interval is much longer or shorter than the others, and no frame is further than half an interval from where a
constant rate puts it. Intervals and rates that files state as numbers are in `units`.
"""

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, Array
from .checks import counted, noted_number
from .units import rate

# A dropped frame makes an interval of two; half an interval is far more than the jitter of time stamps.
SHORT_INTERVAL, LONG_INTERVAL = 0.5, 1.5
MOST_DEVIATION = 0.5  # of an interval
ROUNDING, MILLISECOND = 1e-6, 0.001
LATEST = 1e15  # s, or 30 million years; with larger numbers, differences of times overflow
# So many of the intervals agree with the stated one, to within this fraction of it.
ENOUGH, AGREEMENT = 0.25, 0.25


def frame_times(path: Path, times: ArrayLike, frames: int) -> Array | None:
    """Return the times of frames (T,) in s, or raise an error if there is not one for each frame.

    Times that never go on (all of them NaN, or the same) were not written, and are None. Numbers that cannot be times
    are NaN.
    """
    found = np.array(times, float)
    found[np.abs(found) > LATEST] = np.nan
    if found.shape != (frames,):
        problem = f"holds {found.size} times for {frames} frames"
        raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))
    known = found[np.isfinite(found)]
    return found if (np.diff(known) > 0).any() or (frames == 1 and len(known)) else None


def regular_rate(times: Array, stated: object = None, tick: float = 0.0) -> float | None:
    """Return the frame rate of regular times, the stated one if it agrees within 1 %; None if they are irregular.

    `tick` is the step in s to which the file rounds times; it is at least 0.001 if all of them are whole milliseconds.

    Examples
    --------
    >>> import numpy as np
    >>> regular_rate(np.arange(100) / 500)
    500.0
    >>> regular_rate(np.r_[0:50, 75:100] / 500) is None
    True
    >>> regular_rate(np.round(np.arange(100) / 30, 3), 30, tick=0.001)
    30.0
    """
    number = noted_number(stated)
    if len(times) < 2:
        return number
    if not np.isfinite(times).all() or gaps(times, number, tick):
        return None
    tick = _coarser(times, tick)
    interval = (times[-1] - times[0]) / (len(times) - 1)
    deviation = times - (times[0] + interval * np.arange(len(times)))
    if not interval > 0 or np.abs(deviation - np.median(deviation)).max() > max(MOST_DEVIATION * interval, tick):
        return None
    tolerance = 0.01 + tick / (times[-1] - times[0])
    return number if number is not None and abs(number * interval - 1) < tolerance else rate(float(interval))


def usual_interval(times: Array, stated: float | None = None, tick: float = 0.0) -> float:
    """Return the usual interval in s, which is 0 for a single frame.

    It is that of the stated rate if enough intervals agree with it, otherwise their median, or, if they are rounded to
    `tick`, the mean of those that are as long as the median but for rounding.
    """
    intervals = np.diff(times)
    intervals = intervals[np.isfinite(intervals)]
    if not len(intervals):
        return 0.0
    if stated is not None:
        agreeing = np.abs(intervals - 1 / stated) <= max(AGREEMENT / stated, tick)
        if agreeing.mean() >= ENOUGH:
            return 1 / stated
    usual, tick = float(np.median(intervals)), _coarser(times, tick)
    # Stored as one tick more or less, depending on where they begin.
    near = intervals[np.abs(intervals - usual) <= tick * (1 + ROUNDING)]
    return float(near.mean()) if tick and len(near) else usual  # a median between two intervals may be near neither


def _coarser(times: Array, tick: float) -> float:
    """Return the step to which times are rounded, which may be coarser than the one that the file counts in."""
    known = times[np.isfinite(times)]
    since_first = (known - known[:1]) / MILLISECOND
    is_whole = bool((np.abs(since_first - np.round(since_first)) < 1e-5).all())
    return max(tick, MILLISECOND) if is_whole else tick


def gaps(times: Array, stated: float | None = None, tick: float = 0.0) -> list[tuple[int, float]]:
    """Return the frames after which the next one comes late, or early, each with the interval in s."""
    intervals, usual = np.diff(times), usual_interval(times, stated, tick)
    tick = _coarser(times, tick)
    is_usual = intervals > SHORT_INTERVAL * usual * (1 + ROUNDING)
    is_usual &= intervals < LONG_INTERVAL * usual * (1 - ROUNDING)
    if tick > 0:  # an interval of 1.4 ticks is stored as one or two, one of 2 ticks, with some jitter, as one to three
        slack = 1 if usual >= 2 * tick * (1 - ROUNDING) else 0
        fewest = min(np.floor(usual / tick + 0.01), usual / tick - slack)
        most = max(np.ceil(usual / tick - 0.01), usual / tick + slack)
        is_usual |= np.abs(intervals - (fewest + most) / 2 * tick) <= ((most - fewest) / 2 + ROUNDING) * tick
    return [(int(i), float(intervals[i])) for i in np.flatnonzero(~is_usual)]


def irregularity(times: Array, stated: float | None = None, tick: float = 0.0) -> str:
    """Return what is irregular about times, in words.

    Examples
    --------
    >>> import numpy as np
    >>> irregularity(np.r_[0:50, 75:100] / 500)
    '1 gap, after frame 49: 52 ms instead of 2 ms'
    """
    missing = int(np.count_nonzero(~np.isfinite(times)))
    if missing:
        return f"the times of {counted(missing, 'frame')} are missing"
    found = gaps(times, stated, tick)
    if not found:
        intervals = np.diff(times) * 1000
        return f"intervals of {intervals.min():.4g} to {intervals.max():.4g} ms"
    frame, interval = found[0]
    first = "the first " if len(found) > 1 else ""
    lengths = f"{1000 * interval:.4g} ms instead of {1000 * usual_interval(times, stated, tick):.4g} ms"
    return f"{counted(len(found), 'gap')}, {first}after frame {frame}: {lengths}"
