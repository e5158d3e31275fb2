"""The public functions of signals that `optimap.trace` lists, and `normalized`, which several rooms call.

Signals come in through `given_series`, and go out in the same form; the work is done in the modules that are named
after it. Those of dask arrays are in `dask`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack, overload

from numpy.typing import ArrayLike, NDArray

from .._base import (
    ArgumentError,
    BaselineKeywords,
    BaselineKind,
    FilterKeywords,
    FilterKind,
    Polarity,
    RelativeKeywords,
    SeriesLike,
    Traces,
    is_dask,
    is_device_array,
)
from .asls import Asls
from .baselines import Baseline, baseline_host
from .dask import baseline_dask, filter_dask, normalize_dask, relative_dask
from .filters import Filtering, filter_host
from .given import LabelledSeries, given_series
from .normalize import Options, normalize_device, normalize_host
from .polarity import check_polarity
from .relative import Relative, relative_host


def normalized(array: SeriesLike, options: Options, name: str = "array") -> Any:
    """Return series of any form normalized, in the same form."""
    given = given_series(array, name)
    values = given.values
    engine = normalize_dask if is_dask(values) else normalize_device if is_device_array(values) else normalize_host
    try:
        result = engine(values, options)
    except ArgumentError as error:
        if error.argument != "array" or name == "array":
            raise
        raise type(error)(name, error.value, error.problem, error.cure, subject=name) from None
    return given.like(result, keeps_unit=False)


@overload
def baseline(
    signals: NDArray[Any] | Sequence[Any], kind: BaselineKind = "asls", **options: Unpack[BaselineKeywords]
) -> Traces: ...
@overload
def baseline(
    signals: LabelledSeries, kind: BaselineKind = "asls", **options: Unpack[BaselineKeywords]
) -> LabelledSeries: ...
def baseline(
    signals: SeriesLike,
    kind: BaselineKind = "asls",
    *,
    polarity: Polarity = "auto",
    period: float | None = None,
    lam: float | None = None,
    p: float = 0.01,
    percentile: float = 10,
    ptimes: float = 2,
    iterations: int = 50,
    tolerance: float = 1e-3,
    beats: object = None,
) -> Any:
    """Return the baseline of each signal: what it would be without beats.

    Parameters
    ----------
    signals : (T,), (T, N) or (T, H, W) array-like
        Evenly spaced samples along axis 0. Not modified. A dask array with time in one chunk gives a dask array.
    kind : str
        - ``'asls'``: a smooth curve below the beats, by asymmetric least squares;
        - ``'exponential'``: ``a + b exp(-t / tau)``, photobleaching, fitted to the samples that are not above it by
          more than 2.5 standard deviations of the noise;
        - ``'percentile'``: a running percentile over `ptimes` periods, continued by lines at the ends;
        - ``'diastole'``: straight pieces between the rests before `beats`;
        - ``'spline'``, ``'mean'``, ``'median'``, ``'line'``: the trends of `detrend_timeseries`, which pass through the
          beats, not below them.
    polarity : {'auto', 'up', 'down'}
        Where the beats point; the baseline is on the other side. ``'auto'`` asks `detect_polarity`, once for all
        signals. Trends do not need it. For dask arrays it must be given.
    period : float, optional
        Length of a beat in samples, for all kinds but ``'exponential'``; by default `estimate_period` of each signal.
    lam : float, optional
        For ``'asls'``: weight of the squared second differences of the curve. By default, ``(period / (2 pi)) ** 4``:
        with equal weights, such a curve passes half of an oscillation with the period of the beats.
    p : float
        For ``'asls'``: weight of samples on the side of the beats; those on the other side have ``1 - p``.
    percentile : float
        For ``'percentile'``: between 0 and 100, counted from the side of the rest.
    ptimes : float
        For ``'percentile'`` and the trends: width of the window in periods.
    iterations, tolerance : int, float
        For ``'asls'``: how often the weights are changed, at most, and the relative change below which they stay.
    beats : sequence of float, or of such sequences
        For ``'diastole'``: the frames in which beats are activated, the same for all signals or a list for each.

    Returns
    -------
    array with the shape of `signals`
        float32 for float16 and float32 signals, else float64. A signal with NaN, infinity or masked samples has NaN,
        and so has one without any rest before `beats`.

    Raises
    ------
    ValueError
        If `kind` or `polarity` is unknown; an option is out of its range; there are too few samples; the polarity is
        needed and the signals do not decide it; or a window does not fit the signals.
    TypeError
        If the values are not real numbers.

    References
    ----------
    Eilers, P. H. C., Boelens, H. F. M. Baseline correction with asymmetric least squares smoothing. Leiden University
    Medical Centre (2005).

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import baseline
    >>> t = np.arange(900)
    >>> drift = 1000 - 0.1 * t
    >>> since_stimulus = (t + 75) % 150
    >>> beats = 50 * (1 - np.exp(-since_stimulus / 3)) * np.exp(-since_stimulus / 20)
    >>> bool(np.abs(baseline(drift + beats) - drift).max() < 2)
    True
    """
    options = Baseline(kind, polarity, period, ptimes, percentile, Asls(lam, p, iterations, tolerance), beats)
    given = given_series(signals)
    values = given.values
    return given.like(baseline_dask(values, options) if is_dask(values) else baseline_host(values, options))


@overload
def delta_f_over_f(
    signals: NDArray[Any] | Sequence[Any],
    baseline: BaselineKind | ArrayLike = "asls",
    **options: Unpack[RelativeKeywords],
) -> Traces: ...
@overload
def delta_f_over_f(
    signals: LabelledSeries, baseline: BaselineKind | ArrayLike = "asls", **options: Unpack[RelativeKeywords]
) -> LabelledSeries: ...
def delta_f_over_f(
    signals: SeriesLike,
    baseline: BaselineKind | ArrayLike = "asls",
    *,
    background: ArrayLike = 0,
    polarity: Polarity = "auto",
    percent: bool = False,
) -> Any:
    """Return signals relative to their baseline: ``(F - F0) / (F0 - background)``.

    Parameters
    ----------
    signals : (T,), (T, N) or (T, H, W) array-like
        Fluorescence F, evenly spaced samples along axis 0. Not modified. A dask array with time in one chunk gives a
        dask array.
    baseline : str or array
        F0: a kind of `baseline`, with its defaults, or the baseline itself: an array with the shape of the signals, one
        number for each, or one for all.
    background : float or array
        What the camera shows without fluorescence: one number, one for each signal, or one for each sample.
    polarity : {'auto', 'up', 'down'}
        As in `baseline`. The result is not turned over: beats that point down are negative.
    percent : bool
        Return percent.

    Returns
    -------
    array with the shape of `signals`
        float32 for float16 and float32 signals, else float64. NaN where the baseline does not exceed the background,
        and for signals with NaN, infinity or masked samples.

    Raises
    ------
    ValueError
        If the baseline exceeds the background nowhere (dask arrays are then NaN); if an array does not fit the signals;
        and as `baseline`.
    TypeError
        If the values are not real numbers.

    Examples
    --------
    >>> from optimap.trace import delta_f_over_f
    >>> delta_f_over_f([100, 150, 110], 100, percent=True).tolist()
    [0.0, 50.0, 10.0]
    >>> delta_f_over_f([100, 150, 110], 100, background=50).tolist()
    [0.0, 1.0, 0.2]
    """
    level = Baseline(baseline, polarity) if isinstance(baseline, str) else given_series(baseline, "baseline").values
    options = Relative(level, background, percent)
    check_polarity(polarity)
    given = given_series(signals)
    values = given.values
    result = relative_dask(values, options) if is_dask(values) else relative_host(values, options)
    return given.like(result, keeps_unit=False)


@overload
def filter_traces(
    signals: NDArray[Any] | Sequence[Any], fps: float | None = None, **options: Unpack[FilterKeywords]
) -> Traces: ...
@overload
def filter_traces(
    signals: LabelledSeries, fps: float | None = None, **options: Unpack[FilterKeywords]
) -> LabelledSeries: ...
def filter_traces(
    signals: SeriesLike,
    fps: float | None = None,
    *,
    lowpass: float | None = None,
    highpass: float | None = None,
    notch: float | Sequence[float] | None = None,
    kind: FilterKind = "butterworth",
    order: int = 4,
) -> Any:
    """Filter signals in time without shifting them.

    Parameters
    ----------
    signals : (T,), (T, N) or (T, H, W) array-like
        Evenly spaced samples along axis 0, at least 2. Not modified. A dask array with time in one chunk gives a dask
        array.
    fps : float, optional
        Samples per second; frequencies are in Hz. By default that of the signals, if they state one or have times.
    lowpass, highpass : float, optional
        Cut-offs, at which half of the amplitude passes. A low-pass leaves constants as they are; a high-pass removes
        them.
    notch : float or sequence of float, optional
        Frequencies that are removed, such as that of the mains, each in a band of a thirtieth of it.
    kind : {'butterworth', 'savgol', 'gaussian'}
        - ``'butterworth'``: of `order`, forward and backward;
        - ``'savgol'``: Savitzky-Golay with polynomials of `order`, in the odd window that comes closest to the cut-off;
        - ``'gaussian'``: without an order.

        Notches are second-order filters, forward and backward, for every kind.
    order : int
        Order of the filter in each direction, or of the polynomials.

    Returns
    -------
    array with the shape of `signals`
        float32 for float16 and float32 signals, else float64. A signal with NaN, infinity or masked samples becomes
        NaN.

    Raises
    ------
    ValueError
        If a frequency is not between 0 and half of `fps`; nothing would pass, or nothing is asked for; there are fewer
        samples than the window of ``'savgol'``, or fewer than 2.
    TypeError
        If the values are not real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import filter_traces
    >>> t = np.arange(1000) / 500
    >>> slow = np.sin(2 * np.pi * 5 * t)
    >>> smooth = filter_traces(slow + 0.2 * np.sin(2 * np.pi * 120 * t), 500, lowpass=40)
    >>> bool(np.abs(smooth - slow)[50:-50].max() < 0.01)
    True
    """
    given = given_series(signals)
    rate: Any = given.rate(fps)  # None is an error there
    options = Filtering(rate, lowpass, highpass, notch, kind, order)
    values = given.values
    return given.like(filter_dask(values, options) if is_dask(values) else filter_host(values, options))
