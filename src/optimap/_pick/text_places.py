"""Where numbers of points and names of regions stand on an image: next to what they name, and none on top of another.

Each text has a few spots, of which it gets the first that is free; a text without a free spot is hidden, and appears
while the mouse is on its point. They find their places again when a point is added, or the image is drawn in another
size or view.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._base import Array
from .layout import text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .stamps import Stamp

BOLD = 1.12  # of the width of plain letters
HEIGHT = 0.9  # of a line, of the size of its letters
DOT = 4.5  # points: the radius of the dot of a point


class Spot(NamedTuple):
    """Where a text may stand, and what it says there: its anchor on the image, the points from there, its alignment."""

    text: str
    x: float
    y: float
    right: float
    up: float
    ha: str = "left"
    va: str = "bottom"


def place_texts(ax: "Axes", texts: "Sequence[tuple[Stamp, list[Spot]]]", dots: Array) -> None:
    """Put texts, the first of them first, into free spots, if possible beside all dots (N, 2)."""
    if not texts:
        return
    point = ax.figure.dpi / 72
    anchors = iter(ax.transData.transform([(spot.x, spot.y) for _, spots in texts for spot in spots]))
    marks = ax.transData.transform(dots) if dots.size else np.empty((0, 2))
    marks = np.concatenate([marks - DOT * point, marks + DOT * point], axis=1)
    edges = np.array(ax.bbox.extents)
    taken = np.empty((0, 4))
    for stamp, spots in texts:
        best, least, chosen = None, np.inf, taken[:0]
        for spot, anchor in zip(spots, [next(anchors) for _ in spots], strict=True):
            box = _box(spot, anchor, float(stamp.get_fontsize()), point)
            is_inside = (box[:2] >= edges[:2]).all() and (box[2:] <= edges[2:]).all()
            if is_inside and not _count(taken, box) and (covered := _count(marks, box)) < least:
                best, least, chosen = spot, covered, box[np.newaxis]
            if not least:
                break
        stamp.set_visible(best is not None)
        taken = np.concatenate([taken, chosen])
        if best is not None:
            stamp.set_text(best.text)
            stamp.xy = best.x, best.y
            stamp.set(position=(best.right, best.up), ha=best.ha, va=best.va)


def corners(text: str, x: float, y: float) -> list[Spot]:
    """Return the spots around a point."""
    above = [Spot(text, x, y, 6, 5), Spot(text, x, y, -6, 5, "right")]
    return [*above, Spot(text, x, y, 6, -5, "left", "top"), Spot(text, x, y, -6, -5, "right", "top")]


def around(text: str, left: float, top: float, right: float, bottom: float) -> list[Spot]:
    """Return the spots above a region, below and in it."""
    middle = (left + right) / 2
    above = [
        Spot(text, middle, top, 0, 3, "center"),
        Spot(text, left, top, 0, 3),
        Spot(text, right, top, 0, 3, "right"),
    ]
    below = Spot(text, middle, bottom, 0, -3, "center", "top")
    return [above[0], below, *above[1:], Spot(text, middle, (top + bottom) / 2, 0, 0, "center")]


def _box(spot: Spot, anchor: Array, size: float, point: float) -> Array:
    """Return the (left, bottom, right, top) of a text in pixels."""
    width, height = 72 * BOLD * point * _width(spot.text, size), HEIGHT * size * point
    left = anchor[0] + point * spot.right - width * {"left": 0.0, "center": 0.5, "right": 1.0}[spot.ha]
    bottom = anchor[1] + point * spot.up - (height if spot.va == "top" else 0.0)
    return np.array([left, bottom, left + width, bottom + height])


@lru_cache(maxsize=4096)
def _width(text: str, size: float) -> float:
    return text_width(text, size)


def _count(boxes: Array, box: Array) -> int:
    """Return how many boxes overlap a box."""
    return int(((boxes[:, :2] < box[2:]) & (box[:2] < boxes[:, 2:])).all(axis=1).sum())
