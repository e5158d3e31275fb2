"""The axis of a table of traces: its possible names, and the frame rate that fits a series of times.

The arguments `fps` and `x` are checked elsewhere, by `parse_time_axis`.
"""

import numpy as np

from .._base import Array

SECONDS, FRAMES, OTHER = "time_s", "frame", "x"  # the rate is known, nothing is known, x= was given


def find_rate(times: Array) -> float | None:
    """Return the rate at which frames 0, 1, 2, ... have exactly these times, or None."""
    if len(times) < 2 or not 0 < times[1] <= times[-1] < np.inf:
        return None
    exact = float((len(times) - 1) / times[-1])
    numbers = np.arange(len(times))
    short = [float(f"{exact:.{digits}g}") for digits in (6, 9, 12, 15)]
    near = [exact, *(float(np.nextafter(exact, limit)) for limit in (0, np.inf)), 1 / float(times[1])]
    for rate in [*short, *near]:
        if np.array_equal(numbers / rate, times):
            return rate
    return None
