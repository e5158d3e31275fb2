"""What the select functions return: live selections where a call cannot wait, and what was picked where it could.

A selection of positions can be used as the list of them; a selection of traces unpacks into traces and positions.
"""

from collections.abc import Iterator
from typing import Any

from .._base import Array
from ..trace import Selection
from .positions_window import PositionsWindow
from .traces_window import TracesWindow

Position = tuple[float, float]


class PositionsSelection(Selection):
    """Positions that are being picked: usable as the list of those so far."""

    def __init__(self, window: PositionsWindow) -> None:
        self.window = window

    @property
    def positions(self) -> list[Position]:
        """The positions picked so far."""
        return self.window.positions

    def __iter__(self) -> Iterator[Position]:
        return iter(self.positions)

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, index: Any) -> Any:
        return self.positions[index]

    def __repr__(self) -> str:
        return f"<Selection of {len(self.positions)} positions: {self._listed()}>"


class TracesSelection(Selection):
    """Positions that are being picked, with their traces: unpacks into both, as they are at the time."""

    def __init__(self, window: TracesWindow) -> None:
        self.window = window

    @property
    def positions(self) -> list[Position]:
        """The positions picked so far."""
        return self.window.positions

    @property
    def traces(self) -> Array:
        """The traces at these positions, (T, N)."""
        return self.window.traces

    @property
    def size(self) -> int:
        """The present width of the window in pixels."""
        return self.window.size

    def __iter__(self) -> Iterator[Any]:
        return iter((self.traces, self.positions))

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: Any) -> Any:
        return (self.traces, self.positions)[index]

    def __repr__(self) -> str:
        frames = len(self.window.times)
        return f"<Selection of {len(self.positions)} traces of {frames} frames, positions: {self._listed()}>"
