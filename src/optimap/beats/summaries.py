"""What many beats say together: averages aligned at activation, alternans, restitution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, ArgumentTypeError, Array, Floats, positive_number
from .._beats import compare_parities, parse_times
from .._series import signal_blocks
from .._tables import TraceTable
from .arguments import Signals, parse_signals
from .table import BeatTable


@dataclass(frozen=True, eq=False)
class Ensemble:
    """The average beat of each series.

    Attributes
    ----------
    time : (L,) array
        From activation, in ms with a rate, else in frames.
    mean, sd : (L,) or (L, ...) arrays
        Mean and standard deviation (of the beats, not of the mean; NaN for a single beat) of each series.
    count : int, or array with the shape of one sample
        The number of complete beats.
    aligned : list of (beats, L) arrays
        The beats of each series.
    fps : float or None
    """

    time: Floats
    mean: Array
    sd: Array
    count: Any
    aligned: list[Floats]
    fps: float | None


def ensemble_average(
    signals: ArrayLike | TraceTable,
    beats: BeatTable | ArrayLike | list[ArrayLike],
    before: float,
    after: float,
    *,
    fps: float | None = None,
) -> Ensemble:
    """Average the beats of each series, aligned at activation to a fraction of a frame.

    Parameters
    ----------
    signals : (T,), (T, N) or (T, H, W) array-like, or TraceTable
        Evenly spaced samples along axis 0.
    beats : BeatTable, or activation times as `find_beats` returns them
        Times are one array for all series, or one for each.
    before, after : float
        How much of each beat is averaged, before and after its activation: in ms with a rate, else in frames.
    fps : float, optional
        Frames per second. By default that of the tables, if they have one.

    Returns
    -------
    Ensemble
        Only beats that were recorded from `before` to `after` are averaged; samples between frames are interpolated
        linearly. A series without complete beats, or with NaN in one of them, gives NaN there.

    Raises
    ------
    ValueError
        If `before` or `after` is not positive, or rates differ.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.beats import ensemble_average
    >>> signal = np.tile([0.0, 0, 1, 4, 2, 1, 0, 0], 5)
    >>> average = ensemble_average(signal, [10, 18, 26], before=2, after=3)
    >>> average.mean.tolist(), average.count
    ([0.0, 0.0, 1.0, 4.0, 2.0, 1.0], 3)
    """
    if fps is None and isinstance(beats, BeatTable):
        fps = beats.fps
    parsed = parse_signals(signals, fps)
    if isinstance(beats, BeatTable) and beats.fps != parsed.fps:
        problem = f"has {_rate(beats.fps)}, but the signals have {_rate(parsed.fps)}"
        raise ArgumentError("beats", beats, problem, "measure the beats of these signals", subject="beats")
    first = -int(positive_number(before, "before") / parsed.scale + 1e-9)
    last = int(positive_number(after, "after") / parsed.scale + 1e-9)
    steps = np.arange(first, last + 1)
    times = _times_of(beats, parsed)
    aligned: list[Floats] = []
    for columns, block in signal_blocks(parsed.values):
        aligned += [_aligned(row, own, steps) for row, own in zip(block, times[columns], strict=True)]
    count = np.array([len(part) for part in aligned], np.int64)
    moments = [_moments(part) for part in aligned]
    mean, sd = (np.array(values) for values in zip(*moments, strict=True)) if moments else (np.zeros(0), np.zeros(0))
    shape = (len(steps), *parsed.shape)
    return Ensemble(
        np.asarray(steps * parsed.scale, np.float64),
        mean.reshape(len(aligned), len(steps)).T.reshape(shape),
        sd.reshape(len(aligned), len(steps)).T.reshape(shape),
        int(count[0]) if parsed.shape == () else count.reshape(parsed.shape),
        aligned,
        parsed.fps,
    )


def _moments(part: Floats) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of beats (n, T), in units in which no square overflows."""
    missing = np.full(part.shape[1], np.nan)
    exponent = int(np.frexp(np.abs(part).max(initial=0))[1])
    small = np.ldexp(part, -exponent)
    mean = small.mean(axis=0) if len(part) else missing
    sd = small.std(axis=0, ddof=1) if len(part) > 1 else missing
    return np.ldexp(mean, exponent), np.ldexp(sd, exponent)


def _rate(fps: float | None) -> str:
    return "no rate" if fps is None else f"{fps:g} frames/s"


def _times_of(beats: Any, signals: Signals) -> list[Floats]:
    """Return the activations of each series, in frames."""
    if isinstance(beats, BeatTable):
        series, times = beats["series"], beats["activation"] / signals.scale
        known = np.isfinite(times)
        if len(series) and series.max() >= signals.count:
            problem = f"has series {series.max()}, but there are {signals.count} signals"
            raise ArgumentError("beats", beats, problem, "give the signals that were measured", subject="beats")
        return [times[known & (series == i)] for i in range(signals.count)]
    if len(beats) and np.ndim(beats[0]):
        if len(beats) != signals.count:
            problem = f"has {len(beats)} entries for {signals.count} series"
            raise ArgumentError("beats", beats, problem, "give one array of times for each series", subject="beats")
        return [parse_times(own, f"beats[{i}]", signals.scale) for i, own in enumerate(beats)]
    return [parse_times(beats, "beats", signals.scale)] * signals.count


