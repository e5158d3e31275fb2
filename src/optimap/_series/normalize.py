"""normalize: each series to a range, exact at both ends.

The value's place in its series' range is ``t = (a - lo) / (hi - lo)``, in double precision, and the result
``(1 - t) ymin + t ymax``: exactly `ymin` at the minimum and `ymax` at the maximum, whatever the scale of the data.
Work goes over blocks of samples, so that nothing but the result is as large as the input.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .. import kernels
from .._base import Array

_BLOCK = 2**17  # values computed at once, in double precision: they stay in the cache


def normalize_host(
    array: ArrayLike,
    ymin: float = 0,
    ymax: float | None = None,
    vmin: ArrayLike | None = None,
    vmax: ArrayLike | None = None,
    dtype: DTypeLike = np.float32,
    clip: bool = True,
    *,
    axis: int | None = 0,
) -> Array:
    """Normalize an array in the host's memory; see `optimap.trace.normalize`."""
    values = as_real(array)
    target = as_target(dtype)
    low_y, high_y = output_range(ymin, ymax, target)
    check_axis(axis, values.ndim)
    low, high = input_range(values, vmin, vmax, _own_range(values, target, axis), axis)
    check_range(bool((low >= high).any()), vmin, vmax, clip)

    result = np.empty(values.shape, target)
    if axis in (0, None) and _rescale(values, low, high, low_y, high_y, clip and not (vmin is vmax is None), result):
        return result
    own_range = vmin is None and vmax is None
    step = max(1, _BLOCK * len(values) // max(values.size, 1))
    moving = axis is not None and axis % values.ndim == 0
    for start in range(0, len(values), step):
        rows = slice(start, start + step)
        at = (low, high) if moving or axis is None else (low[rows], high[rows])
        exact = values.dtype.kind in "iu" and (own_range or (clip and _are_integers(low, high, values.dtype)))
        place = _place(values[rows], *at, exact, beyond=0.0 if vmax is None else 1.0)
        if clip and not own_range:
            np.clip(place, 0, 1, out=place)
        result[rows] = _to_target(place, low_y, high_y, target)
    return result


def as_real(array: ArrayLike) -> Array:
    if isinstance(array, np.ma.MaskedArray):
        array = np.ma.filled(array.astype(np.float64), np.nan)
    try:
        values = np.asarray(array)
    except ValueError as error:
        raise ValueError(f"array is ragged, its rows differ in length: {error}") from error
    if values.dtype.kind not in "biuf":
        raise TypeError(f"array has dtype {values.dtype}: only real numbers can be normalized")
    if values.ndim == 0:
        raise ValueError("array is a single number: give a series, shape (T,) or (T, ...)")
    if values.size == 0:
        raise ValueError(f"array has shape {values.shape}: it is empty, there is no range to normalize")
    return values.view(np.uint8) if values.dtype.kind == "b" else values


def check_axis(axis: Any, ndim: int) -> None:
    """Raise an error where `axis` is no axis of the array."""
    if axis is not None and (not isinstance(axis, (int, np.integer)) or not -ndim <= axis < ndim):
        raise ValueError(f"axis = {axis!r}: the array has axes 0..{ndim - 1}; None takes all together")


def as_target(dtype: DTypeLike) -> "np.dtype[Any]":
    target = np.dtype(dtype)
    if target.kind not in "iuf":
        raise TypeError(f"dtype = {target}: it must be a float or an integer type")
    return target


def output_range(ymin: float, ymax: float | None, target: "np.dtype[Any]") -> tuple[float, float]:
    if ymax is None:
        ymax = int(np.iinfo(target).max) if target.kind in "iu" else 1.0
    for name, value in (("ymin", ymin), ("ymax", ymax)):
        if isinstance(value, (str, bytes)) or value is None or np.ndim(value) or not np.isfinite(value):
            raise ValueError(f"{name} = {value!r}: it must be a finite number")
        if target.kind == "f" and abs(value) > float(np.finfo(target).max):
            raise ValueError(f"{name} = {value!r} is beyond the largest {target}, {np.finfo(target).max}")
        if target.kind in "iu" and not (np.iinfo(target).min <= value <= np.iinfo(target).max and value == int(value)):
            raise ValueError(
                f"{name} = {value!r} is not a value of {target}: give a whole number in "
                f"{np.iinfo(target).min}..{np.iinfo(target).max}, or a float dtype"
            )
    return ymin, ymax


def _own_range(values: Array, target: "np.dtype[Any]", axis: int | None) -> tuple[Array, Array]:
    """Return each series' minimum and maximum, NaN ignored, after looking for what cannot be normalized."""
    if values.dtype.kind == "f" and target.kind in "iu" and np.isnan(values.min()):
        raise ValueError(f"array holds NaN, which {target} cannot: give a float dtype, or fill the gaps first")
    low, high = _extremes(values, axis)
    if values.dtype.kind == "f" and (np.isinf(low).any() or np.isinf(high).any()):
        raise ValueError("array holds infinity: replace it, for example by NaN, before normalizing")
    return low, high


def _extremes(values: Array, axis: int | None) -> tuple[Array, Array]:
    """Return minimum and maximum along `axis`, which is kept; NaN where there is nothing else."""
    fast = axis in (0, -values.ndim) and values.flags.c_contiguous
    known = kernels.extremes(values.reshape(len(values), -1)) if fast else None
    if known is None:
        ends = [reduction.reduce(values, axis=axis, keepdims=True) for reduction in (np.minimum, np.maximum)]
        if values.dtype.kind == "f" and np.isnan(ends[0]).any():
            # fmin is slower than minimum, and needed only where there is NaN.
            ends = [reduction.reduce(values, axis=axis, keepdims=True) for reduction in (np.fmin, np.fmax)]
        return ends[0], ends[1]
    low, high = known
    if values.dtype.kind == "f":
        missing = low > high
        low[missing] = high[missing] = np.nan
    return low.reshape(1, *values.shape[1:]), high.reshape(1, *values.shape[1:])


def input_range(
    values: Array, vmin: ArrayLike | None, vmax: ArrayLike | None, own: tuple[Array, Array], axis: int | None
) -> tuple[Any, Any]:
    limits = []
    for name, given, extreme in (("vmin", vmin, own[0]), ("vmax", vmax, own[1])):
        if given is None:
            limits.append(extreme)
            continue
        limit = np.asarray(given)
        if limit.dtype.kind not in "iuf" or not np.isfinite(limit).all():
            raise ValueError(f"{name} = {given!r}: it must be finite numbers")
        spread = np.expand_dims(limit, axis) if limit.ndim and axis is not None and limit.ndim < values.ndim else limit
        check_fits(name, limit.shape, spread.shape, extreme.shape, values.shape)
        limits.append(np.broadcast_to(spread, extreme.shape))
    return limits[0], limits[1]


def check_fits(
    name: str, given: tuple[int, ...], spread: tuple[int, ...], extremes: tuple[int, ...], values: tuple[int, ...]
) -> None:
    """Raise an error where a limit, spread over the axis of time, is not one number for all or for each series."""
    sizes = zip(reversed(spread), reversed(extremes), strict=False)
    if len(spread) > len(extremes) or any(size not in (1, wanted) for size, wanted in sizes):
        raise ValueError(
            f"{name} has shape {given}, which does not fit an array of shape {values}: "
            "give one number, or one for each series"
        )


def check_range(is_empty: bool, vmin: Any, vmax: Any, clip: bool) -> None:
    """Raise an error where given limits leave some series an empty range that cannot be clipped to an end."""
    if not is_empty or (vmin is None and vmax is None):
        return
    if vmin is not None and vmax is not None:
        raise ValueError(f"vmin = {vmin!r} is not below vmax = {vmax!r}")
    if not clip:
        given = f"vmin = {vmin!r}" if vmin is not None else f"vmax = {vmax!r}"
        raise ValueError(f"{given} leaves a series no range (it lies wholly beyond): choose it inside, or clip=True")


def _rescale(values: Array, low: Array, high: Array, ymin: float, ymax: float, clip: bool, result: Array) -> bool:
    """Do the usual case, floats from ranges that are not empty, in one compiled loop; return whether it was one."""
    low, high = (np.broadcast_to(end[0] if end.ndim == values.ndim else end, values.shape[1:]) for end in (low, high))
    first, last = (np.ascontiguousarray(end, np.float64).reshape(-1) for end in (low, high))
    with np.errstate(over="ignore", invalid="ignore"):
        span = last - first
    if not (np.isfinite(span) & (span > 0)).all():
        return False
    flat = len(values), -1
    return kernels.rescale(values.reshape(flat), first, span, ymin, ymax, clip, result.reshape(flat))


def _are_integers(low: Array, high: Array, dtype: "np.dtype[Any]") -> bool:
    """Whether limits are values of an integer type."""
    info = np.iinfo(dtype)
    return all(a.dtype.kind in "iu" and int(a.min()) >= info.min and int(a.max()) <= info.max for a in (low, high))


def _place(block: Array, low: Array, high: Array, exact: bool, beyond: float) -> NDArray[np.float64]:
    """Return where the values lie between low (0) and high (1); `beyond` where a given limit leaves no range."""
    if exact and block.dtype.itemsize == 8 and (low <= high).all():
        # Differences of 64-bit integers are exact modulo 2**64; as floats they would lose their last bits.
        block = np.clip(block, low.astype(block.dtype), high.astype(block.dtype))
        unsigned = block.astype(np.uint64) - low.astype(np.uint64)
        above, span = (
            unsigned.astype(np.float64),
            (high.astype(np.uint64) - low.astype(np.uint64)).astype(np.float64),
        )
    else:
        low, high = low.astype(np.float64), high.astype(np.float64)
        with np.errstate(over="ignore"):
            halve = 0.5 if np.isinf(high - low).any() else 1.0  # a range beyond the largest float
        above = np.subtract(block, low, dtype=np.float64) if halve == 1 else block * np.float64(halve) - low * halve
        span = high * halve - low * halve
    none = span <= 0
    if not none.any():
        place = np.divide(above, span, out=above)
    else:
        place = above / np.where(none, 1.0, span)
        own = low == high  # constant, or touching the given limit
        place = np.where(none, np.where(np.isnan(above), np.nan, np.where(own & (above == 0), 0.0, beyond)), place)
    return np.asarray(place, np.float64)


def _to_target(place: NDArray[np.float64], ymin: float, ymax: float, target: "np.dtype[Any]") -> Array:
    values = place if (ymin, ymax) == (0, 1) else (1 - place) * ymin + place * ymax
    if target.kind == "f":
        return values
    np.rint(values, out=values)
    info = np.iinfo(target)
    if values.min() < info.min or values.max() > float(info.max):
        raise ValueError(f"values beyond vmin or vmax do not fit {target}: use clip=True or a float dtype")
    # The largest float below the type's limit: a 64-bit maximum is no float, and rounding up would wrap around.
    top = float(info.max) if int(float(info.max)) <= info.max else np.nextafter(float(info.max), 0)
    whole = np.minimum(values, top).astype(target)
    whole[place == 1] = int(ymax)
    whole[place == 0] = int(ymin)
    return whole
