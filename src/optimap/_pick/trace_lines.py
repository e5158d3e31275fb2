"""The lines of the traces in a picking window: in the colours of their points, with their numbers at the right end.

Each point has one line for each video. Lines hold the samples that can be seen (`visible_samples`); they are updated
when the limits in x or the width of the axes change. Many traces are stacked, as in figures; rows are added some at a
time, and their distance changes only if traces change much, so that a click draws one line, not all of them.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import Array
from .._draw import (
    ColumnStrokes,
    LineEnds,
    is_stacked,
    pixel_columns,
    ranges_of,
    row_centers,
    stack_traces,
    visible_samples,
)
from .points import Point
from .treatment import Treatment

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    from .stamps import Bitmaps, Stamp

# Traces of more samples are reduced one by one: a copy of all of them would take more time than it saves.
LONG = 20_000

ROWS = 4  # of a stack that are added at once; with many, a quarter of them
KEPT = (0.6, 1.5)  # the distance of rows is kept while it is this many times that which fits
REACH = 5.0  # points (1/72 inch) from the mouse in which a line is found
NUMBER = 8.0  # points: the size of numbers
DRAFT = 0  # the key of what is still being drawn, which the mouse does not find; keys of points begin with 1


class TraceLines:
    """The lines on the axes of the traces."""

    def __init__(self, ax: "Axes", times: Array, styles: list[dict[str, Any]]) -> None:
        from .highlight import HeightBar, Highlight  # imports matplotlib

        self.ax, self.times = ax, times
        self.right: Axes | None = None  # the axes of the second of two videos, if it has its own
        self.treatment = Treatment()
        self.stack: bool | None = None  # by default, if there are many
        self.untreated: dict[int, str] = {}  # why traces are shown as they were recorded
        self.highlight, self.bar = Highlight(), HeightBar(ax)
        ax.add_artist(self.highlight)
        self._styles = styles
        self._lines: dict[int, tuple[Line2D, ...]] = {}
        self._ends: dict[int, Stamp] = {}
        self._bitmaps: Bitmaps = {}
        self._raw: dict[int, list[Array]] = {}
        self._shown: dict[int, list[Array]] = {}
        self._ranges: dict[int, list[tuple[float, float, float]]] = {}
        self._offsets: dict[int, float] = {}
        self._samples: dict[Line2D, tuple[Array, Array]] = {}
        self._rows: tuple[int, float] | None = None  # of a stack: how many, and their distance
        self._increasing = times.dtype.kind in "iuf" and bool((np.diff(times) > 0).all())

    def __getitem__(self, key: int) -> "tuple[Line2D, ...]":
        """Return the lines of a point."""
        return self._lines[key]

    def __contains__(self, key: object) -> bool:
        """Whether a point has lines."""
        return key in self._lines

    def artists(self, key: int) -> "tuple[Artist, ...]":
        """Return all that is drawn of a point."""
        return *self._lines[key], self._ends[key]

    def changing(self, key: int) -> "tuple[Artist, ...]":
        """Return what changes while the trace of a point does: also the numbers of others, which make room."""
        return *self._lines[key], self.highlight, *self.ends

    @property
    def ends(self) -> "list[Stamp]":
        """The numbers at the ends of lines."""
        return list(self._ends.values())

    @property
    def is_stacked(self) -> bool:
        """Whether the traces are stacked."""
        return self._rows is not None

    def add(self, point: Point, color: str) -> "tuple[Artist, ...]":
        """Add what is drawn of a point, without samples."""
        from matplotlib.lines import Line2D

        from .stamps import Stamp  # imports matplotlib

        marker = "o" if len(self.times) == 1 else ""
        own = {"color": color, "linewidth": 1.0, "marker": marker, "path_effects": [ColumnStrokes()]}
        self._lines[point.key] = tuple(Line2D([], [], **{**own, **style}) for style in self._styles)
        for line, ax in zip(self._lines[point.key], self._axes(), strict=True):
            ax.add_line(line)
        style: dict[str, Any] = {"va": "center", "color": color, "fontsize": NUMBER}
        self._ends[point.key] = Stamp(self.ax, self._bitmaps, away=(4, 0), at_edge=True, **style)
        self._offsets[point.key] = 0.0
        return self.artists(point.key)

    def pop(self, key: int) -> "tuple[Artist, ...]":
        """Forget a point, and return what is drawn of it, which is still on the axes."""
        artists = self.artists(key)
        for line in self._lines.pop(key):
            del self._samples[line]
        self.untreated.pop(key, None)
        for kept in (self._raw, self._shown, self._ranges, self._offsets, self._ends):
            del kept[key]
        return artists

    def recolor(self, key: int, color: str) -> None:
        """Give a point another colour, as far as its lines have no colours of their own."""
        self._note(key)
        for line, style in zip(self._lines[key], self._styles, strict=True):
            line.set_color(style.get("color", color))
        self._ends[key].set_color(color)

    def set(self, traces: dict[int, list[Array]]) -> None:
        """Set the traces of points, given by their keys, as they were recorded."""
        for key, raw in traces.items():
            self._raw[key] = raw
            self.untreated.pop(key, None)
            self._shown[key] = shown = [self._treated(key, trace) for trace in raw]
            groups = [shown] if self.right is None else [shown[:1], shown[1:]]
            self._ranges[key] = [_range(group) for group in groups]
        self.update(traces)

    def treat(self, treatment: Treatment) -> None:
        """Show all traces after another treatment."""
        self.treatment = treatment
        self.set(self._raw)

    @property
    def problem(self) -> str:
        """Why a trace is shown as it was recorded, or an empty text."""
        reason = next(iter(self.untreated.values()), "")
        return f"shown as recorded: {reason}" if reason else ""

    def shown(self, keys: Iterable[int]) -> list[Array]:
        """Return the traces of the first video as they are drawn."""
        return [self._shown[key][0] for key in keys]

    def _treated(self, key: int, trace: Array) -> Array:
        try:
            treated = self.treatment.apply(trace)
        except ValueError as error:
            self.untreated[key] = str(error)
            return trace
        if np.isfinite(trace).any() and not np.isfinite(treated).any():
            self.untreated[key] = "the trace has samples without a value"
            return trace
        return treated

    def update(self, keys: Iterable[int] | None = None) -> None:
        """Give the lines, of some points or of all, the samples that can be seen on their pixels."""
        keys = list(self._shown) if keys is None else list(keys)
        drawn = [pair for key in keys for pair in zip(self._lines[key], self._shown[key], strict=True)]
        for length in {len(trace) for _, trace in drawn}:
            alike = [(line, trace) for line, trace in drawn if len(trace) == length]
            count = 1 if length > LONG else len(alike)
            for start in range(0, len(alike), count):
                self._reduce(alike[start : start + count], self.times[:length])
        for key in keys:
            self._shift(key)

    def _reduce(self, drawn: "list[tuple[Line2D, Array]]", times: Array) -> None:
        """Find the samples of lines whose traces have the same times."""
        if not self._increasing:
            self._samples |= {line: (times, trace) for line, trace in drawn}
            return
        view, columns = pixel_columns(self.ax, times)
        traces = np.stack([trace[view] for _, trace in drawn], axis=1)
        visible = visible_samples(times[view], traces, columns)
        self._samples |= {line: samples for (line, _), samples in zip(drawn, visible, strict=True)}

    def _note(self, key: int) -> None:
        """Let the highlight be drawn again if it is that of a point whose lines have changed."""
        self.highlight.stale = self.highlight.stale or self.highlight.lines == self._lines[key]

    def _shift(self, key: int) -> None:
        """Draw the samples of a point at the height of its row."""
        self._note(key)
        for line in self._lines[key]:
            x, y = self._samples[line]
            line.set_data(x, y + self._offsets[key] if self._offsets[key] else y)

    # Heights

    def arrange(self, keys: Sequence[int]) -> bool:
        """Stack the traces, fit the y-axes, and number the ends; return whether the axes changed."""
        before = self._rows, [ax.get_ylim() for ax in self.axes]
        if keys and self._ranges:
            ranges = np.array([self._ranges[key] for key in keys], float).reshape(len(keys), len(self.axes), 3)
            offsets = self._stacked(ranges[:, 0]) if self._is_to_stack(len(keys)) else self._overlaid(ranges)
            for key, offset in zip(keys, offsets, strict=True):
                if offset != self._offsets[key]:
                    self._offsets[key] = offset
                    self._shift(key)
        changed = before != (self._rows, [ax.get_ylim() for ax in self.axes])
        if changed:
            distance = None if self._rows is None else self._rows[1]
            self.bar.show(distance)
            self.ax.yaxis.set_visible(distance is None)
            self.ax.spines["left"].set_visible(distance is None)
        if self.right is None:
            self._number(keys)
        return changed

    def _is_to_stack(self, count: int) -> bool:
        return self.right is None and is_stacked(self.stack, count)

    @property
    def axes(self) -> "list[Axes]":
        """The axes of the lines: one, or two with their own heights."""
        return [self.ax] if self.right is None else [self.ax, self.right]

    def _axes(self) -> "list[Axes]":
        """Return the axes of the line of each video."""
        return [self.ax] * len(self._styles) if self.right is None else [self.ax, self.right]

    def _stacked(self, ranges: Array) -> list[float]:
        """Return the offsets of stacked traces, and give the axes their range."""
        fitting = stack_traces(*ranges.T).distance
        distance = fitting if self._rows is None else self._rows[1]
        if not KEPT[0] * fitting <= distance <= KEPT[1] * fitting:
            distance = fitting
        step = max(ROWS, len(ranges) // 4)
        rows = -(-len(ranges) // step) * step
        if self._rows is not None and 0 <= self._rows[0] - len(ranges) <= step:
            rows = self._rows[0]  # a click more or less does not draw all of them again
        if self._rows != (rows, distance):
            self._rows = rows, distance
            self.ax.set_ylim(-(rows - 0.4) * distance, 0.6 * distance, auto=True)
        centers = row_centers(ranges[:, 0], ranges[:, 1], ranges[:, 2], distance)
        return [float(-i * distance - center) for i, center in enumerate(centers)]

    def _overlaid(self, ranges: Array) -> list[float]:
        """Return no offsets, and extend the y-axes to all traces, unless the user zoomed."""
        if self._rows is not None:
            self._rows = None
            self.ax.set_autoscaley_on(True)
        for ax, own in zip(self.axes, ranges.swapaxes(0, 1), strict=True):
            low, high = np.fmin.reduce(own[:, 0]), np.fmax.reduce(own[:, 1])
            if ax.get_autoscaley_on() and np.isfinite(low) and np.isfinite(high):
                bottom, top = ax.get_ylim()
                span = float(high - low) or abs(float(high)) or 1.0
                if not (bottom <= low and high <= top and span > 0.5 * (top - bottom)):
                    ax.set_ylim(float(low) - 0.06 * span, float(high) + 0.06 * span, auto=True)
        return [0.0] * len(ranges)

    def _number(self, keys: Sequence[int]) -> None:
        """Write numbers at the right ends of lines, apart from each other."""
        texts = [self._ends[key] for key in keys]
        for i, (key, text) in enumerate(zip(keys, texts, strict=True), start=1):
            text.set_text(str(i))
            end = 1, self._end(key)
            text.stale = text.stale or text.xy != end  # of which matplotlib takes no notice
            text.xy = end
        LineEnds(texts, None).arrange(self.ax)

    def _end(self, key: int) -> float:
        """Return the height of the last known sample of a point that is drawn."""
        x, y = (np.asarray(values) for values in self._lines[key][0].get_data())
        known = y[np.isfinite(y) & (x <= max(self.ax.get_xlim()))] if self._increasing else y[np.isfinite(y)]
        return float(known[-1]) if known.size else float(np.mean(self.ax.get_ylim()))

    def nearest(self, x: float, y: float) -> int | None:
        """Return the point whose line is below the mouse, given in pixels of the figure."""
        reach = REACH * self.ax.figure.dpi / 72
        (left, _), (right, _) = self.ax.transData.inverted().transform([(x - reach, y), (x + reach, y)])
        found: list[tuple[float, int]] = []
        for key, lines in self._lines.items():
            for line, ax in zip(lines, self._axes(), strict=True) if key != DRAFT else ():
                seen_x, seen = (np.asarray(values, float) for values in line.get_data())
                near = seen[(seen_x >= min(left, right)) & (seen_x <= max(left, right))]
                near = near[np.isfinite(near)]
                if near.size:
                    low, high = sorted(ax.transData.transform([(0, near.min()), (0, near.max())])[:, 1])
                    away = max(low - y, y - high, 0.0)
                    found.append((away + 1e-3 * (high - low), key))
        away, nearest = min(found, default=(np.inf, -1))
        return nearest if away <= reach else None


def _range(traces: list[Array]) -> tuple[float, float, float]:
    """Return the smallest, the largest and the middle known sample of some traces, NaN if there is none."""
    low, high, middle = ranges_of(np.concatenate(traces)[:, np.newaxis])
    return float(low[0]), float(high[0]), float(middle[0])
