"""Figures of velocities: arrows over isochrones and the anatomy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, Floats, positive_number
from .._draw import check_axes, check_keywords, hidden_axes, new_axes, show_figures
from ..image import show_image
from .isochrones import parse_image, show_activation_map
from .keywords import check_known
from .times_map import as_times
from .velocity import speed_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST = 3.0  # of the usual speed: longer arrows are not drawn
BAR = ("scale_bar", "pixel_size")


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
        Other arguments of `show_activation_map`; by default, the colours begin at the earliest time.

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
        lines: dict[str, Any] = {"show_contours": True, "contour_args": {"linewidths": 0.7, "alpha": 0.6}}
        style = {"pixel_size": space_scale, "vmin": None, **lines, **kwargs}
        show_activation_map(times, fps=fps, title=title, ax=drawn, image=image, **style)
    else:
        blank = np.full(velocity.shape[:2], np.nan)
        bar: dict[str, Any] = {"pixel_size": space_scale, **{k: kwargs[k] for k in BAR if k in kwargs}}
        show_image(blank if image is None else parse_image(image, velocity.shape[:2]), title, ax=drawn, **bar)
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
    ax.quiverkey(arrows, 0.96, 1.03, shown, f"{shown:g} {unit}", labelpos="W", coordinates="axes")


def _rounded(number: float) -> float:
    """Return a number with one digit."""
    return float(f"{number:.0e}")
