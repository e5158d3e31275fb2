"""The plot of the widget: `optimap.trace.show_traces`, with a line at the frame that the viewer shows.

The line is drawn over a kept picture of the plot, so that it follows the slider while a recording is played. Nothing
here knows of napari or of layers.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.backend_bases import Event, MouseButton, MouseEvent
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray
from qtpy.QtCore import Signal

from optimap.trace import show_traces


class TracePlot(FigureCanvasQTAgg):
    """A canvas with traces and a cursor; clicking or dragging in it chooses a frame."""

    frame_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__(Figure(figsize=(4.4, 3.6), layout="constrained"))
        self.setMinimumSize(260, 180)
        self._times: NDArray[Any] = np.arange(1)
        self._frame = 0
        self._cursor: Line2D | None = None
        self._behind: Any = None  # the picture of the plot without the cursor
        self.mpl_connect("draw_event", self._keep_picture)
        for event in ("button_press_event", "motion_notify_event"):
            self.mpl_connect(event, self._choose)

    def show_hint(self, text: str) -> None:
        """Show words in place of traces."""
        self.figure.clear()
        self._cursor = None
        self.figure.text(0.5, 0.5, text, ha="center", va="center", wrap=True, color="0.4")
        self.draw_idle()

    def show(self, traces: NDArray[Any], names: Sequence[str], label: str, **axis: Any) -> list[str]:
        """Draw traces (T, N) over ``fps=`` or ``x=``, and return the colour of each."""
        self.figure.clear()
        ax = self.figure.add_subplot()
        show_traces(traces, labels=names, ax=ax, **axis)
        ax.set_ylabel(label)
        fps, x = axis.get("fps"), axis.get("x")
        self._times = np.arange(len(traces)) / (fps or 1) if x is None else np.asarray(x)
        if x is not None:
            ax.set_xlabel("Time [s]")
        self._cursor = ax.axvline(self._times[self._at()], color="0.4", linewidth=1, animated=True)
        self.draw_idle()
        return [str(line.get_color()) for line in ax.lines[: traces.shape[1]]]

    def show_frame(self, frame: int) -> None:
        """Move the cursor."""
        self._frame = frame
        if self._cursor is not None and self._behind is not None:
            self.restore_region(self._behind)
            self._draw_cursor()
            self.update()

    @property
    def cursor(self) -> float | None:
        """Where the cursor is on the axis of time; None without traces."""
        return None if self._cursor is None else float(self._times[self._at()])

    def _at(self) -> int:
        return min(self._frame, len(self._times) - 1)

    def _draw_cursor(self) -> None:
        if self._cursor is not None:
            self._cursor.set_xdata([self._times[self._at()]] * 2)
            self.figure.axes[0].draw_artist(self._cursor)

    def _keep_picture(self, event: Event) -> None:
        self._behind = self.copy_from_bbox(self.figure.bbox)
        self._draw_cursor()

    def _choose(self, event: MouseEvent) -> None:
        is_held = event.button == MouseButton.LEFT or MouseButton.LEFT in (getattr(event, "buttons", None) or ())
        if self._cursor is not None and event.inaxes is not None and is_held:
            self.frame_chosen.emit(int(np.argmin(np.abs(self._times - event.xdata))))
