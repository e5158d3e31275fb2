"""What of a recording is read at once: how many frames, and which parts of them; and the sums over parts put together.

A recording is read along its natural chunks (`_maps.natural_chunk`), each of them once. Where chunks are smaller than
frames, only those that windows touch are read; and where they are so long in time that a block of whole frames would
not be small, frames are read part after part. A window may lie in several parts: their sums are added up.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import kernels
from .._maps import natural_chunk
from . import _video
from ._windows import Ints, Spans

Array = NDArray[Any]
Box = tuple[int, int, int, int]  # rows from top to bottom, columns from left to right

# Above this share of chunks, all are read: one large request is better than many small ones.
MANY_CHUNKS = 0.5
# Pixels of windows in one call of a kernel, which cannot be interrupted: a third of a second on one core.
CALL_PIXELS = {"compiled": 2**32, "numpy": 2**26}


@dataclass(frozen=True)
class Part:
    """The windows, or what of them lies in a part of the frame, in its own rows and columns."""

    windows: Ints  # their numbers
    spans: Spans


@dataclass(frozen=True)
class Plan:
    """Frames to read at once, and the parts of them to read one after the other; the only part may be None: all."""

    step: int
    boxes: "list[Box] | list[None]"


def plan_reading(video: Any, spans: Spans) -> Plan:
    """Return what of a video to read at once for the windows in `spans`."""
    chunk = natural_chunk(video)
    if chunk is None:
        return Plan(_video.block_frames(video), [None])
    frames, height, width = chunk
    shape = (int(video.shape[1]), int(video.shape[2]))
    touched = _touched(spans, (height, width), shape)
    if touched.mean() > MANY_CHUNKS:
        touched[:] = True
    pixel_bytes = np.dtype(video.dtype).itemsize
    # All that is touched of one chunk's frames, as often as it fits; or else as many chunks side by side as fit.
    of_frames = int(touched.sum()) * height * width * pixel_bytes * frames
    step = frames * max(1, _video.READ_BYTES // of_frames)
    shards = getattr(video, "shards", None)
    if shards is not None and step > shards[0]:
        step -= step % shards[0]
    most = max(1, _video.READ_BYTES // (height * width * pixel_bytes * frames))
    boxes = list(_boxes(touched, (height, width), shape, max(most, int(touched.sum()) if step > frames else 1)))
    return Plan(step, [None] if boxes == [(0, shape[0], 0, shape[1])] else boxes)


def _touched(spans: Spans, chunk: tuple[int, int], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return which chunks of a frame hold pixels of windows."""
    height, width = chunk
    marks = np.zeros((-(-shape[0] // height), -(-shape[1] // width) + 1), np.int64)
    np.add.at(marks, (spans.rows // height, spans.starts // width), 1)
    np.add.at(marks, (spans.rows // height, (spans.stops - 1) // width + 1), -1)
    touched: NDArray[np.bool_] = marks.cumsum(axis=1)[:, :-1] > 0
    return touched


def _boxes(touched: NDArray[np.bool_], chunk: tuple[int, int], shape: tuple[int, int], most: int) -> Iterator[Box]:
    """Yield boxes that cover the touched chunks and nothing else, of at most so many chunks each."""
    for top, bottom, left, right in _rectangles(touched):
        columns = min(right - left, most)
        rows = min(bottom - top, max(1, most // columns))
        for row in range(top, bottom, rows):
            for column in range(left, right, columns):
                yield (
                    row * chunk[0],
                    min(min(row + rows, bottom) * chunk[0], shape[0]),
                    column * chunk[1],
                    min(min(column + columns, right) * chunk[1], shape[1]),
                )


def _rectangles(touched: NDArray[np.bool_]) -> Iterator[Box]:
    """Yield rectangles of neighbouring chunks: equal runs of one row after the other."""
    begun: dict[tuple[int, int], int] = {}
    for row in range(len(touched) + 1):
        runs: set[tuple[int, int]] = set()
        if row < len(touched):
            edges = np.flatnonzero(np.diff(touched[row], prepend=False, append=False)).tolist()
            runs = set(zip(edges[::2], edges[1::2], strict=True))
        for run in sorted(begun.keys() - runs):
            yield begun.pop(run), row, *run
        begun |= dict.fromkeys(runs - begun.keys(), row)


def cut(spans: Spans, box: "Box | None", sums: bool) -> Part:
    """Return the windows, or what of them lies in a part of the frame."""
    numbers = np.repeat(np.arange(len(spans.first) - 1), np.diff(spans.first))
    if box is None:
        return Part(numbers[spans.first[:-1]], spans)
    top, bottom, left, right = box
    starts, stops = np.clip(spans.starts, left, right), np.clip(spans.stops, left, right)
    keep = (spans.rows >= top) & (spans.rows < bottom) & (stops > starts)
    windows, first = np.unique(numbers[keep], return_index=True)
    boxes = None
    if spans.boxes is not None:
        offsets, limits = np.array([[top], [left]]).repeat(2, 0), np.array([[bottom], [right]]).repeat(2, 0)
        boxes = np.clip(spans.boxes[:, windows], offsets, limits) - offsets
    part = replace(
        spans,
        rows=spans.rows[keep] - top,
        starts=starts[keep] - left,
        stops=stops[keep] - left,
        weights=spans.weights[keep],
        first=np.append(first, np.count_nonzero(keep)).astype(np.int64),
        boxes=boxes,
        sums=sums,
    )
    return Part(windows, part)


def window_means(block: Array, spans: Spans, out: Array, omit_nan: bool, stopped: Event) -> None:
    """Call the kernel for as many frames at a time as are done in a fraction of a second, until `stopped` is set."""
    pixels = int((spans.stops - spans.starts).sum())
    if spans.boxes is not None:  # running sums: a frame, and some 32 columns of each window
        pixels = min(pixels, block[0].size + 32 * spans.boxes.shape[1])
    step = max(1, CALL_PIXELS[kernels.backend] // max(1, pixels))
    for first in range(0, len(block), step):
        if stopped.is_set():
            return
        kernels.window_means(block[first : first + step], spans, out[first : first + step], omit_nan)


class PartSums:
    """Adds up the sums over the parts of some frames; after their last part: the means, or the sums, of the windows."""

    def __init__(self, spans: Spans, traces: Array, parts: int, omit_nan: bool, stopped: Event) -> None:
        self._spans, self._traces, self._parts, self._omit_nan = spans, traces, parts, omit_nan
        self._weights, self._stopped = _weights(spans), stopped

    def add(self, start: int, number: int, block: Array, part: Part) -> Array:
        """Add the sums over a part of the frames from `start` on, and return them."""
        pieces = _exact_pieces(block)
        if number == 0:
            shape = (len(block), self._traces.shape[1])
            self._totals = np.zeros((len(pieces), *shape))
            self._kept = np.zeros(shape) if self._omit_nan and block.dtype.kind == "f" else None
        for totals, piece in zip(self._totals, pieces, strict=True):
            sums, kept = self._sums(piece, part.spans)
            totals[:, part.windows] += sums
        if self._kept is not None:
            self._kept[:, part.windows] += kept
        if number == self._parts - 1:
            self._finish(start)
        return sums

    def _sums(self, block: Array, spans: Spans) -> tuple[Array, Array]:
        """Return the sums of windows, and the weights of the pixels that went into them."""
        sums, kept = np.empty((2, len(block), len(spans.first) - 1))
        window_means(block, spans, sums, False, self._stopped)
        if self._kept is None or not np.isnan(sums).any():
            return sums, _weights(spans)
        is_nan = np.ascontiguousarray(np.isnan(block))
        window_means((~is_nan).view(np.uint8), spans, kept, False, self._stopped)
        others = np.ascontiguousarray(np.where(is_nan, 0, block), block.dtype)
        window_means(others, spans, sums, False, self._stopped)
        return sums, kept

    def _finish(self, start: int) -> None:
        totals = self._totals[0] if len(self._totals) == 1 else self._totals[0] * 2.0**32 + self._totals[1]
        weights = self._weights if self._kept is None else self._kept
        with np.errstate(invalid="ignore"):  # nothing but NaN in a window: 0 / 0
            if not self._spans.sums:
                totals = totals / weights
            elif self._kept is not None:
                totals = np.where(weights == 0, np.nan, totals)
            self._traces[start : start + len(totals)] = totals


def _weights(spans: Spans) -> NDArray[np.float64]:
    """Return the weight of each window's pixels together."""
    count = len(spans.first) - 1
    numbers = np.repeat(np.arange(count), np.diff(spans.first))
    return np.asarray(np.bincount(numbers, spans.weights * (spans.stops - spans.starts), count), np.float64)


def _exact_pieces(block: Array) -> list[Array]:
    """Return what to add up apart: a sum of 64-bit integers has more digits than a float."""
    if block.dtype.kind == "f" or block.dtype.itemsize < 8:
        return [block]
    return [block >> 32, block & 0xFFFFFFFF]
