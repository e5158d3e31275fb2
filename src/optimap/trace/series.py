"""Time-series: normalizing, baselines, filters and beat periods; and tables of traces.

Series come in through `given_series`, which accepts tables and labelled arrays, and go out as they came in. The engine
is chosen by where an array resides; the work is done in `_series`, and tables are handled by `_tables`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .._base import Array, GapPolicy, SeriesLike, Traces, Trend, is_dask
from .._series import (
    Detrending,
    LabelledSeries,
    Options,
    detrend_dask,
    detrend_host,
    given_series,
    normalized,
)
from .._series import baseline as baseline
from .._series import delta_f_over_f as delta_f_over_f
from .._series import detect_polarity as detect_polarity
from .._series import estimate_period as estimate_period
from .._series import filter_traces as filter_traces
from .._tables import TraceTable as TraceTable
from .._tables import load_traces as load_traces
from .._tables import save_traces as save_traces
from .._tables import to_dataframe as to_dataframe
from .._tables import to_xarray as to_xarray


@overload
def normalize(
    array: NDArray[Any] | Sequence[Any],
    ymin: float = 0,
    ymax: float | None = None,
    vmin: ArrayLike | None = None,
    vmax: ArrayLike | None = None,
    dtype: DTypeLike = ...,
    clip: bool = True,
    *,
    axis: int | None = 0,
) -> Array: ...
@overload
def normalize(
    array: LabelledSeries,
    ymin: float = 0,
    ymax: float | None = None,
    vmin: ArrayLike | None = None,
    vmax: ArrayLike | None = None,
    dtype: DTypeLike = ...,
    clip: bool = True,
    *,
    axis: int | None = 0,
) -> LabelledSeries: ...
def normalize(
    array: SeriesLike,
    ymin: float = 0,
    ymax: float | None = None,
    vmin: ArrayLike | None = None,
    vmax: ArrayLike | None = None,
    dtype: DTypeLike = np.float32,
    clip: bool = True,
    *,
    axis: int | None = 0,
) -> Any:
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
    return normalized(array, Options(ymin, ymax, vmin, vmax, dtype, clip, axis))


@overload
def detrend_timeseries(
    data: NDArray[Any] | Sequence[Any],
    kind: Trend | None = "spline",
    period: float | None = None,
    ptimes: float = 2,
    retain_baseline: bool = True,
    return_trend_data: bool = False,
    *,
    nan_policy: GapPolicy = "raise",
) -> Traces: ...
@overload
def detrend_timeseries(
    data: LabelledSeries,
    kind: Trend | None = "spline",
    period: float | None = None,
    ptimes: float = 2,
    retain_baseline: bool = True,
    return_trend_data: bool = False,
    *,
    nan_policy: GapPolicy = "raise",
) -> LabelledSeries: ...
def detrend_timeseries(
    data: SeriesLike,
    kind: Trend | None = "spline",
    period: float | None = None,
    ptimes: float = 2,
    retain_baseline: bool = True,
    return_trend_data: bool = False,
    *,
    nan_policy: GapPolicy = "raise",
) -> Any:
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
    return given.like(detrend_dask(values, options) if is_dask(values) else detrend_host(values, options))
