"""show_regions: outlines along the edges of the pixels of each region, over an image, in the colours of the traces."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, ArgumentTypeError, Array, MarkKeywords, PlacesLike
from .._regions import Regions, Spans, make_regions
from .colors import default_colors
from .figures import Colors, as_image, check_axes, check_scale, keyword_error, new_axes, parse_colors, show_figures
from .images import add_length_bar, check_length_bar, draw_image
from .stacked import MOST_LABELS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.path import Path
    from matplotlib.typing import ColorType


def show_regions(
    regions: PlacesLike,
    image: ArrayLike | None = None,
    names: bool = True,
    color: Colors = None,
    cmap: str = "gray",
    vmin: float | None = None,
    vmax: float | None = None,
    ax: Axes | None = None,
    *,
    scale_bar: bool = False,
    pixel_size: float | None = None,
    **kwargs: Unpack[MarkKeywords],
) -> Axes:
    """Draw the outlines of regions, on an image if one is given.

    The outlines follow the edges of the pixels that are measured.

    Parameters
    ----------
    regions : Regions, or anything that `optimap.trace.regions` takes
    image : (H, W) or (H, W, 3) array, optional
        Drawn below the outlines, which are clipped to it.
    names : bool
        Write the names next to the regions; more than 12 regions are numbered, from 1 on, as far as there is room.
    color : color or sequence of N colors, optional
        One for all, or one for each; by default those of the set of 24 in `show_traces`: a region and its
        trace have the same colour.
    cmap, vmin, vmax
        How the image is drawn, see `optimap.image.show_image`.
    ax : matplotlib Axes, optional
        Draw there; by default in a new figure, which is shown.
    scale_bar : bool
        Draw a bar below the image whose length is written next to it, in mm if `pixel_size` is given, else in pixels.
    pixel_size : float, optional
        Width of a pixel in mm.
    **kwargs
        Passed to `matplotlib.collections.PathCollection`, such as ``linewidths``, ``facecolors``, ``alpha``.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there are no regions, `image` is not an image or does not have the shape of the regions' frame, `color` has
        the wrong length, or a keyword has a wrong value.
    TypeError
        If a keyword is unknown, or `names` is not True or False.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import show_regions
    >>> labels = np.zeros((8, 8), int)
    >>> labels[1:4, 1:6], labels[5:, 3:] = 1, 2
    >>> ax = show_regions(labels, image=np.zeros((8, 8)))
    >>> [text.get_text() for text in ax.texts]
    ['label_1', 'label_2']
    """
    pixels = None if image is None else as_image(image)
    frame = None if pixels is None else (int(pixels.shape[0]), int(pixels.shape[1]))
    found = regions if isinstance(regions, Regions) else make_regions(regions, frame, name="regions")
    spans = found.spans(frame)
    if not len(found):
        raise none_error("regions", regions)
    if not isinstance(names, (bool, np.bool_)):
        cure = "it must be True or False; name regions with optimap.trace.regions(..., names=)"
        raise ArgumentTypeError("names", names, "is not True or False", cure, plain=True)
    check_axes(ax)
    check_scale(cmap, vmin, vmax)
    check_length_bar(scale_bar, pixel_size)
    wanted = default_colors(len(found)) if color is None else color
    colors = parse_colors(wanted, len(found), "color", "region")
    drawn = _collection(spans, colors, {**kwargs})

    new = ax is None
    if ax is None:
        ax = new_axes()
    if pixels is not None:
        draw_image(ax, pixels, vmin, vmax, cmap=cmap)
    _draw(ax, drawn)
    if names:
        _write_names(ax, spans, found.names, colors)
    if pixels is None and found.frame_shape is not None and not ax.images:
        height, width = found.frame_shape
        ax.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    if scale_bar:
        add_length_bar(ax, pixel_size)
    if new:
        show_figures()
    return ax


def none_error(name: str, value: object) -> ArgumentError:
    """Return the error for something that holds no regions."""
    cure = "give at least one region to draw"
    return ArgumentError(name, value, "holds no regions", cure, subject=name)


def _collection(spans: Spans, colors: list[ColorType], kwargs: dict[str, Any]) -> PathCollection:
    """Return the outlines, or raise an error for keywords that matplotlib does not accept, before a figure is made."""
    from matplotlib.collections import PathCollection

    # Ends that extend by half the line width close the corners.
    style = {"facecolors": "none", "linewidths": 1.5, "capstyle": "projecting", **kwargs}
    if not {"edgecolor", "edgecolors", "ec"} & style.keys():
        style["edgecolors"] = colors
    try:
        return PathCollection(outlines(spans), **style)
    except (AttributeError, TypeError, ValueError) as error:
        raise keyword_error(lambda **keyword: PathCollection([], **keyword), kwargs, error) from error


def _draw(ax: Axes, drawn: PathCollection) -> None:
    """Add the outlines to axes."""
    empty = not (ax.images or ax.collections or ax.lines)
    ax.add_collection(drawn, autolim=True)
    if empty:  # they become those of an image, with the origin at the top left
        ax.set_aspect("equal")
        ax.autoscale_view()
        ax.yaxis.set_inverted(True)


def _write_names(ax: Axes, spans: Spans, names: Sequence[str], colors: list[ColorType]) -> None:
    """Write the name of each region next to it, or if there are many, its number into it."""
    from .place_names import MOST_NUMBERS, name_regions  # imports matplotlib

    if len(names) > MOST_NUMBERS:
        return
    parts = [slice(first, last) for first, last in pairwise(spans.first.tolist())]
    edges = [(spans.starts[own].min() - 0.5, spans.rows[own].min() - 0.5) for own in parts]
    others = [(spans.stops[own].max() - 0.5, spans.rows[own].max() + 0.5) for own in parts]
    many = len(names) > MOST_LABELS
    shown = [str(i) for i in range(1, len(names) + 1)] if many else names
    name_regions(ax, np.concatenate([edges, others], axis=1), shown, colors, inside=many)


def outlines(spans: Spans) -> list[Path]:
    """Return the outline of each region: straight lines along the edges of its pixels."""
    from matplotlib.path import Path

    owners, begins, ends = _edges(spans)
    order = np.argsort(owners, kind="stable")
    bounds = np.searchsorted(owners[order], np.arange(len(spans.first)))
    points = np.stack([begins[order], ends[order]], axis=1).reshape(-1, 2)
    codes = np.tile(np.array([Path.MOVETO, Path.LINETO], Path.code_type), len(order))
    return [Path(points[2 * a : 2 * b], codes[2 * a : 2 * b]) for a, b in pairwise(bounds.tolist())]


def _edges(spans: Spans) -> tuple[Array, Array, Array]:
    """Return owner, begin (x, y) and end of all straight edges between a region's pixels and other pixels."""
    lengths = spans.stops - spans.starts
    owner = np.repeat(np.repeat(np.arange(len(spans.first) - 1), np.diff(spans.first)), lengths)
    x = np.arange(lengths.sum()) + np.repeat(spans.starts - (np.cumsum(lengths) - lengths), lengths)
    y = np.repeat(spans.rows, lengths)
    if not len(x):
        return owner, np.empty((0, 2)), np.empty((0, 2))
    # One number for each pixel of each region, in which each neighbour is a fixed step away.
    width, height = int(x.max()) + 3, int(y.max()) + 3
    cells = np.unique((owner * height + y + 1) * width + x + 1)
    parts = []
    for along, across in ((1, width), (width, 1)):
        for side in (-across, across):
            # Edges on this side; neighbours in one line are joined.
            free = cells[~_contains(cells, cells + side)]
            first = free[~_contains(free, free - along)]
            last = free[~_contains(free, free + along)]
            if along == width:  # column by column, so that first and last match
                first, last = (_by_column(part, width, height) for part in (first, last))
            parts.append((first, last, along == 1, side > 0))
    return _as_lines(parts, width, height)


