"""The axis of a table of traces: its possible names, and the frame rate that fits a series of times.

The arguments `fps` and `x` are checked elsewhere, by `parse_time_axis`.
"""

import numpy as np

from .._base import Array, Floats

# Of the usual interval: times that deviate by more from those of a constant rate have none.
DEVIATION = 0.5
ROUNDED = 1e-6  # relative: rates that are so close to a number of six digits are that number
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


def regular_rate(times: Floats | None) -> float | None:
    """Return the rate of evenly spaced times in s, or None.

    Examples
    --------
    >>> import numpy as np
    >>> regular_rate(3 + 0.002 * np.arange(10)), regular_rate(np.array([0.0, 1, 5]))
    (500.0, None)
    """
    if times is None or len(times) < 2 or not np.isfinite(times).all():
        return None
    interval = float(times[-1] - times[0]) / (len(times) - 1)
    steps = np.arange(len(times)) * interval
    is_late = np.abs(times - times[0] - steps).max() > DEVIATION * interval
    if not interval > 0 or is_late or np.abs(np.diff(times) - interval).max() > DEVIATION * interval:
        return None
    short = float(f"{1 / interval:.6g}")
    return short if abs(short * interval - 1) < ROUNDED else 1 / interval
