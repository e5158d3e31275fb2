"""Activation times of signals: find_activations and its two methods, with the names of the published package.

Here, arguments are checked and results take their form; `event_search` finds the activations, `isochrones` draws them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import ArrayLike

from .._base import (
    ActivationMethod,
    ArgumentError,
    Array,
    Floats,
    Ints,
    check_flag,
    finite_number,
    given_fps,
    on_host,
    positive_number,
    whole_number,
)
from .._draw import check_axes
from .._extract import span_traces
from .._reading import as_source, unlabelled
from .._regions import Spans
from .._series import as_signals, signal_blocks
from .event_search import LASTING, SIGMA_SHARE, PeakSearch, find_lasting_crossings, find_peaks
from .isochrones import show_activations, show_slopes
from .keywords import check_known
from .tiles import parse_mask

if TYPE_CHECKING:
    from matplotlib.axes import Axes

METHODS = ("maximum_derivative", "threshold_crossing")
Activations = Array  # (N,) whole frames, or fractions of frames
Found = Activations | list[Activations]  # of one signal, or of each
TIMES = "finding activations"


def find_activations(
    signal: ArrayLike,
    method: ActivationMethod = "maximum_derivative",
    interpolate: bool = False,
    falling_edge: bool = False,
    show: bool = True,
    fps: float | None = None,
    ax: Axes | None = None,
    **kwargs: object,
) -> Found:
    """Find when a signal is activated.

    Parameters
    ----------
    signal : (T,), (T, N) or (T, H, W) array-like
        One signal; several, which are not shown; or a video, whose mean over all pixels that are not NaN is used.
    method : {'maximum_derivative', 'threshold_crossing'}
        Peaks of the derivative (`find_activations_dvdt`), or crossings of a threshold, for which the signal should be
        normalized (`find_activations_threshold`).
    interpolate : bool
        Return fractions of frames; otherwise, the closest frames.
    falling_edge : bool
        Activations fall: the signal has negative polarity.
    show : bool
        Plot one signal with its activations.
    fps : float, optional
        Frames per second, for the axis of the plot.
    ax : matplotlib Axes, optional
        Draw there; by default in a new figure, which is shown.
    **kwargs
        The other arguments of the method.

    Returns
    -------
    (K,) array, or list of N arrays for ``(T, N)``
        In frames, in order: whole numbers, or floats with `interpolate`. Noise alone, and a signal with NaN, have no
        activations.

    Raises
    ------
    ValueError
        If the method is unknown, the signal has another number of axes, or an argument is outside its range.
    TypeError
        If the signal does not hold real numbers, or the method has no such keyword.

    See Also
    --------
    optimap.beats.find_beats : Finds beats, in ms, which also have to end.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.activation import find_activations
    >>> t = np.arange(300)
    >>> beats = np.exp(-((t % 100 - 40.3) ** 2) / np.where(t % 100 < 40.3, 20, 400))
    >>> find_activations(beats, show=False).tolist()
    [37, 137, 237]
    >>> find_activations(beats, "threshold_crossing", interpolate=True, show=False).round(1).tolist()
    [36.6, 136.6, 236.6]
    """
    function = _parse_method(method, kwargs)
    shape = np.shape(signal)
    given = {"interpolate": interpolate, "falling_edge": falling_edge, "fps": fps, **kwargs}
    if len(shape) == 2:
        columns, _ = as_signals(on_host(unlabelled(signal, "signal")[0]), "signal", work=TIMES)
        check_axes(ax)
        return [function(column, show=False, **given) for column in columns.T]
    one = _mean_signal(signal) if len(shape) == 3 else signal
    return function(one, show=show, ax=ax, **given)


def _parse_method(method: object, kwargs: dict[str, object]) -> Callable[..., Activations]:
    """Return the function of a method, after checking the keywords for it."""
    if not isinstance(method, str) or method not in METHODS:
        raise ArgumentError.must_be("method", method, "'maximum_derivative' or 'threshold_crossing'")
    function = find_activations_dvdt if method == METHODS[0] else find_activations_threshold
    check_known(kwargs, function, without=["signal", "interpolate", "falling_edge", "show", "fps", "ax"])
    return function


def _mean_signal(video: Any) -> Floats:
    """Return the mean of all pixels of a video that are not NaN, read block by block."""
    source = as_source(video, "signal")
    parse_mask(None, source.frame_shape)
    height, width = source.frame_shape
    rows, none = np.arange(height), np.zeros(height, np.int64)
    spans = Spans(rows, none, none + width, np.ones(height), np.array([0, height]))
    return np.asarray(on_host(span_traces(source, spans, "omit")), np.float64)[:, 0]


def find_activations_dvdt(
    signal: ArrayLike,
    falling_edge: bool = False,
    single_activation: bool = False,
    window_size: int = 5,
    prominence: float | None = None,
    min_distance: int | None = None,
    height: float | None = None,
    interpolate: bool = False,
    fps: float | None = None,
    show: bool = True,
    ax: Axes | None = None,
) -> Activations:
    """Find when a signal is steepest: peaks of its derivative.

    The derivative is that of a Gaussian. Its peaks are activations if they exceed what the noise of the signal leaves
    in it six times, at some width of the Gaussian, and a fifth of the usual peak.

    Parameters
    ----------
    signal : (T,) array-like
    falling_edge : bool
        The steepest falls instead of rises.
    single_activation : bool
        Only the steepest of all.
    window_size : int
        How many frames the derivative is taken over: the Gaussian has a standard deviation of 0.4 of it, so 5 stands
        for 2 frames.
    prominence, height : float, optional
        Prominence and height that peaks need, in units of the signal per frame (see `scipy.signal.find_peaks`). If
        one is given, the noise is not considered.
    min_distance : int, optional
        Frames between peaks, at least.
    interpolate : bool
        Return fractions of frames; otherwise, the closest frames.
    fps : float, optional
        Frames per second, for the axis of the plot.
    show : bool
        Plot the signal and its derivative with the activations.
    ax : matplotlib Axes, optional
        Draw there, in two parts; by default in a new figure, which is shown.

    Returns
    -------
    (K,) array
        In frames, in order. A signal with NaN has none.

    Raises
    ------
    ValueError
        If the signal is not 1-D, or an argument is outside its range.
    TypeError
        If the signal does not hold real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.activation import find_activations_dvdt
    >>> signal = 1 / (1 + np.exp(-(np.arange(60) - 20.2)))
    >>> find_activations_dvdt(signal, interpolate=True, show=False).round(1).tolist()
    [20.2]
    >>> find_activations_dvdt(np.random.default_rng(0).normal(size=1000), show=False).tolist()  # noise
    []
    """
    check_axes(ax)
    sign = _parse_flags(falling_edge, interpolate=interpolate, single_activation=single_activation, show=show)
    search = PeakSearch(
        SIGMA_SHARE * whole_number(window_size, "window_size", 1),
        single_activation,
        _optional(prominence, "prominence"),
        None if min_distance is None else whole_number(min_distance, "min_distance", 1),
        _optional(height, "height"),
    )
    rate = None if fps is None else given_fps(fps)
    values = _as_signal(signal)
    peaks = find_peaks(sign * values, search)
    times = _frames(peaks.times, interpolate)
    if show:
        show_slopes(values, times, peaks.slopes, peaks.prominence, rate, ax)
    return times


def find_activations_threshold(
    signal: ArrayLike,
    threshold: float = 0.5,
    interpolate: bool = False,
    falling_edge: bool = False,
    min_duration: int = LASTING,
    fps: float | None = None,
    show: bool = True,
    ax: Axes | None = None,
) -> Activations:
    """Find when a signal rises through a threshold.

    Crossings that the noise of the signal explains are left out.

    Parameters
    ----------
    signal : (T,) array-like
        Normalized, if the threshold is that of the half-maximum.
    threshold : float
    interpolate : bool
        Return the exact crossing, linear between frames; otherwise, the closest frame.
    falling_edge : bool
        The signal falls through the threshold.
    min_duration : int
        So many frames around a crossing lie on the proper side of the threshold, half of them before and half after
        it. With 0, all crossings are returned, those of noise, too.
    fps : float, optional
        Frames per second, for the axis of the plot.
    show : bool
        Plot the signal with the activations.
    ax : matplotlib Axes, optional
        Draw there; by default in a new figure, which is shown.

    Returns
    -------
    (K,) array
        In frames, in order. A signal with NaN has none.

    Raises
    ------
    ValueError
        If the signal is not 1-D, or an argument is outside its range.
    TypeError
        If the signal does not hold real numbers.

    Examples
    --------
    >>> from optimap.activation import find_activations_threshold
    >>> signal = [0, 0, 0, 0, 0, 0.2, 0.6, 1, 1, 1, 1, 1]
    >>> find_activations_threshold(signal, show=False).tolist()
    [6]
    >>> find_activations_threshold(signal, interpolate=True, show=False).tolist()
    [5.75]
    """
    check_axes(ax)
    sign = _parse_flags(falling_edge, interpolate=interpolate, show=show)
    level = parse_threshold(threshold)
    lasting = whole_number(min_duration, "min_duration")
    rate = None if fps is None else given_fps(fps)
    values = _as_signal(signal)
    times = _frames(find_lasting_crossings(sign * values, sign * level, lasting), interpolate)
    if show:
        show_activations(values, times, fps=rate, ax=ax)
    return times


def find_crossings(signal: ArrayLike, threshold: float = 0.5, inverted: bool = False) -> Ints:
    """Find where a signal falls through a threshold, or rises through it: every crossing, those of noise, too.

    Parameters
    ----------
    signal : (T,) array-like
    threshold : float
    inverted : bool
        The signal rises, from below or at the threshold to above it.

    Returns
    -------
    (K,) int64 array
        The last frame before each crossing.

    Raises
    ------
    ValueError
        If the signal is not 1-D, or the threshold is not finite.
    TypeError
        If the signal does not hold real numbers.

    See Also
    --------
    find_activations_threshold : Leaves out crossings of noise.

    Examples
    --------
    >>> from optimap.activation import find_crossings
    >>> find_crossings([0, 1, 1, 0, 0, 1]).tolist(), find_crossings([0, 1, 1, 0, 0, 1], inverted=True).tolist()
    ([2], [0, 4])
    """
    check_flag(inverted, "inverted")
    level = parse_threshold(threshold)
    above = _as_signal(signal) > level
    return np.flatnonzero(~above[:-1] & above[1:] if inverted else above[:-1] & ~above[1:])


def parse_threshold(threshold: object) -> float:
    """Return a threshold as a float."""
    return finite_number(threshold, "threshold")


def _parse_flags(falling_edge: bool, **flags: bool) -> int:
    """Return the direction of activations, after checking the flags."""
    for name, value in {"falling_edge": falling_edge, **flags}.items():
        check_flag(value, name)
    return -1 if falling_edge else 1


def _optional(value: object, name: str) -> float | None:
    """Return a positive number or None."""
    return None if value is None else positive_number(value, name)


def _as_signal(signal: ArrayLike) -> Floats:
    """Return one signal as float64, with NaN for what is masked or infinite."""
    values, shape = as_signals(on_host(unlabelled(signal, "signal")[0]), "signal", work=TIMES)
    if shape != ():
        problem = f"has shape {(len(values), *shape)}"
        cure = "give one signal (T,), or call find_activations, which takes several"
        raise ArgumentError("signal", signal, problem, cure, subject="signal")
    return cast(Floats, next(iter(signal_blocks(values)))[1][0])


def _frames(times: Floats, interpolate: bool) -> Activations:
    """Return times, or the closest frames."""
    return times if interpolate else np.rint(times).astype(np.int64)
