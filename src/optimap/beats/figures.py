"""Figures of beats: show_beats, show_ensemble, show_restitution. What is drawn, and how, is in `_draw`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, ArgumentTypeError, check_flag, positive_number
from .._draw import (
    Marks,
    add_trace_bars,
    check_axes,
    draw_beats,
    draw_ensemble,
    draw_restitution,
    new_axes,
    show_figures,
)
from .._tables import TraceTable
from .arguments import Signals, parse_signals
from .summaries import Ensemble, Restitution, restitution
from .table import BeatTable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_PANELS = 8


def show_beats(
    signals: ArrayLike | TraceTable,
    beats: BeatTable,
    series: int | None = None,
    level: float = 80,
    *,
    ax: Axes | None = None,
    scale_bar: bool = False,
) -> Any:
    """Plot a signal with its beats: ticks at activation, baselines, and bars for the durations at one level.

    Parameters
    ----------
    signals : (T,), (T, N) or (T, H, W) array-like, or TraceTable
        What was measured.
    beats : BeatTable
        As `measure_beats` returns it for these signals.
    series : int, optional
        The series to plot; by default all, one below the other, if there are at most 8.
    level : float
        Level of recovery in percent; it must have been measured.
    ax : matplotlib Axes, optional
        Draw one series there; by default in a new figure, which is shown.
    scale_bar : bool
        Draw bars for time and amplitude in place of axes.

    Returns
    -------
    matplotlib.axes.Axes, or a list of them for several series

    Raises
    ------
    ValueError
        If the level was not measured, the series does not exist, or there are too many.
    TypeError
        If `beats` is not a table of beats, or `ax` not an Axes.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.beats import measure_beats, show_beats
    >>> t = np.arange(600)
    >>> signal = 100 * np.exp(-((t % 100 - 40) ** 2) / np.where(t % 100 < 40, 20, 200))
    >>> signal += np.random.default_rng(0).normal(size=600)
    >>> ax = show_beats(signal, measure_beats(signal, fps=500))
    >>> ax.get_xlabel()
    'Time [s]'
    """
    check_axes(ax)
    check_flag(scale_bar, "scale_bar")
    _check_table(beats)
    parsed = parse_signals(signals, beats.fps)
    column = _duration_column(beats, level)
    chosen = _chosen(parsed, beats, series, ax)
    panels = [ax] if ax is not None else _panels(len(chosen))
    scale = 1.0 if parsed.fps is None else 1 / parsed.fps
    times = np.arange(len(parsed.values)) * scale
    for panel, number in zip(panels, chosen, strict=True):
        values = np.ma.filled(np.ma.asarray(parsed.values[:, number], np.float64), np.nan)
        draw_beats(panel, times, values, _marks(beats.select(beats["series"] == number), column, level))
        panel.set_ylabel("Intensity" if len(chosen) == 1 else _label(beats, number))
    panels[-1].set_xlabel("Frame" if parsed.fps is None else "Time [s]")
    for panel in panels if scale_bar else ():
        add_trace_bars(panel, has_time=panel is panels[-1])
    # Above the axes, where no trace is.
    panels[0].legend(
        loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, fontsize="small", borderaxespad=0.2
    )
    if ax is None:
        show_figures()
    return panels[0] if len(panels) == 1 else panels


def _check_table(beats: object) -> None:
    if not isinstance(beats, BeatTable):
        cure = "give what measure_beats returns"
        raise ArgumentTypeError("beats", beats, "is not a table of beats", cure, subject="beats")


def _duration_column(beats: BeatTable, level: float) -> str:
    """Return the column of durations at a level."""
    shown = f"{positive_number(level, 'level', 'a number between 0 and 100'):.15g}"
    for prefix in ("apd", "catd"):
        if prefix + shown in beats:
            return beats.full_name(prefix + shown)
    known = ", ".join(name for name in beats if name.startswith(("apd", "catd"))) or "none"
    problem = f"was not measured; the durations of the table are {known}"
    raise ArgumentError("level", level, problem, f"call measure_beats with levels=[{shown}]", keyword="levels")


def _chosen(signals: Signals, beats: BeatTable, series: object, ax: object) -> list[int]:
    """Return the series that are drawn."""
    if series is not None:
        if not isinstance(series, (int, np.integer)) or isinstance(series, bool) or not 0 <= series < signals.count:
            raise ArgumentError.must_be("series", series, f"a whole number from 0 to {signals.count - 1}")
        return [int(series)]
    most = 1 if ax is not None else MOST_PANELS
    if not 1 <= signals.count <= most:
        problem = f"has {signals.count} series, but {'one is' if most == 1 else f'at most {most} are'} drawn"
        raise ArgumentError(
            "signals", signals.shape, problem, "choose one with series=", subject="signals", keyword="series"
        )
    return list(range(signals.count))


def _panels(count: int) -> list[Axes]:
    """Return axes below each other."""
    axes = new_axes(nrows=count, sharex=True, squeeze=False, figsize=(8, 1.2 + 1.6 * max(count, 1.5)))
    return list(axes[:, 0])


def _label(beats: BeatTable, number: int) -> str:
    """Return the name of a series, or else its position, or its number."""
    own = beats.select(beats["series"] == number)
    if len(own) and "name" in own:
        return str(own["name"][0])
    if len(own) and "x" in own:
        return f"x{own['x'][0]:.15g}_y{own['y'][0]:.15g}"  # as columns of traces are labelled
    return f"series {number}"


def _marks(own: BeatTable, column: str, level: float) -> Marks:
    """Return what is drawn of the beats of one series, in s or frames."""
    scale = 1.0 if own.fps is None else 0.001
    numbers, activation = own[column], own["activation"]
    # Durations may start where the upstroke passes the level; then the interval to the next beat says where they end.
    ends = activation + own["cycle_length"] - own[f"di{level:.15g}"]
    ends = np.where(np.isfinite(ends), ends, activation + numbers)
    times = [activation, own["baseline"], own["peak"], ends - numbers, ends]
    activation, baseline, peak, start, end = (
        values * (scale if i not in (1, 2) else 1) for i, values in enumerate(times)
    )
    return Marks(activation, baseline, peak, start, end, float(level), numbers)


def show_ensemble(
    ensemble: Ensemble, series: int | None = None, *, ax: Axes | None = None, scale_bar: bool = False
) -> Axes:
    """Plot aligned beats with their mean and standard deviation.

    Parameters
    ----------
    ensemble : Ensemble
        As `ensemble_average` returns it.
    series : int, optional
        Which of several series.
    ax : matplotlib Axes, optional
        Draw there; by default in a new figure, which is shown.
    scale_bar : bool
        Draw bars for time and amplitude in place of axes.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there are several series and none is chosen, or the one that is chosen does not exist.
    TypeError
        If `ensemble` is something else, or `ax` not an Axes.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.beats import ensemble_average, show_ensemble
    >>> signal = np.tile([0.0, 0, 1, 4, 2, 1, 0, 0], 5)
    >>> ax = show_ensemble(ensemble_average(signal, [10, 18, 26], before=2, after=3))
    >>> ax.get_xlabel()
    'Time from activation [frames]'
    """
    check_axes(ax)
    check_flag(scale_bar, "scale_bar")
    if not isinstance(ensemble, Ensemble):
        cure = "give what ensemble_average returns"
        raise ArgumentTypeError("ensemble", ensemble, "is not an ensemble", cure, subject="ensemble")
    count = len(ensemble.aligned)
    if series is None and count != 1:
        problem = f"has {count} series, but one is drawn"
        cure = "choose one with series="
        raise ArgumentError("ensemble", ensemble, problem, cure, subject="ensemble", keyword="series")
    number = 0 if series is None else series
    if not isinstance(number, (int, np.integer)) or isinstance(number, bool) or not 0 <= number < count:
        raise ArgumentError.must_be("series", series, f"a whole number from 0 to {count - 1}")
    mean, sd = (values.reshape(len(ensemble.time), -1)[:, number] for values in (ensemble.mean, ensemble.sd))
    panel: Axes = new_axes(figsize=(5, 3.6)) if ax is None else ax
    unit = "frames" if ensemble.fps is None else "ms"
    draw_ensemble(panel, ensemble.time, ensemble.aligned[number], mean, sd, unit)
    if scale_bar:
        add_trace_bars(panel)
    if ax is None:
        show_figures()
    return panel


def show_restitution(pairs: Restitution | BeatTable, level: float = 80, *, ax: Axes | None = None) -> Axes:
    """Plot durations over the diastolic intervals before them.

    Parameters
    ----------
    pairs : Restitution or BeatTable
        As `restitution` returns it, or the table that it is computed from.
    level : float
        Level of recovery in percent, if a table is given.
    ax : matplotlib Axes, optional
        Draw there; by default in a new figure, which is shown.

    Returns
    -------
    matplotlib.axes.Axes
        Up to 10 series have colours of their own.

    Raises
    ------
    ValueError
        If the level was not measured.
    TypeError
        If `pairs` is something else, or `ax` not an Axes.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.beats import Restitution, show_restitution
    >>> zeros = np.zeros(3, int)
    >>> pairs = Restitution(np.array([30.0, 50, 70]), np.array([40.0, 46, 50]), zeros, zeros, 80, "ms")
    >>> show_restitution(pairs).get_ylabel()
    'Duration at 80 % [ms]'
    """
    check_axes(ax)
    names: dict[int, str] = {}
    if isinstance(pairs, BeatTable):
        names = {int(number): _label(pairs, int(number)) for number in np.unique(pairs["series"])}
        pairs = restitution(pairs, level)
    if not isinstance(pairs, Restitution):
        cure = "give what restitution or measure_beats returns"
        raise ArgumentTypeError("pairs", pairs, "are not pairs of intervals and durations", cure, subject="pairs")
    labels = [names.get(int(number), f"series {number}") for number in np.unique(pairs.series)]
    panel: Axes = new_axes(figsize=(4.6, 3.8)) if ax is None else ax
    draw_restitution(panel, pairs.interval, pairs.duration, pairs.series, labels, pairs.level, pairs.unit)
    if ax is None:
        show_figures()
    return panel
