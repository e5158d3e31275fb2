"""Arrays of xarray as videos (T, H, W): their dimensions are obeyed by name, and their time coordinate gives the times.

An array that is not in memory stays on disk, or in dask, and is sliced in its own order; nothing is copied here.
"""

import sys
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
from numpy.typing import DTypeLike

from .._base import ArgumentError, Array, axis_letter, coordinate_times, is_dask

if TYPE_CHECKING:
    import xarray


class Reordered:
    """An array that is read by slicing, seen with its axes in another order."""

    def __init__(self, array: "xarray.DataArray", order: tuple[int, ...]) -> None:
        self._array, self._order = array, order
        self.shape = tuple(int(array.shape[axis]) for axis in order)
        self.dtype, self.ndim = array.dtype, len(order)

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


def unlabelled(video: object, name: str = "video") -> tuple[Any, Array | None]:
    """Return a video in the order (T, H, W) without labels, and the times of its frames in s if it states them.

    Anything but an array of xarray is returned unchanged. Dimensions without a known name are in the usual order.
    """
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
    others = [str(dim) for dim, letter in zip(video.dims, letters, strict=True) if letter not in ("T", "Y", "X")]
    dims = ", ".join(f"{dim!r} ({n})" for dim, n in video.sizes.items())
    cure = f"rename them to 'time', 'y' and 'x', for example {name}.rename({{{str(video.dims[0])!r}: 'time'}})"
    if len(others) == video.ndim - 3:
        cure = f"choose one of each, {name}.isel({', '.join(f'{dim}=0' for dim in others)})"
    raise ArgumentError(name, video, f"has the dimensions {dims}", cure, subject=name)


def _times(video: "xarray.DataArray", order: tuple[int, ...]) -> Array | None:
    """Return the coordinate along the axis of time in s; None if there is none, or it is not one of time."""
    dim = video.dims[order[0]] if order else None
    if axis_letter(dim) != "T" or dim not in video.coords:
        return None
    coordinate = video.coords[dim]
    return coordinate_times(np.asarray(coordinate.values), dim, coordinate.attrs.get("units", ""))
