"""The picked points: a model without a window or a mouse.

`PointPicker` holds all behaviour (add, remove, move, undo, redo, limit) and is tested without a screen. `mouse` calls
it, and the views draw what it holds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, FrameShape, whole_number
from .._regions import parse_positions

Position = tuple[float, float]
Observer = Callable[[], None]


@dataclass(frozen=True)
class Point:
    """A picked point; its key stays the same while it is moved, its number is its place among all, from 1 on."""

    key: int
    x: float
    y: float
    number: int = field(default=0, compare=False)

    @property
    def position(self) -> Position:
        """``(x, y)`` in pixels."""
        return self.x, self.y


class Picker:
    """What was picked in a frame, of which there may be a largest number, with undo."""

    def __init__(self, frame_shape: FrameShape, limit: int | None) -> None:
        self.frame_shape, self.limit = frame_shape, limit
        self._keys = 0
        self._points: tuple[Point, ...] = ()
        self._past: list[tuple[Point, ...]] = []
        self._future: list[tuple[Point, ...]] = []
        self._observers: list[Observer] = []
        self.selected: int | None = None

    @property
    def points(self) -> tuple[Point, ...]:
        """The points, in the order they were picked."""
        return self._points

    @property
    def positions(self) -> list[Position]:
        """The positions ``(x, y)``, as ints if points are whole pixels."""
        return [point.position for point in self._points]

    @property
    def full(self) -> bool:
        """Whether the limit is reached."""
        return self.limit is not None and len(self._points) >= self.limit

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Call `observer` after every change; return a function that stops this."""
        self._observers.append(observer)
        return lambda: self._observers.remove(observer)

    def remove(self, key: int) -> None:
        """Remove a point."""
        self._find(key)
        self._change(tuple(point for point in self._points if point.key != key))

    def clear(self) -> None:
        """Remove all points."""
        if self._points:
            self._change(())

    def undo(self) -> bool:
        """Undo the last change; return whether there was one."""
        return self._travel(self._past, self._future)

    def redo(self) -> bool:
        """Redo the change that was undone last; return whether there was one."""
        return self._travel(self._future, self._past)

    def revert(self) -> None:
        """Undo the last change without a way to redo it, as if it had never been made."""
        if self._past:
            self._set(self._past.pop())

    def select(self, key: int | None) -> None:
        """Select a point; None selects no point."""
        if key is not None:
            self._find(key)
        if key != self.selected:
            self.selected = key
            self._notify()

    def _travel(self, source: list[tuple[Point, ...]], target: list[tuple[Point, ...]]) -> bool:
        """Go to the last state of `source`, and remember the current one in `target`."""
        if not source:
            return False
        target.append(self._points)
        self._set(source.pop())
        return True

    def _change(self, points: tuple[Point, ...], remember: bool = True) -> None:
        """Replace the points; with `remember`, this is a step to undo."""
        if remember:
            self._past.append(self._points)
        self._future.clear()
        self._set(points)

    def _set(self, points: tuple[Point, ...]) -> None:
        self._points = numbered(points)
        if self.selected not in {point.key for point in points}:
            self.selected = None
        self._notify()

    def _notify(self) -> None:
        for observer in tuple(self._observers):
            observer()

    def _find(self, key: int) -> Point:
        for point in self._points:
            if point.key == key:
                return point
        raise KeyError(f"there is no point {key}")


class PointPicker(Picker):
    """Picked points, with undo.

    Parameters
    ----------
    positions : sequence of (x, y)
        The first points.
    frame_shape : (H, W)
        Points stay inside this frame.
    as_integers : bool
        Points are whole pixels.
    limit : int, optional
        The largest number of points.

    Examples
    --------
    >>> from optimap._pick import PointPicker
    >>> picker = PointPicker(frame_shape=(10, 10))
    >>> point = picker.add((3.2, 4))
    >>> picker.positions
    [(3, 4)]
    >>> picker.undo(), picker.positions
    (True, [])
    """

    def __init__(
        self,
        positions: ArrayLike = (),
        *,
        frame_shape: FrameShape,
        as_integers: bool = True,
        limit: int | None = None,
    ) -> None:
        super().__init__(frame_shape, None if limit is None else whole_number(limit, "num_points", minimum=1))
        self.as_integers = as_integers
        parsed, _ = parse_positions(positions, frame_shape, name="positions")
        if self.limit is not None and len(parsed) > self.limit:
            problem = f"has {len(parsed)} entries, more than num_points = {self.limit}"
            raise ArgumentError("positions", positions, problem, "give fewer positions", subject="positions")
        self._points = numbered(tuple(self._new_point(position) for position in parsed.tolist()))

    def add(self, position: Sequence[float]) -> Point:
        """Add a point inside the frame and select it."""
        if self.full:
            problem = f"is one more than num_points = {self.limit} allows"
            raise ArgumentError("position", tuple(position), problem, "remove a point first")
        parsed, _ = parse_positions(position, self.frame_shape, name="position")
        point = replace(self._new_point(parsed[0].tolist()), number=len(self._points) + 1)
        self.selected = point.key
        self._change((*self._points, point))
        return point  # also where an observer has reverted the change

    def remove_nearest(self, position: Sequence[float]) -> Point | None:
        """Remove the point nearest to a position, if there is any."""
        point = self.nearest(position)
        if point is not None:
            self.remove(point.key)
        return point

    def nearest(self, position: Sequence[float]) -> Point | None:
        """Return the point nearest to a position; of two at the same distance, the later one."""
        return min(
            reversed(self._points),
            key=lambda point: (point.x - position[0]) ** 2 + (point.y - position[1]) ** 2,
            default=None,
        )

    def move(self, key: int, position: Sequence[float], *, continues: bool = False) -> bool:
        """Move a point, kept inside the frame; return whether it moved.

        A move that `continues` the change before it is undone together with that.
        """
        old = self._find(key)
        new = Point(key, *self._inside(position))
        if new == old:
            return False
        self._change(tuple(new if point.key == key else point for point in self._points), remember=not continues)
        return True

    def _new_point(self, position: Sequence[float]) -> Point:
        self._keys += 1
        return Point(self._keys, *self._inside(position))

    def _inside(self, position: Sequence[float]) -> Position:
        """Return the nearest position inside the frame, rounded if points are whole pixels."""
        height, width = self.frame_shape
        if self.as_integers:
            x, y = (int(np.floor(c + 0.5)) for c in position)
            return min(max(x, 0), width - 1), min(max(y, 0), height - 1)
        # A frame extends half a pixel beyond its outermost centres; its right and bottom edges are outside.
        right, bottom = (float(np.nextafter(n - 0.5, 0)) for n in (width, height))
        return min(max(float(position[0]), -0.5), right), min(max(float(position[1]), -0.5), bottom)


def numbered(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return points with their places as numbers."""
    return tuple(point if point.number == i else replace(point, number=i) for i, point in enumerate(points, start=1))
