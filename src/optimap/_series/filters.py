"""Filters of signals in time that shift nothing: low-pass, high-pass and notches.

At its cut-off, half of the amplitude passes, whatever the kind: a Butterworth filter forward and backward, a Gaussian
whose width follows the cut-off, or a Savitzky-Golay filter with the odd window that comes closest. A Gaussian or
Savitzky-Golay high-pass passes what the low-pass takes away; the Butterworth high-pass is a design of its own.
A notch is a second-order filter, forward and backward, that removes one frequency (mains).

The first sample is subtracted before and added after low-passes and notches, so that constants are unchanged, exactly.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .. import kernels
from .._base import ArgumentError, Array, given_fps, positive_number, progress_bar, whole_number
from .period import rescaled, tamed
from .signals import as_signals, signal_blocks

Series = NDArray[np.float64]
Filter = Callable[[Series], Series]

HERTZ = "a positive number, in Hz if fps is in frames per second"
QUALITY = 30.0  # of a notch: its frequency over its width


@dataclass(frozen=True)
class Filtering:
    """The options of `filter_traces`."""

    fps: float
    lowpass: float | None
    highpass: float | None
    notch: float | Sequence[float] | None
    kind: str
    order: int

    def check(self) -> None:
        """Raise an error for options that cannot be used, whatever the signals."""
        rate = given_fps(self.fps)
        if not isinstance(self.kind, str) or self.kind not in DESIGNS:
            raise ArgumentError.must_be("kind", self.kind, "'butterworth', 'savgol' or 'gaussian'")
        whole_number(self.order, "order", 1)
        for name in ("lowpass", "highpass"):
            _check_frequency(getattr(self, name), name, rate)
        for i, frequency in enumerate(self.notches()):
            _check_frequency(frequency, f"notch[{i}]" if self.has_many_notches else "notch", rate)
        if self.lowpass is None and self.highpass is None and not self.notches():
            raise ArgumentError(
                "lowpass",
                None,
                "leaves nothing to do",
                "give at least one of lowpass=, highpass and notch",
                keyword="lowpass",
            )
        if self.lowpass is not None and self.highpass is not None and self.highpass >= self.lowpass:
            raise ArgumentError(
                "highpass",
                self.highpass,
                f"is not below lowpass = {self.lowpass!r}, so that nothing passes",
                "give highpass < lowpass",
            )

    @property
    def has_many_notches(self) -> bool:
        """Whether a sequence of frequencies is to be removed."""
        is_array = isinstance(self.notch, np.ndarray) and self.notch.ndim > 0
        return is_array or (isinstance(self.notch, Sequence) and not isinstance(self.notch, str))

    def notches(self) -> list[float]:
        """Return the frequencies to remove."""
        if self.notch is None:
            return []
        listed: list[float] = list(self.notch) if self.has_many_notches else [self.notch]  # type: ignore[arg-type, list-item]
        return listed

    def filters(self, samples: int) -> list[Filter]:
        """Return the filters to apply one after the other, after checking that they fit the signals."""
        design = DESIGNS[self.kind]
        found = [_notch(float(frequency), self.fps) for frequency in self.notches()]
        if self.highpass is not None:
            found.append(design("highpass", self.highpass, self, samples))
        if self.lowpass is not None:
            found.append(design("lowpass", self.lowpass, self, samples))
        return found


def filter_host(signals: object, options: Filtering) -> Array:
    """Return filtered signals in the host's memory."""
    options.check()
    series, shape = as_signals(signals, "signals", 2, work="filtering")
    filters = options.filters(len(series))
    result = np.empty(series.shape, kernels.result_dtype(series.dtype))
    with progress_bar(series.shape[1], "series") as advance:
        for columns, block in signal_blocks(series):
            whole = ~np.isnan(block).any(axis=1)
            rows, exponents = tamed(block[whole])
            for apply in filters if len(rows) else []:
                rows = apply(rows)
            block[:] = np.nan
            block[whole] = rescaled(rows, exponents)
            with np.errstate(over="ignore"):  # what float32 cannot hold is infinite there
                result[:, columns] = block.T
            advance(len(block))
    return result.reshape(len(series), *shape)


