"""show_regions: outlines along the edges of the pixels that count, over an image, in the colours of the traces."""

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._regions import Regions, Spans, make_regions
from .figures import as_image, check_axes, check_scale, new_axes, parse_colors, show_figures

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.path import Path

# More names than these would cover the image.
MOST_NAMES = 50


def show_regions(
    regions: Any,
    image: ArrayLike | None = None,
    names: bool = True,
    color: Any = None,
    cmap: str = "gray",
    vmin: float | None = None,
    vmax: float | None = None,
    ax: "Axes | None" = None,
    **kwargs: Any,
) -> "Axes":
    """Draw the outlines of regions, over an image if one is given.

    The outlines follow the edges of the pixels that count, so that what is drawn is what is measured.

    Parameters
    ----------
    regions : Regions, or anything that `optimap.trace.regions` takes
    image : (H, W) or (H, W, 3) array, optional
        Drawn below the outlines, which are clipped to it.
    names : bool
        Write the names above the regions where there are no more than 50.
    color : color or sequence of N colors, optional
        One for all, or one each; by default matplotlib's colour cycle, as in `show_traces`, so that a region and its
        trace have the same colour.
    cmap, vmin, vmax
        How the image is drawn, see `optimap.image.show_image`.
    ax : matplotlib Axes, optional
        Draw there; by default in a new figure, which is shown.
    **kwargs
        Passed to `matplotlib.collections.PathCollection`, such as ``linewidths``, ``facecolors``, ``alpha``.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there are no regions, `image` is not an image or not of the regions' frame, `color` has the wrong length, or
        the value of a keyword is none.
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
        raise ValueError("regions holds no regions: there is nothing to draw")
    if not isinstance(names, (bool, np.bool_)):
        raise TypeError(f"names = {names!r}: it must be True or False; optimap.trace.regions(..., names=) gives names")
    check_axes(ax)
    check_scale(cmap, vmin, vmax)
    wanted = [f"C{i % 10}" for i in range(len(found))] if color is None else color
    colors = parse_colors(wanted, len(found), "color", "regions")
    drawn = _collection(spans, colors, kwargs)

    new = ax is None
    if ax is None:
        ax = new_axes()
    if pixels is not None:
        ax.imshow(pixels, cmap=cmap, vmin=vmin, vmax=vmax, interpolation="none")
        ax.set_axis_off()
    _draw(ax, drawn)
    if names and len(found) <= MOST_NAMES:
        _write_names(ax, spans, found.names, colors)
    if pixels is None and found.frame_shape is not None and not ax.images:
        height, width = found.frame_shape
        ax.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    if new:
        show_figures()
    return ax


def _collection(spans: Spans, colors: list[Any], kwargs: dict[str, Any]) -> "PathCollection":
    """Return the outlines, or let matplotlib say which of the keywords it does not know, before a figure is made."""
    from matplotlib.collections import PathCollection

    # Ends that reach over by half a line close the corners.
    style = {"facecolors": "none", "linewidths": 1.5, "capstyle": "projecting", **kwargs}
    if not {"edgecolor", "edgecolors", "ec"} & style.keys():
        style["edgecolors"] = colors
    try:
        return PathCollection(outlines(spans), **style)
    except (AttributeError, TypeError, ValueError) as error:
        kind = ValueError if isinstance(error, ValueError) else TypeError
        raise kind(f"show_regions() keywords {kwargs}: matplotlib says {error}") from error


def _draw(ax: "Axes", drawn: "PathCollection") -> None:
    empty = not (ax.images or ax.collections or ax.lines)
    ax.add_collection(drawn, autolim=True)
    if empty:  # make them an image's, origin at the top left
        ax.set_aspect("equal")
        ax.autoscale_view()
        ax.yaxis.set_inverted(True)


def _write_names(ax: "Axes", spans: Spans, names: list[str], colors: list[Any]) -> None:
    from matplotlib.colors import to_rgb

    for i, (name, color) in enumerate(zip(names, colors, strict=True)):
        own = slice(spans.first[i], spans.first[i + 1])
        x = (spans.starts[own].min() + spans.stops[own].max() - 1) / 2
        top = spans.rows[own].min() - 0.5
        bright = np.dot(to_rgb(color), (0.3, 0.6, 0.1)) > 0.6
        text = ax.annotate(name, (x, top), (0, 4), textcoords="offset points", ha="center", va="bottom")
        text.set(color="black" if bright else "white", fontsize="x-small")
        text.set_bbox({"boxstyle": "round,pad=0.15", "facecolor": color, "edgecolor": "none"})


def outlines(spans: Spans) -> "list[Path]":
    """Return the outline of each region: straight pieces along the edges of its pixels."""
    from matplotlib.path import Path

    owners, begins, ends = _edges(spans)
    order = np.argsort(owners, kind="stable")
    bounds = np.searchsorted(owners[order], np.arange(len(spans.first)))
    points = np.stack([begins[order], ends[order]], axis=1).reshape(-1, 2)
    codes = np.tile(np.array([Path.MOVETO, Path.LINETO], Path.code_type), len(order))
    return [Path(points[2 * a : 2 * b], codes[2 * a : 2 * b]) for a, b in pairwise(bounds.tolist())]


def _edges(spans: Spans) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return owner, begin (x, y) and end of all straight edges between a region's pixels and others."""
    lengths = spans.stops - spans.starts
    owner = np.repeat(np.repeat(np.arange(len(spans.first) - 1), np.diff(spans.first)), lengths)
    x = np.arange(lengths.sum()) + np.repeat(spans.starts - (np.cumsum(lengths) - lengths), lengths)
    y = np.repeat(spans.rows, lengths)
    if not len(x):
        return owner, np.empty((0, 2)), np.empty((0, 2))
    # One number for each pixel of each region, in which a neighbour is a fixed step away.
    width, height = int(x.max()) + 3, int(y.max()) + 3
    cells = np.unique((owner * height + y + 1) * width + x + 1)
    parts = []
    for along, across in ((1, width), (width, 1)):
        for side in (-across, across):
            # Edges towards this side, those next to each other in a line joined to one.
            free = cells[~_contains(cells, cells + side)]
            first = free[~_contains(free, free - along)]
            last = free[~_contains(free, free + along)]
            if along == width:  # column by column, so that each first stands beside its last
                first, last = (_by_column(part, width, height) for part in (first, last))
            parts.append((first, last, along == 1, side > 0))
    return _as_lines(parts, width, height)


def _by_column(cells: NDArray[Any], width: int, height: int) -> NDArray[Any]:
    return cells[np.lexsort((cells // width, cells % width, cells // (width * height)))]


def _contains(cells: NDArray[Any], wanted: NDArray[Any]) -> NDArray[Any]:
    at = np.searchsorted(cells, wanted)
    return np.asarray(cells[np.minimum(at, len(cells) - 1)] == wanted)


def _as_lines(parts: Any, width: int, height: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
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
