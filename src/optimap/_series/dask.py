"""Series of dask arrays, normalized and detrended as lazy dask arrays: one task a block, time in one chunk.

dask is imported inside functions, where an array of it is at hand.
"""

from functools import partial
from typing import Any

import numpy as np

from .. import kernels
from .._base import Array, is_dask
from .._reading import check_sizes
from .detrend import detrend_host
from .normalize import as_real, check_range, input_range, normalize_host


def _dask_array() -> Any:
    import dask.array

    return dask.array


def dask_detrend_timeseries(data: Any, *options: Any) -> Array:
    """Detrend each series of a dask array that has time in one chunk."""
    check_sizes(data, "data")
    if data.ndim not in (1, 2, 3):
        raise ValueError(f"data has shape {data.shape}: give (T,), (T, N) or (T, H, W), time along axis 0")
    # The same arguments for as many samples of no series: what is wrong with them is said now.
    detrend_host(np.empty((data.shape[0], 0), data.dtype), *options)
    _check_whole(data, 0, "data", "detrend_timeseries")
    dtype = kernels.result_dtype(np.dtype(data.dtype))
    clean: Array = data.map_blocks(_detrend_block, options=options, dtype=dtype, meta=np.empty((0,) * data.ndim, dtype))
    return clean


def _detrend_block(block: Any, options: tuple[Any, ...]) -> Array:
    with kernels.one_thread():
        return detrend_host(block, *options)


def dask_normalize(
    array: Any, ymin: float, ymax: float | None, vmin: Any, vmax: Any, dtype: Any, clip: bool, axis: int | None
) -> Array:
    """Normalize each series of a dask array that has time in one chunk; or, with ``axis=None``, all blocks alike."""
    da = _dask_array()
    options = {"ymin": ymin, "ymax": ymax, "dtype": dtype, "clip": clip}
    target = _check_normalize(array, vmin, vmax, axis, options)
    ends_missing = vmin is None or vmax is None
    if axis is not None and ends_missing:
        _check_whole(array, axis, "array", "normalize")
    limits = {name: _limit(given, array, axis) for name, given in (("vmin", vmin), ("vmax", vmax))}
    if axis is None and ends_missing:
        limits |= {"low": _end(array, np.fmin), "high": _end(array, np.fmax)}
    blocked = {name: limit for name, limit in limits.items() if is_dask(limit)}
    options |= {"axis": axis} | {name: limit for name, limit in limits.items() if name not in blocked}
    meta = np.empty((0,) * array.ndim, target)
    arguments = {"names": tuple(blocked), "options": options, "dtype": target, "meta": meta}
    result: Array = da.map_blocks(_normalize_block, array, *blocked.values(), **arguments)
    return result


def _check_normalize(array: Any, vmin: Any, vmax: Any, axis: int | None, options: dict[str, Any]) -> "np.dtype[Any]":
    """Raise the errors of `normalize` that need no samples; return the type of the result."""
    check_sizes(array, "array")
    for name, limit in (("vmin", vmin), ("vmax", vmax)):
        if is_dask(limit):
            raise TypeError(f"{name} is a dask array: give its values, {name}.compute()")
    nothing = as_real(np.broadcast_to(np.zeros((), array.dtype), array.shape))  # takes no memory
    two = np.arange(2, dtype=np.uint8).reshape(2, *(1,) * (array.ndim - 1))
    result = normalize_host(two, axis=axis, **options)
    own = np.zeros((1,) * array.ndim)
    if axis is not None:
        own = np.broadcast_to(own, tuple(1 if i == axis % array.ndim else n for i, n in enumerate(array.shape)))
    low, high = input_range(nothing, vmin, vmax, (own, own), axis)
    if vmin is not None and vmax is not None:
        check_range(bool((low >= high).any()), vmin, vmax, options["clip"])
    return result.dtype


def _limit(given: Any, array: Any, axis: int | None) -> Any:
    """Return a limit as it is where it is one number, else cut like the array."""
    da = _dask_array()
    limit = np.asarray(given)
    if given is None or limit.ndim == 0:
        return given
    if axis is None:
        return limit.item()
    if limit.ndim < array.ndim:
        limit = np.expand_dims(limit, axis)
    axis = axis % array.ndim
    shape = tuple(1 if i == axis else n for i, n in enumerate(array.shape))
    chunks = tuple((1,) if i == axis else sizes for i, sizes in enumerate(array.chunks))
    return da.from_array(np.ascontiguousarray(np.broadcast_to(limit, shape)), chunks=chunks)


def _end(array: Any, extreme: np.ufunc) -> Any:
    """Return the smallest or largest value of a dask array, NaN left out, as a dask array of one block."""
    da = _dask_array()
    masked = isinstance(array._meta, np.ma.MaskedArray)
    dtype = np.dtype(np.uint8 if array.dtype == bool else np.float64 if masked else array.dtype)
    reduce = partial(_extreme, extreme)
    meta = np.empty((0,) * array.ndim, dtype)
    return da.reduction(array, chunk=reduce, aggregate=reduce, keepdims=True, dtype=dtype, meta=meta)


def _extreme(extreme: np.ufunc, block: Any, axis: Any, keepdims: bool) -> Array:

    return np.asarray(extreme.reduce(as_real(block), axis=axis, keepdims=keepdims))


def _normalize_block(block: Any, *limits: Array, names: tuple[str, ...], options: dict[str, Any]) -> Array:

    given: dict[str, Any] = dict(zip(names, limits, strict=True))
    ends = [given.pop(name).reshape(-1) for name in ("low", "high") if name in given]
    with kernels.one_thread():
        if not ends:
            return normalize_host(block, **given, **options)
        # With the ends of all blocks among its values, this block is mapped as it is in the whole array.
        values = np.concatenate([*ends, as_real(block).reshape(-1)])
        return normalize_host(values, **given, **options)[2:].reshape(block.shape)


def _check_whole(array: Any, axis: int, name: str, function: str) -> None:
    """Raise an error where series are cut along time."""
    axis = axis % array.ndim
    if array.numblocks[axis] > 1:
        raise ValueError(
            f"{name} is cut along time, into {array.numblocks[axis]} chunks along axis {axis}; {function}() needs each "
            f"series whole: {name}.rechunk({{{axis}: -1}})"
        )
