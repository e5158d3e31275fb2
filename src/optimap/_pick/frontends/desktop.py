"""A window of the desktop toolkit in use (Qt, Tk, ...), which can wait until it is closed."""

import time
from typing import Any


class Desktop:
    """A window on the screen."""

    def __init__(self, blocks: bool, toolkit: str) -> None:
        self.blocks, self._toolkit = blocks, toolkit
        self._figure: Any = None
        self._waiting = False

    def new_figure(self, figsize: tuple[float, float]) -> Any:
        """Return an empty figure of the backend in use."""
        import matplotlib.pyplot as plt

        with plt.rc_context({"figure.constrained_layout.use": False, "figure.autolayout": False}):
            self._figure = plt.figure(figsize=figsize)
        return self._figure

    def show(self) -> None:
        """Show the window."""
        self._figure.show()

    def wait(self) -> None:
        """Show the window; return when it is closed."""
        canvas = self._figure.canvas
        canvas.mpl_connect("close_event", lambda _: self.finish())
        self._figure.show()
        self._waiting = True
        if self._toolkit == "tk":
            self._wait_for_tk(canvas.get_tk_widget().tk)
        else:
            canvas.start_event_loop(0)

    def _wait_for_tk(self, tk: Any) -> None:
        """Tk's own loop ends when its last window is closed, which may be another than ours."""
        without_waiting = 2  # TCL_DONT_WAIT: short sleeps between let Ctrl-C through
        while self._waiting:
            if not tk.dooneevent(without_waiting):
                time.sleep(0.005)

    def finish(self) -> None:
        """End the wait; where nobody waits, close the window, once the event at hand is dealt with."""
        if self._waiting:
            self._waiting = False
            if self._toolkit != "tk":
                self._figure.canvas.stop_event_loop()
        elif not self.blocks:
            timer = self._figure.canvas.new_timer(interval=10, callbacks=[(self.close, [], {})])
            timer.single_shot = True
            timer.start()

    def close(self) -> None:
        """Close the window."""
        import matplotlib.pyplot as plt

        if self._figure is not None:
            plt.close(self._figure)
