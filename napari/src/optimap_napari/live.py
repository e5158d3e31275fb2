"""The traces of places in a recording: extracted when they are first needed, in a thread, and kept while wanted.

Only what has changed is extracted: while one of many points is dragged, one trace. Nothing is drawn here.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimap.trace import extract_traces

from .places import POINT, Place, positions_of, regions_of

Trace = NDArray[Any]


@dataclass(frozen=True)
class Window:
    """The window around points."""

    size: int = 5
    shape: Literal["rect", "disc", "pixel"] = "rect"


def key_of(place: Place, window: Window) -> Hashable:
    """Return what the trace of a place depends on; areas have no window."""
    return place.outline, window if place.kind == POINT else None


class Extracted(NamedTuple):
    """Traces by the keys of their places, and the recording that they are from."""

    video: Any
    traces: dict[Hashable, Trace]


def extract(video: Any, places: Sequence[Place], window: Window) -> Extracted:
    """Return the trace of each place: one pass over the recording for points, and one for areas."""
    found: dict[Hashable, Trace] = {}
    for group in ([p for p in places if p.kind == POINT], [p for p in places if p.kind != POINT]):
        if group:
            where = positions_of(group) if group[0].kind == POINT else regions_of(group)
            traces = np.asarray(extract_traces(video, where, size=window.size, window=window.shape))
            found |= {key_of(place, window): trace for place, trace in zip(group, traces.T, strict=True)}
    return Extracted(video, found)


class LiveTraces:
    """The traces that are kept, of one recording."""

    def __init__(self) -> None:
        self.video: Any = None
        self._kept: dict[Hashable, Trace] = {}

    def use(self, video: Any) -> None:
        """Take traces from this recording; those of another one are forgotten."""
        if video is not self.video:
            self.video, self._kept = video, {}

    def forget(self) -> None:
        """Forget everything: the pixels have changed."""
        self.video, self._kept = None, {}

    def missing(self, places: Iterable[Place], window: Window) -> list[Place]:
        """Return the places whose traces are not there yet, each of them once."""
        return list({key: place for place in places if (key := key_of(place, window)) not in self._kept}.values())

    def take(self, found: Extracted) -> None:
        """Keep traces, if they are of the recording that is used."""
        if found.video is self.video:
            self._kept |= found.traces

    def matrix(self, places: Sequence[Place], window: Window) -> Trace:
        """Return the traces of places (T, N), which must be there; others are forgotten."""
        wanted = [key_of(place, window) for place in places]
        self._kept = {key: self._kept[key] for key in wanted}
        return np.stack([self._kept[key] for key in wanted], axis=1) if wanted else np.empty((len(self.video), 0))
