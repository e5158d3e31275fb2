"""What a video is: anything with ``shape (T, H, W)``, ``dtype`` and slicing; and how it is read: block by block.

`as_video` is the door; `blocks` walks over the frames so that memory stays flat, and hands the kernels what they
need: native byte order, aligned, pixels of a row neighbours in memory. An array in memory that is so already is not
copied, a memory map is read only where the windows lie.
"""

import mmap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._base import Array
from .memory_maps import mapping_of, release

Box = tuple[int, int, int, int]  # rows from top to bottom, columns from left to right
Boxes = Sequence[Box | None]

# Frames of a memory map are taken in blocks of this many bytes: large enough to keep all cores busy, small
# enough to stay flat. Others are read, and several copies may be in memory at once: half of that was no slower.
BLOCK_BYTES = 32 * 2**20


READ_BYTES = 16 * 2**20


# Of an array in memory nothing is read or copied: a block takes the loops some 0.05 s, so Ctrl-C is heard in time.
MEMORY_BYTES = 1024 * 2**20


# Memory maps from this size on are read without reading ahead where windows are few.
SPARSE_BYTES = 256 * 2**20


@dataclass(frozen=True)
class Plan:
    """Frames to read at once, and the parts of them to read one after the other; the only part may be None: all."""

    step: int
    boxes: Boxes


def walk_blocks(video: Any, plan: "Plan | None" = None) -> Iterator[tuple[int, int, Array]]:
    """Yield (first frame, number of the part, block of that part of the frames), ready for the kernels.

    All parts of some frames come before the next frames. What a memory map had to be read for is let go of when the
    next block is asked for.
    """
    frames = int(video.shape[0])
    step, boxes = (plan.step, plan.boxes) if plan is not None else (block_frames(video), [None])
    for start in range(0, frames, step):
        stop = min(start + step, frames)
        for number, box in enumerate(boxes):
            block = _read(video, start, stop, box)
            yield start, number, block
            release(block)


def block_frames(video: Any) -> int:
    """Return the number of whole frames that are read at once."""
    frame_bytes = int(np.prod(video.shape[1:])) * int(np.dtype(video.dtype).itemsize)
    largest = READ_BYTES
    if is_ready(video):
        largest = MEMORY_BYTES if mapping_of(video) is None else BLOCK_BYTES
    return max(1, largest // max(1, frame_bytes))


def _read(video: Any, start: int, stop: int, box: "Box | None") -> Array:
    """Return frames, or a part of each (None: all of it), in the form that the kernels need."""
    shape = (stop - start, int(video.shape[1]), int(video.shape[2]))
    if box is None:
        raw = video[start:stop]
    else:
        top, bottom, left, right = box
        shape = (stop - start, bottom - top, right - left)
        raw = video[start:stop, top:bottom, left:right]
    if np.dtype(raw.dtype) != np.dtype(video.dtype):
        raise ValueError(f"video[{start}:{stop}] has dtype {raw.dtype}, the video says {video.dtype}")
    block = prepare(raw)
    if block.shape != shape:
        raise ValueError(f"video[{start}:{stop}] gave shape {block.shape}: the video is not what its shape says")
    if isinstance(raw, np.ndarray) and not np.may_share_memory(raw, block):
        release(raw)
    return block


def is_ready(video: Any) -> bool:
    """Whether slices of a video are what the kernels need: nothing is to be read or converted ahead of them."""
    first = video[:1] if isinstance(video, np.ndarray) or getattr(video, "is_mapped", False) else None
    return isinstance(first, np.ndarray) and _is_ready(first)


def are_few(video: Any, spans: int) -> bool:
    """Whether so many spans touch less than half of the pages of a frame, two each at worst."""
    frame_bytes = int(np.prod(video.shape[1:])) * int(np.dtype(video.dtype).itemsize)
    return spans * 2 * mmap.PAGESIZE < frame_bytes


@contextmanager
def read_sparsely(video: Any, spans: int) -> Iterator[None]:
    """Tell the system not to read ahead in a large memory map of which each frame is touched in few places.

    A few windows in a 10 GB recording lie on some 0.1 GB of pages; reading ahead would fetch all 10 GB.
    """
    frame_bytes = int(np.prod(video.shape[1:])) * np.dtype(video.dtype).itemsize
    large = frame_bytes * int(video.shape[0]) >= SPARSE_BYTES
    mapping = mapping_of(video) if large and are_few(video, spans) else None
    if mapping is None or not hasattr(mmap, "MADV_RANDOM"):
        yield
        return
    mapping.madvise(mmap.MADV_RANDOM)
    try:
        yield
    finally:
        mapping.madvise(mmap.MADV_NORMAL)


def prepare(block: Any) -> Array:
    """Return a block in the form that the kernels need, itself where it is so already."""
    if isinstance(block, np.ma.MaskedArray):  # masked pixels are unknown, which NaN says
        block = np.ma.filled(block.astype(np.float64 if block.dtype.kind != "f" else block.dtype), np.nan)
    block = np.asarray(block)
    if block.shape[1] == 1 and block.strides[1] < 0:  # one row upside down, which NumPy calls contiguous
        block = block[:, ::-1]
    dtype = block.dtype
    if _is_ready(block):
        return np.asarray(block.view(np.uint8)) if dtype.kind == "b" else block
    if dtype.kind == "b":
        return np.ascontiguousarray(block, np.uint8)
    if dtype.kind == "f" and dtype.itemsize not in (4, 8):
        return np.ascontiguousarray(block, np.float32 if dtype.itemsize < 4 else np.float64)
    return np.ascontiguousarray(block, dtype.newbyteorder("="))


def _is_ready(block: Array) -> bool:
    """Whether the kernels take an array as it is; looks at no pixel."""
    if isinstance(block, np.ma.MaskedArray) or (block.dtype.kind == "f" and block.dtype.itemsize not in (4, 8)):
        return False
    itemsize = block.dtype.itemsize
    rows_of_neighbours = block.shape[2] <= 1 or block.strides[2] == itemsize
    return (
        block.dtype.isnative
        and block.flags.aligned
        and rows_of_neighbours
        and block.strides[1] >= 0
        and all(stride % itemsize == 0 for stride in block.strides)
    )
