"""Signals relative to their baseline: ``(F - F0) / (F0 - background)``.

The background is what the camera shows without the dye's light; where the baseline does not exceed it, a ratio has no
meaning and is NaN.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import kernels
from .._base import AnyArray, ArgumentError, ArgumentTypeError, Array, check_flag, progress_bar
from .baselines import Baseline
from .period import tamed
from .signals import as_signals, signal_blocks

Series = NDArray[np.float64]


@dataclass(frozen=True)
class Relative:
    """The options of `delta_f_over_f`: a kind of baseline, or the baselines themselves."""

    baseline: AnyArray
    background: AnyArray
    percent: bool
    may_be_undefined: bool = False  # everywhere, which is an error for a whole array

    @property
    def kind(self) -> Baseline | None:
        """The kind of baseline, or None if the baselines are given."""
        return self.baseline if isinstance(self.baseline, Baseline) else None

    def check(self) -> None:
        """Raise an error for options that cannot be used, whatever the signals."""
        if self.kind is not None:
            self.kind.check("baseline")
        check_flag(self.percent, "percent")


def relative_host(signals: object, options: Relative) -> Array:
    """Return signals in the host's memory relative to their baselines."""
    options.check()
    kind = options.kind
    series, shape = as_signals(signals, "signals", 1 if kind is None else kind.min_samples)
    samples = len(series)
    dark = spread_over(options.background, "background", (samples, *shape), finite=True)
    given = spread_over(0.0 if kind is not None else options.baseline, "baseline", (samples, *shape))
    if kind is not None:
        kind.window(samples)
        kind = kind.of(series)
    result = np.empty(series.shape, kernels.result_dtype(series.dtype))
    is_known = is_above = False
    with progress_bar(series.shape[1], "series") as advance:
        for columns, block in signal_blocks(series):
            level = kind.rows(block, columns) if kind is not None else np.asarray(given[:, columns].T, np.float64)
            part = relative_rows(block, level, dark[:, columns].T, options.percent)
            is_above |= not np.isnan(part).all()
            is_known |= not (np.isnan(level) | np.isnan(block)).all()
            result[:, columns] = part.T
            advance(len(block))
    if is_known and not is_above and not options.may_be_undefined:
        raise ArgumentError(
            "background",
            options.background,
            "is nowhere below the baseline, so that no ratio is defined",
            "give the level of the dark camera, below the baseline, and signals from which no baseline was subtracted",
        )
    return result.reshape(samples, *shape)


def relative_rows(block: Series, level: Series, dark: Series, percent: bool) -> Series:
    """Return the rows of (M, T) relative to their baselines; NaN where these are not above the background."""
    block, exponents = tamed(block)
    if exponents.any():
        level, dark = np.ldexp(level, -exponents), np.ldexp(np.asarray(dark, np.float64), -exponents)
    with np.errstate(over="ignore"):
        above = level - dark
        rise = (block - level) * (100 if percent else 1)
        return np.asarray(np.divide(rise, above, out=np.full_like(block, np.nan), where=above > 0))


def spread_over(values: object, name: str, shape: tuple[int, ...], finite: bool = False) -> Array:
    """Return one number, one for each series, or one for each sample, as (T, M), or raise an error."""
    given: Array = np.asarray(values)
    if given.dtype.kind not in "biuf":
        raise ArgumentTypeError.must_be(name, values, "a number, or an array of numbers")
    if finite and not np.isfinite(given).all():
        raise ArgumentError.must_be(name, values, "finite, a number or an array of numbers")
    try:
        spread = np.broadcast_to(given, shape)
    except ValueError as error:
        raise ArgumentError(
            name,
            values,
            f"has shape {given.shape}, which does not fit signals of shape {shape}",
            f"give one number, one for each series, {shape[1:]}, or one for each sample, {shape}",
            subject=name,
        ) from error
    return spread.reshape(shape[0], int(np.prod(shape[1:])))
