"""show_traces: lines over time."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .._base import Array, on_host, parse_time_axis
from .figures import check_axes, new_axes, parse_colors, show_figures

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def show_traces(
    traces: ArrayLike,
    x: ArrayLike | None = None,
    fps: float | None = None,
    colors: Any = None,
    labels: Any = None,
    ax: "Axes | None" = None,
    **kwargs: Any,
) -> "Axes":
    """Plot one or more traces over time.

    Long traces are reduced to each pixel's minimum and maximum, anew when the view changes, so that a million
    samples draw at once and no peak is lost.

    Parameters
    ----------
    traces : (T,) or (T, N) array-like
        NaN leaves a gap.
    x : (T,) array-like, optional
        Values on the x-axis.
    fps : float, optional
        Frames per second: the x-axis is in seconds. Without `x` and `fps` it is in frames.
    colors : color or sequence of N colors, optional
        One for all, or one each; by default matplotlib's colour cycle.
    labels : str or sequence of N str, optional
        Names for the legend.
    ax : matplotlib Axes, optional
        Draw there; by default in a new figure, which is shown.
    **kwargs
        Passed to `matplotlib.axes.Axes.plot`.

    Returns
    -------
    matplotlib.axes.Axes
        Lines of traces of more than 10,000 samples hold the points that are drawn, not every sample; such traces are
        kept by reference and read again when the view changes.

    Raises
    ------
    ValueError
        If `traces` is not 1-D or 2-D; both `x` and `fps` are given; ``fps <= 0``; `x`, `colors` or `labels` have the
        wrong length.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import show_traces
    >>> ax = show_traces(np.random.default_rng(0).normal(size=(500, 2)), fps=500, labels=["a", "b"])
    >>> ax.get_xlabel()
    'Time [s]'
    """
    check_axes(ax)
    values = as_traces(traces)
    times, label = parse_time_axis(len(values), x, fps)
    per_trace, kwargs = line_arguments(values.shape[1], colors, labels, kwargs)
    new = ax is None
    if ax is None:
        ax = new_axes()

    from .long_traces import plot_traces

    for line, properties in zip(plot_traces(ax, times, values, **kwargs), per_trace, strict=True):
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


def show_trace(*args: Any, **kwargs: Any) -> "Axes":
    """Plot one or more traces: another name for `show_traces`.

    Parameters
    ----------
    *args, **kwargs
        As for `show_traces`.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> from optimap.trace import show_trace
    >>> ax = show_trace([1, 2, 1], fps=500)
    """
    return show_traces(*args, **kwargs)


def as_traces(traces: ArrayLike) -> Array:
    if isinstance(traces, np.ma.MaskedArray):
        traces = np.ma.filled(traces.astype(float), np.nan)
    values = np.asarray(on_host(traces))
    if values.dtype.kind not in "biuf":
        raise TypeError(f"traces has dtype {values.dtype}: give real numbers, (T,) or (T, N)")
    if values.ndim not in (1, 2):
        raise ValueError(f"traces has shape {values.shape}: give one trace (T,) or several (T, N)")
    return values[:, None] if values.ndim == 1 else values


def check_traces_arguments(
    shape: tuple[int, int],
    x: Any = None,
    fps: Any = None,
    colors: Any = None,
    labels: Any = None,
    ax: Any = None,
    **kwargs: Any,
) -> None:
    """Raise the errors that `show_traces` would, before any work is done."""
    check_axes(ax)
    parse_time_axis(shape[0], x, fps)
    line_arguments(shape[1], colors, labels, kwargs)


def line_arguments(
    count: int, colors: Any, labels: Any, kwargs: dict[str, Any], things: str = "traces"
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return each line's own properties, and the keywords that all lines share."""
    kwargs = dict(kwargs)
    if colors is not None:
        if "color" in kwargs or "c" in kwargs:
            raise ValueError("color and colors are both given: give one of them")
    else:
        colors = kwargs.pop("color", kwargs.pop("c", None))
    own: list[dict[str, Any]] = [{} for _ in range(count)]
    if colors is not None:
        for line, color in zip(own, parse_colors(colors, count, things=things), strict=True):
            line["color"] = color
    if labels is not None:
        names = [labels] if isinstance(labels, str) else list(labels)
        if len(names) != count:
            raise ValueError(f"labels has {len(names)} entries for {count} {things}: give one for each")
        for line, name in zip(own, names, strict=True):
            line["label"] = str(name)
    _check_line_keywords(kwargs)
    return own, kwargs


def _check_line_keywords(kwargs: dict[str, Any]) -> None:
    """Let matplotlib say what it does not know, before a figure is made."""
    from matplotlib.lines import Line2D

    known = {name: value for name, value in kwargs.items() if name not in ("label", "scalex", "scaley", "data")}
    try:
        Line2D([], [], **known)
    except (AttributeError, TypeError, ValueError) as error:
        raise type(error)(f"keywords {known}: matplotlib says {error}") from error
