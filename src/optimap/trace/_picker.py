"""Which points are picked: a model that knows no window, and the adapter that turns mouse events into its calls.

`PointPicker` holds all behaviour (add, remove, move, undo, redo, limit) and is tested without a screen. `MouseAdapter`
only translates: a left press adds a point or takes hold of one, motion drags it, a right press removes the nearest.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._checks import whole_number
from ._positions import parse_positions

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Observer = Callable[[], None]


@dataclass(frozen=True)
class Point:
    """A picked point; its key stays the same while it is moved."""

    key: int
    x: float
    y: float

    @property
    def position(self) -> tuple[float, float]:
        """``(x, y)`` in pixels."""
        return self.x, self.y


class PointPicker:
    """Picked points, with undo.

    Parameters
    ----------
    positions : sequence of (x, y)
        To begin with.
    frame_shape : (H, W)
        Points stay inside this frame.
    as_integers : bool
        Points are whole pixels.
    limit : int, optional
        The largest number of points.

    Examples
    --------
    >>> from optimap.trace._picker import PointPicker
    >>> picker = PointPicker(frame_shape=(10, 10))
    >>> point = picker.add((3.2, 4))
    >>> picker.positions
    [(3, 4)]
    >>> picker.undo(), picker.positions
    (True, [])
    """

    def __init__(
        self,
        positions: Any = (),
        *,
        frame_shape: tuple[int, int],
        as_integers: bool = True,
        limit: int | None = None,
    ) -> None:
        self.frame_shape = frame_shape
        self.as_integers = as_integers
        self.limit = None if limit is None else whole_number(limit, "num_points", minimum=1)
        parsed, _ = parse_positions(positions, frame_shape, name="positions")
        if self.limit is not None and len(parsed) > self.limit:
            raise ValueError(f"positions has {len(parsed)} entries, num_points = {self.limit}: begin with fewer")
        self._keys = 0
        self._points: tuple[Point, ...] = tuple(self._new_point(position) for position in parsed.tolist())
        self._past: list[tuple[Point, ...]] = []
        self._future: list[tuple[Point, ...]] = []
        self._observers: list[Observer] = []
        self.selected: int | None = None

    @property
    def points(self) -> tuple[Point, ...]:
        """The points, in the order they were picked."""
        return self._points

    @property
    def positions(self) -> list[tuple[float, float]]:
        """The positions ``(x, y)``, of ints if points are whole pixels."""
        return [point.position for point in self._points]

    @property
    def full(self) -> bool:
        """Whether the limit is reached."""
        return self.limit is not None and len(self._points) >= self.limit

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Call `observer` after every change; return a function that ends this."""
        self._observers.append(observer)
        return lambda: self._observers.remove(observer)

    def add(self, position: Sequence[float]) -> Point:
        """Add a point inside the frame and select it."""
        if self.full:
            raise ValueError(f"position = {tuple(position)}: the limit of {self.limit} points is reached")
        parsed, _ = parse_positions(position, self.frame_shape, name="position")
        point = self._new_point(parsed[0].tolist())
        self.selected = point.key
        self._change((*self._points, point))
        return point

    def remove(self, key: int) -> None:
        """Remove a point."""
        self._find(key)
        self._change(tuple(point for point in self._points if point.key != key))

    def remove_nearest(self, position: Sequence[float]) -> Point | None:
        """Remove the point nearest to a position, if there is any."""
        point = self.nearest(position)
        if point is not None:
            self.remove(point.key)
        return point

    def nearest(self, position: Sequence[float]) -> Point | None:
        """Return the point nearest to a position, the later one of two as near."""
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

    def clear(self) -> None:
        """Remove all points."""
        if self._points:
            self._change(())

    def undo(self) -> bool:
        """Take back the last change; return whether there was one."""
        return self._travel(self._past, self._future)

    def redo(self) -> bool:
        """Make the change again that was taken back last; return whether there was one."""
        return self._travel(self._future, self._past)

    def revert(self) -> None:
        """Take back the last change for good, as if it had not been made."""
        if self._past:
            self._set(self._past.pop())

    def select(self, key: int | None) -> None:
        """Select a point, or none."""
        if key is not None:
            self._find(key)
        if key != self.selected:
            self.selected = key
            self._notify()

    def _travel(self, source: list[tuple[Point, ...]], target: list[tuple[Point, ...]]) -> bool:
        if not source:
            return False
        target.append(self._points)
        self._set(source.pop())
        return True

    def _change(self, points: tuple[Point, ...], remember: bool = True) -> None:
        if remember:
            self._past.append(self._points)
        self._future.clear()
        self._set(points)

    def _set(self, points: tuple[Point, ...]) -> None:
        self._points = points
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

    def _new_point(self, position: Sequence[float]) -> Point:
        self._keys += 1
        return Point(self._keys, *self._inside(position))

    def _inside(self, position: Sequence[float]) -> tuple[float, float]:
        """Return the position inside the frame nearest to this one, as a whole pixel if points are."""
        height, width = self.frame_shape
        if self.as_integers:
            x, y = (int(np.floor(c + 0.5)) for c in position)
            return min(max(x, 0), width - 1), min(max(y, 0), height - 1)
        # A frame reaches half a pixel beyond its centres, to the right without the edge itself.
        right, bottom = (float(np.nextafter(n - 0.5, 0)) for n in (width, height))
        return min(max(float(position[0]), -0.5), right), min(max(float(position[1]), -0.5), bottom)


