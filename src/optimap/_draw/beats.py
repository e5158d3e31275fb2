"""Beats on axes: a trace with what was measured of each, aligned beats with their average, restitution.

These functions draw what they are given; `optimap.beats` checks arguments and knows tables. Times are in the unit of
the axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import Array, Floats
from .colors import default_colors
from .figures import thin_frame
from .legends import add_legend

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TRACE, ACTIVATION, DURATION, BASELINE, MEAN = "0.35", "#c22f2f", "#1f5fa8", "0.45", "#c22f2f"
TICK = 0.12  # of the amplitude: the length of a tick
MOST_NUMBERS = 12  # durations that are written next to their bars
MOST_COLORS = 10  # series in colours of their own


@dataclass(frozen=True)
class Marks:
    """What is drawn of each beat: arrays with one entry for each; NaN is left out."""

    activation: Floats
    baseline: Floats
    peak: Floats
    start: Floats  # of the duration that is shown
    end: Floats
    level: float  # in percent
    numbers: Floats  # the durations in their unit


def draw_beats(ax: Axes, times: Array, trace: Array, marks: Marks) -> None:
    """Draw a trace, a tick at each activation, the baselines, and bars for the durations."""
    from .long_traces import plot_traces  # imports matplotlib

    plot_traces(ax, times, trace[:, np.newaxis], {"color": TRACE, "linewidth": 0.9, "zorder": 1})
    height = marks.peak - marks.baseline
    usual = float(np.nanmedian(height)) if np.isfinite(height).any() else _spread(trace)
    known = np.isfinite(marks.activation)
    foot = np.where(np.isfinite(marks.baseline), marks.baseline, _level_at(times, trace, marks.activation))[known]
    ax.vlines(
        marks.activation[known],
        foot - 1.5 * TICK * usual,
        foot - 0.5 * TICK * usual,
        colors=ACTIVATION,
        linewidth=1.6,
        label="activation",
    )
    _draw_baselines(ax, marks, known)
    _draw_durations(ax, marks, usual)
    thin_frame(ax)
    if len(times) > 1:
        ax.set_xlim(times[0], times[-1])


def _draw_baselines(ax: Axes, marks: Marks, known: Array) -> None:
    """Draw the baseline of each beat, from before its activation to after its end."""
    lengths = marks.end - marks.start
    usual = float(np.nanmedian(lengths)) if np.isfinite(lengths).any() else 0.0
    shown = known & np.isfinite(marks.baseline)
    ends = np.where(np.isfinite(marks.end), marks.end, marks.activation + usual)[shown] + 0.35 * usual
    starts = marks.activation[shown] - 0.35 * usual
    style: dict[str, Any] = {"colors": BASELINE, "linewidth": 0.9, "linestyles": (0, (3, 2)), "label": "baseline"}
    ax.hlines(marks.baseline[shown], starts, ends, **style)


def _draw_durations(ax: Axes, marks: Marks, usual: float) -> None:
    """Draw a bar for each duration, and write the numbers if there are few."""
    levels = marks.baseline + (1 - marks.level / 100) * (marks.peak - marks.baseline)
    whole = np.isfinite(levels + marks.start + marks.end)
    starts, ends, levels = marks.start[whole], marks.end[whole], levels[whole]
    ax.hlines(levels, starts, ends, colors=DURATION, linewidth=2.2, label=f"duration at {marks.level:g} %")
    if len(levels) > MOST_NUMBERS:
        return
    offset = 3 if usual >= 0 else -3
    for start, end, level, number in zip(starts, ends, levels, marks.numbers[whole], strict=True):
        ax.annotate(
            f"{number:.3g}",
            ((start + end) / 2, level),
            (0, offset),
            textcoords="offset points",
            color=DURATION,
            ha="center",
            va="bottom" if offset > 0 else "top",
            fontsize="x-small",
        )


def _spread(trace: Array) -> float:
    """Return the range of a trace, 1 if there is none."""
    known = trace[np.isfinite(trace)]
    return float(np.ptp(known)) or 1.0 if len(known) else 1.0


def _level_at(times: Array, trace: Array, where: Floats) -> Floats:
    """Return the trace at times."""
    return np.asarray(np.interp(where, times, trace), np.float64)


def draw_ensemble(ax: Axes, time: Floats, beats: Floats, mean: Floats, sd: Floats, unit: str) -> None:
    """Draw aligned beats, their mean, and the band of one standard deviation."""
    from matplotlib.collections import LineCollection

    lines = [np.column_stack([time, beat]) for beat in beats]
    ax.add_collection(LineCollection(lines, colors="0.6", linewidths=0.6, alpha=min(1.0, 12 / max(len(beats), 1))))
    if np.isfinite(sd).any():
        ax.fill_between(time, mean - sd, mean + sd, color=MEAN, alpha=0.2, linewidth=0, label="SD")
    count = f"{len(beats)} beat{'' if len(beats) == 1 else 's'}"
    ax.plot(time, mean, color=MEAN, linewidth=1.8, label=f"mean of {count}")
    ax.axvline(0, color="0.3", linewidth=0.8, linestyle=(0, (3, 2)), zorder=0)
    ax.autoscale_view()
    ax.set_xlim(time[0], time[-1])
    ax.set_xlabel(f"Time from activation [{unit}]")
    ax.set_ylabel("Intensity")
    add_legend(ax)
    thin_frame(ax)


def draw_restitution(
    ax: Axes, interval: Floats, duration: Floats, series: Array, labels: Sequence[str], level: float, unit: str
) -> None:
    """Draw duration over the diastolic interval before it, one colour for each of a few series."""
    which = np.unique(series)
    style: dict[str, Any] = {"s": 22, "linewidths": 0.4, "edgecolors": "white"}
    if len(which) <= MOST_COLORS:
        colors = default_colors(len(which))
        for i, own in enumerate(which):
            mine = series == own
            ax.scatter(interval[mine], duration[mine], color=colors[i], label=labels[i], **style)
        if len(which) > 1:
            add_legend(ax)
    else:
        ax.scatter(interval, duration, color=DURATION, alpha=0.35, **style)
    ax.set_xlabel(f"Diastolic interval at {level:g} % [{unit}]")
    ax.set_ylabel(f"Duration at {level:g} % [{unit}]")
    thin_frame(ax)
