"""Traces as lines over time. What `show_traces` accepts besides arrays is in `trace`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, ArgumentTypeError, Array, Names, check_flag, counted, on_host, parse_time_axis
from .colors import default_colors
from .figures import (
    Colors,
    check_axes,
    check_keywords,
    default_width,
    new_axes,
    parse_colors,
    show_figures,
    thin_frame,
)
from .legends import add_legend
from .line_ends import label_ends, last_values, stack_of
from .scale_bars import add_bar
from .stacked import (
    MOST_LABELS,
    MOST_OVERLAID,
    Stack,
    check_stack,
    is_stacked,
    ranges_of,
    stack_traces,
    stacked_height,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# As many as a style sheet has, or more.
MOST_COLORS = 100


def draw_traces(
    traces: ArrayLike,
    x: ArrayLike | None = None,
    fps: float | None = None,
    colors: Colors = None,
    labels: Names = None,
    ax: Axes | None = None,
    *,
    stack: bool | None = None,
    scale_bar: bool = False,
    **kwargs: object,
) -> Axes:
    """Plot an array of traces over time, with the arguments of `optimap.trace.show_traces`."""
    check_axes(ax)
    values = as_traces(traces)
    count = values.shape[1]
    drawn = 0 if ax is None else _colored(ax)
    times, label, own, style = _checked(values.shape, x, fps, colors, labels, ax, stack, scale_bar, kwargs, drawn)
    new = ax is None
    if ax is None:
        ax = new_axes(**({"figsize": (6.4, stacked_height(count))} if is_stacked(stack, count) else {}))
    rows, is_first = _rows(ax, values, stack)
    draw_lines(ax, times, values, own, style, rows)
    if label:
        ax.set_xlabel(label)
    ax.set_ylabel("Intensity")
    if is_first:
        name_lines(ax, values, own, has_names=labels is not None, rows=rows)
    if scale_bar:
        add_trace_bars(ax)
    if new:
        show_figures()
    return ax


def _rows(ax: Axes, values: Array, stack: bool | None) -> tuple[Stack | None, bool]:
    """Return how traces are stacked on axes, like those that are there already; and whether these are the first."""
    there = stack_of(ax)
    if there is not None and len(there.offsets) == values.shape[1] and stack is not False:
        return there, False
    if not is_stacked(stack, values.shape[1]) or (stack is None and ax.lines):
        return None, True
    return stack_traces(*ranges_of(values)), True


def draw_lines(
    ax: Axes, times: Array, values: Array, own: list[dict[str, Any]], style: dict[str, Any], rows: Stack | None = None
) -> None:
    """Draw the columns of `values` as lines with properties of their `own`, stacked or not."""
    from .long_traces import plot_traces  # imports matplotlib

    if not {"linewidth", "lw"} & style.keys():
        style = {"linewidth": default_width(), **style}
    offsets = None if rows is None else rows.offsets
    for line, properties in zip(plot_traces(ax, times, values, style, offsets), own, strict=True):
        line.set(**properties)
    if len(times) > 1 and times[0] != times[-1]:
        ax.set_xlim(times[0], times[-1])
    thin_frame(ax)


def name_lines(ax: Axes, values: Array, own: list[dict[str, Any]], has_names: bool, rows: Stack | None) -> None:
    """Write the names of lines into a legend, or where they end; without names, number them if there are many."""
    count = len(own)
    if count and has_names and count <= MOST_LABELS and rows is None:
        add_legend(ax)
    elif count > MOST_OVERLAID or rows is not None:
        names = [str(each["label"]) for each in own] if has_names else [str(i) for i in range(1, count + 1)]
        heights = last_values(values) if rows is None else rows.middles
        label_ends(ax, names, heights, [each["color"] for each in own], rows)
    if rows is not None:
        show_stack(ax, rows)


def show_stack(ax: Axes, rows: Stack) -> None:
    """Give axes the range of stacked traces, and a bar: their heights are no longer values, so there are no ticks."""
    ax.set_ylim(rows.middles[-1] - 0.6 * rows.distance, rows.middles[0] + 0.6 * rows.distance)
    ax.yaxis.set_visible(False)
    ax.spines["left"].set_visible(False)
    add_bar(ax, horizontal=False)


def add_trace_bars(ax: Axes, has_time: bool = True) -> None:
    """Replace the frame, ticks and labels of axes by bars for the amplitude and, if wanted, for time."""
    if stack_of(ax) is None:  # stacked traces have one already
        add_bar(ax, horizontal=False)
    if has_time:
        add_bar(ax, horizontal=True)
    ax.spines[:].set_visible(False)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_visible(False)


def as_traces(traces: ArrayLike, name: str = "traces") -> Array:
    """Return traces as an array (T, N) of real numbers on the host, or raise an error."""
    if isinstance(traces, np.ma.MaskedArray):
        traces = np.ma.filled(traces.astype(float), np.nan)
    try:
        values = np.asarray(on_host(traces))
    except ValueError as error:
        problem, cure = "is ragged, because its traces differ in length", "give one trace (T,) or several (T, N)"
        raise ArgumentError(name, traces, problem, cure, subject=name) from error
    if values.dtype.kind not in "biuf":
        problem, cure = f"has dtype {values.dtype}", "give real numbers, (T,) or (T, N)"
        raise ArgumentTypeError(name, traces, problem, cure, subject=name)
    if values.ndim not in (1, 2):
        problem, cure = f"has shape {values.shape}", "give one trace (T,) or several (T, N)"
        raise ArgumentError(name, traces, problem, cure, subject=name)
    return values[:, None] if values.ndim == 1 else values


def check_traces_arguments(
    shape: tuple[int, int],
    x: ArrayLike | None = None,
    fps: float | None = None,
    colors: Colors = None,
    labels: object = None,
    ax: object = None,
    *,
    stack: bool | None = None,
    scale_bar: bool = False,
    **kwargs: object,
) -> None:
    """Raise the errors that `draw_traces` would raise, before any work is done."""
    _checked(shape, x, fps, colors, labels, ax, stack, scale_bar, kwargs)


def _checked(
    shape: tuple[int, ...],
    x: ArrayLike | None,
    fps: float | None,
    colors: Colors,
    labels: object,
    ax: object,
    stack: bool | None,
    scale_bar: bool,
    kwargs: dict[str, Any],
    drawn: int = 0,
) -> tuple[Array, str, list[dict[str, Any]], dict[str, Any]]:
    """Return the times, the label of their axis, the properties of each line, and the keywords that all share."""
    check_axes(ax)
    check_stack(stack)
    check_flag(scale_bar, "scale_bar")
    times, label = parse_time_axis(shape[0], x, fps)
    return times, label, *line_arguments(shape[1], colors, labels, kwargs, drawn=drawn)


def line_arguments(
    count: int, colors: Colors, labels: object, kwargs: dict[str, Any], thing: str = "trace", drawn: int = 0
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the properties of each line, and the keywords that all lines share.

    `drawn` lines of the axes have default colours already, so that the next ones follow.
    """
    kwargs = dict(kwargs)
    if colors is not None:
        if "color" in kwargs or "c" in kwargs:
            raise ArgumentError("colors", colors, "is given together with color", "give one of them", subject="colors")
    else:
        colors = kwargs.pop("color", kwargs.pop("c", None))
    own: list[dict[str, Any]] = [{} for _ in range(count)]
    wanted = default_colors(count, drawn) if colors is None else parse_colors(colors, count, thing=thing)
    for line, color in zip(own, wanted, strict=True):
        line["color"] = color
    if labels is not None:
        names = _names(labels, count, thing)
        for line, name in zip(own, names, strict=True):
            line["label"] = str(name)
    _check_line_keywords(kwargs)
    return own, kwargs


def _colored(ax: Axes) -> int:
    """Return how many lines of axes have default colours."""
    known = set(default_colors(MOST_COLORS))
    return sum(str(line.get_color()) in known for line in ax.lines)


def _names(labels: object, count: int, thing: str) -> list[object]:
    """Return the names in the legend, one for each line."""
    if not isinstance(labels, Iterable):
        raise ArgumentTypeError("labels", labels, "is not text", "give text, or a sequence of text, one for each line")
    names = [labels] if isinstance(labels, str) else list(labels)
    if len(names) != count:
        problem = f"has {counted(len(names), 'entry', 'entries')} for {counted(count, thing)}"
        raise ArgumentError("labels", labels, problem, "give one for each", subject="labels")
    return names


def _check_line_keywords(kwargs: dict[str, Any]) -> None:
    """Raise an error for keywords that matplotlib does not accept, before a figure is made."""
    from matplotlib.lines import Line2D

    known = {name: value for name, value in kwargs.items() if name not in ("label", "scalex", "scaley", "data")}
    check_keywords(lambda **some: Line2D([], [], **some), known)
