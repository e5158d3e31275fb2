"""The slow trend of a series, and the series without it.

Kinds and numbers are those of ``seasonal.fit_trend`` (Python package seasonal 0.3.1), for many series at once; the
trends themselves are in `trends`, the period in `period`. Samples that are missing are never filled in: every trend
needs evenly spaced samples, so a series is detrended over its finite stretch, or not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .. import kernels
from .._base import ArgumentError, Array, Ints, positive_number, progress_bar
from .period import (
    LONGEST,
    MIN_CYCLES,
    MIN_SAMPLES,
    Series,
    as_series,
    estimate_periods,
    rescaled,
    series_blocks,
    tamed,
)
from .trends import SMOOTHERS, straighten_ends

NAN_POLICIES = ("raise", "omit")


@dataclass(frozen=True)
class Detrending:
    """The options of `detrend_timeseries`."""

    kind: str | None
    period: float | None
    ptimes: float
    retain_baseline: bool
    return_trend_data: bool
    nan_policy: str = "raise"

    @property
    def min_samples(self) -> int:
        """The smallest number of samples; whether the window fits is checked with the window."""
        if self.kind is None:
            return 1
        # A cubic spline with one knot has five coefficients.
        return MIN_SAMPLES if self.period is None else {"spline": 5}.get(self.kind, 3)

    def check_choices(self) -> None:
        """Raise an error if the kind or the policy for NaN is unknown."""
        if not isinstance(self.nan_policy, str) or self.nan_policy not in NAN_POLICIES:
            raise ArgumentError.must_be("nan_policy", self.nan_policy, "'raise' or 'omit'")
        if self.kind is not None and (not isinstance(self.kind, str) or self.kind not in SMOOTHERS):
            known = f"one of {', '.join(map(repr, SMOOTHERS))} or None"
            raise ArgumentError("kind", self.kind, "is unknown", f"it must be {known}")

    def window(self, samples: int) -> int | None:
        """Return the window of all series after checking it, or None if each has its own or none is needed."""
        ptimes = positive_number(self.ptimes, "ptimes")
        if self.period is None or self.kind is None:
            return None
        return trend_window(self.period, ptimes, samples, self.kind)


def detrend_host(data: object, options: Detrending, corner: Sequence[int] | None = None) -> Array:
    """Detrend series in the host's memory; for a part of an array, `corner` holds the indices of its first series."""
    options.check_choices()
    omit = options.nan_policy == "omit"
    series, shape = as_series(data, options.min_samples, omit=omit, keyword="nan_policy", corner=corner)
    samples = len(series)
    window = options.window(samples)
    result = np.full(series.shape, np.nan, kernels.result_dtype(series.dtype))
    with progress_bar(series.shape[1], "series") as advance:
        for columns, block in series_blocks(series):
            for rows, stretch in _stretches(block) if omit else [(slice(None), slice(0, samples))]:
                if _is_fitted(stretch, samples, window, options):
                    with np.errstate(over="ignore"):  # what float32 cannot hold is infinite there
                        result[stretch, columns][:, rows] = _detrended(block[rows, stretch], options, window).T
            advance(len(block))
    return result.reshape(samples, *shape)


def _detrended(block: Series, options: Detrending, window: int | None) -> Series:
    """Return the finite series of a block without their trends, or the trends."""
    block, exponents = tamed(block)
    if exponents.any():
        return rescaled(_detrended(block, options, window), exponents)
    trends = np.zeros_like(block)
    if options.kind is not None:
        trends = block_trends(block, options.kind, window, float(options.ptimes))
    if options.return_trend_data:
        return trends
    level = trends.mean(axis=1, keepdims=True) if options.retain_baseline else 0
    return np.asarray(block - trends + level)


def _stretches(block: Series) -> list[tuple[slice | Ints, slice]]:
    """Return rows of a block that are finite over the same stretch, and the stretch, for each stretch that occurs.

    The stretch is empty for series without finite samples, and for those with a gap between finite samples.
    """
    finite = np.isfinite(block)
    if finite.all():
        return [(slice(None), slice(0, block.shape[1]))]
    starts, stops = finite.argmax(axis=1), block.shape[1] - finite[:, ::-1].argmax(axis=1)
    whole = finite.sum(axis=1) == stops - starts
    ends = np.stack([starts, stops], axis=1) * whole[:, np.newaxis]
    stretches, owners = np.unique(ends, axis=0, return_inverse=True)
    return [(np.flatnonzero(owners == i), slice(*ends)) for i, ends in enumerate(stretches.tolist())]


def _is_fitted(stretch: slice, samples: int, window: int | None, options: Detrending) -> bool:
    """Return whether a stretch is long enough for its trend; a whole series was checked before."""
    length = int(stretch.stop - stretch.start)
    if length == samples:
        return True
    if window is None and options.kind is not None:  # the longest that may be estimated
        window = int(min(length // MIN_CYCLES, LONGEST) * options.ptimes) // 2 * 2 - 1
    room = length - 1 if options.kind == "line" else length
    return length >= options.min_samples and (window or 0) <= room


def block_trends(block: Series, kind: str, window: int | None, ptimes: float) -> Series:
    """Return the trends of a block of series; without a common `window`, each has its own, from its period."""
    windows = _estimated_windows(block, ptimes, kind) if window is None else np.full(len(block), window)
    smoother, has_ends = SMOOTHERS[kind]
    block, exponents = tamed(block)
    trends = smoother(block, windows)
    trends = straighten_ends(trends, windows) if has_ends else trends
    return rescaled(trends, exponents)


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
