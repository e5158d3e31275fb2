"""Time-series: normalizing, baselines, filters and beat periods; and tables of traces.

Series come in through `given_series`, which accepts tables and labelled arrays, and go out as they came in. The engine
is chosen by where an array resides; the work is done in `_series`, and tables are handled by `_tables`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from .._base import Array, is_dask, is_device_array
from .._series import (
    Asls,
    Baseline,
    Detrending,
    Filtering,
    Options,
    Relative,
    baseline_dask,
    baseline_host,
    check_polarity,
    detrend_dask,
    detrend_host,
    filter_dask,
    filter_host,
    given_series,
    normalize_dask,
    normalize_device,
    normalize_host,
    relative_dask,
    relative_host,
)
from .._series import detect_polarity as detect_polarity
from .._series import estimate_period as estimate_period
from .._tables import TraceTable as TraceTable
from .._tables import load_traces as load_traces
from .._tables import save_traces as save_traces
from .._tables import to_dataframe as to_dataframe
from .._tables import to_xarray as to_xarray


def normalize(
    array: ArrayLike,
    ymin: float = 0,
    ymax: float | None = None,
    vmin: ArrayLike | None = None,
    vmax: ArrayLike | None = None,
    dtype: DTypeLike = np.float32,
    clip: bool = True,
    *,
    axis: int | None = 0,
) -> Array:
    """Map each series from its own range, or from ``[vmin, vmax]``, to ``[ymin, ymax]``.

    Parameters
    ----------
    array : (T,), (T, N), (T, H, W) or other array-like of real numbers
        Series along `axis`. Not modified. A dask array gives a dask array; time must be in one chunk. Arrays of
        PyTorch, CuPy and JAX, and others that follow the array API standard, stay on their device (extra ``arrays``).
    ymin, ymax : float
        Exact minimum and maximum of the result. `ymax` defaults to 1 for float results and to the type's
        maximum for integer ones. ``ymin > ymax`` turns the series upside down.
    vmin, vmax : float or array that broadcasts against one sample, optional
        Input values that become `ymin` and `ymax`; by default each series' own minimum and maximum (NaN ignored).
        On the host or on the same device.
    dtype : dtype
        Type of the result, float or integer, by NumPy's name or the library's. Integer results are rounded to the
        nearest.
    clip : bool
        Limit the result to the range between `ymin` and `ymax`; acts only where `vmin` or `vmax` is given.
    axis : int or None
        The axis of time; None takes one range over the whole array.

    Returns
    -------
    array of `dtype`, with the shape of the input, on its device
        A constant series becomes `ymin`. NaN stays NaN.

    Raises
    ------
    ValueError
        If the array is empty or holds infinity, or NaN if the result is integer; if ``vmin >= vmax``; if `ymin`
        or `ymax` is not finite or does not fit an integer `dtype`.
    TypeError
        If the values are not real numbers, or `dtype` is neither float nor integer, or is not available in the array's
        library or on its device.
    ImportError
        If the array belongs to another library and the extra ``arrays`` is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import normalize
    >>> normalize([10, 15, 20]).tolist()
    [0.0, 0.5, 1.0]
    >>> normalize([10, 15, 20], dtype=np.uint8).tolist()
    [0, 128, 255]
    >>> normalize([10, 15, 20], ymin=1, ymax=0, vmin=15).tolist()
    [1.0, 1.0, 0.0]
    """
    options = Options(ymin, ymax, vmin, vmax, dtype, clip, axis)
    given = given_series(array, "array")
    values = given.values
    if is_dask(values):
        result = normalize_dask(values, options)
    elif is_device_array(values):
        result = normalize_device(values, options)
    else:
        result = normalize_host(values, options)
    return given.like(result, keeps_unit=False)  # type: ignore[no-any-return]


def detrend_timeseries(
    data: ArrayLike,
    kind: str | None = "spline",
    period: float | None = None,
    ptimes: float = 2,
    retain_baseline: bool = True,
    return_trend_data: bool = False,
    *,
    nan_policy: str = "raise",
) -> Array:
    """Remove the slow trend (photobleaching, drift) from each series, leaving the periodic part.

    Parameters
    ----------
    data : (T,), (T, N) or (T, H, W) array-like
        Evenly spaced samples along axis 0, finite unless `nan_policy` allows others; at least 6 to estimate a period.
        Not modified; integers are processed in floating point. A dask array with time in one chunk gives a dask array.
    kind : {'spline', 'mean', 'median', 'line', None}
        - ``'spline'``: a coarse piecewise cubic spline, fitted by least squares;
        - ``'mean'``, ``'median'``: a running filter over `ptimes` periods;
        - ``'line'``: a line with the Theil-Sen slope of the median-filtered series;
        - ``None``: no trend, zeros.

        For spline, mean and median, half a window at each end is replaced by a line with the local Theil-Sen slope.
    period : float, optional
        Length of a beat in samples; by default `estimate_period` of each series.
    ptimes : float
        Width of the smoothing window in periods.
    retain_baseline : bool
        Add the mean of the trend back, so that the series keeps its level.
    return_trend_data : bool
        Return the trend instead.
    nan_policy : {'raise', 'omit'}
        What to do with samples that are NaN, infinite or masked:

        - ``'raise'``: an error that names the first series with such samples;
        - ``'omit'``: nothing is filled in. A series with such samples only at its beginning or end is detrended over
          the finite stretch between them, as if this stretch were given alone, and is NaN outside. A series is NaN
          throughout if it has no finite sample, if there is a gap between finite samples (trend and period need evenly
          spaced ones), or if the finite stretch is too short for the window. All other series are as without it.

    Returns
    -------
    array with the shape of `data`
        float32 for float16 and float32 data, else float64.

    Raises
    ------
    ValueError
        If `kind` or `nan_policy` is unknown; there are too few samples, or some are masked, NaN or infinite and
        `nan_policy` is ``'raise'``; the window, the odd number just below ``period * ptimes``, is shorter than 3 or
        longer than the series.

    References
    ----------
    The Python package seasonal 0.3.1, whose results are the reference; Sen, P. K. Estimates of the regression
    coefficient based on Kendall's tau. Journal of the American Statistical Association 63 (1968), 1379-1389; for the
    slope in n log n steps, Matousek, J. Randomized optimal algorithm for slope selection. Information Processing
    Letters 39 (1991), 183-187.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import detrend_timeseries
    >>> t = np.arange(1000)
    >>> beats = np.sin(2 * np.pi * t / 50)
    >>> clean = detrend_timeseries(1000 - 0.5 * t + beats, kind="mean", period=50, retain_baseline=False)
    >>> bool(np.abs(clean - beats)[100:-100].max() < 0.05)
    True
    >>> both = np.column_stack([beats, np.full(1000, np.nan)])  # the second one is masked
    >>> np.isnan(detrend_timeseries(both, nan_policy="omit")).all(axis=0)
    array([False,  True])
    """
    options = Detrending(kind, period, ptimes, retain_baseline, return_trend_data, nan_policy)
    given = given_series(data, "data")
    values = given.values
    return given.like(detrend_dask(values, options) if is_dask(values) else detrend_host(values, options))  # type: ignore[no-any-return]


def baseline(
    signals: ArrayLike,
    kind: str = "asls",
    *,
    polarity: str = "auto",
    period: float | None = None,
    lam: float | None = None,
    p: float = 0.01,
    percentile: float = 10,
    ptimes: float = 2,
    iterations: int = 50,
    tolerance: float = 1e-3,
    beats: object = None,
) -> Array:
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
    return given.like(baseline_dask(values, options) if is_dask(values) else baseline_host(values, options))  # type: ignore[no-any-return]


def delta_f_over_f(
    signals: ArrayLike,
    baseline: str | ArrayLike = "asls",
    *,
    background: ArrayLike = 0,
    polarity: str = "auto",
    percent: bool = False,
) -> Array:
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
    return given.like(result, keeps_unit=False)  # type: ignore[no-any-return]


def filter_traces(
    signals: ArrayLike,
    fps: float | None = None,
    *,
    lowpass: float | None = None,
    highpass: float | None = None,
    notch: float | Sequence[float] | None = None,
    kind: str = "butterworth",
    order: int = 4,
) -> Array:
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
    return given.like(filter_dask(values, options) if is_dask(values) else filter_host(values, options))  # type: ignore[no-any-return]
