"""Figures of activations: signals with their activations, isochrones over the anatomy, velocities as arrows.

Maps are drawn pixel by pixel, transparent where there is no time, so that the image behind them shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .._base import RATE, ArgumentError, Floats, check_flag, positive_number
from .._draw import (
    add_legend,
    as_image,
    check_axes,
    check_keywords,
    check_scale,
    default_colors,
    draw_traces,
    hidden_axes,
    new_axes,
    show_figures,
)
from ..image import show_image
from .keywords import check_known
from .times_map import as_times
from .velocity import speed_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST = 3.0  # of the usual speed: longer arrows are not drawn
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
    scale = 1.0 if fps is None else 1 / positive_number(fps, "fps", RATE)
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
    for name, flag in (("show_contours", show_contours), ("show_map", show_map), ("show_colorbar", show_colorbar)):
        check_flag(flag, name)
    scale = 1.0 if fps is None else 1000 / positive_number(fps, "fps", RATE)
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


def show_velocity_field(
    velocity_field: ArrayLike,
    activation_map: ArrayLike | None = None,
    *,
    fps: float | None = None,
    space_scale: float | None = None,
    step: int | None = None,
    key_speed: float | None = None,
    image: ArrayLike | None = None,
    title: str = "",
    color: str = "black",
    ax: Axes | None = None,
    **kwargs: object,
) -> Axes:
    """Show velocities as arrows over a map of activation times with isochrones.

    Parameters
    ----------
    velocity_field : (H, W, 2) array-like
        As `compute_velocity_field` returns it for the same `fps` and `space_scale`; NaN has no arrow, and neither have
        speeds above three times the median, which would cross the map.
    activation_map : (H, W) array-like, optional
        Activation times in frames, drawn behind the arrows.
    fps : float, optional
        Frames per second: times are in ms, and speeds in pixels or cm per second.
    space_scale : float, optional
        Width of a pixel in mm.
    step : int, optional
        Pixels between arrows; by default there are about 20 on the longer side.
    key_speed : float, optional
        The speed of the arrow that is drawn as the scale; by default the median speed, rounded.
    image : (H, W) or (H, W, 3) array-like, optional
        The anatomy, drawn behind all in grey.
    title : str
    color : str
        Of the arrows.
    ax : matplotlib Axes, optional
        Draw there; by default in a new figure, which is shown.
    **kwargs
        Other arguments of `show_activation_map`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the shapes differ, or an argument cannot be drawn.
    TypeError
        If a keyword is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.activation import compute_velocity_field, show_velocity_field
    >>> y, x = np.mgrid[:30, :40]
    >>> times = np.hypot(x + 3, y + 3) / 2
    >>> ax = show_velocity_field(compute_velocity_field(times), times, title="from the corner")
    """
    check_axes(ax)
    check_known(kwargs, show_activation_map, without=["activation_map", "fps", "title", "ax", "image"])
    velocity = _as_velocity(velocity_field)
    unit = speed_unit(fps, space_scale).name
    every = _step(step, velocity.shape)
    length = None if key_speed is None else positive_number(key_speed, "key_speed")
    check_keywords(lambda **some: hidden_axes().plot([], [], **some), {"color": color})
    drawn = new_axes() if ax is None else ax
    if activation_map is not None:
        times = as_times(activation_map)
        if times.shape != velocity.shape[:2]:
            problem, cure = f"has shape {times.shape}", f"give the map of these velocities, {velocity.shape[:2]}"
            raise ArgumentError("activation_map", activation_map, problem, cure, subject="activation_map")
        style: dict[str, Any] = {"show_contours": True, "contour_args": {"linewidths": 0.7, "alpha": 0.6}, **kwargs}
        show_activation_map(times, fps=fps, title=title, ax=drawn, image=image, **style)
    else:
        blank = np.full(velocity.shape[:2], np.nan)
        show_image(blank if image is None else parse_image(image, velocity.shape[:2]), title, ax=drawn)
    _draw_arrows(drawn, velocity, every, length, unit, color)
    if ax is None:
        show_figures()
    return drawn


def _as_velocity(velocity_field: ArrayLike) -> Floats:
    """Return velocities as (H, W, 2)."""
    velocity = np.ma.filled(np.ma.asarray(velocity_field, np.float64), np.nan)
    if velocity.ndim != 3 or velocity.shape[2] != 2:
        problem, cure = f"has shape {velocity.shape}", "give velocities (H, W, 2), x and y"
        raise ArgumentError("velocity_field", velocity_field, problem, cure, subject="velocity_field")
    return np.asarray(velocity)


def _step(step: int | None, shape: tuple[int, ...]) -> int:
    """Return how many pixels lie between arrows."""
    if step is None:
        return max(1, round(max(shape[:2]) / 20))
    if not isinstance(step, (int, np.integer)) or isinstance(step, bool) or step < 1:
        raise ArgumentError.must_be("step", step, "a whole number, 1 or more")
    return int(step)


def _draw_arrows(ax: Axes, velocity: Floats, step: int, key_speed: float | None, unit: str, color: str) -> None:
    """Draw arrows, the usual one as long as the distance between them, and one below as the scale."""
    y, x = np.mgrid[step // 2 : velocity.shape[0] : step, step // 2 : velocity.shape[1] : step]
    u, v = np.moveaxis(velocity[y, x], -1, 0)
    known = np.isfinite(u) & np.isfinite(v)
    if not known.any():
        return
    speeds = np.hypot(u, v)
    usual = float(np.median(speeds[known]))
    known &= speeds <= LONGEST * usual
    shown = _rounded(usual) if key_speed is None else key_speed
    arrows = ax.quiver(
        x[known], y[known], u[known], v[known], color=color, pivot="mid", angles="xy", scale_units="xy",
        scale=usual / (0.9 * step), width=0.004,
    )  # fmt: skip
    if not ax.get_title():
        ax.set_title(" ")  # makes room for the scale
    ax.quiverkey(arrows, 0.8, 1.03, shown, f"{shown:g} {unit}", labelpos="E", coordinates="axes")


def _rounded(number: float) -> float:
    """Return a number with one digit."""
    return float(f"{number:.0e}")
