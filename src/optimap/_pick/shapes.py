"""The drawn regions: a model without a window or a mouse, as `points` is for points.

A region has vertices, a kind that says what moving a vertex does, and a name. All vertices are multiples of 1/64 pixel,
which ImageJ's files hold exactly, so that regions that are saved and read again are the same; rectangles lie along the
edges of pixels. `Shape` is a `Point` whose position is all of its vertices: the views treat both alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .._base import ArgumentError, Floats, FrameShape, whole_number
from .._regions import Ellipse, Outlines
from .points import Picker, Point, Position, numbered

RECTANGLE, OVAL, POLYGON, FREEHAND = "rectangle", "oval", "polygon", "freehand"
BOXES = (RECTANGLE, OVAL)  # kinds whose four vertices are the corners of a box
GRID = 64  # vertices to a pixel
MIDDLE = 0.05  # pixels around the middle of a pixel

Vertices = tuple[Position, ...]


@dataclass(frozen=True)
class Shape(Point):
    """A drawn region; (x, y) is its first vertex."""

    kind: str = POLYGON
    vertices: Vertices = ()
    name: str = ""

    @property
    def position(self) -> Any:
        """Where it is: its kind, which says how it is filled, and its vertices."""
        return self.kind, self.vertices

    def holds(self, position: Sequence[float]) -> bool:
        """Return whether a place is inside its outline, by the even-odd rule."""
        x, y = position
        start = self.outline()
        end = np.roll(start, -1, axis=0)
        crosses = (start[:, 1] > y) != (end[:, 1] > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            at = start[:, 0] + (y - start[:, 1]) * (end[:, 0] - start[:, 0]) / (end[:, 1] - start[:, 1])
        return bool(np.count_nonzero(crosses & (at > x)) % 2)

    def outline(self) -> Floats:
        """Return the closed line around it, (M, 2); that of an oval is made of many segments."""
        corners = np.array(self.vertices, float)
        if self.kind != OVAL:
            return corners
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        turn = np.linspace(0, 2 * np.pi, 73)[:-1]
        x = (left + right) / 2 + (right - left) / 2 * np.cos(turn)
        return np.stack([x, (top + bottom) / 2 + (bottom - top) / 2 * np.sin(turn)], axis=1)


class ShapePicker(Picker):
    """Drawn regions, with undo.

    Parameters
    ----------
    outlines : Outlines
        The first regions.
    frame_shape : (H, W)
        Vertices stay inside this frame.
    limit : int, optional
        The largest number of regions.

    Examples
    --------
    >>> from optimap._pick import ShapePicker
    >>> picker = ShapePicker(frame_shape=(10, 10))
    >>> shape = picker.draw("polygon", [(1, 1), (6, 1), (6, 5)])
    >>> picker.rename(shape.key, "tip")
    >>> picker.outlines.names
    ['tip']
    """

    def __init__(self, outlines: Outlines | None = None, *, frame_shape: FrameShape, limit: int | None = None) -> None:
        super().__init__(frame_shape, None if limit is None else whole_number(limit, "num_regions", minimum=1))
        first = [] if outlines is None else list(zip(outlines.shapes, outlines.names, strict=True))
        if self.limit is not None and len(first) > self.limit:
            problem = f"has {len(first)} entries, more than num_regions = {self.limit}"
            raise ArgumentError("regions", outlines, problem, "give fewer regions", subject="regions")
        self._points = numbered(tuple(self._read(shape, name) for shape, name in first))

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The regions, in the order in which they were drawn."""
        return self._points  # type: ignore[return-value]  # this picker holds nothing else

    @property
    def outlines(self) -> Outlines:
        """The regions as outlines, whose edges count as in ImageJ."""
        drawn = [as_outline(*shape.position) for shape in self.shapes]
        return Outlines(drawn, self.names, single=False, side="right")

    @property
    def names(self) -> list[str]:
        """The names; regions without one are numbered."""
        return [shape.name or f"region_{shape.number}" for shape in self.shapes]

    def draw(self, kind: str, vertices: Sequence[Sequence[float]]) -> Shape:
        """Add a region and select it."""
        if self.full:
            problem = f"is one more than num_regions = {self.limit} allows"
            raise ArgumentError("vertices", tuple(vertices), problem, "remove a region first")
        shape = replace(self._new(kind, self.placed(kind, vertices), ""), number=len(self._points) + 1)
        self.selected = shape.key
        self._change((*self._points, shape))
        return shape  # also where an observer has reverted the change

    def window(self, position: Sequence[float], size: int) -> Shape:
        """Add the square of `size` pixels around the pixel at a position, as a point would have."""
        return self.draw(RECTANGLE, pixel_box(position, size))

    def reshape(self, key: int, vertices: Sequence[Sequence[float]], *, continues: bool = False) -> bool:
        """Give a region other vertices, kept inside the frame; return whether it changed.

        A change that `continues` the one before it is undone together with that.
        """
        old = self.shape(key)
        placed = self.placed(old.kind, vertices)
        new = replace(old, x=placed[0][0], y=placed[0][1], vertices=placed)
        return self._replace(old, new, continues)

    def move_vertex(self, key: int, index: int, position: Sequence[float], *, continues: bool = False) -> bool:
        """Move a vertex; of a box, the opposite corner stays where it is."""
        shape = self.shape(key)
        if shape.kind in BOXES:
            opposite = shape.vertices[(index + 2) % 4]
            corners: list[Sequence[float]] = [position, opposite]
            return self.reshape(key, corners, continues=continues)
        vertices: list[Sequence[float]] = [*shape.vertices]
        vertices[index] = position
        return self.reshape(key, vertices, continues=continues)

    def insert_vertex(self, key: int, index: int, position: Sequence[float]) -> bool:
        """Insert a vertex before another, also in a rectangle, which becomes a polygon; return whether it is there."""
        shape = self.shape(key)
        if shape.kind == OVAL:
            return False
        vertices = [*shape.vertices[:index], position, *shape.vertices[index:]]
        kind = POLYGON if shape.kind == RECTANGLE else shape.kind
        placed = self.placed(kind, vertices)
        new = replace(shape, kind=kind, x=placed[0][0], y=placed[0][1], vertices=placed)
        return self._replace(shape, new, continues=False)

    def remove_vertex(self, key: int, index: int) -> bool:
        """Remove a vertex of a polygon with more than three; return whether it is gone."""
        shape = self.shape(key)
        if shape.kind in BOXES or len(shape.vertices) <= 3:
            return False
        return self.reshape(key, [*shape.vertices[:index], *shape.vertices[index + 1 :]])

    def shift(self, key: int, vertices: Vertices, by: Sequence[float], *, continues: bool = False) -> bool:
        """Move a region as a whole from where `vertices` are; it stops at the edge of the frame."""
        corners, (height, width) = np.array(vertices, float), self.frame_shape
        least = -0.5 - corners.min(axis=0)
        most = np.maximum((width - 0.5, height - 0.5) - corners.max(axis=0), least)
        step = np.clip(np.round(by) if self.shape(key).kind in BOXES else by, least, most)
        return self.reshape(key, (corners + step).tolist(), continues=continues)

    def rename(self, key: int, name: str) -> None:
        """Give a region a name."""
        old = self.shape(key)
        self._replace(old, replace(old, name=name), continues=False)

    def at(self, position: Sequence[float]) -> Shape | None:
        """Return the region that holds a place; of several, the one that was drawn last."""
        return next((shape for shape in reversed(self.shapes) if shape.holds(position)), None)

    def shape(self, key: int) -> Shape:
        """Return the region with a key."""
        return self._find(key)  # type: ignore[return-value]

    def _replace(self, old: Shape, new: Shape, continues: bool) -> bool:
        if new == old:
            return False
        self._change(tuple(new if p.key == old.key else p for p in self._points), remember=not continues)
        return True

    def _new(self, kind: str, vertices: Vertices, name: str) -> Shape:
        self._keys += 1
        return Shape(self._keys, *vertices[0], kind=kind, vertices=vertices, name=name)

    def _read(self, shape: "list[Floats] | Ellipse", name: str) -> Shape:
        """Return a first region as it is, also where it reaches beyond the frame."""
        if isinstance(shape, Ellipse):
            left, top, width, height = shape
            return self._new(OVAL, _corners((left, top), (left + width, top + height)), name)
        if len(shape) != 1:
            problem = f"holds region {name!r} that is composed of several outlines, which cannot be drawn further"
            cure = "split it in ImageJ (Edit > Selection, More > Split), or leave it out"
            raise ArgumentError("regions", shape, problem, cure, subject="regions")
        vertices: Vertices = tuple((float(x), float(y)) for x, y in shape[0])
        box = _box(vertices)
        is_box = set(vertices) == set(_corners(box[:2], (box[0] + box[2], box[1] + box[3]))) and len(vertices) == 4
        return self._new(RECTANGLE if is_box else POLYGON, vertices, name)

    def placed(self, kind: str, vertices: Sequence[Sequence[float]]) -> Vertices:
        """Return vertices inside the frame and on the grid, those of a box at the edges of pixels."""
        height, width = self.frame_shape
        inside = np.clip(np.array(vertices, float), -0.5, (width - 0.5, height - 0.5))
        if kind not in BOXES:
            return tuple((float(x), float(y)) for x, y in np.round(inside * GRID) / GRID)
        # The nearest edges; from the middle of a pixel, those that leave it inside.
        first, last = np.floor(inside.min(axis=0) + 1 - MIDDLE) - 0.5, np.floor(inside.max(axis=0) + 1 + MIDDLE) - 0.5
        first = np.minimum(first, (width - 1.5, height - 1.5))
        return _corners(first.tolist(), np.maximum(last, first + 1).tolist())


