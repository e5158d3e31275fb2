"""Translating mouse events on an image into calls of a `PointPicker`.

`MouseAdapter` only translates: a left press adds a point or grabs one, motion drags it, a right press removes the
nearest. The picker (`points`) carries out the calls, and the views draw the result.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .points import Picker, PointPicker, Position

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import MouseEvent


class Mouse:
    """The events of the mouse on the axes of an image, and what every use of them needs to know."""

    GRIP = 7.0  # points (1/72 inch) around a picked point in which the mouse grabs it
    SLACK = 3.0  # points that the mouse may move before a click becomes a drag
    DOUBLE = 0.4  # seconds; some toolkits send a double click as two or three presses

    def __init__(self, ax: "Axes", picker: Picker, on_release: Callable[[], None] | None) -> None:
        self.ax = ax
        self._frame_shape, self._on_release = picker.frame_shape, on_release
        self._held: int | None = None
        self._reports_buttons = False
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
        """The key of the point that is being dragged."""
        return self._held

    def disconnect(self) -> None:
        """Stop receiving events."""
        canvas: Any = self.ax.figure.canvas
        for connection in self._ids:
            canvas.mpl_disconnect(connection)
        self._ids = []

    def drop(self) -> None:
        """Stop dragging; what was dragged stays where it is."""
        self._held, self._dragging, self._reports_buttons = None, False, False

    def press(self, event: "MouseEvent") -> None:
        """Act on a button that goes down."""

    def motion(self, event: "MouseEvent") -> None:
        """Act on a move."""

    def release(self, event: "MouseEvent") -> None:
        """Act on a button that comes up."""

    def scroll(self, event: "MouseEvent") -> None:
        """Act on the wheel."""

    def point_at(self, event: "MouseEvent") -> int | None:
        """Return the key of what is under the mouse."""
        return None

    def _missed_release(self, event: "MouseEvent") -> bool:
        """Whether the button is up although no release was reported, for example outside a browser's canvas."""
        if event.name != "motion_notify_event":
            return False
        down = 1 in (getattr(event, "buttons", None) or ())
        missed = self._reports_buttons and not down
        self._reports_buttons = self._reports_buttons or down  # not all front ends do
        return missed

    def _points(self, number: float) -> float:
        """Return the number of screen pixels in a length given in points (1/72 inch)."""
        return number * self.ax.figure.dpi / 72

    def _position_of(self, event: "MouseEvent") -> Position | None:
        """Return the position of the mouse on the image, or None if the event means something else."""
        if event.inaxes is not self.ax or event.xdata is None or event.ydata is None:
            return None
        canvas: Any = self.ax.figure.canvas
        toolbar = getattr(canvas, "toolbar", None)
        is_navigating = bool(getattr(toolbar, "mode", "")) if toolbar else False
        return (event.xdata, event.ydata) if not is_navigating and canvas.widgetlock.available(self) else None

    def _is_in_frame(self, position: Position) -> bool:
        height, width = self._frame_shape
        return -0.5 <= position[0] < width - 0.5 and -0.5 <= position[1] < height - 0.5

    def _is_second_of_double(self, event: "MouseEvent") -> bool:
        now, (then, x, y) = time.monotonic(), self._last_press
        self._last_press = (now, event.x, event.y)
        again = now - then < self.DOUBLE and np.hypot(x - event.x, y - event.y) < 3
        return bool(event.dblclick or again)


class MouseAdapter(Mouse):
    """Translates matplotlib's mouse events on the axes of an image into calls of a `PointPicker`."""

    def __init__(
        self,
        ax: "Axes",
        picker: PointPicker,
        *,
        on_scroll: Callable[[int], None] | None = None,
        on_release: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(ax, picker, on_release)
        self.picker, self._on_scroll = picker, on_scroll
        self._grabbed: tuple[float, float, float, float] | None = None  # mouse in pixels, offset in data

    def drop(self) -> None:
        """Stop dragging; the point stays where it is."""
        super().drop()
        self._grabbed = None

    def press(self, event: "MouseEvent") -> None:
        """Left: add a point, or grab the one under the mouse. Right: remove the nearest."""
        position = self._position_of(event)
        if position is None:
            return
        if event.button == 3:
            self.drop()
            self.picker.remove_nearest(position)
        elif event.button == 1 and not self._is_second_of_double(event):
            self._press_left(event, position)

    def _press_left(self, event: "MouseEvent", position: Position) -> None:
        below = self._point_below(event, position)
        if below is not None:
            held = next(point for point in self.picker.points if point.key == below)
            self._held, self._continues = below, False
            self._grabbed = (event.x, event.y, held.x - position[0], held.y - position[1])
            self.picker.select(below)
            return
        if self.picker.limit == 1 and self.picker.full:  # one point that follows the clicks
            point = self.picker.points[0]
            self.picker.move(point.key, position)
        elif not self.picker.full and self._is_in_frame(position):
            point = self.picker.add(position)
        else:
            return
        # If the point is dragged before the button is released, adding and moving are undone in one step.
        self._held, self._continues = point.key, True
        self._grabbed = (event.x, event.y, 0.0, 0.0)

    def motion(self, event: "MouseEvent") -> None:
        """Drag the point that is held."""
        if self._held is None or self._grabbed is None:
            return
        gone = self._held not in {point.key for point in self.picker.points}  # undone during the drag
        if gone or self._missed_release(event):
            self.drop()
            return
        px, py, dx, dy = self._grabbed
        if not self._dragging:
            self._dragging = bool(np.hypot(event.x - px, event.y - py) > self._points(self.SLACK))
        if self._dragging:
            x, y = self.ax.transData.inverted().transform((event.x, event.y))
            if self.picker.move(self._held, (x + dx, y + dy), continues=self._continues):
                self._continues = True

    def release(self, event: "MouseEvent") -> None:
        """Stop dragging at the current position of the mouse."""
        if event.button == 1 and self._held is not None:
            self.motion(event)  # front ends may omit earlier motion events
            self.drop()
            if self._on_release is not None:
                self._on_release()

    def scroll(self, event: "MouseEvent") -> None:
        """Report the direction in which the wheel was turned over a point."""
        position = self._position_of(event)
        if self._on_scroll is not None and position is not None and self._point_below(event, position) is not None:
            self._on_scroll(1 if event.step > 0 else -1)

    def point_at(self, event: "MouseEvent") -> int | None:
        """Return the key of the point under the mouse, if the event may act on it."""
        position = self._position_of(event)
        return None if position is None else self._point_below(event, position)

    def _point_below(self, event: "MouseEvent", position: Position) -> int | None:
        """Return the key of the point under the mouse."""
        near = self.picker.nearest(position)
        if near is None:
            return None
        px, py = self.ax.transData.transform(near.position)
        same_pixel = self.picker.as_integers and max(abs(near.x - position[0]), abs(near.y - position[1])) < 0.5
        in_reach = np.hypot(px - event.x, py - event.y) <= self._points(self.GRIP)
        return near.key if same_pixel or in_reach else None
