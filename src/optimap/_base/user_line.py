"""The line of the user's code that a warning from deep inside the package points at."""

import sys

PACKAGE = __name__.partition(".")[0]


def user_level() -> int:
    """Return the ``stacklevel`` of the first caller outside this package, for a warning of the function that asks."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and str(frame.f_globals.get("__name__", "")).partition(".")[0] == PACKAGE:
        frame, level = frame.f_back, level + 1
    return level