def _by_column(cells: Array, width: int, height: int) -> Array:
    """Return cells in the order of columns, region by region."""
    return cells[np.lexsort((cells // width, cells % width, cells // (width * height)))]


def _contains(cells: Array, wanted: Array) -> Array:
    """Return whether each wanted cell is among the sorted cells."""
    at = np.searchsorted(cells, wanted)
    return np.asarray(cells[np.minimum(at, len(cells) - 1)] == wanted)


def _as_lines(parts: list[tuple[Array, Array, bool, bool]], width: int, height: int) -> tuple[Array, Array, Array]:
    """Return owner, begin (x, y) and end of lines from their first and last cell, direction and side."""
    owners, begins, ends = [], [], []
    for first, last, horizontal, behind in parts:
        owners.append(first // (width * height))
        (x0, y0), (x1, y1) = ((part % width - 1, part // width % height - 1) for part in (first, last))
        shift = 0.5 if behind else -0.5
        if horizontal:
            begin, end = (x0 - 0.5, y0 + shift), (x1 + 0.5, y1 + shift)
        else:
            begin, end = (x0 + shift, y0 - 0.5), (x1 + shift, y1 + 0.5)
        begins.append(np.stack(begin, axis=1))
        ends.append(np.stack(end, axis=1))
    return np.concatenate(owners), np.concatenate(begins), np.concatenate(ends)
