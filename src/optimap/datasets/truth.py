"""The true activation, amplitude and duration of each beat and pixel of a simulated recording.

They follow the definitions of `optimap.beats`, applied to the signal without noise: the activation is the steepest
rise, the baseline is the mean over the window just before the upstroke, and the end of a beat is where the signal falls
to a level for the last time. This module shares no code with the room that measures beats, so one can test the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .._base import ArgumentError, positive_number

Maps = NDArray[np.float64]  # (beats, H, W)
SIGMA = 2.0  # frames, of the derivative
NEAR = 12  # frames around the rise through half of the potential, within which it is steepest
LONGEST_UPSTROKE = 60  # frames
RANGE = "a number between 0 and 100"


@dataclass(frozen=True)
class TrueBeats:
    """What was simulated, beat by beat; NaN outside the tissue, and where a stimulus did not lead to a beat.

    Attributes
    ----------
    activation : (beats, H, W) float64 array
        Times of the steepest rise, in s.
    amplitude : (beats, H, W) float64 array
        Peak above baseline, in the units of the signal.
    baseline : (beats, H, W) float64 array
        The level before the upstroke.
    durations : dict of float to (beats, H, W) float64 array
        Time from activation until the beat has recovered by so many percent, in s.
    """

    activation: Maps
    amplitude: Maps
    baseline: Maps
    durations: dict[float, Maps]


def measure(
    signal: NDArray[np.float32], tissue: NDArray[np.bool_], rises: Maps, fps: float, levels: tuple[float, ...]
) -> TrueBeats:
    """Return the true beats of a signal (T, H, W), given roughly when each beat rises, in s."""
    for level in levels:
        if positive_number(level, "levels", RANGE) >= 100:
            raise ArgumentError.must_be("levels", level, RANGE)
    series = signal[:, tissue].astype(np.float64)
    anchors = rises[:, tissue] * fps
    slopes = _slopes(series)
    steepest = [_steepest(slopes, anchor) for anchor in anchors]
    activations = np.array([times for times, _ in steepest])
    last = np.full(series.shape[1], len(series) - 1.0)
    nexts = [*np.where(np.isnan(activations), last, activations)[1:], last]
    cycle = float(np.nanmedian(np.diff(anchors, axis=0)))
    beats = [
        _measure_beat(series, times, steepness, np.asarray(following), max(3.0, 0.05 * cycle), levels)
        for (times, steepness), following in zip(steepest, nexts, strict=True)
    ]

    def maps(values: list[Maps]) -> Maps:
        whole = np.full((len(values), *tissue.shape), np.nan)
        whole[:, tissue] = values
        return whole

    bases, heights, ends = zip(*beats, strict=True)
    durations = {level: maps([(end[i] - times) / fps for end, times in zip(ends, activations, strict=True)])
                 for i, level in enumerate(levels)}  # fmt: skip
    return TrueBeats(maps(list(activations / fps)), maps(list(heights)), maps(list(bases)), durations)


def _slopes(series: Maps) -> Maps:
    """Return the Gaussian derivative of each column."""
    from scipy.ndimage import gaussian_filter1d

    return np.asarray(gaussian_filter1d(series, SIGMA, axis=0, order=1, mode="nearest"))


def _steepest(slopes: Maps, anchors: Maps) -> tuple[Maps, Maps]:
    """Return when each column is steepest near its anchor, by the parabola through three samples, and how steep."""
    columns = np.arange(slopes.shape[1])
    known = np.isfinite(anchors)
    centre = np.where(known, anchors, 0).round().astype(np.int64)
    around = np.clip(centre + np.arange(-NEAR, NEAR + 1)[:, np.newaxis], 1, len(slopes) - 2)
    at = around[slopes[around, columns].argmax(axis=0), columns]
    before, here, after = (slopes[at + step, columns] for step in (-1, 0, 1))
    bend = before - 2 * here + after
    shift = np.where(bend < 0, (before - after) / np.where(bend < 0, 2 * bend, 1), 0)
    return np.where(known, at + shift, np.nan), np.where(known, here - shift * (before - after) / 4, np.nan)


def _measure_beat(
    series: Maps, activation: Maps, steepness: Maps, following: Maps, window: float, levels: tuple[float, ...]
) -> tuple[Maps, Maps, list[Maps]]:
    """Return the baseline, the amplitude and the times at which each level is passed, in frames."""
    known = np.isfinite(activation)
    if not known.any():
        nothing = np.full(len(activation), np.nan)
        return nothing, nothing, [nothing for _ in levels]
    begin = max(0, int(activation[known].min()) - LONGEST_UPSTROKE)
    end = int(following[known].max()) + 1
    frames, part = np.arange(begin, end)[:, np.newaxis], series[begin:end]
    peaks = np.where((frames >= activation) & (frames < following - 2), part, -np.inf)
    peak, at = peaks.max(axis=0), peaks.argmax(axis=0) + begin
    peak[~known] = np.nan
    base = np.zeros_like(peak)  # rest, to begin with
    for _ in range(4):
        first = activation - (peak - base) / steepness - window
        inside = (frames >= first) & (frames <= first + window)
        base = np.where(inside, part, 0).sum(axis=0) / np.maximum(inside.sum(axis=0), 1)
    base[~known | (first < 0)] = np.nan
    ends = [_last_fall(series, at, following, base + (1 - level / 100) * (peak - base)) for level in levels]
    return base, peak - base, ends


def _last_fall(series: Maps, peak: NDArray[np.int64], following: Maps, level: Maps) -> Maps:
    """Return when each column falls through its level after the peak; NaN if it does not."""
    times = np.full(series.shape[1], np.nan)
    for i, (start, end, height) in enumerate(zip(peak, following, level, strict=True)):
        below = np.flatnonzero(series[start : int(end) + 1, i] < height)
        if len(below):
            k = start + below[0] - 1
            times[i] = k + (series[k, i] - height) / (series[k, i] - series[k + 1, i])
    return times
