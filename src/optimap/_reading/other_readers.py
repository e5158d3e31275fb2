"""Lazy videos of other readers, as arrays that are sliced: what they offer is asked for, never their class.

Some readers return frames one by one, and slices that are no arrays (pims); some have no slices, but an array of dask
or xarray (nd2, hyperspy, bioio). Anything else is left as it is. Nothing but the first frame is read here.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from .._base import Array, is_dask


class FrameByFrame:
    """Frames that a reader returns one by one, seen as an array (T, H, W)."""

    def __init__(self, frames: Sequence[Any]) -> None:
        self._frames = frames
        first = np.asarray(frames[0])
        self.shape: tuple[int, ...] = (len(frames), *first.shape)
        self.dtype, self.ndim = first.dtype, 1 + first.ndim
        rate = getattr(frames, "frame_rate", None)
        self.fps = float(rate) if isinstance(rate, (int, float, np.number)) and 0 < rate < np.inf else None

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        return np.array(self[:], dtype=dtype, copy=copy)

    def __getitem__(self, key: Any) -> Array:
        first, *rest = key if isinstance(key, tuple) else (key,)
        if not isinstance(first, slice):
            frame: Array = np.asarray(self._frames[int(first)])[tuple(rest)]
            return frame
        wanted = range(*first.indices(len(self)))
        read = [np.asarray(self._frames[i])[tuple(rest)] for i in wanted]
        return np.stack(read) if read else np.empty(self.shape, self.dtype)[(slice(0), *rest)]


def as_sliced(video: Any, name: str) -> tuple[Any, str]:
    """Return a video of another reader as an array that can be sliced, any other object unchanged, and what to call it.

    The name is an expression that makes the array, so that an error can say what to do with it.
    """
    if hasattr(video, "frame_shape") and hasattr(video, "__getitem__") and len(video):
        return FrameByFrame(video), f"np.stack({name})"
    if isinstance(video, np.ndarray) or (hasattr(video, "__getitem__") and hasattr(video, "shape")):
        return video, name
    if callable(getattr(video, "to_dask", None)):
        return video.to_dask(), f"{name}.to_dask()"
    if hasattr(video, "xarray_dask_data"):
        return video.xarray_dask_data, f"{name}.xarray_dask_data"
    data = getattr(video, "data", None)
    return (data, f"{name}.data") if is_dask(data) else (video, name)
