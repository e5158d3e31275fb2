"""How much of a recording is read at once: how many frames, and which parts of them.

A recording is read along its natural chunks (`Source.chunk`), each of them once. If chunks are smaller
than frames, only those that windows touch are read; and if they are so long in time that a block of whole frames
would be large, frames are read part by part. A window may lie in several parts: their sums are added up.
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
