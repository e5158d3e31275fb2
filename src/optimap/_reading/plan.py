"""How much of a recording is read at once: how many frames, and which parts of them.

A recording is read along its natural chunks (`Source.chunk`), each of them once. If chunks are smaller
than frames, only those that windows touch are read; and if they are so long in time that a block of whole frames
would be large, frames are read part by part. A window may lie in several parts: their sums are added up.

That is exact for integers. Where it is not, the frames of a memory map are put together instead, since they need no
decoding: a map gives the same numbers as a copy of it in memory, to the last bit, whatever the order of its axes.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .._base import budget
from .._regions import Spans
from .blocks import Box, Plan, block_frames
from .source import Source

# Above this share of chunks, all are read: one large request is better than many small ones.
MANY_CHUNKS = 0.5
FEW_CHUNKS = 16


def plan_reading(source: Source, spans: Spans) -> Plan:
    """Return how much of a video to read at once for the windows in `spans`."""
    if source.chunk is None:
        return Plan(block_frames(source), [None])
    frames, height, width = source.chunk
    shape = source.frame_shape
    touched = _touched(spans, (height, width), shape)
    if touched.mean() > MANY_CHUNKS:
        touched[:] = True
    pixel_bytes = source.dtype.itemsize
    # All touched chunks of the same frames, for as many frames as fit; or else as many chunks side by side as fit.
    of_frames = int(touched.sum()) * height * width * pixel_bytes * frames
    read_bytes = budget().read_bytes
    step = frames * max(1, read_bytes // of_frames)
    if source.shard is not None and step > source.shard:
        step -= step % source.shard
    most = max(1, read_bytes // (height * width * pixel_bytes * frames))
    boxes = list(_boxes(touched, (height, width), shape, max(most, int(touched.sum()) if step > frames else 1)))
    if boxes == [(0, shape[0], 0, shape[1])]:
        return Plan(step, [None])
    return Plan(step, boxes) if source.mapping is None or _adds_exactly(source, spans) else _together(source, touched)


def _adds_exactly(source: Source, spans: Spans) -> bool:
    """Return whether the sums of parts of windows are those of the windows: of integers, each with the same weight."""
    if source.dtype.kind == "f":
        return False
    first = spans.first[:-1]
    weights = (np.minimum.reduceat(spans.weights, first), np.maximum.reduceat(spans.weights, first))
    return bool((weights[0] == weights[1]).all())


def _together(source: Source, touched: NDArray[np.bool_]) -> Plan:
    """Return the plan to read the touched chunks into whole frames."""
    assert source.chunk is not None
    _, height, width = source.chunk
    # Running sums depend on all columns between the windows, which are few where windows are few.
    if touched.sum() > FEW_CHUNKS:
        axis = int(touched.shape[0] == 1)
        marked = np.flatnonzero(touched.any(axis=1 - axis))
        touched[(slice(None),) * axis + (slice(marked[0], marked[-1] + 1),)] = True
    boxes = tuple(_boxes(touched, (height, width), source.frame_shape, touched.size))
    itemsize = min(8, max(4, source.dtype.itemsize)) if source.dtype.kind == "f" else source.dtype.itemsize
    frame_bytes = source.frame_shape[0] * source.frame_shape[1] * itemsize
    return Plan(max(1, budget().block_bytes // frame_bytes), [None], boxes)


def _touched(spans: Spans, chunk: tuple[int, int], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return which chunks of a frame hold pixels of windows."""
    height, width = chunk
    marks = np.zeros((-(-shape[0] // height), -(-shape[1] // width) + 1), np.int64)
    np.add.at(marks, (spans.rows // height, spans.starts // width), 1)
    np.add.at(marks, (spans.rows // height, (spans.stops - 1) // width + 1), -1)
    touched: NDArray[np.bool_] = marks.cumsum(axis=1)[:, :-1] > 0
    return touched


def _boxes(touched: NDArray[np.bool_], chunk: tuple[int, int], shape: tuple[int, int], most: int) -> Iterator[Box]:
    """Yield boxes that cover exactly the touched chunks, of at most `most` chunks each."""
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
    """Yield rectangles of neighbouring chunks: equal runs in consecutive rows."""
    begun: dict[tuple[int, int], int] = {}
    for row in range(len(touched) + 1):
        runs: set[tuple[int, int]] = set()
        if row < len(touched):
            edges = np.flatnonzero(np.diff(touched[row], prepend=False, append=False)).tolist()
            runs = set(zip(edges[::2], edges[1::2], strict=True))
        for run in sorted(begun.keys() - runs):
            yield begun.pop(run), row, *run
        begun |= dict.fromkeys(runs - begun.keys(), row)
