"""The slow trend of a series, and the series without it.

Kinds and numbers are those of ``seasonal.fit_trend`` (Python package seasonal 0.3.1), for many series at once; the
trends themselves are in `trends`, the period in `period`.
"""

from dataclasses import dataclass

import numpy as np

from .. import kernels
from .._base import ArgumentError, Array, Ints, positive_number, progress_bar
from .period import MIN_SAMPLES, Series, as_series, estimate_periods, series_blocks
from .trends import SMOOTHERS, straighten_ends


@dataclass(frozen=True)
class Detrending:
    """The options of `detrend_timeseries`."""

    kind: str | None
    period: float | None
    ptimes: float
    retain_baseline: bool
    return_trend_data: bool

    @property
    def min_samples(self) -> int:
        """The smallest number of samples; whether the window fits is checked with the window."""
        if self.kind is None:
            return 1
        # A cubic spline with one knot has five coefficients.
        return MIN_SAMPLES if self.period is None else {"spline": 5}.get(self.kind, 3)

    def check_kind(self) -> None:
        """Raise an error if the kind is unknown."""
        if self.kind is not None and (not isinstance(self.kind, str) or self.kind not in SMOOTHERS):
            known = f"one of {', '.join(map(repr, SMOOTHERS))} or None"
            raise ArgumentError("kind", self.kind, "is unknown", f"it must be {known}")

    def window(self, samples: int) -> int | None:
        """Return the window of all series after checking it, or None if each has its own or none is needed."""
        ptimes = positive_number(self.ptimes, "ptimes")
        if self.period is None or self.kind is None:
            return None
        return trend_window(self.period, ptimes, samples, self.kind)


def detrend_host(data: object, options: Detrending) -> Array:
    """Detrend series in the host's memory."""
    options.check_kind()
    series, shape = as_series(data, options.min_samples)
    samples = len(series)
    window = options.window(samples)
    result = np.empty(series.shape, kernels.result_dtype(series.dtype))
    with progress_bar(series.shape[1], "series") as advance:
        for columns, block in series_blocks(series):
            trends = np.zeros_like(block)
            if options.kind is not None:
                trends = block_trends(block, options.kind, window, float(options.ptimes))
            if not options.return_trend_data:
                level = trends.mean(axis=1, keepdims=True) if options.retain_baseline else 0
                trends = block - trends + level
            result[:, columns] = trends.T
            advance(len(block))
    return result.reshape(samples, *shape)


def block_trends(block: Series, kind: str, window: int | None, ptimes: float) -> Series:
    """Return the trends of a block of series; without a common `window`, each has its own, from its period."""
    windows = _estimated_windows(block, ptimes, kind) if window is None else np.full(len(block), window)
    smoother, has_ends = SMOOTHERS[kind]
    trends = smoother(block, windows)
    return straighten_ends(trends, windows) if has_ends else trends


def _estimated_windows(block: Series, ptimes: float, kind: str) -> Ints:
    """Return the window of each series, from its estimated period."""
    periods = estimate_periods(block).tolist()
    return np.array([trend_window(period, ptimes, block.shape[1], kind, "estimated ") for period in periods], np.int64)


def trend_window(period: object, ptimes: float, samples: int, kind: str, origin: str = "") -> int:
    """Return the odd window just below `ptimes` periods."""
    beat = positive_number(period, "period", "a positive number of samples, or None to estimate it")
    window = int(beat * ptimes) // 2 * 2 - 1
    longest = samples - 1 if kind == "line" else samples
    if not 3 <= window <= longest:
        raise ArgumentError(
            "period",
            period,
            f"with ptimes = {ptimes:g} makes a window of {max(window, 0)} samples; the data ({samples} samples) allow "
            f"3 to {longest}",
            "give the period in samples (seconds times fps), or another ptimes",
            subject=f"{origin}period = {beat:g}",
        )
    return window
