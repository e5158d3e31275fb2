"""The samples of series, on the host or on a device, as `normalize` needs them: extremes, blocks, space for results.

Both classes offer the same methods, so that there is one algorithm. Computations use the widest floating type available
where the samples are: double precision, or single precision on devices that have no other.
"""

from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike

from .. import kernels
from .._base import (
    NUMPY_TYPES,
    WHOLE_TYPES,
    AnyArray,
    ArgumentError,
    ArgumentTypeError,
    Array,
    Home,
    Namespace,
    Result,
    budget,
    dtype_kind,
    dtype_name,
    host_view,
    in_doubles,
    is_device_array,
)

# Types that PyTorch can compare as well; all others are converted first.
COMPARABLE = WHOLE_TYPES | {"float32", "float64"}


class Samples(Protocol):
    """An array of series, in blocks along axis 0, and the functions to compute with it (`xp`)."""

    xp: Namespace
    shape: tuple[int, ...]
    kind: str

    def target(self, dtype: DTypeLike) -> "np.dtype[Any]":
        """Return the type of the result, or raise an error."""

    def extremes(self, axis: int | None) -> tuple[Any, Any]:
        """Return each series' minimum and maximum, NaN ignored; NaN if there is nothing else. The axis is kept."""

    def has_nan(self, low: AnyArray) -> bool:
        """Return whether there is NaN among the samples, whose minima are `low`."""

    def limit(self, name: str, given: object) -> Any:
        """Return a limit that was given, or raise an error if it does not consist of finite numbers."""

    def blocks(self) -> list[slice]:
        """Return the rows that are computed at once, one block after the other."""

    def above(self, rows: slice, low: AnyArray, high: AnyArray, exact: bool) -> tuple[Any, Any]:
        """Return how far the values lie above `low`, and `high` above it; if `exact`, as if integers had no limits."""

    def result(self, target: "np.dtype[Any]") -> Any:
        """Return an empty array with a method to append blocks."""


def checked_kind(kind: str, dtype: object, shape: tuple[int, ...]) -> None:
    """Raise an error for arrays of any library that cannot be normalized."""
    if kind not in "biuf":
        raise ArgumentTypeError("array", dtype, f"has dtype {dtype}", "give real numbers", subject="array")
    if shape == ():
        raise ArgumentError(
            "array", shape, "is a single number", "give a series, shape (T,) or (T, ...)", subject="array"
        )
    if 0 in shape:
        raise ArgumentError("array", shape, f"has shape {shape}", "give an array that is not empty", subject="array")


def checked_target(dtype: "np.dtype[Any]") -> "np.dtype[Any]":
    """Return the type of a result, or raise an error."""
    if dtype.kind not in "iuf":
        raise ArgumentTypeError.must_be("dtype", dtype, "a float or an integer type", subject=f"dtype = {dtype}")
    return dtype


