"""Names or numbers of traces at the right end of their lines, where a legend would be too long.

Which of them are shown, and how far they are moved apart, is decided whenever the axes are drawn, so that none covers
another, in a window of any size: if there is no room for all, every 2nd, 5th, 10th, ... is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import Array, Floats
from .stacked import Stack

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FONT = "x-small"
LINE = 1.15  # height of a line of text, of the size of the font
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def label_ends(
    ax: Axes, names: Sequence[str], heights: Floats, colors: Sequence[Any], rows: Stack | None = None
) -> None:
    """Write the names of lines that end at these heights, right of the axes; remember how they are stacked."""
    from .arranger import keep_arranged  # imports matplotlib

    texts = [
        ax.annotate(
            name,
            (1, height if np.isfinite(height) else 0.0),
            (4, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            color=color,
            fontsize=FONT,
            annotation_clip=False,
        )
        for name, height, color in zip(names, heights.tolist(), colors, strict=True)
    ]
    keep_arranged(ax, LineEnds(texts, rows))


class LineEnds:
    """Puts the texts where they have room."""

    def __init__(self, texts: list[Any], rows: Stack | None) -> None:
        self.texts, self.rows = texts, rows

    def arrange(self, ax: Axes) -> None:
        """Show as many texts as there is room for, and move apart those that are too close."""
        points = 72 / ax.figure.dpi
        bottom, top = (points * edge for edge in ax.bbox.intervaly)
        heights = np.array([[0, text.xy[1]] for text in self.texts], float).reshape(-1, 2)
        ends = points * ax.transData.transform(heights)[:, 1]
        line = LINE * self.texts[0].get_fontsize() if self.texts else 1.0
        inside = (bottom - 1 <= ends) & (ends <= top + 1)
        room = max(1, int((top - bottom) / line) + 1)
        numbers = np.arange(1, len(ends) + 1)
        shown = next(
            (
                chosen
                for step in STEPS
                if (chosen := inside & ((numbers % step == 0) | (numbers == 1))).sum() <= room
            ),
            inside & (numbers == 1),
        )  # fmt: skip
        places = dict(zip(np.flatnonzero(shown).tolist(), spread(ends[shown], line, bottom, top).tolist(), strict=True))
        for i, text in enumerate(self.texts):
            text.set_visible(i in places)
            place = 4, round(float(places.get(i, ends[i]) - ends[i]), 1)
            if text.get_position() != place:  # otherwise, it would have to be drawn again
                text.set_position(place)


def spread(wanted: Floats, distance: float, low: float, high: float) -> Floats:
    """Return heights as close as possible to those wanted, at least a distance apart, within limits if they fit."""
    order = np.argsort(wanted, kind="stable")
    if (np.diff(wanted[order]) >= distance).all():
        return wanted
    from scipy.optimize import isotonic_regression

    steps = distance * np.arange(len(wanted))
    moved = np.asarray(isotonic_regression(wanted[order] - steps).x)  # the least squares of all movements
    moved = np.clip(moved, low, max(low, high - steps[-1])) + steps
    result = np.empty_like(moved)
    result[order] = moved
    return result


def stack_of(ax: Axes) -> Stack | None:
    """Return how the traces on axes are stacked, None if they are not."""
    from .arranger import arranged_on  # imports matplotlib

    rows = (each.rows for each in arranged_on(ax) if isinstance(each, LineEnds))
    return next((each for each in rows if each is not None), None)


def last_values(values: Array) -> Floats:
    """Return the last known value of each column, NaN if there is none."""
    known = np.isfinite(values)
    if not len(values):
        return np.full(values.shape[1], np.nan)
    last = len(values) - 1 - known[::-1].argmax(axis=0)
    found = np.asarray(values[last, np.arange(values.shape[1])], np.float64)
    return np.where(known.any(axis=0), found, np.nan)
