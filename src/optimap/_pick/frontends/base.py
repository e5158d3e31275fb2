"""What a view needs of the place where its figure appears. It does not choose one: see `choose`."""

import os
import sys
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Frontend(Protocol):
    """The place where one figure appears: on the desktop, on a page in a browser, in a notebook.

    A call makes the figure, draws in it, and presents it. `present` returns True when the user is done, or False at
    once where a call cannot wait, or is asked not to.
    """

    def new_figure(self, figsize: tuple[float, float]) -> "Figure":
        """Return an empty figure, width and height in inches; it is not on the screen yet."""

    def present(self) -> bool:
        """Show the figure; return whether the user is done with it."""

    def finish(self) -> None:
        """Act on the end of picking: end the wait, or close the figure where nothing waits and it can be closed."""

    def close(self) -> None:
        """Take the figure off the screen where that can be done, and release what belongs to it."""


class NoWindowError(RuntimeError):
    """There is no place where a window could open.

    Attributes
    ----------
    reason : str
        What is missing here.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)

    def __str__(self) -> str:
        return (
            f"Cannot open a window ({self.reason}). Try one of: a desktop backend on a machine with a display (pip "
            "install 'optimap-trace[qt]'); %matplotlib widget in a notebook (pip install 'optimap-trace[jupyter]'); "
            "browser=True or OPTIMAP_BROWSER=1 to pick in a browser (pip install 'optimap-trace[web]')"
        )


def has_display() -> bool:
    """Whether this process can open windows on a screen."""
    return sys.platform in ("win32", "darwin") or any(os.environ.get(k) for k in ("DISPLAY", "WAYLAND_DISPLAY"))
