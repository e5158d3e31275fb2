"""Arrays of xarray as videos (T, H, W): their dimensions are obeyed by name, and their time coordinate gives the times.

An array that is not in memory stays on disk, or in dask, and is sliced in its own order; nothing is copied here.
"""

import sys
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
from numpy.typing import DTypeLike

from .._base import ArgumentError, ArgumentTypeError, Array, axis_letter, coordinate_times, is_dask

if TYPE_CHECKING:
    import xarray


USUAL = {"T": "time", "Y": "y", "X": "x"}


class Reordered:
    """An array that is read by slicing, seen with its axes in another order."""

    def __init__(self, array: Any, order: tuple[int, ...]) -> None:
        self._array, self._order = array, order
        self.shape = tuple(int(array.shape[axis]) for axis in order)
        self.dtype, self.ndim = array.dtype, len(order)
        chunks = getattr(array, "chunks", None)  # of zarr and h5py: sizes; those of dask are not read through this
        self.chunks = tuple(chunks[axis] for axis in order) if isinstance(chunks, tuple) else None

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        return np.array(self[:], dtype=dtype, copy=copy)

    def __getitem__(self, key: Any) -> Array:
        keys = key if isinstance(key, tuple) else (key,)
        parts = [slice(i, i + 1) if isinstance(i, (int, np.integer)) else i for i in keys]  # so that no axis is lost
        own: list[Any] = [slice(None)] * self.ndim
        for axis, part in zip(self._order, parts, strict=False):
            own[axis] = part
        block = np.transpose(np.asarray(self._array[tuple(own)]), self._order)
        return block[tuple(0 if isinstance(i, (int, np.integer)) else slice(None) for i in keys)]


def is_labelled(array: object) -> "TypeGuard[xarray.DataArray]":
    """Whether an array is one of xarray, which is imported if the user has one."""
    xr = sys.modules.get("xarray")
    return xr is not None and isinstance(array, xr.DataArray)


def as_data_array(video: Any, name: str = "video") -> Any:
    """Return a variable of xarray as an array with dimensions, anything else unchanged; a dataset is an error."""
    xr = sys.modules.get("xarray")
    if xr is None or not isinstance(video, (xr.Variable, xr.Dataset)):
        return video
    if isinstance(video, xr.Variable):
        return xr.Dataset({name: video})[name]
    arrays = [str(key) for key, array in video.items() if array.ndim >= 3]
    problem = f"is a dataset of xarray, whose arrays of three axes or more are {', '.join(map(repr, arrays)) or 'none'}"
    cure = f"give one of them, {name}[{arrays[0]!r}]" if arrays else "give a video (T, H, W): frames, rows, columns"
    raise ArgumentTypeError(name, video, problem, cure, subject=name)


def unlabelled(video: object, name: str = "video") -> tuple[Any, Array | None]:
    """Return a video in the order (T, H, W) without labels, and the times of its frames in s if it states them.

    Anything but an array of xarray is returned unchanged. Dimensions without a known name are in the usual order.
    """
    video = as_data_array(video, name)
    if not is_labelled(video):
        return video, None
    video = video.squeeze([dim for dim, n in video.sizes.items() if n == 1 and _may_go(dim, video.ndim)])
    order = _order(video, name)
    stored: Any = video.variable._data  # `data` would load what lies on disk
    if isinstance(stored, np.ndarray) or is_dask(stored):
        return stored.transpose(order), _times(video, order)
    return Reordered(video, order) if video.ndim == 3 else np.asarray(video), _times(video, order)


def _may_go(dim: object, ndim: int) -> bool:
    """Whether a dimension of length one is not one of the three of a video."""
    return ndim > 3 and axis_letter(dim) not in ("T", "Y", "X")


def _order(video: "xarray.DataArray", name: str) -> tuple[int, ...]:
    """Return the places of time, rows and columns, or raise an error if the names are those of something else."""
    letters = [axis_letter(dim) for dim in video.dims]
    if video.ndim == 3 and sorted(letters) == ["T", "X", "Y"]:
        return letters.index("T"), letters.index("Y"), letters.index("X")
    usual = all(letter in ("", expected) for letter, expected in zip(letters, "TYX", strict=False))
    if video.ndim < 3 or (video.ndim == 3 and usual):
        return tuple(range(video.ndim))
    dims = ", ".join(f"{dim!r} ({n})" for dim, n in video.sizes.items())
    raise ArgumentError(name, video, f"has the dimensions {dims}", _cure(video, letters, name), subject=name)


def _cure(video: "xarray.DataArray", letters: list[str], name: str) -> str:
    """Return the call that turns an array into a video; after one that renames dimensions, another may be needed."""
    dims = [str(dim) for dim in video.dims]
    others = [dim for i, dim in enumerate(dims) if letters[i] not in USUAL or letters[i] in letters[:i]]
    if len(others) == video.ndim - 3:
        plain = all(dim.isidentifier() for dim in others)
        first = ", ".join(f"{dim}=0" for dim in others) if plain else str(dict.fromkeys(others, 0))
        cure, time = f"choose one of each, {name}.isel({first})", letters.index("T")
        if video.shape[time] == 1 and len(others) == 1:  # frames of ImageJ are called slices
            single = f"{dims[time]}=0" if plain and dims[time].isidentifier() else str({dims[time]: 0})
            cure += f", or {name}.isel({single}).rename({{{others[0]!r}: 'time'}}) if these are the frames"
        return cure
    missing = [word for letter, word in USUAL.items() if letter not in letters]
    new = dict(zip(others[len(others) - len(missing) :], missing, strict=True))
    return f"name the dimensions 'time', 'y' and 'x', for example {name}.rename({new})"


def _times(video: "xarray.DataArray", order: tuple[int, ...]) -> Array | None:
    """Return the coordinate along the axis of time in s; None if there is none, or it is not one of time."""
    dim = video.dims[order[0]] if order else None
    if axis_letter(dim) != "T" or dim not in video.coords:
        return None
    coordinate = video.coords[dim]
    unit = coordinate.attrs.get("units", "") or _unit_of_reader(video)
    times = None if unit is None else coordinate_times(np.asarray(coordinate.values), dim, unit)
    return times if times is not None and (len(times) == 1 or (np.diff(times) > 0).any()) else None


def _unit_of_reader(video: "xarray.DataArray") -> str | None:
    """Return the unit of times that a reader does not state; None if the reader itself does not know it, "" for others.

    nd2 counts ms. bioio and aicsimageio copy the interval of a file without its unit, and number frames without one.
    """
    notes = video.attrs.get("metadata")
    if isinstance(notes, dict) and {"experiment", "text_info"} <= set(notes):
        return "ms"
    return None if {"processed", "unprocessed"} & set(video.attrs) else ""
