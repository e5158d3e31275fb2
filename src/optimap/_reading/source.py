"""The description of a video, made once in each public function: what it is and how its frames are accessed.

Code further down never checks again what kind of array the video is. The pixels are not looked at here.
"""

import mmap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NoReturn

import numpy as np

from .._base import AnyArray, ArgumentError, ArgumentTypeError, Array, VideoLike, dtype_kind, is_dask, is_device_array
from .cut_maps import watch
from .labelled import as_data_array, is_labelled, unlabelled
from .layout import is_ready
from .memory_maps import mapped_chunk, stored_chunk
from .named_axes import in_named_order
from .other_readers import as_sliced

# memory: an array of NumPy; map: a memory map, or a recording whose slices are views of one; reader: anything else that
# is read by slicing; dask and device: arrays that other libraries compute with.
Reach = Literal["memory", "map", "reader", "dask", "device"]


@dataclass(frozen=True, slots=True)
class Source:
    """A video (T, H, W) and how its frames are accessed.

    Attributes
    ----------
    video : VideoLike
        The video as given; nested lists as an array.
    shape : (T, H, W)
    dtype : numpy.dtype
        Type of the pixels; for arrays on a device with a type that NumPy does not have, that of the results, float32.
    reach : {'memory', 'map', 'reader', 'dask', 'device'}
    chunk : (T, H, W) or None
        Frames, rows and columns that are best read together; None for whole frames, one by one.
    shard : int or None
        Frames of the files that hold several chunks.
    frames : numpy.ndarray or None
        All frames as a view that is free to slice, if there is one: in memory, or mapped.
    is_ready : bool
        Whether slices of `frames` have the form that the loops need, so that nothing is read or converted first.
    mapping : mmap.mmap or None
        The memory map that they lie in.
    fps : float or None
        Frames per second, if the video states it.
    times : (T,) array or None
        The time of each frame in s, if the video states it.
    """

    video: AnyArray
    shape: tuple[int, int, int]
    dtype: "np.dtype[Any]"
    reach: Reach
    chunk: tuple[int, int, int] | None = None
    shard: int | None = None
    frames: Array | None = None
    is_ready: bool = False
    mapping: mmap.mmap | None = None
    fps: float | None = None
    times: Array | None = None

    @property
    def axis_times(self) -> Array | None:
        """The times of frames in s for the axis of traces, by the rate or as stated; None if not all are known."""
        if self.fps is not None:
            return np.asarray(np.arange(self.shape[0]) / self.fps)
        is_stated = self.times is not None and bool(np.isfinite(self.times).all())
        return self.times if is_stated and self.shape[0] > 1 else None

    @property
    def frame_shape(self) -> tuple[int, int]:
        """(H, W)."""
        return self.shape[1], self.shape[2]

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame."""
        return self.shape[1] * self.shape[2] * self.dtype.itemsize


def as_source(video: object, name: str = "video") -> Source:
    """Return the description of a video, or raise an error that calls it by `name`."""
    # An array in memory, by far the most frequent case, is described in a few microseconds.
    is_plain = type(video) is np.ndarray and video.ndim == 3 and video.dtype.kind in "biuf"
    stated = None
    if not is_plain:
        video, name, stated = in_usual_order(video, name)
    if stated is not None:
        return replace(as_source(video, name), times=stated)
    array: Any = video if is_plain else _as_array(video, name)
    if not isinstance(array, np.ndarray) and (is_device_array(array) or is_dask(array)):
        return _elsewhere(array)
    frames = array if isinstance(array, np.ndarray) else array[:] if getattr(array, "is_mapped", False) else None
    shape = array.shape if is_plain else (int(array.shape[0]), int(array.shape[1]), int(array.shape[2]))
    fps, times = (None, None) if is_plain else (getattr(array, "fps", None), _stated_times(array))
    if frames is None:
        shards = getattr(array, "shards", None)
        return Source(
            array,
            shape,
            np.dtype(array.dtype),
            "reader",
            chunk=stored_chunk(array),
            shard=shards[0] if shards else None,
            fps=fps,
            times=times,
        )
    mapping = None if frames.base is None else watch(frames)
    return Source(
        array,
        shape,
        frames.dtype,
        "memory" if mapping is None else "map",
        chunk=None if mapping is None else mapped_chunk(frames),
        frames=frames,
        is_ready=is_ready(frames),
        mapping=mapping,
        fps=fps,
        times=times,
    )


def in_usual_order(video: object, name: str = "video") -> tuple[Any, str, Array | None]:
    """Return a video of any library as an array (T, H, W) that can be sliced, by the names of its axes if it has some.

    Also what to call it in errors, and the times of its frames in s, if it states them apart from the array. What is no
    video is returned unchanged.
    """
    video, name, times = as_sliced(as_data_array(video, name), name)
    if is_labelled(video):
        video, times = unlabelled(video, name)
    return in_named_order(video), name, times


def _stated_times(array: VideoLike) -> Array | None:
    """Return the times of the frames, if the array has such an attribute; elsewhere, the name may mean anything."""
    times = getattr(array, "times", None)
    return times if isinstance(times, np.ndarray) and times.shape == (array.shape[0],) else None


def _elsewhere(array: AnyArray) -> Source:
    """Return the description of an array that other libraries compute with."""
    shape = (int(array.shape[0]), int(array.shape[1]), int(array.shape[2]))
    if is_dask(array):
        return Source(array, shape, np.dtype(array.dtype), "dask")
    return Source(array, shape, _numpy_dtype(array), "device")


def _numpy_dtype(array: AnyArray) -> "np.dtype[Any]":
    """Return the NumPy dtype of an array on a device; float32 for types that NumPy does not have, such as bfloat16."""
    name = str(getattr(array.dtype, "name", array.dtype)).rpartition(".")[2]
    try:
        return np.dtype(name)
    except TypeError:
        return np.dtype(np.float32)


def _as_array(video: AnyArray, name: str) -> Any:
    """Return `video` unchanged if it looks like one, nested lists as an array; otherwise raise an error."""
    made, is_array = name, all(hasattr(video, attribute) for attribute in ("shape", "dtype", "__getitem__"))
    if not is_array or isinstance(video, type) or callable(video.shape):
        given, made = video, f"np.asarray({name})"
        try:
            video = np.asarray(video)
        except ValueError as error:
            raise ArgumentError(
                name,
                video,
                "is not a video, because its frames or rows differ in length",
                "give an array (T, H, W)",
                subject=name,
            ) from error
        if video.ndim < 3 and video.dtype.kind not in "biufc":
            _refuse_object(given, name)
    _check_shape(video, name, made)
    check_sizes(video, name)
    kind = dtype_kind(video)
    if kind not in "biuf":
        raise ArgumentTypeError(
            name, video, f"has dtype {video.dtype}", f"give real numbers; {_cure(kind, name)}", subject=name
        )
    return video


def _refuse_object(video: object, name: str) -> NoReturn:
    """Raise the error for an object that is not an array, and does not become one."""
    cure = f"open a recording first, {name} = optimap.open_video(path)"
    raise ArgumentTypeError(name, video, "is not an array", cure, subject=name)


def _check_shape(video: VideoLike, name: str, made: str) -> None:
    """Raise an error if an array does not have the three axes of a video; `made` is the expression that makes it."""
    shape = tuple(video.shape)
    if len(shape) == 3:
        return
    if shape == ():
        _refuse_object(video, name)
    problem, cure = f"has shape {shape}", "give a video (T, H, W): frames, rows, columns"
    if len(shape) == 4 and shape[-1] in (3, 4):
        problem += ", a colour video"
        cure = f"make it grey first, for example {made}[..., 1] for green"
    elif len(shape) == 2:
        problem += ", a single image"
        cure = f"give {made}[np.newaxis] as a video of one frame"
    elif len(shape) > 3:
        cure += f", for example {made}[{_first_of_others(shape)}]"
    raise ArgumentError(name, video, problem, cure, subject=name)


def _first_of_others(shape: Sequence[int]) -> str:
    """Return an index that leaves three axes: those longer than one if these are three, else the first and two last.

    Examples
    --------
    >>> _first_of_others((100, 1, 1, 64, 64)), _first_of_others((1, 100, 64, 64)), _first_of_others((100, 2, 64, 64))
    (':, 0, 0', '0', ':, 0')
    """
    others = [axis for axis, size in enumerate(shape) if size == 1]
    if len(shape) - len(others) != 3:
        others = list(range(1, len(shape) - 2))
    return ", ".join("0" if axis in others else ":" for axis in range(max(others) + 1))


def check_sizes(array: VideoLike, name: str) -> None:
    """Raise an error if the sizes of a dask array's chunks are unknown, which are NaN in its shape."""
    if any(size != size for size in array.shape):
        raise ArgumentError(
            name,
            array,
            f"has shape {array.shape}, from chunks of unknown sizes",
            f"call {name}.compute_chunk_sizes() first",
            subject=name,
        )


def _cure(kind: str, name: str) -> str:
    """Return the words for what to do about pixels that are not real numbers."""
    return f"take np.abs({name}) or {name}.real" if kind == "c" else f"convert it, for example {name}.astype(float)"
