"""Playing a recording in a picking window: frames follow the clock, so that slow drawing skips frames, not time."""

import time
from collections.abc import Callable
from typing import Any

SPEEDS = (1, 2, 5, 10, 20, 30, 60, 120, 250, 500, 1000, 2000)  # frames per second
FIRST = 30
TICK = 25  # milliseconds


class Playing:
    """A timer that shows one frame after the other, and the first again after the last."""

    def __init__(self, canvas: Any, frames: int, show: Callable[[int], None]) -> None:
        self._canvas, self._frames, self._show = canvas, frames, show
        self._timer: Any = None
        self._begin = 0.0, 0
        self.speed = FIRST

    @property
    def is_on(self) -> bool:
        """Whether it plays."""
        return self._timer is not None

    def start(self, frame: int) -> None:
        """Play from a frame on."""
        self.stop()
        self._begin = time.monotonic(), frame
        self._timer = self._canvas.new_timer(interval=TICK, callbacks=[(self.tick, [], {})])
        self._timer.start()

    def stop(self) -> None:
        """Stop at the frame that is shown."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def tick(self) -> None:
        """Show the frame whose time has come."""
        if self.is_on:
            began, frame = self._begin
            self._show((frame + int((time.monotonic() - began) * self.speed)) % self._frames)

    def change_speed(self, step: int, frame: int) -> None:
        """Play faster or slower, from a frame on."""
        at = SPEEDS.index(self.speed) + step
        self.speed = SPEEDS[min(max(at, 0), len(SPEEDS) - 1)]
        self._begin = time.monotonic(), frame
