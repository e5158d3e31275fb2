"""Signals as the functions of beats, baselines and filters take them: checked, and with gaps as NaN.

Unlike the data of `period`, signals may hold NaN (masked samples and infinity become NaN): the results of such a series
are NaN, and no other series is affected. The values stay in the array that was given; blocks of a few series at a time,
one in each row, are copied in double precision.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .._base import ArgumentError, ArgumentTypeError, Array, VideoLike, budget, counted, in_doubles, refuse_device_array

Series = NDArray[np.float64]


def as_signals(
    signals: object, name: str = "signals", min_samples: int = 1, work: str = "finding beats and baselines"
) -> tuple[Array, tuple[int, ...]]:
    """Return signals as (T, M) and the shape of one sample, after checking everything but the values."""
    refuse_device_array(signals, name, work)
    try:
        values: Array = np.ma.asarray(signals) if isinstance(signals, np.ma.MaskedArray) else np.asarray(signals)
    except ValueError as error:
        raise ArgumentError(
            name,
            signals,
            "is ragged, because its series differ in length",
            f"give series of one length ({error})",
            subject=name,
        ) from error
    check_signals(values, name, min_samples)
    values = in_doubles(values)
    return values.reshape(len(values), int(np.prod(values.shape[1:]))), values.shape[1:]


def check_signals(signals: VideoLike, name: str, min_samples: int) -> None:
    """Raise an error if an array cannot be signals, without looking at its values."""
    shape = tuple(signals.shape)
    if signals.dtype.kind not in "biuf":
        raise ArgumentTypeError(
            name, signals, f"has dtype {signals.dtype}", "give signals of real numbers", subject=name
        )
    if len(shape) not in (1, 2, 3):
        raise ArgumentError(
            name, signals, f"has shape {shape}", "give (T,), (T, N) or (T, H, W), time along axis 0", subject=name
        )
    if shape[0] < min_samples:
        problem = f"has {counted(shape[0], 'sample')}"
        raise ArgumentError(name, signals, problem, f"give at least {min_samples}", subject=name)


def signal_blocks(signals: Array) -> Iterator[tuple[slice, Series]]:
    """Yield (slice of columns, (m, T) block of float64, a series in each row), infinity and masked samples as NaN."""
    step = max(1, budget().series_values // max(1, len(signals)))
    for start in range(0, signals.shape[1], step):
        columns = slice(start, start + step)
        part = signals[:, columns].T
        if isinstance(part, np.ma.MaskedArray):
            part = np.ma.filled(part.astype(np.float64), np.nan)
        block = np.array(part, np.float64, order="C")
        if signals.dtype.kind == "f":
            block[np.isinf(block)] = np.nan
        yield columns, block
