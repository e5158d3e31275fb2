"""Memory maps: finding the one behind an array, the order of its axes, and releasing pages that were read.

Touched pages of a map count as memory of the process. They are released once they have been read, and the system keeps
them in its cache. Mapping is for work that needs few pages; otherwise, the file is read (`mapped_files`).
"""

import mmap

import numpy as np

from .._base import AnyArray, Array

# The system may map this much before the touched bytes: pages come in groups.
MARGIN_BYTES = 4 * 2**20


def mapping_of(array: AnyArray) -> mmap.mmap | None:
    """Return the memory map that an array is a view of; None for arrays in memory, and for other objects."""
    below = array if isinstance(array, np.ndarray) else None
    while below is not None and not isinstance(below, mmap.mmap):
        below = getattr(below, "base", None)
    return below


def release(block: Array) -> None:
    """Release the pages behind a view of a memory map; do nothing for anything else."""
    mapping = mapping_of(block)
    if mapping is None or not hasattr(mmap, "MADV_DONTNEED") or not _may_drop(block, mapping) or not block.size:
        return
    origin = np.frombuffer(mapping, np.uint8).__array_interface__["data"][0]
    first, end = (place - origin for place in np.lib.array_utils.byte_bounds(block))
    start = max(0, first - MARGIN_BYTES) // mmap.PAGESIZE * mmap.PAGESIZE
    mapping.madvise(mmap.MADV_DONTNEED, start, end - start)


def _may_drop(block: AnyArray, mapping: mmap.mmap) -> bool:
    """Return whether nothing would be lost: changes to a private copy (mode "c") exist only in its pages."""
    if memoryview(mapping).readonly:
        return True
    while block is not None and not isinstance(block, np.memmap):
        block = getattr(block, "base", None)
    return block is not None and block.mode in ("r+", "w+")


def stored_chunk(video: AnyArray) -> tuple[int, int, int] | None:
    """Return the frames, rows and columns that a reader stores together: zarr, h5py, and recordings based on them."""
    chunks = getattr(video, "chunks", None)
    if not isinstance(chunks, tuple) or len(chunks) != 3 or not all(isinstance(n, int) for n in chunks):
        return None
    frames, rows, columns = (min(chunk, int(n)) for chunk, n in zip(chunks, video.shape, strict=True))
    return frames, rows, columns


def mapped_chunk(frames: Array) -> tuple[int, int, int] | None:
    """Return a slice along the axis of a memory map with the largest stride, if that is not the axis of time.

    This is the case in MATLAB's and Fortran's order, in which frames are not contiguous.
    """
    strides = [abs(stride) for stride in frames.strides]
    if strides[0] >= max(strides):
        return None
    count, rows, columns = frames.shape
    return (count, 1, columns) if strides[1] > strides[2] else (count, rows, 1)