def _check_frequency(frequency: object, name: str, rate: float) -> None:
    """Raise an error for a frequency that signals of this rate do not have."""
    if frequency is None:
        return
    if positive_number(frequency, name, HERTZ) >= rate / 2:
        raise ArgumentError(
            name,
            frequency,
            f"is not below half of the frame rate, {rate / 2:g}",
            f"give a frequency below {rate / 2:g}, in the units of fps",
        )


def _butterworth(side: str, cutoff: float, options: Filtering, samples: int) -> Filter:
    """A Butterworth filter, forward and backward."""
    from scipy.signal import butter

    band: Literal["lowpass", "highpass"] = "lowpass" if side == "lowpass" else "highpass"
    sections = butter(whole_number(options.order, "order"), cutoff, band, fs=options.fps, output="sos")
    return _forward_and_backward(sections, keeps_level=side == "lowpass")


def _notch(frequency: float, fps: float) -> Filter:
    """A notch of second order, forward and backward."""
    from scipy.signal import iirnotch, tf2sos

    return _forward_and_backward(tf2sos(*iirnotch(frequency, QUALITY, fs=fps)), keeps_level=True)


def _forward_and_backward(sections: Series, keeps_level: bool) -> Filter:
    """Return the filter of second-order sections without a shift; the ends are continued by their point reflections."""
    from scipy.signal import sosfiltfilt

    zeros = min(int((sections[:, 2] == 0).sum()), int((sections[:, 5] == 0).sum()))
    longest = 3 * (2 * len(sections) + 1 - zeros)  # what SciPy adds at each end if the series is long enough

    def apply(rows: Series) -> Series:
        level = rows[:, :1]
        filtered = sosfiltfilt(sections, rows - level, axis=1, padlen=min(longest, rows.shape[1] - 1))
        return np.asarray(filtered + level if keeps_level else filtered)

    return apply


def _gaussian(side: str, cutoff: float, options: Filtering, samples: int) -> Filter:
    """A Gaussian whose spectrum is one half at the cut-off; the ends are continued by their mirror images."""
    from scipy.ndimage import gaussian_filter1d

    sigma = np.sqrt(2 * np.log(2)) / (2 * np.pi * cutoff / options.fps)
    return _one_side(side, lambda rows: gaussian_filter1d(rows, sigma, axis=1, mode="reflect"))


def _savgol(side: str, cutoff: float, options: Filtering, samples: int) -> Filter:
    """A Savitzky-Golay filter; the polynomials at the ends are those of the last whole windows."""
    from scipy.signal import savgol_filter

    window = _savgol_window(cutoff / options.fps, options.order)
    if window > samples:
        raise ArgumentError(
            side,
            cutoff,
            f"with order = {options.order} needs a window of {window} samples; the signals have {samples}",
            "give a higher frequency, a lower order or kind='gaussian'",
            keyword="kind",
        )
    return _one_side(side, lambda rows: savgol_filter(rows, window, options.order, axis=1))


def _one_side(side: str, smooth: Filter) -> Filter:
    """Return a low-pass, or the high-pass that passes the rest."""

    def low(rows: Series) -> Series:
        level = rows[:, :1]
        return np.asarray(smooth(rows - level) + level)

    def high(rows: Series) -> Series:
        shifted = rows - rows[:, :1]
        return np.asarray(shifted - smooth(shifted))

    return low if side == "lowpass" else high


def _savgol_window(frequency: float, order: int) -> int:
    """Return the odd window of a Savitzky-Golay filter that passes about half of a frequency, in cycles per sample."""
    from scipy.signal import savgol_coeffs

    def passes(half: int) -> float:
        weights = savgol_coeffs(2 * half + 1, order)
        return float(weights @ np.cos(2 * np.pi * frequency * np.arange(-half, half + 1)))

    least = order // 2 + 1  # shorter windows change nothing
    low, high = least, least + 1
    while passes(high) > 0.5:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if passes(middle) > 0.5 else (low, middle)
    nearest = low if abs(passes(low) - 0.5) <= abs(passes(high) - 0.5) else high
    return 2 * nearest + 1


DESIGNS: dict[str, Callable[[str, float, Filtering, int], Filter]] = {
    "butterworth": _butterworth,
    "savgol": _savgol,
    "gaussian": _gaussian,
}
