"""Whose line a warning shows: that of the user, however deep in the package the warning is raised."""

import sys

OURS = (__name__.partition(".")[0], "contextlib")


def stack_level() -> int:
    """Return the stack level of the first caller outside this package, for `warnings.warn` in the calling function."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and str(frame.f_globals.get("__name__", "")).partition(".")[0] in OURS:
        frame, level = frame.f_back, level + 1
    return level
