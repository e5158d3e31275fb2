"""What a video is: anything with ``shape (T, H, W)``, ``dtype`` and slicing; and how it is read: block by block.

`as_video` is the door; `blocks` walks over the frames so that memory stays flat, and hands the kernels what they
need: native byte order, aligned, pixels of a row neighbours in memory. An array in memory that is so already is not
copied, a memory map is read only where the windows lie.
"""

from typing import Any

import numpy as np

from .._base import dtype_kind


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
    check_sizes(video, name)
    kind = dtype_kind(video)
    if kind not in "biuf":
        raise TypeError(f"{name} has dtype {video.dtype}: pixels are real numbers; {_cure(kind, name)}")
    return video


def check_sizes(array: Any, name: str) -> None:
    """Raise an error where the sizes of a dask array's chunks are not known, which its shape gives as NaN."""
    if any(size != size for size in array.shape):
        raise ValueError(
            f"{name} has shape {array.shape}, from chunks of unknown sizes: call {name}.compute_chunk_sizes() first"
        )


def _cure(kind: str, name: str) -> str:
    return f"take np.abs({name}) or {name}.real" if kind == "c" else f"convert it, for example {name}.astype(float)"
