"""A window of the desktop toolkit in use (Qt, Tk, ...); a call can wait until it is closed."""

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure


USABLE = (0.97, 0.85)  # of the width and height of a screen; the rest is for the frame, toolbar and title of a window


class Desktop:
    """A window on the screen.

    Parameters
    ----------
    waits : bool
        Whether `present` returns only when the window is closed.
    toolkit : str
        The toolkit of the matplotlib backend, such as ``'qt'`` or ``'tk'``.
    """

    def __init__(self, *, waits: bool, toolkit: str) -> None:
        self._waits, self._toolkit = waits, toolkit
        self._figure: Any = None
        self._timer: Any = None
        self._is_open = False  # while a call waits

    def new_figure(self, figsize: tuple[float, float], name: str) -> "Figure":
        """Return an empty figure of the backend in use, no larger than the screen."""
        import matplotlib.pyplot as plt

        from .figure import WindowFigure  # imports matplotlib

        with plt.rc_context({"figure.constrained_layout.use": False, "figure.autolayout": False}):
            figure = plt.figure(figsize=figsize, FigureClass=WindowFigure)
        self._figure = figure
        manager: Any = figure.canvas.manager
        manager.set_window_title(name)
        room = screen_size(figure.canvas)
        if room is not None:
            wanted = figure.bbox.size
            sides = [min(int(wanted[i]), int(USABLE[i] * room[i])) for i in (0, 1)]
            if sides != [int(side) for side in wanted]:
                manager.resize(*sides)
                if self._toolkit == "tk" and manager.toolbar is not None:
                    manager.toolbar.configure(width=sides[0])  # it asks for the width that the figure had
        return figure

    def present(self) -> bool:
        """Show the window; if the call waits, return when it is closed."""
        if self._waits:
            self._wait()
        else:
            self._figure.show()
        return self._waits

    def _wait(self) -> None:
        """Show the window; return when it is closed."""
        canvas = self._figure.canvas
        canvas.mpl_connect("close_event", lambda _: self.finish())
        self._figure.show()
        self._is_open = True
        if self._toolkit == "tk":
            self._wait_for_tk(canvas.get_tk_widget().tk)
        else:
            canvas.start_event_loop(0)

    def _wait_for_tk(self, tk: Any) -> None:
        """Run Tk's events until our window is closed; Tk's own loop would wait for other windows, too."""
        without_waiting = 2  # TCL_DONT_WAIT: short sleeps in between allow Ctrl-C
        while self._is_open:
            if not tk.dooneevent(without_waiting):
                time.sleep(0.005)

    def finish(self) -> None:
        """End the wait; if nothing waits, close the window after the current event."""
        if self._is_open:
            self._is_open = False
            if self._toolkit != "tk":
                self._figure.canvas.stop_event_loop()
        elif not self._waits:
            # Kept, because a timer that is garbage-collected never fires.
            self._timer = self._figure.canvas.new_timer(interval=10, callbacks=[(self.close, [], {})])
            self._timer.single_shot = True
            self._timer.start()

    def close(self) -> None:
        """Close the window."""
        import matplotlib.pyplot as plt

        if self._figure is not None:
            plt.close(self._figure)


def screen_size(canvas: Any) -> tuple[float, float] | None:
    """Return the width and height of the screen in pixels of the canvas; None for toolkits other than Qt and Tk."""
    if hasattr(canvas, "screen"):  # Qt
        size, ratio = canvas.screen().availableGeometry(), canvas.device_pixel_ratio
        return size.width() * ratio, size.height() * ratio
    if hasattr(canvas, "get_tk_widget"):
        widget = canvas.get_tk_widget()
        return widget.winfo_screenwidth(), widget.winfo_screenheight()
    return None
