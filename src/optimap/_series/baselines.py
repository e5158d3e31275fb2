"""The baselines of signals, of every kind.

Each kind is a row in `KINDS`: a function of upright series (beats point up) without gaps, the fewest samples that it
needs, and whether it follows the rest between beats. Those that do need the polarity, one for all signals; the others
are the trends of `detrend_timeseries`. A series with NaN has NaN as its baseline, and is not computed.

A kind that needs more than the series, such as the places of beats, takes it from a field of `Baseline`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import kernels
from .._base import ArgumentError, Array, Ints, positive_number, progress_bar
from .asls import Asls
from .detrend import block_trends, trend_window
from .diastole import between_rests, parse_beats
from .exponential import below_beats
from .period import MIN_SAMPLES, periods_at_any_scale, rescaled, tamed
from .polarity import check_polarity, polarity_sign
from .signals import as_signals, signal_blocks

Series = NDArray[np.float64]


@dataclass(frozen=True)
class Baseline:
    """The options of `baseline`; `polarity` is known, 'up' or 'down', when series are computed."""

    kind: str = "asls"
    polarity: str = "auto"
    period: float | None = None
    ptimes: float = 2
    percentile: float = 10
    asls: Asls = field(default_factory=Asls)
    beats: object = None  # as given; lists of frames when series are computed

    @property
    def follows_rest(self) -> bool:
        """Whether the baseline follows the rest between beats, and so needs the polarity."""
        return KINDS[self.kind].follows_rest

    @property
    def min_samples(self) -> int:
        """The smallest number of samples."""
        has_period = self.period is not None or self.kind in ("exponential", "diastole")
        estimates = not has_period and (self.kind != "asls" or self.asls.lam is None)
        return max(KINDS[self.kind].min_samples, MIN_SAMPLES if estimates else 1)

    def check(self, argument: str = "kind") -> None:
        """Raise an error for options that cannot be used, whatever the signals."""
        if not isinstance(self.kind, str) or self.kind not in KINDS:
            known = ", ".join(map(repr, KINDS))
            raise ArgumentError(argument, self.kind, "is unknown", f"it must be one of {known}")
        if self.kind == "diastole" and self.beats is None:
            self._refuse_without_beats(argument)
        check_polarity(self.polarity)
        if self.period is not None:
            positive_number(self.period, "period", "a positive number of samples, or None to estimate it")
        positive_number(self.ptimes, "ptimes")
        if self.percentile != 0 and positive_number(self.percentile, "percentile", PERCENT) > 100:
            raise ArgumentError.must_be("percentile", self.percentile, PERCENT)
        self.asls.check()

    def window(self, samples: int) -> int | None:
        """Return the window of all series after checking it, or None if each has its own or none is needed."""
        if self.period is None or self.kind in ("asls", "exponential", "diastole"):
            return None
        return trend_window(self.period, float(self.ptimes), samples, self.kind)

    def _refuse_without_beats(self, argument: str) -> None:
        """Raise the error for a kind that needs beats; with `argument`, only a kind can be given."""
        if argument == "kind":
            cure = "give beats=, the frames in which beats are activated"
            raise ArgumentError("beats", None, "is missing for kind='diastole'", cure, subject="beats", keyword="beats")
        cure = "give the baseline itself, optimap.trace.baseline(signals, 'diastole', beats=...)"
        raise ArgumentError(argument, self.kind, "needs the beats", cure)

    def of(self, signals: Array) -> "Baseline":
        """Return the options for signals (T, M), with the polarity that they have, and with their beats."""
        if self.kind == "diastole":
            return replace(self._upright(signals), beats=parse_beats(self.beats, *signals.shape))
        return self._upright(signals)

    def _upright(self, signals: Array) -> "Baseline":
        if self.polarity != "auto" or not self.follows_rest:
            return self
        return replace(self, polarity="up" if polarity_sign(signals, "auto") == 1 else "down")

    def rows(self, block: Series, columns: slice) -> Series:
        """Return the baseline of each row of (M, T), which may hold NaN; `columns` are their numbers."""
        whole: NDArray[np.bool_] = np.logical_not(np.isnan(block).any(axis=1))
        result = np.full_like(block, np.nan)
        sign = -1.0 if self.follows_rest and self.polarity == "down" else 1.0
        if whole.any():
            options = self._only(columns, whole)
            rows, exponents = tamed(sign * block[whole])
            result[whole] = sign * rescaled(KINDS[self.kind].function(rows, options), exponents)
        return result

    def _only(self, columns: slice, whole: NDArray[np.bool_]) -> "Baseline":
        """Return the options for some of the series alone."""
        if not isinstance(self.beats, list) or len(self.beats) == 1:
            return self
        return replace(self, beats=[own for own, is_whole in zip(self.beats[columns], whole, strict=True) if is_whole])


def baseline_host(signals: object, options: Baseline) -> Array:
    """Return the baselines of signals in the host's memory."""
    options.check()
    series, shape = as_signals(signals, "signals", options.min_samples)
    samples = len(series)
    options.window(samples)
    options = options.of(series)
    result = np.empty(series.shape, kernels.result_dtype(series.dtype))
    with progress_bar(series.shape[1], "series") as advance:
        for columns, block in signal_blocks(series):
            result[:, columns] = options.rows(block, columns).T
            advance(len(block))
    return result.reshape(samples, *shape)


