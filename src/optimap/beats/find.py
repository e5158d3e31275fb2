"""find_beats: when the beats of each series are activated; and where the loops look for the upstrokes.

The loops (`kernels.find_beats`) work on a few series at a time. Here, beats are restricted to stimuli, the direction is
settled, and each beat gets the frames within which its upstroke is searched for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .. import kernels
from .._base import ArgumentError, Array, Floats, Polarity, positive_number
from .._beats import ACTIVATION, Windows, parse_times, windows_around
from .._series import detect_polarity
from .._tables import TraceTable
from .arguments import Signals, given_sign, parse_signals

SIGMA = 2.0  # frames
NEAR = 1  # scale of the derivative: how far the steepest slope may be from the peak that was found
NEAREST = 3  # frames, at least


@dataclass(frozen=True)
class Search:
    """How beats are found."""

    min_snr: float
    min_amplitude: float
    stimuli: Floats | None  # frames

    def windows(self, block: Array) -> Windows:
        """Return where the upstrokes of upright series (m, T) are."""
        slopes, scales = kernels.find_beats(block, self.min_snr, self.min_amplitude)
        if self.stimuli is not None:
            slopes = _one_each(slopes, self.stimuli)
        series, frames = np.nonzero(slopes)
        first = np.concatenate([[0], np.cumsum(np.bincount(series, minlength=len(block)))]).astype(np.int64)
        reach = np.maximum(NEAREST, NEAR * scales[series]).astype(np.int64)
        return windows_around(first, frames.astype(np.float64), reach, block.shape[1])


def _one_each(slopes: Array, stimuli: Floats) -> Array:
    """Keep the first beat after each stimulus and before the next."""
    kept = np.zeros_like(slopes)
    edges = np.clip(np.ceil(stimuli), 0, slopes.shape[1]).astype(np.int64).tolist()
    rows = np.arange(len(slopes))
    for start, stop in zip(edges, [*edges[1:], slopes.shape[1]], strict=True):
        if stop > start:
            at = start + (slopes[:, start:stop] > 0).argmax(axis=1)
            kept[rows, at] = slopes[rows, at]
    return kept


def find_sign(signals: Signals, polarity: str, search: Search | None) -> int:
    """Return the direction of the signals: 1 or -1.

    Signals that do not decide it, such as noise, are an error only if there are beats in either direction; where there
    are none, the direction makes no difference.
    """
    sign = given_sign(signals, polarity)
    if sign is not None:
        return sign
    if search is None or any(len(search.windows(part).lows) for way in (1, -1) for _, part in signals.blocks(way)):
        detect_polarity(signals.given)  # raises the error
    return 1


def parse_search(min_snr: object, min_amplitude: object, stimuli: object, scale: float) -> Search:
    """Return how beats are found, after checking the arguments."""
    times = None if stimuli is None else parse_times(stimuli, "stimuli", scale)
    least = 0.0 if min_amplitude == 0 and not isinstance(min_amplitude, bool) else None
    share = positive_number(min_amplitude, "min_amplitude", "a number from 0 to below 1") if least is None else least
    if share >= 1:
        raise ArgumentError.must_be("min_amplitude", min_amplitude, "a number from 0 to below 1")
    return Search(positive_number(min_snr, "min_snr"), share, times)


def find_beats(
    signals: ArrayLike | TraceTable,
    *,
    fps: float | None = None,
    polarity: Polarity = "auto",
    min_snr: float = 5,
    min_amplitude: float = 0.2,
    stimuli: ArrayLike | None = None,
) -> Floats | list[Floats]:
    """Return the activation times of the beats of each series.

    Beats are peaks of the derivative of a Gaussian (sigma 2, 3, 4, 6 or 8 frames, whichever makes the highest peak
    stand out most from the noise). Rises that do not return, such as a lamp that is switched on, are not beats, unless
    the recording ends within a cycle.

    Parameters
    ----------
    signals : (T,), (T, N) or (T, H, W) array-like, or TraceTable
        Evenly spaced samples along axis 0. Not modified. Noise should be white, that is, not smoothed before.
    fps : float, optional
        Frames per second: times are in ms. Without it, they are in frames.
    polarity : {'auto', 'up', 'down'}
        The direction of beats; ``'auto'`` detects it (`optimap.trace.detect_polarity`).
    min_snr : float
        The steepest slope of a beat, in standard deviations of the noise of the derivative, is larger than this.
    min_amplitude : float
        The steepest slope of a beat is at least this share of the median of the large ones.
    stimuli : (S,) array-like, optional
        Times of the stimuli: of the beats from each to the next, the first is kept, and beats before the first stimulus
        are left out.

    Returns
    -------
    array, or list of arrays
        Times of the steepest slope (sigma 2 frames) to a fraction of a frame, in increasing order: one array for
        ``(T,)`` signals, else a list with one for each series (the pixels of a video row by row). A series with NaN has
        no beats.

    Raises
    ------
    ValueError
        If `polarity` is ``'auto'`` and the signals do not decide it, although there are beats in one direction or the
        other; if an argument is outside its range.
    TypeError
        If the signals are not real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.beats import find_beats
    >>> t = np.arange(500)
    >>> beats = 100 * np.exp(-((t % 100 - 20) ** 2) / np.where(t % 100 < 20, 20, 800))
    >>> noise = np.random.default_rng(0).normal(size=500)
    >>> find_beats(beats + noise, fps=500).round().tolist()
    [33.0, 233.0, 433.0, 633.0, 833.0]
    """
    parsed = parse_signals(signals, fps)
    search = parse_search(min_snr, min_amplitude, stimuli, parsed.scale)
    sign = find_sign(parsed, polarity, search)
    times: list[Floats] = []
    for _, block in parsed.blocks(sign):
        windows = search.windows(block)
        options = (np.zeros(0), SIGMA, 1.5, 3.0, False, False, False, False)
        values, _ = kernels.measure_beats(block, windows.first, windows.lows, windows.highs, *options)
        parts = np.split(values[:, ACTIVATION] * parsed.scale, windows.first[1:-1])
        times += [part[np.isfinite(part)] for part in parts]
    return times[0] if parsed.shape == () else times