def as_outline(kind: str, vertices: Vertices) -> "list[Floats] | Ellipse":
    """Return a region as the readers of files return it."""
    return Ellipse(*_box(vertices)) if kind == OVAL else [np.array(vertices, float)]


def _box(vertices: Vertices) -> tuple[float, float, float, float]:
    """Return left, top, width and height of what holds all vertices."""
    corners = np.array(vertices, float)
    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return left, top, right - left, bottom - top


def _corners(first: Sequence[float], last: Sequence[float]) -> Vertices:
    """Return the corners of a box, clockwise from the top left."""
    (left, top), (right, bottom) = first, last
    return (left, top), (right, top), (right, bottom), (left, bottom)


def pixel_box(position: Sequence[float], size: int) -> Vertices:
    """Return the corners of the window that a point at a position has."""
    left, top = (float(np.floor(c + 0.5)) - size // 2 - 0.5 for c in position)
    return _corners((left, top), (left + size, top + size))


def simplified(path: Sequence[Position], least: float = 0.5) -> list[Position]:
    """Return a line without the points that are nearer than `least` pixels to the one before."""
    kept = [path[0]]
    for place in path[1:]:
        if np.hypot(place[0] - kept[-1][0], place[1] - kept[-1][1]) >= least:
            kept.append(place)
    return kept