class HostSamples:
    """Samples in the host's memory."""

    xp: Namespace = np

    def __init__(self, array: AnyArray) -> None:
        self.values = _as_numbers(array)
        self.shape = self.values.shape
        self.kind: str = self.values.dtype.kind

    def target(self, dtype: DTypeLike) -> "np.dtype[Any]":
        """Return the type of the result."""
        try:
            target = np.dtype(dtype)
        except TypeError as error:
            raise ArgumentTypeError.must_be("dtype", dtype, "one of NumPy's float or integer types") from error
        return checked_target(target)

    def extremes(self, axis: int | None) -> tuple[Array, Array]:
        """Return minimum and maximum along `axis`, which is kept."""
        values = self.values
        fast = axis in (0, -values.ndim) and values.flags.c_contiguous
        known = kernels.extremes(values.reshape(len(values), -1)) if fast else None
        if known is None:
            ends = [reduction.reduce(values, axis=axis, keepdims=True) for reduction in (np.minimum, np.maximum)]
            if self.kind == "f" and np.isnan(ends[0]).any():
                # fmin is slower than minimum, and needed only if there is NaN.
                ends = [reduction.reduce(values, axis=axis, keepdims=True) for reduction in (np.fmin, np.fmax)]
            return ends[0], ends[1]
        low, high = known
        if self.kind == "f":
            missing = low > high
            low[missing] = high[missing] = np.nan
        return low.reshape(1, *self.shape[1:]), high.reshape(1, *self.shape[1:])

    def has_nan(self, low: Array) -> bool:
        """Return whether there is NaN among the samples."""
        return bool(np.isnan(self.values.min()))

    def limit(self, name: str, given: AnyArray) -> Array:
        """Return a limit as an array."""
        return _finite_numbers(name, given)

    def blocks(self) -> list[slice]:
        """Return ranges of rows that fit in the cache."""
        step = max(1, budget().host_values * len(self.values) // self.values.size)
        return [slice(start, start + step) for start in range(0, len(self.values), step)]

    def above(self, rows: slice, low: Array, high: Array, exact: bool) -> tuple[Array, Array]:
        """Return distances in double precision; those of 64-bit integers are exact modulo 2**64, then rounded once."""
        block = self.values[rows]
        if exact and block.dtype.itemsize == 8 and (low <= high).all():
            block = np.clip(block, low.astype(block.dtype), high.astype(block.dtype))
            first, last = low.astype(np.uint64), high.astype(np.uint64)
            return (block.astype(np.uint64) - first).astype(np.float64), (last - first).astype(np.float64)
        return distances(np, block.astype(np.float64), low.astype(np.float64), high.astype(np.float64))

    def result(self, target: "np.dtype[Any]") -> "HostResult":
        """Return an empty array."""
        return HostResult(self.shape, target)


class HostResult:
    """An array that is filled from its start, block by block."""

    def __init__(self, shape: tuple[int, ...], dtype: "np.dtype[Any]") -> None:
        self._whole, self._filled = np.empty(shape, dtype), 0

    def append(self, block: Array) -> None:
        """Add the next rows."""
        stop = self._filled + len(block)
        self._whole[self._filled : stop] = block
        self._filled = stop

    def get(self) -> Array:
        """Return the whole array."""
        return self._whole


def distances(xp: Namespace, values: AnyArray, low: AnyArray, high: AnyArray) -> tuple[Any, Any]:
    """Return values above low, and high above it, halved if the range exceeds the largest float."""
    with np.errstate(over="ignore"):
        halve = 0.5 if bool(xp.any(xp.isinf(high - low))) else 1.0
    if halve == 1:
        return values - low, high - low
    return values * halve - low * halve, high * halve - low * halve


def _as_numbers(array: AnyArray) -> Array:
    """Return an array of real numbers, masked ones as NaN, or raise an error."""
    if isinstance(array, np.ma.MaskedArray):
        array = np.ma.filled(array.astype(np.float64), np.nan)
    try:
        values: Array = in_doubles(np.asarray(array))
    except ValueError as error:
        raise ArgumentError(
            "array",
            array,
            "is ragged, because its rows differ in length",
            f"give rows of one length ({error})",
            subject="array",
        ) from error
    checked_kind(values.dtype.kind, values.dtype, values.shape)
    return values.view(np.uint8) if values.dtype.kind == "b" else values


def _finite_numbers(name: str, given: AnyArray) -> Array:
    """Return a limit as an array on the host."""
    limit: Array = np.asarray(given)
    if limit.dtype.kind not in "iuf" or not np.isfinite(limit).all():
        raise ArgumentError.must_be(name, given, "finite numbers")
    return limit


class DeviceSamples:
    """Samples on a device, computed with the functions of the array's library."""

    def __init__(self, array: AnyArray) -> None:
        self.kind = dtype_kind(array)
        self.shape = tuple(int(n) for n in array.shape)
        checked_kind(self.kind, array.dtype, self.shape)
        self.home, self.array = Home(array, "array"), array
        self.xp: Namespace = self.home.xp

    def target(self, dtype: DTypeLike) -> "np.dtype[Any]":
        """Return the result's dtype as NumPy's; names from the array's own library are accepted."""
        home, name = self.home, dtype_name(dtype)
        library = home.xp.__name__.rpartition(".")[2]
        try:
            target = np.dtype(name if name in NUMPY_TYPES else dtype)
        except TypeError as error:
            raise ArgumentTypeError.must_be(
                "dtype", dtype, "one of NumPy's float or integer types", subject=f"dtype = {dtype}"
            ) from error
        checked_target(target)
        problem = cure = ""
        if not hasattr(home.xp, target.name):
            problem, cure = f"is not a type of {library}", "choose a type that it has"
        elif target.itemsize == 8 and target.kind != "f":
            problem, cure = (
                "has 64 bits, which are not supported on devices",
                "choose an integer of up to 32 bits, or a float",
            )
        elif target.itemsize == 8 and home.is_jax and not home.gives_double:
            problem, cure = (
                "has 64 bits",
                "call jax.config.update('jax_enable_x64', True) first, or choose a smaller type",
            )
        elif not home.has_double and (target.itemsize == 8 if target.kind == "f" else target.itemsize > 2):
            problem = f"has more digits than float32, the widest type on device {home.device}"
            cure = "choose float32 or an integer of up to 16 bits"
        if problem:
            raise ArgumentTypeError("dtype", dtype, problem, cure, subject=f"dtype = {target}")
        return target

    def extremes(self, axis: int | None) -> tuple[Any, Any]:
        """Return minimum and maximum along `axis`, which is kept, in the widest floating type."""
        xp = self.xp
        ends: list[tuple[Any, Any]] = []
        for rows in self.blocks():
            low, high = self._extremes(self.array[rows, ...], axis)
            if ends and (axis is None or axis % len(self.shape) == 0):
                ends = [(xp.minimum(ends[0][0], low), xp.maximum(ends[0][1], high))]
            else:
                ends.append((low, high))
        low, high = (xp.concat(parts) if len(parts) > 1 else parts[0] for parts in zip(*ends, strict=True))
        if self.kind != "f":
            return low, high
        nothing = low > high  # only NaN in the series
        return xp.where(nothing, xp.nan, low), xp.where(nothing, xp.nan, high)

    def _extremes(self, block: AnyArray, axis: int | None) -> tuple[Any, Any]:
        """Return the extremes of a block; infinity and minus infinity if there is only NaN."""
        xp = self.xp
        # The array's own type moves fewer bytes; if the library cannot compare it, it is converted first.
        is_comparable = dtype_name(block.dtype) in COMPARABLE and self.home.stored(block)[1] == 0
        numbers = block if is_comparable else self._wide(block)
        low, high = xp.min(numbers, axis=axis, keepdims=True), xp.max(numbers, axis=axis, keepdims=True)
        if self.kind == "f" and bool(xp.any(xp.isnan(low))):
            self._nan = True
            missing = xp.isnan(numbers)
            low = xp.min(xp.where(missing, xp.inf, numbers), axis=axis, keepdims=True)
            high = xp.max(xp.where(missing, -xp.inf, numbers), axis=axis, keepdims=True)
        return self._wide(low), self._wide(high)

    _nan = False

    def has_nan(self, low: AnyArray) -> bool:
        """Return whether `extremes` found NaN."""
        return self._nan

    def _wide(self, values: AnyArray) -> Any:
        """Return values in the widest floating type."""
        stored, bits = self.home.stored(values)
        return self.xp.astype(self.home.numbers(stored, bits), self.home.wide)

    def limit(self, name: str, given: AnyArray) -> Any:
        """Return a limit on the device, copied from the host if it is there."""
        if not is_device_array(given):
            return self.home.wide_array(_finite_numbers(name, given))
        self.check_neighbour(name, given)
        kind = dtype_kind(given)
        if kind not in "iuf" or (kind == "f" and not bool(self.xp.all(self.xp.isfinite(given)))):
            raise ArgumentError.must_be(name, given, "finite numbers")
        return self._wide(given)

    def check_neighbour(self, name: str, given: AnyArray) -> None:
        """Raise an error if a limit is on another device or from another library."""
        other = Home(given, name)
        if other.xp is not self.home.xp or other.device != self.home.device:
            libraries = [home.xp.__name__.rpartition(".")[2] for home in (other, self.home)]
            raise ArgumentError(
                name,
                given,
                f"is an array of {libraries[0]} on {other.device}, but the array is one of {libraries[1]} on "
                f"{self.home.device}",
                "move both to the same device and library",
                subject=name,
            )

    def blocks(self) -> list[slice]:
        """Return ranges of rows, large enough to keep the device busy."""
        rows = self.shape[0]
        step = max(1, self.home.values_at_once * rows // int(np.prod(self.shape)))
        return [slice(start, min(start + step, rows)) for start in range(0, rows, step)]

    def above(self, rows: slice, low: AnyArray, high: AnyArray, exact: bool) -> tuple[Any, Any]:
        """Return distances in the widest floating type, which integers of up to 32 bits fit."""
        return distances(self.xp, self._wide(self.array[rows, ...]), low, high)

    def result(self, target: "np.dtype[Any]") -> Result:
        """Return an empty array on the device."""
        return Result(self.home, self.shape, getattr(self.xp, target.name))

    def on_host(self, *limits: Any) -> "tuple[Any, ...] | None":
        """Return the array and limits as NumPy arrays if the host's loops may be used; otherwise None (`host_view`)."""
        views = [host_view(self.array)]
        for name, limit in zip(("vmin", "vmax"), limits, strict=True):
            if is_device_array(limit):
                self.check_neighbour(name, limit)
                views.append(host_view(limit))
                if views[-1] is None:
                    return None
            else:
                views.append(limit)
        return None if views[0] is None else tuple(views)
