"""What a video is: anything with ``shape (T, H, W)``, ``dtype`` and slicing; and how it is read: block by block.

`as_video` is the door; `blocks` walks over the frames so that memory stays flat, and hands the kernels what they
need: native byte order, aligned, pixels of a row neighbours in memory. An array in memory that is so already is not
copied, a memory map is read only where the windows lie.
"""

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# Frames are read in blocks of this many bytes: large enough to keep all cores busy, small enough to stay flat.
BLOCK_BYTES = 32 * 2**20
# Of an array in memory nothing is read or copied: a block takes the loops some 0.05 s, so Ctrl-C is heard in time.
MEMORY_BYTES = 1024 * 2**20
# Memory maps from this size on are read without reading ahead where windows are few.
SPARSE_BYTES = 256 * 2**20


def as_video(video: Any, name: str = "video") -> Any:
    """Return `video` as it is where it looks like one, nested lists as an array; else raise an error."""
    if not all(hasattr(video, attribute) for attribute in ("shape", "dtype", "__getitem__")):
        try:
            video = np.asarray(video)
        except ValueError as error:
            raise ValueError(f"{name} is not a video: its frames or rows differ in length") from error
    shape = tuple(video.shape)
    if shape == ():
        raise TypeError(f"{name} is no array: open a recording first, {name} = optimap.open_video(path)")
    if len(shape) == 4 and shape[-1] in (3, 4):
        raise ValueError(
            f"{name} has shape {shape}, a colour video: make it grey first, for example {name}[..., 1] for green"
        )
    if len(shape) == 2:
        raise ValueError(f"{name} has shape {shape}, a single image: a video of one frame is {name}[np.newaxis]")
    if len(shape) != 3:
        raise ValueError(f"{name} has shape {shape}: a video is (T, H, W), frames, rows, columns")
    kind = np.dtype(video.dtype).kind
    if kind not in "biuf":
        raise TypeError(f"{name} has dtype {video.dtype}: pixels are real numbers; {_cure(kind, name)}")
    return video


def _cure(kind: str, name: str) -> str:
    return f"take np.abs({name}) or {name}.real" if kind == "c" else f"convert it, for example {name}.astype(float)"


def blocks(video: Any) -> Iterator[tuple[int, Array]]:
    """Yield (first frame, block of frames) over a video, blocks ready for the kernels."""
    frames = int(video.shape[0])
    frame_bytes = max(1, int(np.prod(video.shape[1:])) * np.dtype(video.dtype).itemsize)
    step = max(1, (MEMORY_BYTES if _is_in_memory(video) else BLOCK_BYTES) // frame_bytes)
    for start in range(0, frames, step):
        stop = min(start + step, frames)
        raw = video[start:stop]
        if np.dtype(raw.dtype) != np.dtype(video.dtype):
            raise ValueError(f"video[{start}:{stop}] has dtype {raw.dtype}, the video says {video.dtype}")
        block = _prepare(raw)
        if block.shape != (stop - start, *video.shape[1:]):
            raise ValueError(f"video[{start}:{stop}] gave shape {block.shape}: the video is not what its shape says")
        yield start, block


@contextmanager
def read_sparsely(video: Any, spans: int) -> Iterator[None]:
    """Tell the system not to read ahead in a large memory map of which each frame is touched in few places.

    A few windows in a 10 GB recording lie on some 0.1 GB of pages; reading ahead would fetch all 10 GB.
    """
    frame_bytes = int(np.prod(video.shape[1:])) * np.dtype(video.dtype).itemsize
    large = frame_bytes * int(video.shape[0]) >= SPARSE_BYTES
    mapping = _mapping(video) if large and spans * 2 * mmap.PAGESIZE < frame_bytes else None
    if mapping is None or not hasattr(mmap, "MADV_RANDOM"):
        yield
        return
    mapping.madvise(mmap.MADV_RANDOM)
    try:
        yield
    finally:
        mapping.madvise(mmap.MADV_NORMAL)


def _mapping(video: Any) -> mmap.mmap | None:
    """Return the memory map below a video, if its slices are views of one."""
    below: Any = video if isinstance(video, np.ndarray) else None
    if getattr(video, "is_mapped", False):
        below = video[:1]
    while below is not None and not isinstance(below, mmap.mmap):
        below = getattr(below, "base", None)
    return below


def _is_in_memory(video: Any) -> bool:
    """Whether a video is an array in memory that the kernels take as it is."""
    if type(video) is not np.ndarray or not _is_plain(video) or _mapping(video) is not None:
        return False
    return video.dtype.kind != "f" or video.dtype.itemsize in (4, 8)


def _prepare(block: Any) -> Array:
    if isinstance(block, np.ma.MaskedArray):  # masked pixels are unknown, which NaN says
        block = np.ma.filled(block.astype(np.float64 if block.dtype.kind != "f" else block.dtype), np.nan)
    block = np.asarray(block)
    dtype = block.dtype
    if dtype.kind == "b":
        return np.asarray(block.view(np.uint8)) if _is_plain(block) else np.ascontiguousarray(block, np.uint8)
    if dtype.kind == "f" and dtype.itemsize not in (4, 8):
        return np.ascontiguousarray(block, np.float32 if dtype.itemsize < 4 else np.float64)
    return block if _is_plain(block) else np.ascontiguousarray(block, dtype.newbyteorder("="))


def _is_plain(block: Array) -> bool:
    itemsize = block.dtype.itemsize
    rows_of_neighbours = block.shape[2] <= 1 or block.strides[2] == itemsize
    return (
        block.dtype.isnative
        and block.flags.aligned
        and rows_of_neighbours
        and block.strides[1] >= 0
        and all(stride % itemsize == 0 for stride in block.strides)
    )
