"""Conduction velocity: between pairs of positions (compute_cv), and at every pixel (compute_cv_map)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, Array, Floats, VelocityMethod, check_flag
from .._draw import check_axes, check_scale, new_axes, show_figures
from .._regions import find_places
from ..image import show_image
from ..trace import select_positions
from .isochrones import show_activation_map
from .keywords import check_known
from .times_map import as_times
from .velocity import check_method, compute_velocity_field, speed_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SAME = 1e-6  # frames: differences below are none


def compute_cv(
    activation_map: ArrayLike,
    positions: ArrayLike | None = None,
    fps: float | None = None,
    space_scale: float | None = None,
    show: bool = True,
    **kwargs: object,
) -> float | Floats:
    """Compute the conduction velocity between pairs of positions: their distance by the difference of their times.

    This is the speed of the wave if it ran along the line between them; otherwise, it is larger.

    Parameters
    ----------
    activation_map : (H, W) array-like
        Activation times in frames.
    positions : sequence of (x, y), or (N, 2, 2) array-like, optional
        Pairs of positions, in pixels: the first and the second, the third and the fourth, and so on. By default, two
        are picked with the mouse.
    fps : float, optional
        Frames per second: velocities are in pixels per second, or in cm/s with `space_scale`.
    space_scale : float, optional
        Width of a pixel in mm.
    show : bool
        Show the map with the pairs.
    **kwargs
        How the map is drawn, also for picking (see `show_activation_map`): for example `cmap`, `vmin`, `vmax`, `ax`.

    Returns
    -------
    float, or (N,) array for several pairs
        In pixels per frame without `fps` and `space_scale`. NaN where a position has no time, or both have the same.

    Raises
    ------
    ValueError
        If the number of positions is odd or 0, one lies outside the map, or an argument is outside its range.
    TypeError
        If the map does not hold real numbers, or a keyword is unknown.
    RuntimeError
        If positions are to be picked, and no window can be opened.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.activation import compute_cv
    >>> times = np.arange(30.0) / 2 + np.zeros((20, 1))  # 2 pixels per frame to the right
    >>> compute_cv(times, [(5, 10), (25, 10)], show=False)
    2.0
    >>> pairs = [(0, 0), (10, 0), (5, 5), (25, 5)]
    >>> compute_cv(times, pairs, fps=500, space_scale=0.1, show=False).tolist()  # cm/s
    [10.0, 10.0]
    """
    times = as_times(activation_map)
    unit = speed_unit(fps, space_scale)
    check_flag(show, "show")
    check_known(kwargs, show_activation_map, without=["activation_map", "fps", "title"])
    _check_drawing(kwargs)
    if positions is None:
        positions = _picked(times, kwargs)
    pairs = _parse_pairs(positions, times.shape)
    ends = _times_at(times, pairs)
    took = np.abs(ends[:, 0] - ends[:, 1])
    distance = np.hypot(*(pairs[:, 0] - pairs[:, 1]).T)
    with np.errstate(invalid="ignore"):
        speeds = np.divide(distance, took, out=np.full(len(took), np.nan), where=took > SAME) * unit.factor
    if show:
        _show_pairs(times, pairs, speeds, unit.name, fps, kwargs)
    return float(speeds[0]) if len(speeds) == 1 else speeds


def _check_drawing(kwargs: dict[str, Any]) -> None:
    """Raise the errors of the drawing before any work is done, whether or not the map is shown."""
    check_axes(kwargs.get("ax"))
    check_scale(kwargs.get("cmap", "turbo"), kwargs.get("vmin"), kwargs.get("vmax"))


def _picked(times: Floats, kwargs: dict[str, Any]) -> Any:
    """Return two positions picked on the map."""
    display = {"cmap": "turbo", **{name: kwargs[name] for name in ("cmap", "vmin", "vmax") if name in kwargs}}
    positions = list(select_positions(times, title="Click to pick two positions", num_points=2, **display))
    if len(positions) != 2:
        problem = f"were picked at {len(positions)} places"
        raise ArgumentError("positions", positions, problem, "pick two, or give them", subject="positions")
    return positions


def _parse_pairs(positions: Any, shape: tuple[int, ...]) -> Floats:
    """Return pairs of positions (N, 2, 2)."""
    is_list = isinstance(positions, (list, tuple, np.ndarray)) and len(positions) > 0
    is_paired = is_list and all(np.ndim(pair) == 2 and np.shape(pair) == (2, 2) for pair in positions)
    flat = np.asarray(positions).reshape(-1, 2) if is_paired else positions
    places = find_places(flat, (int(shape[0]), int(shape[1])), name="positions")
    points = np.asarray(places.positions if places.regions is None else places.regions.centers(), np.float64)
    if len(points) == 0 or len(points) % 2:
        problem = f"holds {len(points)} positions, which are no pairs"
        raise ArgumentError("positions", positions, problem, "give an even number of (x, y)", subject="positions")
    return points.reshape(-1, 2, 2)


def _times_at(times: Floats, pairs: Floats) -> Floats:
    """Return the times (N, 2) at positions, interpolated between the pixels around them that have a weight."""
    x, y = pairs[..., 0], pairs[..., 1]
    left, top = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    found = np.zeros(x.shape)
    for row, down in ((top, 1 - (y - top)), (top + 1, y - top)):
        for column, across in ((left, 1 - (x - left)), (left + 1, x - left)):
            weight = down * across
            inside = np.clip(row, 0, times.shape[0] - 1), np.clip(column, 0, times.shape[1] - 1)
            found += np.where(weight > 0, weight * times[inside], 0.0)
    return found


def _show_pairs(
    times: Floats, pairs: Floats, speeds: Floats, unit: str, fps: float | None, kwargs: dict[str, Any]
) -> None:
    """Show the map with a line for each pair."""
    given: Axes | None = kwargs.pop("ax", None)
    ax = new_axes() if given is None else given
    known = speeds[np.isfinite(speeds)]
    mean = f"{known.mean():.4g} {unit}" if known.size else "not determined"
    show_activation_map(times, fps=fps, title=f"CV: {mean}", ax=ax, **kwargs)
    for (x0, y0), (x1, y1) in pairs.tolist():
        ax.plot([x0, x1], [y0, y1], "o-", color="red")
    if given is None:
        show_figures()


def compute_cv_map(
    activation_map: ArrayLike,
    method: VelocityMethod = "bayly",
    fps: float | None = None,
    space_scale: float | None = None,
    show: bool = True,
    title: str | None = None,
    vmin: float | None = 0,
    vmax: float | None = None,
    **kwargs: object,
) -> Floats:
    """Compute the conduction velocity at every pixel: the size of the velocity of the wave.

    Parameters
    ----------
    activation_map : (H, W) array-like
        Activation times in frames; NaN where there is none.
    method : {'bayly', 'circle', 'gradient'}
        See `compute_velocity_field`.
    fps : float, optional
        Frames per second: velocities are in pixels per second, or in cm/s with `space_scale`.
    space_scale : float, optional
        Width of a pixel in mm.
    show : bool
        Show the map.
    title : str, optional
        By default the median velocity.
    vmin, vmax : float, optional
        Velocities at the ends of the colour map.
    **kwargs
        The options of the method.

    Returns
    -------
    (H, W) float64 array
        In pixels per frame without `fps` and `space_scale`; NaN where the times do not determine it.

    Raises
    ------
    ValueError
        If the method is unknown, or an option is outside its range.
    TypeError
        If the map does not hold real numbers, or the method has no such option.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.activation import compute_cv_map
    >>> y, x = np.mgrid[:20, :30]
    >>> times = (0.6 * x + 0.8 * y) / 1.5  # a plane wave, 1.5 pixels per frame
    >>> float(compute_cv_map(times, show=False)[10, 15].round(9))
    1.5
    """
    unit = speed_unit(fps, space_scale)
    check_method(method, kwargs)
    check_flag(show, "show")
    check_scale("turbo", vmin, vmax)
    velocity = compute_velocity_field(activation_map, method, fps=fps, space_scale=space_scale, **kwargs)
    speeds: Floats = np.hypot(velocity[..., 0], velocity[..., 1])
    if show:
        known = speeds[np.isfinite(speeds)]
        usual = f"Median CV: {np.median(known):.4g} {unit.name}" if known.size else "CV: not determined"
        limit = _upper(known) if vmax is None else vmax
        label = f"CV [{unit.name}]"
        show_image(speeds, usual if title is None else title, vmin, limit, "turbo", True, label)
    return speeds


def _upper(speeds: Array) -> float | None:
    """Return the upper end of the colours: a few fast pixels do not take them from all others."""
    return float(np.percentile(speeds, 98)) if speeds.size else None