def _aligned(row: Floats, times: Floats, steps: Array) -> Floats:
    """Return the samples at steps from each time, of beats that are complete."""
    whole = times[(times + steps[0] >= 0) & (times + steps[-1] <= len(row) - 1)]
    places = whole[:, np.newaxis] + steps
    below = np.clip(np.floor(places).astype(np.int64), 0, max(0, len(row) - 2))
    share = places - below
    return np.asarray(
        (1 - share) * row[below] + np.where(share > 0, share * row[np.minimum(below + 1, len(row) - 1)], 0)
    )


@dataclass(frozen=True, eq=False)
class Alternans:
    """Alternans of each series.

    Attributes
    ----------
    series : (M,) array
        The series, in the order of the table.
    magnitude : (M,) array
        ``1 - small / large`` of the mean of the odd beats and that of the even ones; NaN with fewer than 4 beats.
    difference : (M,) array
        Mean of the even beats (0, 2, ...) minus that of the odd ones (1, 3, ...). Series that alternate in opposite
        phase (discordant alternans) have opposite signs.
    count : (M,) array
        The number of beats that were compared.
    """

    series: Array
    magnitude: Floats
    difference: Floats
    count: Array


def alternans(table: BeatTable, column: str = "apd80") -> Alternans:
    """Return how much every second beat differs, for each series.

    Parameters
    ----------
    table : BeatTable
    column : str
        What is compared, such as ``"apd80"``, ``"amplitude"`` or ``"peak"``, with or without the unit.

    Returns
    -------
    Alternans
        NaN for series with fewer than 4 beats whose value is known, or with values that are not all positive.

    Raises
    ------
    ValueError
        If there is no such column.
    TypeError
        If the column is not numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.beats import BeatTable, alternans
    >>> table = BeatTable(
    ...     {"series": np.zeros(4, int), "beat": np.arange(4), "apd80_ms": np.array([50.0, 40, 50, 40])}, 500.0
    ... )
    >>> result = alternans(table, "apd80")
    >>> result.magnitude.round(3).tolist(), result.difference.tolist()
    ([0.2], [10.0])
    """
    values = _numbers(table, column)
    series, beat = table["series"], table["beat"]
    which, place = np.unique(series, return_inverse=True)
    known = np.isfinite(values) & (beat >= 0)
    of_parity = [known & (beat % 2 == parity) for parity in (0, 1)]
    counts = [np.bincount(place[mine], minlength=len(which)) for mine in of_parity]
    totals = [np.bincount(place[mine], values[mine], minlength=len(which)) for mine in of_parity]
    return Alternans(which, *compare_parities((counts[0], counts[1]), (totals[0], totals[1])))


def _numbers(table: BeatTable, column: str) -> Floats:
    """Return a column of numbers."""
    values = table[column]
    if values.dtype.kind not in "if":
        raise ArgumentTypeError("column", column, "is not a column of numbers", "choose another column")
    return values.astype(np.float64)


@dataclass(frozen=True, eq=False)
class Restitution:
    """Pairs of diastolic interval and following duration.

    Attributes
    ----------
    interval, duration : (P,) arrays
        The diastolic interval before a beat, and its duration, in the unit of the table.
    series, beat : (P,) arrays
        The beat to which the duration belongs.
    level : float
        In percent.
    unit : str
        ``'ms'`` or ``'frames'``.
    """

    interval: Floats
    duration: Floats
    series: Array
    beat: Array
    level: float
    unit: str


def restitution(table: BeatTable, level: float = 80) -> Restitution:
    """Return the pairs (previous diastolic interval, duration) of all beats for which both are known.

    Parameters
    ----------
    table : BeatTable
    level : float
        Level of recovery in percent; it must have been measured.

    Returns
    -------
    Restitution

    Raises
    ------
    ValueError
        If the level was not measured.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.beats import BeatTable, restitution
    >>> table = BeatTable(
    ...     {
    ...         "series": np.zeros(3, int),
    ...         "beat": np.arange(3),
    ...         "apd80_ms": np.array([50.0, 40, 52]),
    ...         "di80_ms": np.array([30.0, 70, np.nan]),
    ...     },
    ...     500.0,
    ... )
    >>> pairs = restitution(table)
    >>> pairs.interval.tolist(), pairs.duration.tolist()
    ([30.0, 70.0], [40.0, 52.0])
    """
    shown = f"{positive_number(level, 'level', 'a number between 0 and 100'):.15g}"
    names = [prefix + shown for prefix in ("apd", "catd") if prefix + shown in table]
    if not names or f"di{shown}" not in table:
        levels = [name for name in table if name.startswith(("apd", "catd"))]
        problem = f"was not measured; the durations of the table are {', '.join(levels) or 'none'}"
        raise ArgumentError("level", level, problem, f"call measure_beats with levels=[{shown}]", keyword="levels")
    durations, intervals = table[names[0]], table[f"di{shown}"]
    series, beat = table["series"], table["beat"]
    pairs = np.flatnonzero(
        (series[1:] == series[:-1]) & (beat[1:] == beat[:-1] + 1) & np.isfinite(intervals[:-1] + durations[1:])
    )
    unit = "frames" if table.fps is None else "ms"
    return Restitution(intervals[pairs], durations[pairs + 1], series[pairs + 1], beat[pairs + 1], float(level), unit)
