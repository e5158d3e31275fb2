"""Traces as lines over time. What `show_traces` accepts besides arrays is in `trace`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, ArgumentTypeError, Array, counted, on_host, parse_time_axis
from .colors import default_colors
from .figures import Colors, check_axes, check_keywords, new_axes, parse_colors, show_figures

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# As many as a style sheet has, or more.
MOST_COLORS = 100


def draw_traces(
    traces: ArrayLike,
    x: ArrayLike | None = None,
    fps: float | None = None,
    colors: Colors = None,
    labels: str | Sequence[str] | None = None,
    ax: Axes | None = None,
    **kwargs: object,
) -> Axes:
    """Plot an array of traces over time, with the arguments of `optimap.trace.show_traces`."""
    check_axes(ax)
    values = as_traces(traces)
    times, label = parse_time_axis(len(values), x, fps)
    per_trace, style = line_arguments(values.shape[1], colors, labels, kwargs, drawn=0 if ax is None else _colored(ax))
    new = ax is None
    if ax is None:
        ax = new_axes()

    from .long_traces import plot_traces  # imports matplotlib

    for line, properties in zip(plot_traces(ax, times, values, style), per_trace, strict=True):
        line.set(**properties)
    if len(times) > 1 and times[0] != times[-1]:
        ax.set_xlim(times[0], times[-1])
    if label:
        ax.set_xlabel(label)
    ax.set_ylabel("Intensity")
    if labels is not None and values.shape[1]:
        ax.legend()
    if new:
        show_figures()
    return ax


def as_traces(traces: ArrayLike, name: str = "traces") -> Array:
    """Return traces as an array (T, N) of real numbers on the host, or raise an error."""
    if isinstance(traces, np.ma.MaskedArray):
        traces = np.ma.filled(traces.astype(float), np.nan)
    values = np.asarray(on_host(traces))
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
    **kwargs: object,
) -> None:
    """Raise the errors that `draw_traces` would raise, before any work is done."""
    check_axes(ax)
    parse_time_axis(shape[0], x, fps)
    line_arguments(shape[1], colors, labels, kwargs)


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
