"""normalize on the device that an array lies on: the rules of `normalize`, in the functions of the array's library.

Integers are compared and subtracted as integers of up to 64 bits, and only differences become floating point; unsigned
64-bit ones are moved down by 2**63 first, which changes neither order nor differences.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._base import (
    BLOCK_VALUES,
    NUMPY_TYPES,
    WHOLE_TYPES,
    Home,
    Result,
    dtype_bytes,
    dtype_kind,
    dtype_name,
    host_view,
    is_device_array,
    is_unsigned,
)
from .normalize import as_target, check_axis, check_fits, check_range, normalize_host, output_range

PLAIN = WHOLE_TYPES | {"float32", "float64"}  # what all libraries but PyTorch can compare


def device_normalize(
    array: Any, ymin: float, ymax: float | None, vmin: Any, vmax: Any, dtype: Any, clip: bool, axis: int | None
) -> Any:
    """Return `array` normalized, on its device; see `normalize`."""
    values = Values(array)
    target = _as_target(dtype, values.home)
    on_host = _on_host(values, vmin, vmax)
    if on_host is not None:
        view, vmin, vmax = on_host
        return values.home.own(normalize_host(view, ymin, ymax, vmin, vmax, target.newbyteorder("="), clip, axis=axis))
    low_y, high_y = output_range(ymin, ymax, target)
    check_axis(axis, array.ndim)
    given = vmin is not None or vmax is not None
    with values.home.computing():
        own = _own_range(values, target, axis)
        limits = [
            values.limit(name, limit, own, axis) if limit is not None else own[i]
            for i, (name, limit) in enumerate((("vmin", vmin), ("vmax", vmax)))
        ]
        ends = _ends(values, limits[0], limits[1], given, vmin, vmax, clip)
        result = Result(values.home, tuple(array.shape), getattr(values.home.xp, target.name))
        for start, stop in values.blocks():
            place = _place(values, start, stop, ends, beyond=0.0 if vmax is None else 1.0)
            if given and clip:
                place = values.home.xp.clip(place, 0.0, 1.0)
            result.append(_to_target(values.home, place, low_y, high_y, target, check=given and not clip))
        return result.get()


def _on_host(values: "Values", vmin: Any, vmax: Any) -> tuple[NDArray[Any], Any, Any] | None:
    """Return the array and its limits as NumPy's where the compiled loops may compute; see `host_view`."""
    array, limits = host_view(values.array), []
    for name, limit in (("vmin", vmin), ("vmax", vmax)):
        view = limit
        if is_device_array(limit):
            values.check_neighbour(name, limit)
            view = host_view(limit)
            if view is None:
                return None
        limits.append(view)
    return None if array is None else (array, limits[0], limits[1])


def _as_target(dtype: Any, home: Home) -> "np.dtype[Any]":
    """Return the result's dtype as NumPy's; names of the array's own library are understood."""
    name = dtype_name(dtype)
    try:
        target = as_target(np.dtype(name if name in NUMPY_TYPES else dtype))
    except TypeError as error:
        raise TypeError(f"dtype = {dtype}: it must be one of NumPy's float or integer types") from error
    if not hasattr(home.xp, target.name):
        raise TypeError(f"dtype = {target}: {home.xp.__name__.rpartition('.')[2]} has no such type")
    if target.itemsize == 8 and home.is_jax and not home.gives_double:
        raise TypeError(f"dtype = {target}: JAX gives 64 bits after jax.config.update('jax_enable_x64', True)")
    if not home.has_double and (target.itemsize == 8 if target.kind == "f" else target.itemsize > 2):
        raise TypeError(f"dtype = {target}: device {home.device} computes in float32, which does not reach its digits")
    return target


@dataclass(frozen=True)
class Limit:
    """One end of each series' range: in floating point, and as integers where it is a value of the array's type."""

    wide: Any
    whole: Any = None


