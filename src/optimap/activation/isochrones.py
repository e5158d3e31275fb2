"""Figures of activations: signals with their activations, isochrones over the anatomy.

Maps are drawn pixel by pixel, transparent where there is no time, so that the image behind them shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, Floats, check_flag, given_fps
from .._draw import (
    add_legend,
    add_length_bar,
    as_image,
    check_axes,
    check_keywords,
    check_length_bar,
    check_scale,
    default_colors,
    draw_traces,
    hidden_axes,
    new_axes,
    show_figures,
)
from ..image import show_image
from .times_map import as_times

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NOTHING: Mapping[str, object] = MappingProxyType({})


def show_activations(
    signal: ArrayLike,
    activations: ArrayLike,
    fps: float | None = None,
    ax: Axes | None = None,
    linecolor: str = "red",
    linestyle: str = "--",
    **kwargs: object,
) -> Axes:
    """Plot a signal with vertical lines at its activations.

    Parameters
    ----------
    signal : (T,) or (T, N) array-like
    activations : (K,) array-like
        In frames.
    fps : float, optional
        Frames per second: the axis is in seconds; by default it is in frames.
    ax : matplotlib Axes, optional
        Draw there; by default in a new figure, which is shown.
    linecolor, linestyle : str
        Of the vertical lines.
    **kwargs
        Other arguments of `optimap.trace.show_traces`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If an argument cannot be drawn.

    Examples
    --------
    >>> from optimap.activation import show_activations
    >>> ax = show_activations([0, 0, 1, 1, 0, 0, 1, 1], [2, 6])
    >>> len(ax.lines)
    3
    """
    check_axes(ax)
    times = _times_of(activations)
    scale = 1.0 if fps is None else 1 / given_fps(fps)
    check_keywords(lambda **style: hidden_axes().axvline(0, **style), {"color": linecolor, "linestyle": linestyle})
    drawn = new_axes(figsize=(6.4, 2.4)) if ax is None else ax
    draw_traces(signal, fps=fps, ax=drawn, **kwargs)  # type: ignore[arg-type]  # checked there
    for time in times.tolist():
        drawn.axvline(time * scale, color=linecolor, linestyle=linestyle)
    if ax is None:
        show_figures()
    return drawn


def _times_of(activations: ArrayLike) -> Floats:
    """Return activations as an array."""
    times = np.asarray(activations, np.float64)
    if times.ndim != 1:
        cure = "give the activations of one signal"
        raise ArgumentError("activations", activations, f"has shape {times.shape}", cure, subject="activations")
    return times[np.isfinite(times)]


def show_slopes(
    signal: Floats, times: Any, slopes: Floats, prominence: float, fps: float | None, ax: Axes | None
) -> None:
    """Plot a signal above its derivative, both with vertical lines at activations."""
    if ax is None:
        upper, lower = new_axes(nrows=2, sharex=True, figsize=(10, 4))
    else:
        ax.set_axis_off()
        upper, lower = ax.inset_axes((0, 0.5, 1, 0.5)), ax.inset_axes((0, 0, 1, 0.5))
        upper.sharex(lower)
    for panel, values in ((upper, signal), (lower, slopes)):
        show_activations(values, times, fps=fps, ax=panel, color=default_colors(1)[0])
    upper.set_xlabel("")
    upper.tick_params(labelbottom=False)
    lower.set_ylabel("dV/dt")
    if np.isfinite(prominence):
        lower.axhline(prominence, color="green", linestyle=":", label=f"least prominence, {prominence:.3g}")
        add_legend(lower)
    if ax is None:
        show_figures()


def show_activation_map(
    activation_map: ArrayLike,
    vmin: float | None = 0,
    vmax: float | None = None,
    fps: float | None = None,
    cmap: str = "turbo",
    title: str = "",
    show_contours: bool = False,
    show_map: bool = True,
    show_colorbar: bool = True,
    colorbar_title: str | None = None,
    ax: Axes | None = None,
    contour_fmt: str | None = None,
    contour_levels: ArrayLike | None = None,
    contour_fontsize: float | None = None,
    contour_linestyles: str | Sequence[str] | None = None,
    contour_args: Mapping[str, object] = NOTHING,
    contour_label_args: Mapping[str, object] = NOTHING,
    *,
    image: ArrayLike | None = None,
    scale_bar: bool = False,
    pixel_size: float | None = None,
) -> Axes:
    """Show a map of activation times, as colours and as isochrones.

    Parameters
    ----------
    activation_map : (H, W) array-like
        Activation times in frames; NaN is transparent.
    vmin, vmax : float, optional
        Times at the ends of the colour map, in the units that are shown; None stands for the earliest and the latest.
    fps : float, optional
        Frames per second: times are shown in ms.
    cmap : str or matplotlib colormap
    title : str
    show_contours : bool
        Draw isochrones, labelled.
    show_map : bool
        Draw the colours.
    show_colorbar : bool
        Draw the scale of the colours on the right.
    colorbar_title : str, optional
    ax : matplotlib Axes, optional
        Draw there; by default in a new figure, which is shown.
    contour_fmt : str, optional
        How labels are written, such as ``' %.1f ms '``.
    contour_levels : int or array-like, optional
        How many isochrones, or at which times; by default chosen by matplotlib.
    contour_fontsize : float, optional
        Of the labels.
    contour_linestyles : str or sequence of str, optional
        Of the isochrones.
    contour_args, contour_label_args : mapping
        Other keywords of `matplotlib.axes.Axes.contour` and `matplotlib.axes.Axes.clabel`.
    image : (H, W) or (H, W, 3) array-like, optional
        The anatomy, drawn behind the map in grey.
    scale_bar, pixel_size
        Draw a bar for the distance, as `optimap.image.show_image` does.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If `activation_map` is not 2-D, or an argument cannot be drawn.
    TypeError
        If `activation_map` does not hold real numbers, or `ax` is not Axes.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.activation import show_activation_map
    >>> y, x = np.mgrid[:30, :40]
    >>> ax = show_activation_map(np.hypot(x, y), fps=500, show_contours=True, contour_levels=[20, 40, 60])
    """
    check_axes(ax)
    check_scale(cmap, vmin, vmax)
    check_length_bar(scale_bar, pixel_size)
    for name, flag in (("show_contours", show_contours), ("show_map", show_map), ("show_colorbar", show_colorbar)):
        check_flag(flag, name)
    scale = 1.0 if fps is None else 1000 / given_fps(fps)
    times = as_times(activation_map) * scale
    behind = None if image is None else parse_image(image, times.shape)
    lines = {"levels": contour_levels, "linestyles": contour_linestyles, "colors": "black", **contour_args}
    fmt = contour_fmt or ("%g" if fps is None else " %g ms ")
    labels = {"fontsize": contour_fontsize, "fmt": fmt, **contour_label_args}
    if show_contours:
        _check_contours(lines, labels)
    drawn = new_axes() if ax is None else ax
    if behind is not None:
        show_image(behind, ax=drawn)
    if show_map:
        label = f"Activation Time [{'frames' if fps is None else 'ms'}]" if colorbar_title is None else colorbar_title
        low, high = _ends(times, vmin, vmax)
        show_image(times, title, low, high, cmap, show_colorbar, label, drawn)
    elif title:
        drawn.set_title(title)
    if show_contours:
        _draw_contours(drawn, times, lines, labels)
    if scale_bar:
        add_length_bar(drawn, pixel_size)
    if ax is None:
        show_figures()
    return drawn


def parse_image(image: ArrayLike, shape: tuple[int, ...]) -> Any:
    """Return the anatomy, which has the size of the map."""
    pixels = as_image(image)
    if pixels.shape[:2] != shape:
        cure = f"give an image of the size of the map, {shape}"
        raise ArgumentError("image", image, f"has shape {pixels.shape}", cure, subject="image")
    return pixels


def _ends(times: Floats, vmin: float | None, vmax: float | None) -> tuple[float | None, float | None]:
    """Return the times at the ends of the colours: the earliest and the latest in place of what is left out."""
    known = times[np.isfinite(times)]
    if not known.size:
        return vmin, vmax
    low, high = (
        (float(known.min()) if vmin is None else float(vmin)),
        (float(known.max()) if vmax is None else float(vmax)),
    )
    if low > high:
        return (high, high) if vmin is None else (low, low)
    return low, high


def _check_contours(lines: dict[str, Any], labels: dict[str, Any]) -> None:
    """Raise an error for keywords that matplotlib does not accept, before a figure is made."""
    ramp = np.add.outer(np.arange(3.0), np.arange(3.0))
    check_keywords(lambda **some: hidden_axes().contour(ramp, **some), {**lines, "levels": 3})
    check_keywords(lambda **some: hidden_axes().contour(ramp).clabel(**some), {**labels})


def _draw_contours(ax: Axes, times: Floats, lines: dict[str, Any], labels: dict[str, Any]) -> None:
    """Draw isochrones within the range of times; where there is none, nothing is drawn."""
    known = times[np.isfinite(times)]
    if known.size == 0 or known.min() == known.max() or min(times.shape) < 2:
        return
    levels = lines["levels"]
    if levels is not None and np.ndim(levels) > 0:
        levels = np.unique(np.asarray(levels, np.float64))
        levels = levels[(levels >= known.min()) & (levels <= known.max())]
        if len(levels) == 0:
            return
    contours = ax.contour(np.ma.masked_invalid(times), **{**lines, "levels": levels})
    contours.clabel(**labels)
