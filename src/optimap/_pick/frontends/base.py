"""The interface between a view and the place where its figure appears. For the choice of a front end, see `choose`."""

import os
import sys
from typing import TYPE_CHECKING, Protocol

from ..._base import Explained

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Frontend(Protocol):
    """The place where one figure appears: on the desktop, on a page in a browser, in a notebook.

    A call makes the figure, draws in it, and presents it. `present` returns True when the user is done, or False
    immediately if a call cannot wait, or should not.
    """

    def new_figure(self, figsize: tuple[float, float], name: str) -> "Figure":
        """Return an empty figure, width and height in inches, in a window of that name; it is not on the screen yet."""

    def present(self) -> bool:
        """Show the figure; return whether the user is done with it."""

    def finish(self) -> None:
        """End picking: end the wait, or close the figure if nothing waits and it can be closed."""

    def close(self) -> None:
        """Remove the figure from the screen if possible, and release its resources."""


ALTERNATIVES = (
    "a desktop backend on a machine with a display (pip install 'optimap-trace[qt]'); %matplotlib widget in a notebook "
    "(pip install 'optimap-trace[jupyter]'); browser=True or OPTIMAP_BROWSER=1 to pick in a browser (pip install "
    "'optimap-trace[web]')"
)


class NoWindowError(Explained, RuntimeError):
    """No window can be opened here; `cure` lists what users can do, and one of these is the argument `browser`."""

    def __init__(self, reason: str, browser: bool | None = None) -> None:
        problem = f"leaves no place to pick: {reason}"
        subject = f"Cannot open a window ({reason}). Try one of"
        super().__init__("browser", browser, problem, ALTERNATIVES, subject=subject, keyword="browser", plain=True)


def has_display() -> bool:
    """Return whether this process can open windows on a screen."""
    return sys.platform in ("win32", "darwin") or any(os.environ.get(k) for k in ("DISPLAY", "WAYLAND_DISPLAY"))