class Values:
    """An array's values in blocks along axis 0, in types that can be computed with."""

    def __init__(self, array: Any) -> None:
        self.kind = dtype_kind(array)
        if self.kind not in "biuf":
            raise TypeError(f"array has dtype {array.dtype}: only real numbers can be normalized")
        if array.ndim == 0:
            raise ValueError("array is a single number: give a series, shape (T,) or (T, ...)")
        self.shape = tuple(int(n) for n in array.shape)
        if 0 in self.shape:
            raise ValueError(f"array has shape {self.shape}: it is empty, there is no range to normalize")
        self.home, self.array = Home(array, "array"), array
        self.unsigned = is_unsigned(array)
        self.is_64_bit = self.kind in "iu" and dtype_bytes(array) == 8

    def blocks(self) -> list[tuple[int, int]]:
        """Return the ends of blocks of rows."""
        rows = self.shape[0]
        step = max(1, BLOCK_VALUES * rows // int(np.prod(self.shape)))
        return [(start, min(start + step, rows)) for start in range(0, rows, step)]

    def numbers(self, array: Any) -> Any:
        """Return values of the array's type to compute with; unsigned 64-bit integers moved down by 2**63."""
        stored, bits = self.home.stored(array)
        if not (self.is_64_bit and self.unsigned):
            return self.home.numbers(stored, bits)
        upper, lower = self.home.halves(stored, True)
        return ((upper - 2**31) << 32) + lower

    def wide(self, numbers: Any) -> Any:
        """Return such numbers in floating point."""
        if not self.is_64_bit:
            return self.home.xp.astype(numbers, self.home.wide)
        upper, lower = self.home.halves(numbers, False)
        return self.home.joined(upper + 2**31 if self.unsigned else upper, lower)

    def difference(self, numbers: Any, low: Any) -> Any:
        """Return how far such integers lie above others, in floating point."""
        above = numbers - low
        if self.is_64_bit:  # exact modulo 2**64: what looks negative is large
            return self.home.joined(*self.home.halves(above, True))
        return self.home.xp.astype(above, self.home.wide)

    def limit(self, name: str, given: Any, own: tuple[Limit, Limit], axis: int | None) -> Limit:
        """Return limits that were given, one for each series or one for all, after checking them."""
        home, shape = self.home, tuple(own[0].wide.shape)
        is_here = is_device_array(given)
        if is_here:
            self.check_neighbour(name, given)
            is_finite = dtype_kind(given) in "iu" or (
                dtype_kind(given) == "f" and bool(home.xp.all(home.xp.isfinite(given)))
            )
        else:
            given_here: NDArray[Any] = np.asarray(given)
            is_finite = given_here.dtype.kind in "iuf" and bool(np.isfinite(given_here).all())
        if not is_finite:
            raise ValueError(f"{name} = {given!r}: it must be finite numbers")
        limit = self._limit_here(given) if is_here else self._limit_from_host(given_here)
        ends = [None if end is None else self._spread(name, end, axis, shape) for end in (limit.wide, limit.whole)]
        return Limit(*ends)

    def check_neighbour(self, name: str, given: Any) -> None:
        """Raise an error where a limit lies elsewhere."""
        other = Home(given, name)
        if other.xp is not self.home.xp or other.device != self.home.device:
            raise ValueError(
                f"{name} is an array of {other.xp.__name__.rpartition('.')[2]} on {other.device}, the array is one of "
                f"{self.home.xp.__name__.rpartition('.')[2]} on {self.home.device}: bring both to one place"
            )

    def _limit_here(self, given: Any) -> Limit:
        if given.dtype == self.array.dtype and self.kind != "f":
            numbers = self.numbers(given)
            return Limit(self.wide(numbers), numbers)
        other = Values(given if given.ndim else self.home.xp.reshape(given, (1,)))
        wide = other.wide(other.numbers(given))
        return Limit(wide)

    def _limit_from_host(self, given: NDArray[Any]) -> Limit:
        wide = self.home.wide_array(given)
        if self.kind == "f" or given.dtype.kind == "f":
            return Limit(wide)
        info = np.iinfo(np.uint8 if self.kind == "b" else dtype_name(self.array.dtype))
        if int(given.min()) < info.min or int(given.max()) > info.max:
            return Limit(wide)
        if self.is_64_bit and self.unsigned:
            return Limit(wide, self.home.array((given.astype(np.uint64) ^ np.uint64(2**63)).view(np.int64)))
        return Limit(wide, self.home.array(given.astype(np.int64)))

    def _spread(self, name: str, end: Any, axis: int | None, shape: tuple[int, ...]) -> Any:
        xp = self.home.xp
        to_spread = end.ndim and axis is not None and end.ndim < len(self.shape)
        spread = xp.expand_dims(end, axis=axis) if to_spread else end
        check_fits(name, tuple(end.shape), tuple(spread.shape), shape, self.shape)
        return xp.broadcast_to(spread, shape)


def _own_range(values: Values, target: "np.dtype[Any]", axis: int | None) -> tuple[Limit, Limit]:
    """Return each series' minimum and maximum, NaN ignored, after looking for what cannot be normalized."""
    xp = values.home.xp
    ends: list[tuple[Any, Any]] = []
    for start, stop in values.blocks():
        low, high, has_nan = _extremes(values, values.array[start:stop, ...], axis)
        if has_nan and target.kind in "iu":
            raise ValueError(f"array holds NaN, which {target} cannot: give a float dtype, or fill the gaps first")
        if ends and (axis is None or axis % len(values.shape) == 0):
            ends = [(xp.minimum(ends[0][0], low), xp.maximum(ends[0][1], high))]
        else:
            ends.append((low, high))
    low, high = (xp.concat(parts) if len(parts) > 1 else parts[0] for parts in zip(*ends, strict=True))
    if values.kind != "f":
        return Limit(values.wide(low), low), Limit(values.wide(high), high)
    nothing = low > high  # no number in the series
    if bool(xp.any((xp.isinf(low) | xp.isinf(high)) & ~nothing)):
        raise ValueError("array holds infinity: replace it, for example by NaN, before normalizing")
    return Limit(xp.where(nothing, xp.nan, low)), Limit(xp.where(nothing, xp.nan, high))


def _extremes(values: Values, block: Any, axis: int | None) -> tuple[Any, Any, bool]:
    """Return minimum and maximum along `axis`, which is kept (of NaN alone: inf and -inf), and whether there is NaN."""
    xp = values.home.xp
    # The array's own type moves fewer bytes; where the library cannot compare it, it is converted first.
    is_plain = dtype_name(block.dtype) in PLAIN and values.home.stored(block)[1] == 0
    numbers = block if is_plain else values.numbers(block)
    low, high = xp.min(numbers, axis=axis, keepdims=True), xp.max(numbers, axis=axis, keepdims=True)
    has_nan = values.kind == "f" and bool(xp.any(xp.isnan(low)))
    if has_nan:
        missing = xp.isnan(numbers)
        low = xp.min(xp.where(missing, xp.inf, numbers), axis=axis, keepdims=True)
        high = xp.max(xp.where(missing, -xp.inf, numbers), axis=axis, keepdims=True)
    return (values.numbers(low), values.numbers(high), has_nan) if is_plain else (low, high, has_nan)


@dataclass(frozen=True)
class Ends:
    """The range of each series, ready to compute with; `scale` keeps ranges beyond the largest float finite."""

    low: Any
    span: Any
    is_whole: bool
    scale: float
    clip_to: tuple[Any, Any] | None
    empty: Any  # where there is no range; None if nowhere
    touching: Any  # where both ends are the same


def _ends(values: Values, low: Limit, high: Limit, given: bool, vmin: Any, vmax: Any, clip: bool) -> Ends:
    xp = values.home.xp
    whole = low.whole is not None and high.whole is not None
    first, last = (low.whole, high.whole) if whole else (low.wide, high.wide)
    check_range(bool(xp.any(first >= last)), vmin, vmax, clip)
    is_whole = whole and (not given or clip) and not bool(xp.any(first > last))
    touching = first == last
    if is_whole:
        span, scale = values.difference(last, first), 1.0
    else:
        first, last = low.wide, high.wide
        scale = 0.5 if bool(xp.any(xp.isinf(last - first))) else 1.0
        span = last * scale - first * scale
    empty = span <= 0
    clip_to = (first, last) if is_whole and given and values.is_64_bit else None
    return Ends(first, span, is_whole, scale, clip_to, empty if bool(xp.any(empty)) else None, touching)


def _place(values: Values, start: int, stop: int, ends: Ends, beyond: float) -> Any:
    """Return where a block's values lie between low (0) and high (1); `beyond` where a given limit leaves no range."""
    xp = values.home.xp

    def rows(end: Any) -> Any:  # of the block, unless it is the same for all
        return end if end.shape[0] == 1 else end[start:stop, ...]

    numbers, low, span = values.numbers(values.array[start:stop, ...]), rows(ends.low), rows(ends.span)
    if ends.clip_to is not None:
        numbers = xp.minimum(xp.maximum(numbers, rows(ends.clip_to[0])), rows(ends.clip_to[1]))
    if ends.is_whole:
        above = values.difference(numbers, low)
    elif ends.scale == 1:
        above = values.wide(numbers) - low
    else:
        above = values.wide(numbers) * ends.scale - low * ends.scale
    if ends.empty is None:
        return above / span
    empty = rows(ends.empty)
    constant = rows(ends.touching) & (above == 0)
    ends_of_empty = xp.where(constant, xp.zeros_like(above), xp.full_like(above, beyond))
    ends_of_empty = xp.where(xp.isnan(above), above, ends_of_empty)
    return xp.where(empty, ends_of_empty, above / xp.where(empty, xp.ones_like(span), span))


def _to_target(home: Home, place: Any, ymin: float, ymax: float, target: "np.dtype[Any]", check: bool) -> Any:
    xp = home.xp
    values = place if (ymin, ymax) == (0, 1) else (1 - place) * float(ymin) + place * float(ymax)
    if target.kind == "f":
        return values
    values, info = xp.round(values), np.iinfo(target)
    if check and (float(xp.min(values)) < info.min or float(xp.max(values)) > float(info.max)):
        raise ValueError(f"values beyond vmin or vmax do not fit {target}: use clip=True or a float dtype")
    # The largest float below the type's limit: a 64-bit maximum is no float, and rounding up would wrap around.
    top = float(info.max) if int(float(info.max)) <= info.max else float(np.nextafter(float(info.max), 0))
    values = xp.clip(values, float(info.min), top)
    if target != np.uint64:
        whole, ends = xp.astype(values, xp.int64), (int(ymin), int(ymax))
    else:  # as the int64 of the same bytes, which all libraries can compute with
        upper = xp.floor(values / 4294967296.0)
        whole = (xp.astype(upper, xp.int64) << 32) + xp.astype(values - upper * 4294967296.0, xp.int64)
        ends = (int(np.uint64(ymin).astype(np.int64)), int(np.uint64(ymax).astype(np.int64)))
    whole = xp.where(place == 1, ends[1], xp.where(place == 0, ends[0], whole))
    if target == np.uint64 and home.is_torch:
        return whole.view(xp.uint64)
    return xp.astype(whole, getattr(xp, target.name))
