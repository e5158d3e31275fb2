"""Which points are picked: a model that knows no window, and the adapter that turns mouse events into its calls.

`PointPicker` holds all behaviour (add, remove, move, undo, redo, limit) and is tested without a screen. `MouseAdapter`
only translates: a left press adds a point or takes hold of one, motion drags it, a right press removes the nearest.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .points import PointPicker

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
