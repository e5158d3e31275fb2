"""The mouse on the axes of the traces: a click or drag moves the cursor to a frame, a line below the mouse is found.

As in `mouse`, events are only translated; the view decides what follows from them.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import MouseEvent


class TraceMouse:
    """Translates matplotlib's mouse events on axes of traces."""

    def __init__(
        self,
        ax: "Axes",
        *,
        on_time: Callable[[float], None],
        on_press: Callable[[float, float], None],
        on_hover: Callable[[float, float], None],
    ) -> None:
        self.ax = ax
        self._on_time, self._on_press, self._on_hover = on_time, on_press, on_hover
        self._is_down = False
        canvas: Any = ax.figure.canvas
        canvas.mpl_connect("button_press_event", self.press)
        canvas.mpl_connect("motion_notify_event", self.motion)
        canvas.mpl_connect("button_release_event", self.release)

    def press(self, event: "MouseEvent") -> None:
        """Left: go to the time there, and report the place."""
        if event.button == 1 and self._is_inside(event):
            self._is_down = True
            self._on_press(event.x, event.y)
            self._on_time(float(event.xdata or 0.0))

    def motion(self, event: "MouseEvent") -> None:
        """Follow the mouse while the button is down, otherwise report where it is."""
        if not self._is_inside(event):
            return
        if self._is_down:
            self._on_time(float(event.xdata or 0.0))
        else:
            self._on_hover(event.x, event.y)

    def release(self, event: "MouseEvent") -> None:
        """Stop following."""
        self._is_down = False

    def _is_inside(self, event: "MouseEvent") -> bool:
        """Whether an event is on the axes, and does not zoom or pan."""
        canvas: Any = self.ax.figure.canvas
        is_navigating = bool(getattr(getattr(canvas, "toolbar", None), "mode", ""))
        return event.inaxes is self.ax and not is_navigating and canvas.widgetlock.available(self)
