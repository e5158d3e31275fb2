"""Baselines of straight pieces between the rests before beats, whose activations are given.

The rest before a beat ends before its upstroke begins: at its activation minus the length of the upstroke, which is the
amplitude over the steepest slope. It is 5 % of the cycle long, at least 3 frames, and its level is the mean of the raw
samples. A rest that is cut off by the start of the series is not used. Before the first rest and after the last, the
baseline is level; a series without any rest has none.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .._base import ArgumentError, ArgumentTypeError, Floats

Series = NDArray[np.float64]

LEAST = 3  # frames
SHARE = 0.05  # of the cycle
SLOPE_SIGMA = 2.0  # frames, of the Gaussian derivative
PEAK_SIGMA = 1.5  # frames

Beats = list[Floats]  # activations in frames: of each series, or a single entry for all


def parse_beats(beats: object, samples: int, series: int) -> Beats:
    """Return the activations of each series, or one entry if they are the same for all, after checking them."""
    if isinstance(beats, Sequence) and not isinstance(beats, str) and any(np.ndim(own) for own in beats):
        if len(beats) != series:
            raise ArgumentError(
                "beats", beats, f"has {len(beats)} lists", f"give one for each of {series} signals", subject="beats"
            )
        return [_parse_one(own, f"beats[{i}]", samples) for i, own in enumerate(beats)]
    return [_parse_one(beats, "beats", samples)]


def _parse_one(beats: object, name: str, samples: int) -> Floats:
    """Return the activations of one series, in order."""
    try:
        frames = np.asarray(beats)
    except ValueError as error:
        raise ArgumentError.must_be(name, beats, "numbers of frames") from error
    if frames.dtype.kind not in "iuf" and frames.size:
        raise ArgumentTypeError.must_be(name, beats, "numbers of frames")
    if frames.ndim != 1 or not ((frames >= 0) & (frames < samples)).all():
        raise ArgumentError.must_be(name, beats, f"one number of a frame for each beat, from 0 to {samples - 1}")
    return np.sort(frames.astype(np.float64))


def between_rests(series: Series, beats: Beats) -> Series:
    """Return the baseline of each row of finite (M, T), in which beats point up."""
    from scipy.ndimage import gaussian_filter1d

    slopes = gaussian_filter1d(series, SLOPE_SIGMA, axis=1, order=1)
    smooth = gaussian_filter1d(series, PEAK_SIGMA, axis=1)
    result = np.full_like(series, np.nan)
    times = np.arange(series.shape[1])
    for i, row in enumerate(series):
        centres, levels = _rests(row, slopes[i], smooth[i], beats[i if len(beats) > 1 else 0])
        if centres:
            result[i] = np.interp(times, centres, levels)
    return result


def _rests(row: Series, slope: Series, smooth: Series, beats: Floats) -> tuple[list[float], list[float]]:
    """Return the centres and the levels of the rests before the beats of one series."""
    centres, levels = [], []
    edges = np.rint(np.concatenate(([0.0], beats, [len(row)]))).astype(int).tolist()
    for k, beat in enumerate(edges[1:-1], 1):
        before, after = edges[k - 1], max(edges[k + 1], beat + 1)
        cycle = beat - before if k > 1 else (after - beat if k + 2 < len(edges) else 0)
        steepest = slope[max(0, beat - 1) : beat + 2].max()
        if beat <= before or steepest <= 0:
            continue
        rise = (smooth[beat:after].max() - smooth[before:beat].min()) / steepest
        end = round(beat - rise)
        start = end - max(LEAST, round(SHARE * cycle))
        if start >= (0 if k == 1 else before):
            centres.append((start + end - 1) / 2)
            levels.append(float(row[start:end].mean()))
    return centres, levels