class MouseAdapter:
    """Translates matplotlib's mouse events on the axes of an image into calls of a `PointPicker`."""

    GRIP = 7.0  # points (1/72 inch) around a picked point in which the mouse takes hold of it
    SLACK = 3.0  # points that the mouse may move before a click becomes a drag
    DOUBLE = 0.4  # s; some toolkits send a double click as two or three presses

    def __init__(
        self,
        ax: "Axes",
        picker: PointPicker,
        *,
        on_scroll: Callable[[int], None] | None = None,
        on_release: Callable[[], None] | None = None,
    ) -> None:
        self.ax, self.picker = ax, picker
        self._on_scroll, self._on_release = on_scroll, on_release
        self._held: int | None = None
        self._grabbed: tuple[float, float, float, float] | None = None  # mouse in pixels, offset in data
        self._tells_buttons = False
        self._continues = self._dragging = False
        self._last_press = (-1.0, 0.0, 0.0)
        canvas: Any = ax.figure.canvas
        self._ids = [
            canvas.mpl_connect("button_press_event", self.press),
            canvas.mpl_connect("motion_notify_event", self.motion),
            canvas.mpl_connect("button_release_event", self.release),
            canvas.mpl_connect("scroll_event", self.scroll),
        ]

    @property
    def held(self) -> int | None:
        """Key of the point that is being dragged."""
        return self._held

    def disconnect(self) -> None:
        """Take no more events."""
        canvas: Any = self.ax.figure.canvas
        for connection in self._ids:
            canvas.mpl_disconnect(connection)
        self._ids = []

    def press(self, event: Any) -> None:
        """Left: add a point, or take hold of the one below the mouse. Right: remove the nearest."""
        if not self._is_ours(event):
            return
        if event.button == 3:
            self.let_go()
            self.picker.remove_nearest((event.xdata, event.ydata))
        elif event.button == 1 and not self._is_second_of_double(event):
            self._press_left(event)

    def let_go(self) -> None:
        """Hold no point any more."""
        self._held, self._grabbed, self._dragging, self._tells_buttons = None, None, False, False

    def _press_left(self, event: Any) -> None:
        below = self.point_below(event)
        if below is not None:
            held = next(point for point in self.picker.points if point.key == below)
            self._held, self._continues = below, False
            self._grabbed = (event.x, event.y, held.x - event.xdata, held.y - event.ydata)
            self.picker.select(below)
            return
        if self.picker.limit == 1 and self.picker.full:  # one point that follows the clicks
            point = self.picker.points[0]
            self.picker.move(point.key, (event.xdata, event.ydata))
        elif not self.picker.full and self._is_in_frame(event):
            point = self.picker.add((event.xdata, event.ydata))
        else:
            return
        # Dragged before the button is let go, adding and moving are one step to undo.
        self._held, self._continues = point.key, True
        self._grabbed = (event.x, event.y, 0.0, 0.0)

    def motion(self, event: Any) -> None:
        """Drag the point that is held."""
        if self._held is None or self._grabbed is None:
            return
        gone = self._held not in {point.key for point in self.picker.points}  # undone meanwhile
        if gone or self._is_up_unheard(event):
            self.let_go()
            return
        px, py, dx, dy = self._grabbed
        if not self._dragging:
            self._dragging = np.hypot(event.x - px, event.y - py) > self.SLACK * self.ax.figure.dpi / 72
        if self._dragging:
            x, y = self.ax.transData.inverted().transform((event.x, event.y))
            if self.picker.move(self._held, (x + dx, y + dy), continues=self._continues):
                self._continues = True

    def _is_up_unheard(self, event: Any) -> bool:
        """Whether the button is up though no release came: let go outside a browser's canvas, say."""
        if event.name != "motion_notify_event":
            return False
        down = 1 in (getattr(event, "buttons", None) or ())
        unheard = self._tells_buttons and not down
        self._tells_buttons = self._tells_buttons or down  # not all front ends tell
        return unheard

    def release(self, event: Any) -> None:
        """Let go."""
        if event.button == 1 and self._held is not None:
            self.motion(event)  # front ends may leave out motion on the way
            self.let_go()
            if self._on_release is not None:
                self._on_release()

    def scroll(self, event: Any) -> None:
        """Turn the wheel over a point."""
        if self._on_scroll is not None and self._is_ours(event) and self.point_below(event) is not None:
            self._on_scroll(1 if event.step > 0 else -1)

    def point_below(self, event: Any) -> int | None:
        """Return the key of the point below the mouse."""
        near = self.picker.nearest((event.xdata, event.ydata))
        if near is None:
            return None
        px, py = self.ax.transData.transform(near.position)
        grip = self.GRIP * self.ax.figure.dpi / 72
        same_pixel = self.picker.as_integers and max(abs(near.x - event.xdata), abs(near.y - event.ydata)) < 0.5
        return near.key if same_pixel or np.hypot(px - event.x, py - event.y) <= grip else None

    def _is_ours(self, event: Any) -> bool:
        canvas: Any = self.ax.figure.canvas
        navigating = bool(getattr(canvas.toolbar, "mode", "")) if getattr(canvas, "toolbar", None) else False
        return event.inaxes is self.ax and not navigating and bool(canvas.widgetlock.available(self))

    def _is_in_frame(self, event: Any) -> bool:
        height, width = self.picker.frame_shape
        return bool(-0.5 <= event.xdata < width - 0.5 and -0.5 <= event.ydata < height - 0.5)

    def _is_second_of_double(self, event: Any) -> bool:
        now, (then, x, y) = time.monotonic(), self._last_press
        self._last_press = (now, event.x, event.y)
        again = now - then < self.DOUBLE and np.hypot(x - event.x, y - event.y) < 3
        return bool(event.dblclick or again)
