"""Blocks of frames, one by one, so that memory stays flat however long a recording is.

A `Plan` determines how large blocks are and which parts of frames they hold (`plan`); `threads` requests them.
"""

import mmap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from .._base import AnyArray, ArgumentError, Array, budget
from .cut_maps import check_whole
from .layout import prepare
from .memory_maps import release
from .source import Source

Box = tuple[int, int, int, int]  # rows from top to bottom, columns from left to right
Boxes = Sequence[Box | None]


@dataclass(frozen=True)
class Plan:
    """How many frames to read at once, and which parts of them in turn; a part that is None is the whole frame.

    Whole frames may be `filled` in some places only, those that windows touch.
    """

    step: int
    boxes: Boxes
    filled: Sequence[Box] = ()


def walk_blocks(source: Source, plan: Plan, first: int = 0, end: int | None = None) -> Iterator[tuple[int, int, Array]]:
    """Yield (first frame, number of the part, block of that part of the frames), ready for the loops.

    The frames are those from `first` up to `end`. All parts of some frames come before the next frames. Pages of a
    memory map that had to be read for a block are released when the next one is asked for.
    """
    end = source.shape[0] if end is None else end
    for start in range(first, end, plan.step):
        stop = min(start + plan.step, end)
        for number, box in enumerate(plan.boxes):
            block = _fill(source, start, stop, plan.filled) if plan.filled else _read(source, start, stop, box)
            yield start, number, block
            if source.mapping is not None:
                check_whole(source.mapping)
                release(block)


def block_frames(source: Source) -> int:
    """Return the number of whole frames that are read at once."""
    sizes = budget()
    largest = sizes.read_bytes
    if source.is_ready:
        largest = sizes.memory_bytes if source.mapping is None else sizes.block_bytes
    return max(1, largest // max(1, source.frame_bytes))


def _read(source: Source, start: int, stop: int, box: Box | None) -> Array:
    """Return frames, or a part of each (None: all of it), in the form that the loops need."""
    top, bottom, left, right = box or (0, source.shape[1], 0, source.shape[2])
    frames = source.video if source.frames is None else source.frames
    raw = frames[start:stop] if box is None else frames[start:stop, top:bottom, left:right]
    if raw.dtype != source.dtype:
        raise _other_than_said(raw, start, stop, f"has dtype {raw.dtype}, but the video has {source.dtype}")
    if source.is_ready and raw.dtype.kind != "b":
        return np.asarray(raw)
    block = prepare(raw)
    if block.shape != (stop - start, bottom - top, right - left):
        raise _other_than_said(
            raw, start, stop, f"has shape {block.shape}, which does not match the shape of the video"
        )
    if isinstance(raw, np.ndarray) and not np.may_share_memory(raw, block):
        release(raw)
    return block


def _fill(source: Source, start: int, stop: int, boxes: Sequence[Box]) -> Array:
    """Return whole frames of zeros, into which the boxes are read."""
    dtype = _read(source, 0, 0, boxes[0]).dtype
    block = np.zeros((stop - start, *source.frame_shape), dtype)
    for top, bottom, left, right in boxes:
        block[:, top:bottom, left:right] = _read(source, start, stop, (top, bottom, left, right))
    return block


def _other_than_said(raw: AnyArray, start: int, stop: int, problem: str) -> ArgumentError:
    """Return the error for a video with slices that do not match its shape or dtype."""
    return ArgumentError(
        "video", raw, problem, "correct its shape and dtype, or give an array", subject=f"video[{start}:{stop}]"
    )


def are_few(source: Source, spans: int) -> bool:
    """Return whether spans touch less than half of the pages of a frame, at two pages each in the worst case."""
    return spans * 2 * mmap.PAGESIZE < source.frame_bytes


@contextmanager
def read_sparsely(source: Source, spans: int) -> Iterator[None]:
    """Ask the system not to read ahead in a large memory map if only a few places in each frame are touched.

    A few windows in a 10 GB recording lie on about 0.1 GB of pages; reading ahead would fetch all 10 GB.
    """
    is_large = source.frame_bytes * source.shape[0] >= budget().sparse_bytes
    mapping = source.mapping if is_large and are_few(source, spans) else None
    if mapping is None or not hasattr(mmap, "MADV_RANDOM"):
        yield
        return
    mapping.madvise(mmap.MADV_RANDOM)
    try:
        yield
    finally:
        mapping.madvise(mmap.MADV_NORMAL)
