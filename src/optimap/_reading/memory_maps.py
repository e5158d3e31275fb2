"""Memory maps: which one an array looks into, how far apart its axes lie, and letting go of pages that were read.

Touched pages of a map count as the process's own memory. They are let go of behind the reader, and the system keeps
them in its cache. Mapping is for those who need few pages; whoever needs most of them reads the file (`_mapped_files`).
"""

import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

# The system may map this much before what was touched: pages come in groups.
MARGIN_BYTES = 4 * 2**20


def mapping_of(video: Any) -> mmap.mmap | None:
    """Return the memory map that an array, or a recording whose slices are views, looks into."""
    below: Any = video if isinstance(video, np.ndarray) else None
    if getattr(video, "is_mapped", False):
        below = video[:1]
    while below is not None and not isinstance(below, mmap.mmap):
        below = getattr(below, "base", None)
    return below


def release(block: NDArray[Any]) -> None:
    """Let go of the pages below a view of a memory map; anything else is left alone."""
    mapping = mapping_of(block)
    if mapping is None or not hasattr(mmap, "MADV_DONTNEED") or not _may_drop(block, mapping) or not block.size:
        return
    origin = np.frombuffer(mapping, np.uint8).__array_interface__["data"][0]
    first, end = (place - origin for place in np.lib.array_utils.byte_bounds(block))
    start = max(0, first - MARGIN_BYTES) // mmap.PAGESIZE * mmap.PAGESIZE
    mapping.madvise(mmap.MADV_DONTNEED, start, end - start)


def _may_drop(block: Any, mapping: mmap.mmap) -> bool:
    """Whether nothing is lost: changes to a private copy (mode "c") live in its pages alone."""
    if memoryview(mapping).readonly:
        return True
    while block is not None and not isinstance(block, np.memmap):
        block = getattr(block, "base", None)
    return block is not None and block.mode in ("r+", "w+")


def natural_chunk(video: Any) -> tuple[int, int, int] | None:
    """Return the frames, rows and columns that are read best in one go, where that is not whole frames one by one.

    That is a chunk of zarr arrays, h5py datasets and recordings made of them; of a memory map whose frames are not one
    after the other (MATLAB's order, Fortran's), a slice along the axis that lies farthest apart.
    """
    chunks: Any = getattr(video, "chunks", None)
    is_regular = isinstance(chunks, tuple) and len(chunks) == 3 and all(isinstance(n, int) for n in chunks)
    frames, rows, columns = (int(n) for n in video.shape)
    if is_regular:
        return min(chunks[0], frames), min(chunks[1], rows), min(chunks[2], columns)
    view = video[:1] if getattr(video, "is_mapped", False) else video
    if not isinstance(view, np.ndarray) or view.ndim != 3 or mapping_of(view) is None:
        return None
    strides = [abs(stride) for stride in view.strides]
    if strides[0] >= max(strides):
        return None
    return (frames, 1, columns) if strides[1] > strides[2] else (frames, rows, 1)
