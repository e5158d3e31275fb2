"""The lines of the traces in a picking window: what is drawn of them on the pixels there are, and the limits in y.

Each point has one line for each video. Lines hold the samples that can be seen (`visible_samples`); they are updated
when the limits in x or the width of the axes change.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import Array
from .._draw import InPieces, pixel_columns, visible_samples
from .points import Point

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

# Traces of more samples are reduced one by one: a copy of all of them would take more time than it saves.
LONG = 20_000


class TraceLines:
    """The lines on the axes of the traces, in the colours of their points."""

    def __init__(self, ax: "Axes", times: Array, styles: list[dict[str, Any]]) -> None:
        self.ax, self.times = ax, times
        self._styles = styles
        self._lines: dict[int, tuple[Line2D, ...]] = {}
        self._traces: dict[int, list[Array]] = {}
        self._ranges: dict[int, tuple[float, float]] = {}
        self._increasing = times.dtype.kind in "iuf" and bool((np.diff(times) > 0).all())

    def __getitem__(self, key: int) -> "tuple[Line2D, ...]":
        """Return the lines of a point."""
        return self._lines[key]

    def add(self, point: Point, color: str) -> "tuple[Line2D, ...]":
        """Add lines for a point, without samples."""
        from matplotlib.lines import Line2D

        marker = "o" if len(self.times) == 1 else ""
        own = {"color": color, "linewidth": 1.0, "marker": marker, "path_effects": [InPieces()]}
        self._lines[point.key] = tuple(Line2D([], [], **{**own, **style}) for style in self._styles)
        for line in self._lines[point.key]:
            self.ax.add_line(line)
        return self._lines[point.key]

    def pop(self, key: int) -> "tuple[Line2D, ...]":
        """Forget a point, and return its lines, which are still on the axes."""
        del self._traces[key], self._ranges[key]
        return self._lines.pop(key)

    def set(self, traces: dict[int, list[Array]]) -> None:
        """Set the traces of points, given by their keys."""
        for key, own in traces.items():
            known = np.concatenate([trace[np.isfinite(trace)] for trace in own])
            self._traces[key] = own
            self._ranges[key] = (known.min(), known.max()) if known.size else (np.nan, np.nan)
        self.update(traces)

    def update(self, keys: Iterable[int] | None = None) -> None:
        """Give the lines, of some points or of all, the samples that can be seen on their pixels."""
        keys = list(self._traces) if keys is None else keys
        drawn = [pair for key in keys for pair in zip(self._lines[key], self._traces[key], strict=True)]
        for length in {len(trace) for _, trace in drawn}:
            alike = [(line, trace) for line, trace in drawn if len(trace) == length]
            count = 1 if length > LONG else len(alike)
            for start in range(0, len(alike), count):
                self._reduce(alike[start : start + count], self.times[:length])

    def _reduce(self, drawn: "list[tuple[Line2D, Array]]", times: Array) -> None:
        """Set lines whose traces have the same times."""
        if not self._increasing:
            for line, trace in drawn:
                line.set_data(times, trace)
            return
        view, columns = pixel_columns(self.ax, times)
        traces = np.stack([trace[view] for _, trace in drawn], axis=1)
        for (line, _), samples in zip(drawn, visible_samples(times[view], traces, columns), strict=True):
            line.set_data(*samples)

    def fit(self) -> bool:
        """Extend the y-axis to all traces, unless the user zoomed; return whether it changed."""
        if not self.ax.get_autoscaley_on() or not self._ranges:
            return False
        ranges = np.array(list(self._ranges.values()))
        low, high = np.fmin.reduce(ranges[:, 0]), np.fmax.reduce(ranges[:, 1])
        if not (np.isfinite(low) and np.isfinite(high)):
            return False
        bottom, top = self.ax.get_ylim()
        span = float(high - low) or abs(float(high)) or 1.0
        fits = bottom <= low and high <= top and span > 0.5 * (top - bottom)
        if not fits:
            self.ax.set_ylim(float(low) - 0.06 * span, float(high) + 0.06 * span, auto=True)
        return not fits
