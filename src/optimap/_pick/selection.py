"""Return values of the select functions if a call cannot wait: the current state of a view, as long as it is open."""

from collections.abc import Iterator, Sequence
from typing import Any

from .._base import Array, counted
from .._regions import Regions, make_regions
from ..trace import Selection
from .points import Position
from .positions_view import PositionsView
from .shapes_view import Drawing
from .traces_view import TracesView


class PositionsSelection(Selection, Sequence[Position]):
    """Positions that are being picked, which can be used as the list of them."""

    def __init__(self, view: PositionsView) -> None:
        self._view = view  # kept here, because matplotlib's callbacks do not keep it alive

    @property
    def positions(self) -> list[Position]:
        """The positions picked so far."""
        return self._view.positions

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, index: Any) -> Any:
        return self.positions[index]

    def __iter__(self) -> Iterator[Position]:
        return iter(self.positions)  # a copy, so that clicks during the loop do not affect it

    def __eq__(self, other: object) -> bool:
        return self.positions == other if isinstance(other, list) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # it changes with every click

    def __repr__(self) -> str:
        return f"<Selection of {counted(len(self), 'position')}: {listed(self.positions)}>"


class TracesSelection(Selection):
    """Positions that are being picked, with their traces; it unpacks into the current traces and positions."""

    def __init__(self, view: TracesView) -> None:
        self._view = view

    @property
    def positions(self) -> list[Position]:
        """The positions picked so far."""
        return self._view.positions

    @property
    def traces(self) -> Array:
        """The traces at these positions, (T, N)."""
        return self._view.result

    @property
    def metadata(self) -> dict[str, Any]:
        """How these traces are made: size, window, and what was done to them."""
        return self._view.made

    @property
    def size(self) -> int:
        """The current width of the window in pixels."""
        return self._view.size

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: Any) -> Any:
        return (self.traces, self.positions)[index]

    def __iter__(self) -> Iterator[Any]:
        return iter((self.traces, self.positions))

    def __repr__(self) -> str:
        traces, frames = counted(len(self.positions), "trace"), counted(len(self._view.times), "frame")
        return f"<Selection of {traces} of {frames}, positions: {listed(self.positions)}>"


class RegionsSelection(Selection):
    """Regions that are being drawn; it iterates over those drawn so far."""

    def __init__(self, view: Drawing) -> None:
        self._view = view

    @property
    def regions(self) -> Regions:
        """The regions drawn so far."""
        frame = self._view.picker.frame_shape
        return make_regions(self._view.outlines, frame, kind="imagej", name="regions")

    @property
    def positions(self) -> list[Position]:
        """Their centres."""
        return [(float(x), float(y)) for x, y in self.regions.centers()]

    def __len__(self) -> int:
        return len(self._view.picker.shapes)

    def __iter__(self) -> Iterator[Regions]:
        return iter(self.regions)

    def __repr__(self) -> str:
        names = ", ".join(map(repr, self._view.picker.names)) or "none yet, draw on the image"
        return f"<Selection of {counted(len(self), 'region')}: {names}>"


def listed(positions: list[Position]) -> str:
    """Return the positions as text."""
    return ", ".join(f"({x:g}, {y:g})" for x, y in positions) or "none yet, click on the image"
