"""Where the upstrokes of series are searched for: a stretch of frames for each beat of each series.

Stretches of one series are in order and do not overlap, as the loops (`kernels.measure_beats`) require.
"""

from dataclasses import dataclass

import numpy as np

from .._base import Floats, Ints


@dataclass(frozen=True)
class Windows:
    """Where the upstrokes of a block of series are: series m has the windows first[m] to first[m + 1] - 1."""

    first: Ints
    lows: Ints
    highs: Ints


def windows_around(first: Ints, frames: Floats, reach: Ints, samples: int) -> Windows:
    """Return windows around frames that reach so far, but not over the middle between two beats."""
    middles = np.floor((frames[1:] + frames[:-1]) / 2).astype(np.int64) + 1
    lows, highs = np.rint(frames).astype(np.int64) - reach, np.rint(frames).astype(np.int64) + reach + 1
    own = np.ones(max(0, len(frames) - 1), bool)  # whether a beat and the next are of the same series
    inner = first[1:-1]
    own[inner[(inner > 0) & (inner < len(frames))] - 1] = False
    lows[1:] = np.where(own, np.maximum(lows[1:], middles), lows[1:])
    highs[:-1] = np.where(own, np.minimum(highs[:-1], middles), highs[:-1])
    return Windows(first, np.clip(lows, 0, samples), np.clip(highs, 0, samples))


def given_windows(times: list[Floats], samples: int) -> Windows:
    """Return the windows of beats that were given, in frames, for each series: half an interval to each side."""
    first = np.concatenate([[0], np.cumsum([len(own) for own in times])]).astype(np.int64)
    frames = np.concatenate([*times, np.zeros(0)])
    reach = np.concatenate([_half_intervals(own, samples) for own in times] or [np.zeros(0, np.int64)])
    return windows_around(first, frames, reach, samples)


def _half_intervals(times: Floats, samples: int) -> Ints:
    """Return how far the window of each beat may reach: half of the shorter interval next to it."""
    if len(times) < 2:
        return np.full(len(times), samples, np.int64)
    steps = np.diff(times)
    shorter = np.minimum(np.concatenate([steps[:1], steps]), np.concatenate([steps, steps[-1:]]))
    return np.asarray(np.ceil(shorter / 2), np.int64)
