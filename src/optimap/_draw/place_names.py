"""Names or numbers of positions and regions on an image, next to what they name, none on top of another.

Each text has a few spots where it may stand; the best free one is chosen whenever the axes are drawn, in a window of
any size. A text for which there is no room is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base import Array, Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FONT = "x-small"
# More texts would cover the image.
MOST_NUMBERS = 150


class Spot(NamedTuple):
    """Where a text may stand: its anchor on the image, its distance from there in points, its alignment."""

    x: float
    y: float
    right: float
    up: float
    ha: str
    va: str


def number_positions(ax: Axes, points: Floats, names: Sequence[str], colors: Sequence[Any], radius: float) -> None:
    """Write the number or name of each position next to its dot, which has this radius in points."""
    away = radius + 1.5
    corners = [(away, away, "left", "bottom"), (-away, away, "right", "bottom")]
    corners += [(away, -away, "left", "top"), (-away, -away, "right", "top")]
    sides = [(1.4 * away, 0, "left", "center_baseline"), (-1.4 * away, 0, "right", "center_baseline")]
    spots = [[Spot(x, y, *place) for place in corners + sides] for x, y in points.tolist()]
    _write(ax, names, colors, spots, points, radius, filled=False)


def name_regions(ax: Axes, boxes: Floats, names: Sequence[str], colors: Sequence[Any], inside: bool) -> None:
    """Write the name of each region (left, top, right, bottom) above it or beside it, or its number into it."""
    spots = []
    for left, top, right, bottom in boxes.tolist():
        x, y = (left + right) / 2, (top + bottom) / 2
        around = [Spot(x, top, 0, 4, "center", "bottom"), Spot(x, bottom, 0, -4, "center", "top")]
        around += [Spot(right, y, 4, 0, "left", "center"), Spot(left, y, -4, 0, "right", "center")]
        middle = Spot(x, y, 0, 0, "center", "center")
        spots.append([middle, *around] if inside else [*around, middle])
    _write(ax, names, colors, spots, np.empty((0, 2)), 0, filled=not inside)


def _write(
    ax: Axes,
    names: Sequence[str],
    colors: Sequence[Any],
    spots: list[list[Spot]],
    dots: Floats,
    radius: float,
    filled: bool,
) -> None:
    """Add texts, in their colours or on them, and the artist that puts them in their places."""
    from matplotlib.colors import to_rgb

    from .arranger import keep_arranged

    texts = []
    for name, color, own in zip(names, colors, spots, strict=True):
        text: Any = ax.annotate(name, (own[0].x, own[0].y), (0, 0), textcoords="offset points", fontsize=FONT)
        if filled:
            bright = np.dot(to_rgb(color), (0.3, 0.6, 0.1)) > 0.6
            text.set_color("black" if bright else "white")
            text.set_bbox({"boxstyle": "round,pad=0.15", "facecolor": color, "edgecolor": "none"})
        else:
            text.set(color=color, fontweight="bold")
            # A plate, not an outline: outlined text is not text in vector files.
            text.set_bbox({"boxstyle": "round,pad=0.1", "facecolor": "white", "alpha": 0.75, "edgecolor": "none"})
        texts.append(text)
    keep_arranged(ax, PlaceNames(texts, spots, dots, radius))


class PlaceNames:
    """Puts the texts where they are free."""

    def __init__(self, texts: list[Any], spots: list[list[Spot]], dots: Floats, radius: float) -> None:
        self.texts, self.spots, self.dots, self.radius = texts, spots, dots, radius

    def arrange(self, ax: Axes) -> None:
        """Put each text, in their order, into the best of its spots."""
        pixels = ax.figure.dpi / 72
        dots = ax.transData.transform(self.dots) if len(self.dots) else self.dots
        marks = np.concatenate([dots - self.radius * pixels, dots + self.radius * pixels], axis=1)
        taken = np.empty((0, 4))
        for text, spots in zip(self.texts, self.spots, strict=True):
            if text.figure is None:  # the user removed it
                continue
            best, least, chosen = None, np.inf, taken[:0]
            text.set_visible(True)
            for i, spot in enumerate(spots):
                text.xy = (spot.x, spot.y)
                text.set(position=(spot.right, spot.up), ha=spot.ha, va=spot.va)
                box = np.array(text.get_window_extent().extents)
                if _count(taken, box) or not _within(box, ax.figure.bbox.extents):
                    continue
                badness = 10 * _count(marks, box) + 5 * (not _within(box, ax.bbox.extents)) + i
                if badness < least:
                    best, least, chosen = spot, badness, box[None]
            text.set_visible(best is not None)
            if best is not None:
                text.xy = (best.x, best.y)
                text.set(position=(best.right, best.up), ha=best.ha, va=best.va)
            taken = np.concatenate([taken, chosen])


def _count(boxes: Array, box: Array) -> int:
    """Return how many boxes (left, bottom, right, top) overlap a box."""
    return int(((boxes[:, :2] < box[2:]) & (box[:2] < boxes[:, 2:])).all(axis=1).sum())


def _within(box: Array, outer: Sequence[float]) -> bool:
    """Return whether a box lies within another one."""
    return bool((box[:2] >= np.array(outer[:2])).all() and (box[2:] <= np.array(outer[2:])).all())
