"""Videos in blocks of frames that overlap in time, for functions of a frame and those around it; dask arrays, too.

Each frame is read once: the last frames of a block are kept for the next one.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .. import kernels
from .._base import Array, budget, progress_bar
from .._reading import Plan, Source, as_source, walk_blocks


def blocks_with_neighbours(source: Source, reach: int) -> Iterator[tuple[int, slice, Array]]:
    """Yield (first frame, which frames of the block are meant, block): the others are their neighbours in time."""
    frames, frame_bytes = source.shape[0], max(1, source.frame_bytes)
    step = frames if source.reach == "memory" else max(budget().read_bytes // frame_bytes, 2 * reach + 1)
    stored = 1 if source.chunk is None else source.chunk[0]
    first, done, kept = 0, 0, None  # the first frame of the block; how many are done; what is kept of the last block
    with progress_bar(frames * frame_bytes) as advance:
        for start, _, new in walk_blocks(source, Plan(max(1, -(-step // stored) * stored), [None])):
            block = new if kept is None else np.concatenate((kept, new))
            stop = start + len(new)
            until = stop if stop == frames else max(done, stop - reach)
            if until > done:
                yield done, slice(done - first, until - first), block
            done = until
            forgotten = max(0, done - reach - first)
            first, kept = first + forgotten, block[forgotten:].copy() if stop < frames else None
            advance(new.nbytes)


def in_overlapping_blocks(
    video: Any, function: Callable[[Source], Array], reaches: tuple[int, int, int], dtype: np.dtype[Any]
) -> Any:
    """Return a dask array of what `function` makes of its blocks, which overlap along the three axes by `reaches`."""
    da: Any = importlib.import_module("dask.array")

    # An axis that is hardly longer than the overlap is not cut.
    video = video.rechunk({axis: -1 for axis, reach in enumerate(reaches) if reach >= video.shape[axis]})
    depth = {axis: 0 if video.numblocks[axis] == 1 else reach for axis, reach in enumerate(reaches)}
    meta = np.empty((0, 0, 0), dtype)
    return da.map_overlap(_alone, video, depth=depth, boundary="none", function=function, dtype=dtype, meta=meta)


def _alone(block: Array, function: Callable[[Source], Array]) -> Array:
    """Process a block in the single thread that the scheduler assigned to it."""
    with kernels.one_thread():
        return function(as_source(block))
