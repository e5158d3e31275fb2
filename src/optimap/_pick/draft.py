"""The trace of a region that is still being drawn, as often as extracting it leaves time for the mouse.

A large recording takes longer to read than the mouse takes for a step. The trace then follows after a rest of several
times what it took; where it takes too long for that, it is shown when the region is complete.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

REST = 2.0  # times what the last trace took, before the next
LONGEST = 0.3  # seconds that the mouse may have to wait

Path = tuple[str, Sequence[Any]]  # the tool, and the vertices so far


class Draft:
    """Calls `draw` with what is being drawn, now or soon, and with None when nothing is."""

    def __init__(self, canvas: Any, draw: Callable[[Path | None], None]) -> None:
        self._canvas, self._draw = canvas, draw
        self._waiting: Path | None = None
        self._timer: Any = None
        self._took, self._next = 0.0, 0.0
        self._is_drawn = False

    def ask(self, path: Path | None) -> None:
        """Show the trace of a path; None ends it at once."""
        self._stop()
        if path is None:
            if self._is_drawn:
                self._is_drawn = False
                self._draw(None)
        elif self._took <= LONGEST:
            rest = self._next - time.monotonic()
            if rest <= 0:
                self._draw_now(path)
            else:
                self._waiting = path
                self._timer = self._canvas.new_timer(interval=round(1000 * rest) + 1, callbacks=[(self._wake, [], {})])
                self._timer.single_shot = True
                self._timer.start()

    def _wake(self) -> None:
        path = self._waiting
        self._stop()
        if path is not None:
            self._draw_now(path)

    def _draw_now(self, path: Path) -> None:
        began = time.monotonic()
        self._is_drawn = True
        self._draw(path)
        ended = time.monotonic()
        self._took = ended - began
        self._next = ended + REST * self._took

    def _stop(self) -> None:
        self._waiting = None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
