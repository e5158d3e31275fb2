"""measure_beats: a table with everything that can be measured of each beat, and why the rest cannot.

The loops (`kernels.measure_beats`) measure in frames, on upright series; here, arguments are checked, beats are found
or taken from the user, and the values get their units, names and reasons.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._base import (
    ActivationMethod,
    Advice,
    ArgumentError,
    Array,
    BeatBaseline,
    DurationPrefix,
    DurationStart,
    Floats,
    PlacesLike,
    Polarity,
    on_host,
)
from .._beats import (
    AMPLITUDE,
    BASELINE,
    HAS_NAN,
    NO_BEAT,
    PEAK,
    Windows,
    explain,
    given_windows,
    in_units,
    measure_windows,
    measured_names,
    parse_levels,
    parse_options,
    parse_prefix,
    parse_times,
    shown_order,
    with_unit,
)
from .._tables import TraceTable
from .arguments import Signals, parse_signals
from .find import Search, find_sign, parse_search
from .table import BeatTable

DRIFT = 0.05  # of the amplitude from beat to beat: more is reported


def measure_beats(
    signals: ArrayLike | TraceTable,
    *,
    fps: float | None = None,
    levels: Sequence[float] = (30, 50, 80, 90),
    polarity: Polarity = "auto",
    beats: ArrayLike | Sequence[ArrayLike] | None = None,
    method: ActivationMethod = "maximum_derivative",
    start: DurationStart = "activation",
    baseline: BeatBaseline = "before",
    smooth: float = 1.5,
    sigma: float = 2.0,
    min_snr: float = 3.0,
    prefix: DurationPrefix = "apd",
    stimuli: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    positions: PlacesLike = None,
) -> BeatTable:
    """Measure each beat of each series: activation, amplitude, durations, rise, decay, intervals.

    What cannot be measured is NaN, and the column ``why`` says why: nothing is filled in. The definitions below are
    those of signals with little noise; in noise, filters and windows are up to twice as wide.

    Parameters
    ----------
    signals : (T,), (T, N) or (T, H, W) array-like, or TraceTable
        Evenly spaced samples along axis 0: not smoothed, and with drift removed if there is much of it. Not modified.
        Tables of traces, arrays of xarray, data frames and the like already have a rate or times, and names.
    fps : float, optional
        Frames per second: columns of time are in ms (``apd80_ms``). Without it, they are in frames (``apd80_frames``).
    levels : sequence of numbers
        Levels of recovery in percent, for the columns ``apd80_ms`` and ``di80_ms``.
    polarity : {'auto', 'up', 'down'}
        The direction of beats; ``'auto'`` detects it.
    beats : array-like or sequence of array-likes, optional
        Activation times, as `find_beats` returns them: one array for all series, or one for each. In each series, the
        upstroke is searched for up to half an interval around each time, and must itself be significant. By default,
        beats are found in each series.
    method : {'maximum_derivative', 'threshold_crossing'}
        What activation is: the steepest slope, or the half-maximum of the upstroke.
    start : {'activation', 'level'}
        When durations start: at activation, or when the upstroke passes the same level.
    baseline : {'before', 'linear'}
        The level before the upstroke, or the line from there to the level before the next upstroke.
    smooth : float
        Standard deviation in frames of the Gaussian filter whose maximum is the peak.
    sigma : float
        Standard deviation in frames of the Gaussian derivative.
    min_snr : float
        Of beats whose amplitude is smaller than so many standard deviations of the noise, only the activation is given.
    prefix : {'apd', 'catd'}
        How durations are called: of action potentials, or of calcium transients.
    stimuli : (S,) array-like, optional
        Times of the stimuli: one beat for each (`find_beats`).
    names : sequence of N str, optional
        A name for each series, for the column ``name``.
    positions : (N, 2) array-like, or whatever `extract_traces` accepts, optional
        Where each series comes from, for the columns ``x`` and ``y``. For a video, these are its pixels.

    Returns
    -------
    BeatTable
        One row for each beat of each series, with the columns below. A series without beats has one row, with ``beat``
        -1 and its reason.

        ===================== ==================================================================================
        ``series``            column of the signals; of a video, ``y * W + x``
        ``name``              of the series, if it is known
        ``x``, ``y``          its position, if it is known
        ``beat``              0, 1, ... in each series
        ``activation``        time of the largest Gaussian derivative, by the parabola through three samples
        ``baseline``          mean of the samples in ``[a - U - w, a - U]``: `a` is the time of the largest derivative,
                              ``U`` the amplitude divided by it, ``w`` the larger of 3 frames and 5 % of the cycle
        ``peak``              maximum of the smoothed signal until half of what was gained is lost
        ``time_to_peak``      from activation
        ``amplitude``         peak above baseline
        ``snr``               amplitude divided by the noise: white noise, from second differences
        ``apd80``             from activation until the signal falls below 20 % of the amplitude for good; the crossing
                              of the isotonic fit, by a line through the samples next to it
        ``rise_10_90``        time between 10 and 90 % of the upstroke
        ``dvdt_max``          the largest derivative, in amplitudes per second (or per frame)
        ``tau``               time constant of ``A exp(-t / tau)``, in least squares, between 30 and 90 % of the decay
        ``cycle_length``      until the next activation
        ``di80``              from the fall to 20 % until the next activation
        ``why``               why values are NaN, and which
        ===================== ==================================================================================

    Raises
    ------
    ValueError
        If `polarity` is ``'auto'`` and the signals do not decide it; if an argument is outside its range; if there are
        not as many `beats`, `names` or `positions` as series.
    TypeError
        If the signals are not real numbers.

    Warns
    -----
    UserWarning
        If the baseline drifts by more than 5 % of the amplitude from beat to beat.

    References
    ----------
    For the isotonic fit: Barlow, R. E. et al. Statistical Inference under Order Restrictions. Wiley (1972).

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.beats import measure_beats
    >>> t = np.arange(600)
    >>> beats = 100 * np.exp(-((t % 100 - 40) ** 2) / np.where(t % 100 < 40, 20, 200))
    >>> table = measure_beats(beats + np.random.default_rng(0).normal(size=600), fps=1000)
    >>> table["apd80_ms"].round(1).tolist()
    [21.6, 21.6, 21.6, 22.0, 21.8, 21.5]
    >>> str(table["why"][0]), str(table["why"][-1])
    ('', 'cycle_length, di30, di50, di80, di90: no beat follows')
    """
    parsed = parse_signals(signals, fps, names, positions)
    percent = parse_levels(levels)
    options = parse_options(method, start, baseline, smooth, sigma, min_snr)
    parse_prefix(prefix)
    search = parse_search(5, 0.2, stimuli, parsed.scale)
    times = None if beats is None else _given_beats(beats, parsed)
    if times is not None and stimuli is not None:
        raise ArgumentError("stimuli", stimuli, "are given together with beats", "give one of them", subject="stimuli")
    sign = find_sign(parsed, polarity, None if times else search)
    measured = [
        _measure_block(block, _windows(block, columns, search, times), percent, options, times is not None)
        for columns, block in parsed.blocks(sign)
    ]
    table = _as_table(parsed, measured, percent, sign, prefix, options)
    if baseline == "before":
        _report_drift(measured)
    return table


def _given_beats(beats: Any, signals: Signals) -> list[Floats]:
    """Return the beats of each series, in frames."""
    if not hasattr(beats, "__len__") or isinstance(beats, (str, bytes)):
        raise ArgumentError("beats", beats, "is not a list of times", "give times as find_beats returns them")
    if not len(beats) or np.ndim(on_host(beats[0])) == 0:
        return [parse_times(beats, "beats", signals.scale)] * signals.count
    if len(beats) != signals.count:
        problem = f"has {len(beats)} entries for {signals.count} series"
        cure = "give one array of times for each series, or one for all"
        raise ArgumentError("beats", beats, problem, cure, subject="beats")
    return [parse_times(own, f"beats[{i}]", signals.scale) for i, own in enumerate(beats)]


def _windows(block: Array, columns: slice, search: Search, times: list[Floats] | None) -> Windows:
    """Return where the upstrokes of a block of series are."""
    return search.windows(block) if times is None else given_windows(times[columns], block.shape[1])


Measured = tuple[Array, Array, Array, Array]  # series, beat, values, reasons


def _measure_block(
    block: Array, windows: Windows, levels: list[float], options: dict[str, Any], is_checked: bool
) -> Measured:
    """Return the rows of a block of series; the numbers of series begin with 0."""
    values, reasons = measure_windows(block, windows, levels, options, is_checked)
    counts = np.diff(windows.first)
    series = np.repeat(np.arange(len(block)), counts)
    beat = np.arange(len(series)) - np.repeat(windows.first[:-1], counts)
    empty = np.flatnonzero(counts == 0)
    if len(empty):  # a row that says why there are no beats
        lost = np.where(np.isfinite(block[empty]).all(axis=1), NO_BEAT, HAS_NAN).astype(np.uint8)
        nothing = np.full((len(empty), values.shape[1]), np.nan)
        order = np.argsort(np.concatenate([series, empty]), kind="stable")
        series = np.concatenate([series, empty])[order]
        beat = np.concatenate([beat, np.full(len(empty), -1)])[order]
        values = np.concatenate([values, nothing])[order]
        reasons = np.concatenate([reasons, np.repeat(lost[:, np.newaxis], values.shape[1], axis=1)])[order]
    return series, beat, values, reasons


def _as_table(
    signals: Signals, measured: list[Measured], levels: list[float], sign: int, prefix: str, options: dict[str, Any]
) -> BeatTable:
    """Return the table of the rows of all blocks."""
    named = measured_names(levels, prefix)
    starts = [columns.start for columns, _ in signals.blocks(1)] if len(measured) > 1 else [0]
    parts = [(series + start, *rest) for (series, *rest), start in zip(measured, starts, strict=False)]
    empty = (np.zeros(0, np.int64),) * 2 + (np.zeros((0, len(named))),) * 2
    series, beat, values, reasons = (np.concatenate(column) for column in zip(*(parts or [empty]), strict=True))
    columns: dict[str, Array] = {"series": series}
    if signals.names is not None:
        columns["name"] = np.array(signals.names, np.str_)[series]
    if signals.positions is not None:
        columns["x"], columns["y"] = signals.positions[series].T
    columns["beat"] = beat
    values[:, [BASELINE, PEAK]] *= sign
    order = shown_order(levels)
    for i in order:
        name, kind = named[i]
        columns[with_unit(name, kind, signals.fps)] = in_units(values[:, i], kind, signals.fps)
    shown = [named[i][0] for i in order]
    columns["why"] = explain(reasons[:, order].astype(np.uint8), shown, options["min_snr"])
    about = {"polarity": "up" if sign > 0 else "down", "levels": levels, **options}
    return BeatTable(columns, signals.fps, about)


def _report_drift(measured: list[Measured]) -> None:
    """Report a baseline that drifts, once for all series."""
    shares = []
    for series, _, values, _ in measured:
        rows = np.flatnonzero(np.isfinite(values[:, BASELINE]))
        starts = rows[np.flatnonzero(np.diff(series[rows], prepend=-1))]
        stops = rows[np.flatnonzero(np.diff(series[rows], append=-1))]
        several = stops > starts
        first, last = starts[several], stops[several]
        # From the first to the last beat, as noise and irregular beats are not drift.
        steps = (values[last, BASELINE] - values[first, BASELINE]) / (last - first)
        shares.append(np.abs(steps) / values[last, AMPLITUDE])
    every = np.concatenate([*shares, np.zeros(0)])
    if len(every) and (drift := float(np.median(every))) > DRIFT:
        warnings.warn(
            Advice(
                "baseline",
                "before",
                f"drifts by {100 * drift:.0f} % of the amplitude from beat to beat, which biases durations",
                "subtract optimap.trace.baseline(signals) first, or use baseline='linear'",
                subject="the baseline",
            ),
            stacklevel=3,
        )
