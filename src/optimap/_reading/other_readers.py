"""Lazy videos of other readers, as arrays that are sliced: what they offer is asked for, never their class.

Some readers return frames one by one, and slices that are no arrays (pims); some have no slices, but an array of dask
or xarray (nd2, bioio), or an array and what its axes are (hyperspy). Objects that hold arrays without being one (files,
pages and stores of tifffile, groups of HDF5 and zarr) are refused with what to give instead. Anything else is left as
it is. Nothing but the first frame is read here.
"""

import sys
from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from .._base import ArgumentError, ArgumentTypeError, Array, axis_letter, coordinate_times, is_dask

NO_RATE = (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError)  # of a property


class FrameByFrame:
    """Frames that a reader returns one by one, seen as an array (T, H, W)."""

    def __init__(self, frames: Sequence[Any]) -> None:
        self._frames = frames
        first = np.asarray(frames[0])
        self.shape: tuple[int, ...] = (len(frames), *first.shape)
        self.dtype, self.ndim = first.dtype, 1 + first.ndim
        try:
            rate = getattr(frames, "frame_rate", None)
        except NO_RATE:  # readers of pims compute it from headers that may lack what they need
            rate = None
        self.fps = float(rate) if isinstance(rate, Real) and 0 < float(rate) < np.inf else None

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


def as_sliced(video: Any, name: str) -> tuple[Any, str, Array | None]:
    """Return a video of another reader as an array that can be sliced, any other object unchanged.

    Also what to call it, an expression that makes the array, so that an error can say what to do with it; and the
    times of its frames in s, if the reader states them apart from the array.
    """
    if isinstance(video, np.ndarray):
        return video, name, None
    if hasattr(video, "frame_shape") and hasattr(video, "__getitem__") and len(video):
        _check_frames_are_time(video, name)
        return FrameByFrame(video), f"np.stack({name})", None
    if hasattr(video, "axes_manager"):
        return _in_usual_order(video, name)
    _refuse_holders(video, name)
    if hasattr(video, "__getitem__") and hasattr(video, "shape"):
        return video, name, None
    if callable(getattr(video, "to_dask", None)):
        return video.to_dask(), f"{name}.to_dask()", None
    if hasattr(video, "xarray_dask_data"):
        return video.xarray_dask_data, f"{name}.xarray_dask_data", None
    data = getattr(video, "data", None)
    return (data, f"{name}.data", None) if is_dask(data) else (video, name, None)


def _check_frames_are_time(frames: Any, name: str) -> None:
    """Raise an error for a reader of pims that has axes of its own, and returns them otherwise than image by image."""
    sizes, over = getattr(frames, "sizes", None), getattr(frames, "iter_axes", None)
    if not isinstance(sizes, dict) or over is None:
        return
    several = [axis for axis, size in sizes.items() if size > 1 and axis not in "yx"]
    wanted = next((axis for axis in ("t", *several) if axis in several), None)
    iterated, inside = [axis for axis in over if axis in several], list(frames.bundle_axes)
    if iterated == ([] if wanted is None else [wanted]) and inside in (["y", "x"], []):
        return
    axes = ", ".join(f"{axis} {size}" for axis, size in sizes.items())
    problem = f"has the axes {axes}, and returns {', '.join(inside)} for each {', '.join(over) or 'file'}"
    cure = f"set {name}.bundle_axes = 'yx'" + ("" if wanted is None else f" and {name}.iter_axes = {wanted!r}")
    raise ArgumentError(name, frames, problem, cure, subject=name)


def _in_usual_order(signal: Any, name: str) -> tuple[Any, str, Array | None]:
    """Return the array of a signal of hyperspy as (T, H, W), what to call it, and the times of its frames.

    Names of axes come first. Without them, the frames of a signal whose images are those of its last two axes are in
    order; the samples of one whose last axis alone is a signal are not.
    """
    data, axes = signal.data, list(signal.axes_manager.as_dictionary().values())
    letters = [axis_letter(axis.get("name")) for axis in axes]
    if len(axes) != 3:
        return data, f"{name}.data", None
    order = (0, 1, 2)
    if sorted(letters) == ["T", "X", "Y"]:
        order = letters.index("T"), letters.index("Y"), letters.index("X")
    elif not all(map(_may_be, letters, "TYX")) or [bool(axis["navigate"]) for axis in axes[1:]] != [False, False]:
        named = ", ".join(f"{axis.get('name') or 'without a name'} ({axis['size']})" for axis in axes)
        problem = f"is a signal whose axes are not frames, rows and columns in this order: {named}"
        cure = f"give its array in this order, {name}.data.transpose(2, 0, 1) if its last axis is time"
        raise ArgumentError(name, signal, problem, cure, subject=name)
    return data.transpose(order), f"{name}.data", _times_of_axis(axes[order[0]])


def _may_be(letter: str, expected: str) -> bool:
    return letter in ("", expected)


def _times_of_axis(axis: dict[str, Any]) -> Array | None:
    """Return the times along an axis of hyperspy, if it has a unit of time: without one, its steps are a default."""
    if not isinstance(axis.get("units"), str):
        return None
    steps = axis["axis"] if "axis" in axis else axis["offset"] + axis["scale"] * np.arange(axis["size"])
    return coordinate_times(np.asarray(steps), "time", axis["units"]) if axis["units"].strip() else None


def _refuse_holders(video: Any, name: str) -> None:
    """Raise an error for an object that holds arrays, or makes one, without being one."""
    zarr = sys.modules.get("zarr")
    problem = cure = ""
    if callable(getattr(video, "asarray", None)) and not hasattr(video, "to_dask"):
        problem, cure = "is not an array, but makes one", f"give {name}.asarray(), or optimap.open_video(path)"
    elif zarr is not None and isinstance(video, zarr.abc.store.Store):
        problem, cure = "is a store of zarr", f"open it, zarr.open({name}, mode='r')"
    elif callable(getattr(video, "keys", None)) and not hasattr(video, "shape"):
        keys = list(video.keys())
        videos = [key for key in keys if len(getattr(video[key], "shape", ())) >= 3]
        problem = f"is a collection of {', '.join(map(repr, keys)) or 'nothing'}"
        cure = f"give one of them, {name}[{(videos or keys)[0]!r}]" if keys else "give a video (T, H, W)"
    if problem:
        raise ArgumentTypeError(name, video, problem, cure, subject=name)