def _asls(series: Series, options: Baseline) -> Series:
    """A smooth curve below the beats."""
    if options.asls.lam is not None:
        return options.asls.below(series, np.empty(0))
    periods = periods_at_any_scale(series) if options.period is None else np.full(len(series), options.period)
    return options.asls.below(series, periods.astype(np.float64))


def _exponential(series: Series, options: Baseline) -> Series:
    """Photobleaching."""
    return below_beats(series)


def _diastole(series: Series, options: Baseline) -> Series:
    """Straight pieces between the rests before beats."""
    beats = options.beats
    return between_rests(series, beats if isinstance(beats, list) else [])


def _percentile(series: Series, options: Baseline) -> Series:
    """A running percentile; the half windows at the ends are lines that continue it."""
    from scipy.ndimage import percentile_filter

    samples = series.shape[1]
    windows = _windows(series, options)
    result = np.empty_like(series)
    for row, window, out in zip(series, windows.tolist(), result, strict=True):
        out[:] = percentile_filter(row, float(options.percentile), window)
    _continue_as_lines(result, windows, samples)
    return result


def _continue_as_lines(series: Series, windows: Ints, samples: int) -> None:
    """Replace the half windows at both ends by lines with the Theil-Sen slope of the whole windows next to them."""
    halves = windows // 2
    reach = np.minimum(windows, samples - 2 * halves)
    rows = np.flatnonzero(reach > 1)
    first, last = np.zeros((2, len(series)))
    first[rows] = kernels.median_slopes(series[rows], halves[rows], (halves + reach)[rows])
    last[rows] = kernels.median_slopes(series[rows], (samples - halves - reach)[rows], (samples - halves)[rows])
    for row, half, left, right in zip(series, halves.tolist(), first, last, strict=True):
        steps = np.arange(1, half + 1)
        row[:half] = row[half] - steps[::-1] * left
        row[samples - half :] = row[samples - half - 1] + steps * right


def _trend(series: Series, options: Baseline) -> Series:
    """A trend of `detrend_timeseries`."""
    return block_trends(series, options.kind, options.window(series.shape[1]), float(options.ptimes))


def _windows(series: Series, options: Baseline) -> Ints:
    """Return the odd window of each series."""
    window = options.window(series.shape[1])
    if window is not None:
        return np.full(len(series), window)
    periods, ptimes = periods_at_any_scale(series).tolist(), float(options.ptimes)
    return np.array([trend_window(beat, ptimes, series.shape[1], options.kind, "estimated ") for beat in periods])


class Kind(NamedTuple):
    """How a kind of baseline is computed."""

    function: Callable[[Series, Baseline], Series]
    min_samples: int
    follows_rest: bool


PERCENT = "a number between 0 and 100"

KINDS = {
    "asls": Kind(_asls, 3, True),
    "exponential": Kind(_exponential, 4, True),
    "percentile": Kind(_percentile, 3, True),
    "diastole": Kind(_diastole, 4, True),
    "spline": Kind(_trend, 5, False),
    "mean": Kind(_trend, 3, False),
    "median": Kind(_trend, 3, False),
    "line": Kind(_trend, 3, False),
}

BASELINE_KINDS = tuple(KINDS)
