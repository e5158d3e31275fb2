"""The traces of picked positions, extracted when they are first asked for, and kept for undo and redo.

All positions that are asked for together are extracted in one pass over each video, which is what makes a wheel notch
with many points as fast as with one. Nothing is drawn here.
"""

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from .._base import Array, budget, on_host
from .._extract import span_traces
from .._reading import Source
from .._regions import window_spans
from .points import Position


class LiveTraces:
    """Traces of one video, or of several to compare, at positions; the window may change."""

    def __init__(self, videos: list[Source], size: int, window: str, nan_policy: str) -> None:
        self.videos, self.size, self.window, self.nan_policy = videos, size, window, nan_policy
        self.points = 0  # that are picked: their traces, and as many others, are kept in any case
        self._memory: OrderedDict[tuple[Position, int], list[Array]] = OrderedDict()

    def at(self, positions: Sequence[Position]) -> list[list[Array]]:
        """Return the traces at each position, one for each video."""
        keys = [(position, self.size) for position in positions]
        missing = [key for key in dict.fromkeys(keys) if key not in self._memory]
        if missing:
            where = [position for position, _ in missing]
            extracted = [self._extract(video, where, self.nan_policy) for video in self.videos]
            for i, key in enumerate(missing):
                self._memory[key] = [np.ascontiguousarray(traces[:, i]) for traces in extracted]
        for key in keys:
            self._memory.move_to_end(key)
        found = [self._memory[key] for key in keys]
        self._forget(2 * max(self.points, len(positions)))
        return found

    def once(self, positions: Sequence[Position]) -> list[list[Array]]:
        """Return the traces at each position, one for each video, and keep none of them."""
        extracted = [self._extract(video, positions, self.nan_policy) for video in self.videos]
        return [[np.ascontiguousarray(traces[:, i]) for traces in extracted] for i in range(len(positions))]

    def matrix(self, positions: Sequence[Position]) -> Array:
        """Return the traces (T, N) of the first video."""
        if not positions:
            return self._extract(self.videos[0], [])
        return np.stack([traces[0] for traces in self.at(positions)], axis=1)

    def release(self) -> None:
        """Release the videos and traces."""
        self.videos = []
        self._memory.clear()

    def _forget(self, least: int) -> None:
        """Forget the traces that were not used for longest, if there are too many."""
        if self._memory:
            size = sum(trace.nbytes for trace in next(reversed(self._memory.values())))
            while len(self._memory) > max(budget().kept_bytes // max(size, 1), least, 2):
                self._memory.popitem(last=False)

    def _extract(self, video: Source, positions: Sequence[Position], nan_policy: str = "propagate") -> Array:
        """Return traces (T, N) in the host's memory."""
        places = np.array(positions, float).reshape(-1, 2)
        spans = window_spans(places, self.size, self.window, video.frame_shape)
        return np.asarray(on_host(span_traces(video, spans, nan_policy)))
