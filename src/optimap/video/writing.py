"""Shared by all formats for writing: frames in blocks, and the error for pixels that a format cannot hold."""

import math
from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np

from .._base import ArgumentError, Array, VideoLike, budget, progress_bar
from .._reading import Source, as_source, check_whole, release


def frame_blocks(video: VideoLike, multiple: int = 1, large: bool = False) -> Iterator[Array]:
    """Yield the video in blocks of frames, native byte order, C-contiguous, with progress on the terminal.

    Blocks begin at multiples of `multiple` frames and, memory permitting, of the chunks in which the video is stored.
    With `large`, blocks are as large as memory permits.
    """
    source = as_source(video)
    frames, dtype = source.shape[0], source.dtype.newbyteorder("=")
    step = _block_frames(source, multiple, large)
    # A block may still be being written in the background when the next one is requested.
    previous = np.empty(0, dtype)
    with progress_bar(frames * source.frame_bytes) as advance:
        for start in range(0, frames, step):
            raw = video[start : start + step]
            block = np.ascontiguousarray(raw, dtype)
            if isinstance(raw, np.ndarray) and not np.may_share_memory(raw, block):
                release(raw)
            yield block
            check_whole(source.mapping)
            release(previous)
            previous = block
            advance(block.nbytes)
        release(previous)


def _block_frames(source: Source, multiple: int, large: bool) -> int:
    """Return the number of frames in a block."""
    stored = 1 if source.chunk is None else source.chunk[0]
    frame_bytes = max(1, source.frame_bytes)
    sizes = budget()
    largest = sizes.largest_write_bytes // frame_bytes
    if stored > largest:  # chunks are read again for each block: as few times as memory permits
        return max(multiple, largest // multiple * multiple)
    together = math.lcm(stored, multiple)
    step = together if together <= largest else multiple
    nbytes = sizes.largest_write_bytes if large else sizes.write_bytes
    return max(1, nbytes // frame_bytes // step) * step


def refuse_dtype(dtype: "np.dtype[Any]", suffix: str, allowed: str) -> NoReturn:
    """Raise the error for a dtype that a format cannot hold."""
    raise ArgumentError(
        "video",
        dtype,
        f"cannot hold {dtype} pixels without loss (they hold {allowed})",
        "choose .npy or .h5, or convert the pixels",
        subject=f"{suffix} files",
    )
