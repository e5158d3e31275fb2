"""The slow trend of a series, and the series without it.

Kinds and numbers are those of ``seasonal.fit_trend`` (Python package seasonal 0.3.1), for many series at once; the
smoothers are in `smooth`, the period in `period`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import kernels
from .._base import Ints, positive_number, progress_bar
from .period import MIN_SAMPLES, Series, as_series, estimate_periods, series_blocks
from .smooth import coarse_spline, robust_line, running_mean, running_median, straighten_ends

Smoother = Callable[[Series, Ints], Series]


# kind -> (smoother, whether it leaves the ends to be straightened)
SMOOTHERS: dict[str, tuple[Smoother, bool]] = {
    "mean": (running_mean, True),
    "median": (running_median, True),
    "spline": (coarse_spline, True),
    "line": (robust_line, False),
}


def detrend_host(
    data: ArrayLike,
    kind: str | None = "spline",
    period: float | None = None,
    ptimes: float = 2,
    retain_baseline: bool = True,
    return_trend_data: bool = False,
) -> NDArray[Any]:
    """Detrend series in the host's memory; see `optimap.trace.detrend_timeseries`."""
    if kind is not None and (not isinstance(kind, str) or kind not in SMOOTHERS):
        raise ValueError(f"kind = {kind!r} is unknown: it must be one of {', '.join(map(repr, SMOOTHERS))} or None")
    # A cubic spline with one knot has five coefficients; what other windows need is checked with the window.
    fewest = MIN_SAMPLES if period is None else {"spline": 5}.get(str(kind), 3)
    series, shape = as_series(data, 1 if kind is None else fewest)
    samples = len(series)
    ptimes = positive_number(ptimes, "ptimes")
    window = None if period is None or kind is None else _window(period, ptimes, samples, kind)

    result = np.empty(series.shape, kernels.result_dtype(series.dtype))
    with progress_bar(series.shape[1], "series") as advance:
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
    return straighten_ends(trends, windows) if has_ends else trends


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
