"""Where windows appear: on the desktop, in a browser, in a notebook. One of them for each call, chosen here.

- `Desktop`: a window of the Qt, Tk, ... backend in use; waits until it is closed.
- `Browser` (in `_web`): a page on 127.0.0.1 with a button that ends the call.
- `Notebook`: a canvas of ipympl below the cell; it cannot wait.
"""

import os
import time
from typing import Any, Protocol

NO_WAY = (
    "there is no window to click in ({reason}). Ways out: on a machine with a display, a desktop backend, pip install "
    "'optimap-trace[qt]'; in a notebook, %matplotlib widget (pip install 'optimap-trace[jupyter]'); or pick in a "
    "browser, browser=True or OPTIMAP_BROWSER=1, on the command line --browser (pip install 'optimap-trace[web]')"
)


class Frontend(Protocol):
    """What a window needs of the place it appears in."""

    blocks: bool

    def new_figure(self, figsize: tuple[float, float]) -> Any:
        """Return an empty figure of this front end."""

    def show(self) -> None:
        """Show the figure, and return."""

    def wait(self) -> None:
        """Show the figure, and return when the user is done."""

    def finish(self) -> None:
        """End the wait."""

    def close(self) -> None:
        """Close the figure."""


def choose_frontend(block: bool | None, browser: bool | None) -> Frontend:
    """Return the front end for the backend in use, or raise an error that names the ways out."""
    if browser is None:
        browser = os.environ.get("OPTIMAP_BROWSER", "") not in ("", "0")
    name, framework = _backend()
    if browser or name == "webagg":
        if block is False:
            raise ValueError("block = False: a page in the browser is served only while the call waits")
        from ._web import Browser

        return Browser()
    if framework is not None:
        return Desktop(blocks=block is not False, toolkit=framework)
    if "ipympl" in name or name == "widget":
        if block:
            raise ValueError("block = True: in a notebook a call cannot wait; leave block out and use what is returned")
        return Notebook()
    display = "" if _has_display() else ", no display"
    raise RuntimeError(NO_WAY.format(reason=f"the matplotlib backend is {name!r}{display}"))


def _has_display() -> bool:
    import sys

    return sys.platform in ("win32", "darwin") or any(os.environ.get(k) for k in ("DISPLAY", "WAYLAND_DISPLAY"))


def _backend() -> tuple[str, str | None]:
    """Return the name of the matplotlib backend, and its desktop toolkit if it has one and it can be used."""
    import matplotlib.pyplot as plt
    from matplotlib.backends.registry import backend_registry

    name = plt.get_backend()
    framework = backend_registry.resolve_backend(name)[1]  # type: ignore[no-untyped-call]
    if framework in (None, "headless"):
        return name.lower(), None
    try:
        plt.switch_backend(name)  # the backend in use: this only finds out whether it works here
    except ImportError as error:
        raise RuntimeError(NO_WAY.format(reason=str(error))) from error
    return name.lower(), str(framework)


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


class Notebook:
    """A canvas below the cell."""

    blocks = False

    def __init__(self) -> None:
        self._figure: Any = None

    def new_figure(self, figsize: tuple[float, float]) -> Any:
        """Return an empty figure of the backend in use."""
        import matplotlib.pyplot as plt

        # Not interactive meanwhile, or the figure would appear twice: when it is made, and when it is shown.
        with plt.ioff():
            # Narrower than on the desktop: a cell has some 10 inches.
            scale = min(1.0, 10 / figsize[0])
            self._figure = plt.figure(figsize=(figsize[0] * scale, figsize[1] * scale))
        self._figure.canvas.capture_scroll = True  # the wheel over a point does not move the page
        return self._figure

    def show(self) -> None:
        """Show the canvas."""
        from IPython.display import display

        display(self._figure.canvas)  # type: ignore[no-untyped-call]

    def wait(self) -> None:
        """A notebook cannot wait."""
        raise NotImplementedError

    def finish(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """The canvas stays below its cell."""
