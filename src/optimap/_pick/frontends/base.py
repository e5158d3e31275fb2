"""What a window needs of the place where it appears."""

import os
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


def has_display() -> bool:
    import sys

    return sys.platform in ("win32", "darwin") or any(os.environ.get(k) for k in ("DISPLAY", "WAYLAND_DISPLAY"))
