"""show_positions: dots on an image. Regions are drawn by `regions`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, Floats, PlacesLike, PositionKeywords, check_flag, counted
from .._regions import find_drawn
from .colors import default_colors
from .figures import (
    Colors,
    as_image,
    check_axes,
    check_keywords,
    check_scale,
    hidden_axes,
    new_axes,
    parse_colors,
    show_figures,
)
from .images import add_length_bar, check_length_bar, draw_image
from .regions import none_error, show_regions
from .stacked import MOST_LABELS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AREA = 36.0  # of dots, in points squared


def show_positions(
    positions: PlacesLike,
    image: ArrayLike | None = None,
    size: ArrayLike | None = None,
    color: Colors = None,
    cmap: str = "gray",
    vmin: float | None = None,
    vmax: float | None = None,
    ax: Axes | None = None,
    *,
    numbers: bool | None = None,
    scale_bar: bool = False,
    pixel_size: float | None = None,
    **kwargs: Unpack[PositionKeywords],
) -> Axes:
    """Draw positions as dots, or regions as outlines, on an image if one is given.

    Parameters
    ----------
    positions : (x, y) or sequence of (x, y), in pixels; or regions
        Anything that `extract_traces` takes as `coords`. Regions are drawn by `show_regions`.
    image : (H, W) or (H, W, 3) array, optional
        Drawn below the positions.
    size : float or sequence of N floats, optional
        Area of the dots in points squared, as `s` of `matplotlib.axes.Axes.scatter`. Only for positions.
    color : color or sequence of N colors, optional
        One for all, or one for each; by default those of the set of 24 in `show_traces`.
    cmap, vmin, vmax
        How the image is drawn, see `optimap.image.show_image`.
    ax : matplotlib Axes, optional
        Draw there; by default in a new figure, which is shown.
    numbers : bool, optional
        Number the positions, from 1 on, or write the names of regions (or their numbers); by default, more than 12
        positions are numbered, as far as there is room, and regions are named.
    scale_bar : bool
        Draw a bar below the image whose length is written next to it, in mm if `pixel_size` is given, else in pixels.
    pixel_size : float, optional
        Width of a pixel in mm.
    **kwargs
        Passed to `matplotlib.axes.Axes.scatter`, or for regions to `show_regions`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If a position is not a pair, `image` is not an image, `size` or `color` has the wrong length, or `size` is
        given for regions, or a keyword has a wrong value.
    AttributeError
        If a keyword is unknown to matplotlib.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import show_positions
    >>> ax = show_positions([(2, 3), (5, 1)], image=np.zeros((8, 8)))
    """
    pixels = None if image is None else as_image(image)
    if numbers is not None:
        check_flag(numbers, "numbers")
    check_length_bar(scale_bar, pixel_size)
    frame = None if pixels is None else (int(pixels.shape[0]), int(pixels.shape[1]))
    places = find_drawn(positions, frame, "positions")
    if places.positions is None:
        if size is not None:
            raise ArgumentError("size", size, "is the area of dots, but regions have outlines", "leave size out")
        if len(places.spans.first) == 1:  # making spans checks the regions, under their name here
            raise none_error("positions", positions)
        own: dict[str, Any] = {"names": numbers is not False, **kwargs}
        own |= {"scale_bar": scale_bar, "pixel_size": pixel_size}
        return show_regions(places.regions, image, **own, color=color, cmap=cmap, vmin=vmin, vmax=vmax, ax=ax)
    points = places.positions
    sizes = _areas(size, len(points))
    colors, style = _style(color, len(points), {**kwargs})
    check_axes(ax)
    check_scale(cmap, vmin, vmax)
    if kwargs and len(points):
        check_keywords(lambda **some: hidden_axes().scatter(points[:, 0], points[:, 1], s=sizes, **some), style)

    new = ax is None
    if ax is None:
        ax = new_axes()
    if pixels is not None:
        draw_image(ax, pixels, vmin, vmax, cmap=cmap)
    elif not (ax.images or ax.collections):  # empty axes become those of an image, with the origin at the top left
        ax.set_aspect("equal")
        ax.yaxis.set_inverted(True)
    if len(points):
        ax.scatter(points[:, 0], points[:, 1], s=sizes, **style)
    if len(points) > MOST_LABELS if numbers is None else numbers:
        name_positions(ax, points, [str(i) for i in range(1, len(points) + 1)], colors, sizes)
    if scale_bar:
        add_length_bar(ax, pixel_size)
    if new:
        show_figures()
    return ax


def name_positions(
    ax: Axes, points: Floats, names: Sequence[str], colors: Sequence[Any], sizes: ArrayLike = AREA
) -> None:
    """Write names or numbers next to dots of these areas, if there are not too many."""
    from .place_names import MOST_NUMBERS, number_positions  # imports matplotlib

    if 0 < len(points) <= MOST_NUMBERS:
        number_positions(ax, points, names, colors, float(np.sqrt(np.max(sizes)) / 2))


def _areas(size: ArrayLike | None, count: int) -> Floats:
    """Return the areas of the dots, one for all or one for each."""
    sizes = np.asarray(AREA if size is None else size, float)
    if sizes.ndim and sizes.shape != (count,):
        problem = f"has shape {sizes.shape} for {counted(count, 'position')}"
        raise ArgumentError("size", size, problem, "give one for all or one for each", subject="size")
    if not (np.isfinite(sizes).all() and (sizes >= 0).all()):
        raise ArgumentError("size", size, "is not an area", "give areas of 0 or more", plain=True)
    return sizes


def _style(color: Colors, count: int, kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Return the colours of the dots, and their keywords."""
    style = dict(kwargs)
    if "c" in style:
        if color is not None:
            raise ArgumentError("color", color, "is given together with c", "give one of them", subject="color")
        color = style.pop("c")
    wanted = default_colors(count) if color is None else color
    dots = parse_colors(wanted, count, "color", "position")
    has_face = {"facecolor", "facecolors", "fc"} & style.keys()
    has_edge = {"edgecolor", "edgecolors", "ec"} & style.keys()
    if not has_face:
        style["c"] = dots
    if has_face and not has_edge:
        style["edgecolors"] = dots
    elif not has_edge and "marker" not in style:
        style["edgecolors"] = "white"  # keeps dots visible on an image of any brightness
    return dots, style
