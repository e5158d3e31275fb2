"""Strokes of noisy traces on pixels: each column of pixels is filled from the lowest to the highest place of the line.

Matplotlib fills the outline of a stroke. That of noise, which goes up and down several times in each column of pixels,
crosses itself thousands of times, and takes 12 to 30 ms. Only one upright run of pixels can be seen in each column;
NumPy fills these in 2 ms. Other lines are drawn by matplotlib, whose slopes are smoother. This module imports
matplotlib, so it is imported only to draw.
"""

from typing import Any

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.path import Path
from matplotlib.patheffects import AbstractPathEffect
from matplotlib.transforms import Transform

from .._base import Array

# A line is noise if it goes up and down so many pixels in each column, on average, and so many times through what is
# seen of the column. In others, steps from one column to the next would be seen.
NOISY, AGAIN = 50, 1.2
SPREAD = 0.5  # pixels between the strokes in a column, by which a peak of several is wider than one: as dark on average
PIECE = 40  # points that matplotlib is given at once: it takes longer than in proportion for more


class ColumnStrokes(AbstractPathEffect):
    """Draws dense lines on pixels column by column, others as matplotlib does."""

    def draw_path(
        self,
        renderer: RendererBase,
        gc: GraphicsContextBase,
        tpath: Path,
        affine: Transform,
        rgbFace: Any = None,
    ) -> None:
        """Draw a path, called by matplotlib."""
        vertices = np.asarray(tpath.vertices)
        if tpath.codes is not None or not hasattr(renderer, "buffer_rgba"):
            renderer.draw_path(gc, tpath, affine, rgbFace)
            return
        points = np.asarray(affine.transform(vertices))
        clip = gc.get_clip_rectangle()
        is_plain = gc.get_dashes()[1] is None and gc.get_clip_path()[0] is None
        runs = _runs(points) if clip is not None and is_plain else None
        if clip is None or runs is None:
            for i in range(0, len(points) - 1, PIECE):  # each from the last point of the piece before it
                renderer.draw_path(gc, Path(vertices[i : i + PIECE + 1]), affine, rgbFace)
            return
        box = (*np.floor(clip.min).astype(int).tolist(), *np.ceil(clip.max).astype(int).tolist())
        width = float(gc.get_linewidth() * renderer.dpi / 72)  # type: ignore[attr-defined]
        beside = max(width - 1 + SPREAD, 0.0) / 2  # pixels to each side of a column
        (x, y), levels = _levels(*runs, int(beside), max(width, 1.0) / 2, box)
        colors = np.tile(np.array(gc.get_rgb()), (3, 1))
        colors[:, 3] *= min(width + SPREAD, 1.0) * np.array([0, beside % 1, 1])
        words = np.round(255 * colors).astype(np.uint8).view(np.uint32)[:, 0]
        own = renderer.new_gc()
        own.set_clip_rectangle(clip)
        renderer.draw_image(own, x, y, words.take(levels)[..., np.newaxis].view(np.uint8))


def _runs(points: Array) -> tuple[int, Array, Array] | None:
    """Return the first column of pixels that a line (N, 2) crosses, and its lowest and highest place in each.

    None if it is not noise, has gaps, or goes to the left.
    """
    (x, y), (next_x, next_y) = points[:-1].T, points[1:].T
    with np.errstate(invalid="ignore"):
        travel = np.abs(next_y - y).sum()
    if len(x) < PIECE or not NOISY * (x[-1] - x[0]) < travel < np.inf or not (next_x >= x).all():
        return None
    columns, lasts = np.floor(x).astype(np.int64), np.floor(next_x).astype(np.int64)
    counts = lasts - columns + 1  # of columns that each piece of the line crosses
    piece = np.repeat(np.arange(len(x)), counts)
    column = columns[piece] + np.arange(len(piece)) - np.repeat(np.cumsum(counts) - counts, counts)
    steepness = np.divide(next_y - y, next_x - x, out=np.zeros(len(x)), where=next_x > x)[piece]
    enters = np.where(column == columns[piece], y[piece], y[piece] + steepness * (column - x[piece]))
    leaves = np.where(column == lasts[piece], next_y[piece], y[piece] + steepness * (column + 1 - x[piece]))
    starts = np.flatnonzero(np.diff(column, prepend=column[0] - 1))
    low = np.minimum.reduceat(np.minimum(enters, leaves), starts)
    high = np.maximum.reduceat(np.maximum(enters, leaves), starts)
    return (int(column[0]), low, high) if travel > AGAIN * (high - low).sum() else None


def _levels(
    first: int, low: Array, high: Array, beside: int, half: float, box: tuple[int, ...]
) -> tuple[tuple[int, int], Array]:
    """Return where a stroke begins, and its rows of pixels, of which the lowest is first.

    A pixel is 2 in the runs of its column and of `beside` neighbours on each side, 1 in those of one neighbour more,
    and 0 elsewhere. Only pixels in the (left, bottom, right, top) of `box` are needed.
    """
    from scipy.ndimage import maximum_filter1d, minimum_filter1d

    left, bottom, right, top = box
    reach = beside + 1
    left, right = max(first - reach, left), min(first + len(low) + reach, right)
    here = slice(left - first + reach, right - first + reach)
    small: Any = np.int16 if top < 2**15 else np.int32
    lows = np.pad(np.clip(np.round(low - half), bottom, top), reach, constant_values=top).astype(small)
    highs = np.pad(np.clip(np.round(high + half), bottom, top), reach, constant_values=bottom).astype(small)
    bottom, top = int(lows.min()), int(highs.max())
    if left >= right or bottom >= top:
        return (0, 0), np.zeros((0, 0), np.uint8)
    rows = np.arange(bottom, top, dtype=small)[:, np.newaxis]
    levels = np.zeros((top - bottom, right - left), np.uint8)
    for by in (beside, reach):  # what is beside a run touches it, so that their union is a run
        starts, stops = minimum_filter1d(lows, 2 * by + 1)[here], maximum_filter1d(highs, 2 * by + 1)[here]
        levels += (rows >= starts) & (rows < stops)
    return (left, bottom), levels
