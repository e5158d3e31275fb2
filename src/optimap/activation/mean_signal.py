"""The mean signal of a recording: its direction, and its beats, which say where those of each pixel are."""

from __future__ import annotations

import numpy as np

from .._base import ArgumentError, Array, Floats, Polarity, budget
from .._beats import instead_of_beats, steepest_snr
from .._extract import span_traces
from .._reading import Source, as_source
from .._regions import find_places
from .._series import check_polarity, detect_polarity
from ..beats import find_beats

FEWEST, MOST = 64, 1024  # pixels that decide the direction
PARTS, PART = 4, 2**16  # and parts of their signals, in frames: thousands of beats, in flat memory
FEW = 8  # frames in which infinite pixels are looked for at first


def beats_of_mean(source: Source, there: Array, polarity: Polarity, given: Floats | None) -> tuple[Floats, int]:
    """Return the times of beats in frames and the direction, 1 or -1; found in the mean signal unless given.

    The direction is that of single pixels: where a wave needs long to cross the tissue, the mean rises slowly.
    """
    check_polarity(polarity)
    undecided = None
    if polarity == "auto":
        try:
            polarity = detect_polarity(_some_pixels(source, there))
        except ArgumentError as error:
            undecided = error
    if given is None:
        signal = mean_signal(source, there)
        ways: tuple[Polarity, ...] = ("up", "down") if undecided else (polarity,)
        found = [np.asarray(find_beats(signal, polarity=way)) for way in ways]
        if not any(len(times) for times in found):
            raise _no_beats(signal, polarity)
        given = found[0]
    if undecided is not None:  # and there may be beats in one direction or the other
        raise undecided
    return given, 1 if polarity == "up" else -1


def _some_pixels(source: Source, there: Array) -> Array:
    """Return the signals (T, N) of some of the pixels that are there, evenly spread; long recordings in parts."""
    pixels = np.flatnonzero(there)
    most = max(FEWEST, min(MOST, budget().series_values // max(1, source.shape[0])))
    chosen = pixels[np.linspace(0, len(pixels) - 1, min(most, len(pixels))).round().astype(np.int64)]
    rows, columns = np.divmod(chosen, there.shape[1])
    places = find_places(np.stack([columns, rows], axis=1), source.frame_shape, size=1)
    frames = source.video if source.frames is None else source.frames
    starts = np.linspace(0, len(frames) - PART, PARTS).astype(np.int64).tolist()
    parts = [as_source(frames[start : start + PART]) for start in starts] if len(frames) > PARTS * PART else [source]
    return np.concatenate([np.asarray(span_traces(part, places.spans)) for part in parts], axis=1)


def mean_signal(source: Source, there: Array) -> Floats:
    """Return the mean of the pixels that are there in each frame, apart from those that are NaN.

    Pixels that are infinite in any frame, such as those that were divided by 0, have no part in it.
    """
    signal, finite = _mean(source, there), there
    for most in (FEW, source.shape[0]):  # as a rule, the same pixels are infinite in all frames, so a few show them
        lost = np.flatnonzero(~np.isfinite(signal)).tolist() if source.dtype.kind == "f" else []
        for t in lost[:: -(-len(lost) // most) or 1]:
            finite = finite & ~np.isinf(np.asarray(source.video[t]))
        if lost and finite.any() and (finite != there).any():
            signal = _mean(source, finite)
    return signal


def _mean(source: Source, there: Array) -> Floats:
    spans = find_places(there, source.frame_shape).spans
    return np.asarray(span_traces(source, spans, "omit"), np.float64)[:, 0]


def _no_beats(signal: Floats, polarity: str) -> ArgumentError:
    """Return the error for a recording without beats."""
    if not np.isfinite(signal).any():
        problem = "has no beats, because all of its pixels are NaN or infinite"
        cure = "check that the recording is the right one"
    elif not np.isfinite(signal).all():
        problem, cure = "has no beats, because its mean signal contains NaN", "leave frames of only NaN out"
    elif np.ptp(signal) == 0:
        problem, cure = "has no beats, because its mean signal is constant", "check that the recording is the right one"
    else:
        problem = "has no beats: " + instead_of_beats(steepest_snr(signal, polarity), " of its mean signal")
        cure = "leave the background out with mask=, remove drift, or give the direction or the times of the beats"
    keyword = "mask" if "mask=" in cure else None
    return ArgumentError("video", signal, problem, cure, subject="the recording", keyword=keyword)
