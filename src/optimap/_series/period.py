"""The length of a beat: the major period of a series, as the package ``seasonal`` estimates it.

The broad trend of the series is removed (a running median over twice the longest period considered, ends straightened),
its power spectrum is averaged over overlapping segments (Welch's method), and the periods with at least 90 % of the
highest power are averaged, weighted by power. The results equal those of ``seasonal.guess_trended_period``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from .._base import ArgumentError, ArgumentTypeError, Array, VideoLike, budget, counted, in_doubles, refuse_device_array
from .given import given_series
from .trends import running_median, straighten_ends

Series = NDArray[np.float64]


HUGE = 2.0**400  # of numbers: the sums of the squares of smaller ones do not overflow


LONGEST = 512  # samples; longer periods are not considered


SHORTEST = 4  # samples; shorter periods are noise


MIN_CYCLES = 3  # a period must fit this often


MIN_SAMPLES = 6  # two periods of the shortest window, three samples


def estimate_period(data: ArrayLike) -> int | NDArray[np.int64]:
    """Estimate the major period of each series, with or without a trend, in samples.

    Parameters
    ----------
    data : (T,), (T, N) or (T, H, W) array-like
        Evenly spaced samples along axis 0, at least 6 of them, finite. Not modified.

    Returns
    -------
    int, or array of int with the shape of one sample
        Period in samples: divide by the frame rate for seconds. If nothing is periodic, it is the longest period
        considered, ``min(T // 3, 512)``.

    Raises
    ------
    ValueError
        If there are too few samples, or some are NaN or infinite.

    References
    ----------
    Welch, P. D. The use of fast Fourier transform for the estimation of power spectra. IEEE Transactions on Audio and
    Electroacoustics 15 (1967), 70-73; peak picking as in the Python package seasonal 0.3.1.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import estimate_period
    >>> t = np.arange(1000)
    >>> estimate_period(0.01 * t + np.sin(2 * np.pi * t / 50))
    50
    """
    series, shape = as_series(given_series(data, "data").values, MIN_SAMPLES)
    periods = np.concatenate([estimate_periods(part) for _, part in series_blocks(series)] or [np.zeros(0, np.int64)])
    return int(periods[0]) if shape == () else periods.reshape(shape)


def as_series(
    data: object,
    min_samples: int,
    *,
    omit: bool = False,
    keyword: str | None = None,
    corner: Sequence[int] | None = None,
) -> tuple[Array, tuple[int, ...]]:
    """Return data as (T, M) and the shape of one sample, after checking it.

    With `omit`, samples may be masked, which makes them NaN, NaN or infinite. Otherwise they are an error; its cure
    names the `keyword` that allows them, if there is one. The data may be a part of what was given, in which its first
    series has the indices `corner`.
    """
    refuse_device_array(data, "data", "finding beats and trends")
    cure = "fill the gaps, for example with np.interp"
    if keyword is not None:
        cure += f", or give {keyword}='omit'"
    if isinstance(data, np.ma.MaskedArray) and np.ma.is_masked(data):
        if not omit:
            raise ArgumentError("data", data, "has masked samples", cure, subject="data", keyword=keyword)
        data = np.ma.filled(data.astype(np.result_type(data.dtype, np.float32)), np.nan)
    try:
        values: Array = np.asarray(data)
    except ValueError as error:
        raise ArgumentError(
            "data",
            data,
            "is ragged, because its series differ in length",
            f"give series of one length ({error})",
            subject="data",
        ) from error
    check_layout(values, min_samples)
    values = in_doubles(values)
    series = values.reshape(len(values), -1)
    if values.dtype.kind == "f" and not omit:
        _check_finite(series, values.shape[1:], corner, cure, keyword)
    return series, values.shape[1:]


def check_layout(data: VideoLike, min_samples: int) -> None:
    """Raise an error if an array cannot be a time-series, without looking at its values."""
    shape = tuple(data.shape)
    if data.dtype.kind not in "biuf":
        raise ArgumentTypeError(
            "data", data, f"has dtype {data.dtype}", "give a time-series of real numbers", subject="data"
        )
    if len(shape) not in (1, 2, 3):
        raise ArgumentError(
            "data", data, f"has shape {shape}", "give (T,), (T, N) or (T, H, W), time along axis 0", subject="data"
        )
    if shape[0] < min_samples:
        raise ArgumentError("data", data, f"has {shape[0]} samples", f"give at least {min_samples}", subject="data")


def _check_finite(
    series: NDArray[Any], shape: tuple[int, ...], corner: Sequence[int] | None, cure: str, keyword: str | None
) -> None:
    """Raise an error for samples that are NaN or infinite, which names the series with the first of them."""
    count, first = 0, None
    step = max(1, budget().series_values // max(1, series.shape[1]))
    for start in range(0, len(series), step):
        bad = ~np.isfinite(series[start : start + step])
        if first is None and bad.any():
            sample, column = (int(i) for i in np.argwhere(bad)[0])
            first = f"sample {start + sample}"
            if shape:
                place = np.unravel_index(column, shape)
                inside = [str(int(i) + begin) for i, begin in zip(place, corner or [0, 0], strict=False)]
                first += f" of data[:, {', '.join(inside)}]"
        count += int(np.count_nonzero(bad))
    if first is not None:
        values = f"{counted(count, 'value')} that {'is' if count == 1 else 'are'} NaN or infinite"
        problem = f"holds {values}, the first at {first}"
        raise ArgumentError("data", series, problem, cure, subject="data", keyword=keyword)


def series_blocks(series: NDArray[Any]) -> Any:
    """Yield (slice of columns, (m, T) float64 block, a series in each row); a block stays near the caches."""
    step = max(1, budget().series_values // max(1, len(series)))
    for start in range(0, series.shape[1], step):
        columns = slice(start, start + step)
        yield columns, np.array(series[:, columns].T, np.float64, order="C")


def estimate_periods(series: Series) -> NDArray[np.int64]:
    """Return the period of each row of (M, T)."""
    series, samples = tamed(series)[0], series.shape[1]
    longest = min(samples // MIN_CYCLES, LONGEST)
    windows = np.full(len(series), 2 * longest - 1)
    broad = straighten_ends(running_median(series, windows), windows)
    segment = min(2 * longest, samples // 2)
    frequencies, power = _spectrum(series - broad, segment)
    periods, power = _whole_periods(frequencies[1:], power[:, 1:])
    power[:, periods == segment] = 0  # an artefact of the segment's length
    first = np.count_nonzero(periods >= longest) - 1
    beyond = np.count_nonzero(periods < SHORTEST)
    periods, power = periods[first:-beyond], power[:, first:-beyond]
    return _weighted_peaks(periods, power, longest)


def tamed(series: Series) -> tuple[Series, NDArray[np.int32]]:
    """Return series in which rows with huge numbers are divided by powers of two, and the exponents (M, 1) of these.

    Sums and squares of huge numbers would overflow.
    """
    sizes = np.abs(series).max(axis=1, initial=0.0, keepdims=True)
    exponents = np.where(sizes > HUGE, np.frexp(sizes)[1] - 20, 0).astype(np.int32)
    return (np.ldexp(series, -exponents) if exponents.any() else series), exponents


def in_units(series: Series) -> tuple[Series, NDArray[np.int32]]:
    """Return series with rows divided by powers of two, their sizes between 0.5 and 1, and the exponents (M, 1).

    Nothing that is computed from these overflows, or vanishes because it is tiny, and no digit changes.
    """
    sizes = np.abs(series).max(axis=1, initial=0.0, keepdims=True)
    exponents = np.frexp(np.where(np.isfinite(sizes), sizes, 1.0))[1].astype(np.int32)
    return np.ldexp(series, -exponents), exponents


def rescaled(series: Series, exponents: NDArray[np.int32]) -> Series:
    """Return series (M, T) times powers of two: the inverse of `tamed` and `in_units`."""
    if not exponents.any():
        return series
    with np.errstate(over="ignore"):  # a trend of huge numbers may leave the range of doubles, and is infinite there
        return np.ldexp(series, exponents)


def periods_at_any_scale(series: Series) -> NDArray[np.int64]:
    """Return the period of each row of (M, T), however small or large the numbers are.

    `estimate_periods` takes tiny series for constant ones, as the package seasonal does. Rows are multiplied by powers
    of two, which changes no period of a row that it does not take for constant.
    """
    series = tamed(series)[0]
    size = np.ptp(series, axis=1, keepdims=True)
    _, exponents = np.frexp(np.where(size > 0, size, 1.0))
    return estimate_periods(np.ldexp(series, 20 - exponents))


def _spectrum(series: Series, segment: int) -> tuple[Series, Series]:
    """Return frequencies and the power of each: the mean over segments that overlap by half (Welch's method).

    The numbers of ``scipy.signal.welch`` with ``scaling="spectrum"``, without importing scipy.signal, which takes a
    third of a second. A few series are processed at a time so that their segments stay in the caches.
    """
    from scipy.fft import rfft, rfftfreq

    step = segment - segment // 2
    segments = sliding_window_view(series, segment, axis=1)[:, ::step]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(segment) / segment)
    power = np.empty((len(series), segment // 2 + 1))
    at_once = max(1, 2**16 // max(1, segments[0].size)) if len(series) else 1
    for start in range(0, len(series), at_once):
        part = segments[start : start + at_once]
        part = (part - part.mean(axis=-1, keepdims=True)) * (hann / hann.sum())
        spectrum = rfft(part)
        power[start : start + at_once] = (spectrum.real**2 + spectrum.imag**2).mean(axis=1)
    power[:, 1 : (segment + 1) // 2] *= 2  # the negative frequencies
    return rfftfreq(segment), power


def _whole_periods(frequencies: Series, power: Series) -> tuple[NDArray[np.int64], Series]:
    """Round periods to whole samples, each once, with the highest power among its frequencies."""
    rounded = np.rint(1.0 / frequencies).astype(np.int64)
    starts = np.flatnonzero(np.diff(rounded, prepend=-1))
    return rounded[starts], np.maximum.reduceat(power, starts, axis=1)


def _weighted_peaks(periods: NDArray[np.int64], power: Series, longest: int) -> NDArray[np.int64]:
    """Return the mean period of the highest peaks of each series, weighted by power."""
    if len(periods) == 0:
        return np.full(len(power), longest)
    peaks = np.where(power >= 0.9 * power.max(axis=1, keepdims=True), power, 0.0)
    flat = np.isclose(power, 0.0).all(axis=1)
    total = np.where(flat, 1.0, peaks.sum(axis=1))
    mean = np.rint((peaks * periods).sum(axis=1) / total).astype(np.int64)
    return np.where(flat, longest, mean)
