"""Recordings as arrays of dask and xarray, and recordings made of arrays: what the methods of `Recording` call.

Nothing is read here: frames are read when the arrays are computed, by the recording, which other processes open again.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from .._base import ArgumentError, ArgumentTypeError, Array, budget, import_extra
from .._reading import in_usual_order

BLOCK = 8  # times as much as is read at once is one block of a dask array: fewer blocks have less overhead


class SlicedFrames:
    """Frames of anything that is read by slicing: the `FrameSource` of an array of another kind."""

    def __init__(self, array: Any) -> None:
        self._array = array
        self.shape: tuple[int, int, int] = (int(array.shape[0]), int(array.shape[1]), int(array.shape[2]))
        self.dtype = np.dtype(array.dtype)
        chunks = getattr(array, "chunks", None)
        is_plain = isinstance(chunks, tuple) and len(chunks) == 3 and all(isinstance(n, int) for n in chunks)
        self.chunks: tuple[int, int, int] | None = chunks if is_plain else None

    def read(self, frames: range) -> Array:
        """Return the frames of an increasing range."""
        return np.asarray(self._array[frames.start : frames.stop : frames.step])

    def read_part(self, frames: range, rows: slice, columns: slice) -> Array:
        """Return parts of the frames of an increasing range."""
        return np.asarray(self._array[frames.start : frames.stop : frames.step, rows, columns])

    def close(self) -> None:
        """Close the array, if it can be closed."""
        close = getattr(self._array, "close", None)
        if callable(close):
            close()


def as_frames(array: Any) -> tuple[Array | SlicedFrames, Array | None]:
    """Return an array as the frames of a recording, and their times if it states them; raise an error if it is none."""
    if hasattr(array, "_frames_if_open"):
        raise ArgumentTypeError("array", array, "is a recording already", "use it as it is", subject="array")
    plain, _, times = in_usual_order(array, "array")
    if not all(hasattr(plain, name) for name in ("shape", "dtype", "__getitem__")):
        plain = np.asarray(plain)
    shape = tuple(plain.shape)
    if len(shape) != 3 or 0 in shape:
        cure = "give an array (T, H, W) with at least one frame, row and column"
        raise ArgumentError("array", array, f"has shape {shape}", cure, subject="array")
    if isinstance(plain, np.ma.MaskedArray):
        plain = np.ma.filled(plain.astype(np.result_type(plain.dtype, np.float32)), np.nan)
    try:
        kind = np.dtype(plain.dtype).kind
    except TypeError:
        kind = "O"
    if kind not in "biuf":
        cure = "give real numbers that NumPy knows"
        raise ArgumentTypeError("array", array, f"holds {plain.dtype} values", cure, subject="array")
    return (plain if isinstance(plain, np.ndarray) else SlicedFrames(plain)), times


def as_dask(recording: Any) -> Any:
    """Return the frames as a dask array."""
    da: Any = import_extra("dask.array", "dask", "dask arrays")
    frame_bytes = max(1, recording.nbytes // len(recording))
    stored = 1 if recording.chunks is None else recording.chunks[0]
    step = max(1, BLOCK * budget().read_bytes // frame_bytes // stored) * stored
    name = f"recording-{importlib.import_module('dask.base').tokenize(recording)}"
    chunks = (min(step, len(recording)), *recording.shape[1:])
    meta = np.empty((0, 0, 0), recording.dtype)
    return da.from_array(recording, chunks=chunks, name=name, asarray=True, meta=meta, fancy=False)


def as_labelled(recording: Any, lazy: bool) -> Any:
    """Return the frames as an array of xarray, with the times in s and the places in mm, if they are known."""
    xr: Any = import_extra("xarray", "xarray", "labelled arrays")
    frames = as_dask(recording) if lazy else recording[:]
    coordinates: dict[str, Any] = {}
    times = recording.times
    if times is None and recording.fps is not None:
        times = np.arange(len(recording)) / recording.fps
    if times is not None:
        coordinates["time"] = ("time", times, {"units": "s"})
    if recording.pixel_size is not None:
        for name, count in zip(("y", "x"), recording.shape[1:], strict=True):
            coordinates[name] = (name, np.arange(count) * recording.pixel_size, {"units": "mm"})
    known = {"fps": recording.fps, "pixel_size": recording.pixel_size}
    about = {key: value for key, value in known.items() if value is not None}
    return xr.DataArray(frames, dims=("time", "y", "x"), coords=coordinates, name=recording.path.stem, attrs=about)
