"""detrend_timeseries: the slow trend of a series, and the series without it.

Kinds and numbers are those of ``seasonal.fit_trend`` (Python package seasonal 0.3.1), for many series at once; the
smoothers are in `_smooth`, the period in `_period`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import kernels
from .._checks import positive_number
from .._progress import progress
from . import _dask, _smooth
from ._period import MIN_SAMPLES, Series, as_series, estimate_periods, series_blocks
from ._smooth import Ints

Smoother = Callable[[Series, Ints], Series]

# kind -> (smoother, whether it leaves the ends to be straightened)
SMOOTHERS: dict[str, tuple[Smoother, bool]] = {
    "mean": (_smooth.running_mean, True),
    "median": (_smooth.running_median, True),
    "spline": (_smooth.coarse_spline, True),
    "line": (_smooth.robust_line, False),
}


def detrend_timeseries(
    data: ArrayLike,
    kind: str | None = "spline",
    period: float | None = None,
    ptimes: float = 2,
    retain_baseline: bool = True,
    return_trend_data: bool = False,
) -> NDArray[Any]:
    """Remove the slow trend (photobleaching, drift) from each series, leaving what is periodic.

    Parameters
    ----------
    data : (T,), (T, N) or (T, H, W) array-like
        Evenly spaced samples along axis 0, finite; at least 6 to estimate a period. Not modified; integers are
        computed in floating point. A dask array with time in one chunk gives a dask array.
    kind : {'spline', 'mean', 'median', 'line', None}
        - ``'spline'``: a coarse piecewise cubic spline, fitted by least squares;
        - ``'mean'``, ``'median'``: a running filter over `ptimes` periods;
        - ``'line'``: a line with the Theil-Sen slope of the median-filtered series;
        - ``None``: no trend, zeros.

        Half a window at both ends of spline, mean and median is a straight line with the Theil-Sen slope there.
    period : float, optional
        Length of a beat in samples; by default `estimate_period` of each series.
    ptimes : float
        Width of the smoothing window in periods.
    retain_baseline : bool
        Add the mean of the trend back, so that the series keeps its level.
    return_trend_data : bool
        Return the trend instead.

    Returns
    -------
    array with the shape of `data`
        float32 for float16 and float32 data, else float64.

    Raises
    ------
    ValueError
        If `kind` is unknown; there are too few samples, or some are masked, NaN or infinite; the window, the odd
        number just below ``period * ptimes``, is shorter than 3 or longer than the series.

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
    """
    if kind is not None and (not isinstance(kind, str) or kind not in SMOOTHERS):
        raise ValueError(f"kind = {kind!r} is unknown: it must be one of {', '.join(map(repr, SMOOTHERS))} or None")
    if _dask.is_dask(data):
        return _dask.detrend_timeseries(data, kind, period, ptimes, retain_baseline, return_trend_data)
    # A cubic spline with one knot has five coefficients; what other windows need is checked with the window.
    fewest = MIN_SAMPLES if period is None else {"spline": 5}.get(str(kind), 3)
    series, shape = as_series(data, 1 if kind is None else fewest)
    samples = len(series)
    ptimes = positive_number(ptimes, "ptimes")
    window = None if period is None or kind is None else _window(period, ptimes, samples, kind)

    result = np.empty(series.shape, kernels.result_dtype(series.dtype))
    with progress(series.shape[1], "series") as advance:
        for columns, block in series_blocks(series):
            trends = np.zeros_like(block) if kind is None else _block_trends(block, kind, window, ptimes)
            if not return_trend_data:
                trends = block - trends + (trends.mean(axis=1, keepdims=True) if retain_baseline else 0)
            result[:, columns] = trends.T
            advance(len(block))
    return result.reshape(samples, *shape)


def _block_trends(block: Series, kind: str, window: int | None, ptimes: float) -> Series:
    """Return the trends of a block of series; `window` is that of all of them, or each has its own, by its period."""
    windows = _estimated_windows(block, ptimes, kind) if window is None else np.full(len(block), window)
    smoother, has_ends = SMOOTHERS[kind]
    trends = smoother(block, windows)
    return _smooth.straighten_ends(trends, windows) if has_ends else trends


def _estimated_windows(block: Series, ptimes: float, kind: str) -> Ints:
    periods = estimate_periods(block).tolist()
    return np.array([_window(period, ptimes, block.shape[1], kind, "estimated ") for period in periods], np.int64)


def _window(period: float, ptimes: float, samples: int, kind: str, origin: str = "") -> int:
    """Return the odd window just below `ptimes` periods."""
    period = positive_number(period, "period", "a positive number of samples, or None to estimate it")
    window = int(period * ptimes) // 2 * 2 - 1
    longest = samples - 1 if kind == "line" else samples
    if not 3 <= window <= longest:
        raise ValueError(
            f"{origin}period = {period:g} with ptimes = {ptimes:g} makes a window of {max(window, 0)} samples; "
            f"the data ({samples} samples) allow 3 to {longest}: choose another period or ptimes"
        )
    return window
