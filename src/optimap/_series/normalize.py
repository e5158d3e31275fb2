"""Mapping each series to a range, exact at both ends: one algorithm for the host and for devices (`samples`).

The place of a value in the range of its series is ``t = (a - lo) / (hi - lo)``, in double precision, and the result is
``(1 - t) ymin + t ymax``: exactly `ymin` at the minimum and `ymax` at the maximum, whatever the scale of the data.
Samples are processed in blocks, so that only the result is as large as the input.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .. import kernels
from .._base import AnyArray, ArgumentError, Array, Namespace
from .samples import DeviceSamples, HostSamples, Samples


@dataclass(frozen=True)
class Options:
    """The options of `normalize`."""

    ymin: float
    ymax: float | None
    vmin: Any
    vmax: Any
    dtype: Any
    clip: bool
    axis: int | None

    @property
    def has_limits(self) -> bool:
        """Whether a limit was given."""
        return self.vmin is not None or self.vmax is not None


def normalize_host(array: object, options: Options) -> Array:
    """Normalize an array in the host's memory."""
    result: Array = normalize_samples(HostSamples(array), options)
    return result


def normalize_device(array: object, options: Options) -> Any:
    """Normalize an array on its device; if that is the host's memory, with the loops of the host."""
    samples = DeviceSamples(array)
    target = samples.target(options.dtype)
    views = samples.on_host(options.vmin, options.vmax)
    if views is None:
        samples.home.refuse_64_bits(array, "array")
        with samples.home.computing():
            return normalize_samples(samples, options)
    view, vmin, vmax = views
    on_host = replace(options, vmin=vmin, vmax=vmax, dtype=target.newbyteorder("="))
    return samples.home.own(normalize_host(view, on_host))


def normalize_samples(samples: Samples, options: Options, own: "tuple[Any, Any] | None" = None) -> Any:
    """Normalize samples; `own` holds the extremes of a larger array that they are part of."""
    target = samples.target(options.dtype)
    ymin, ymax = output_range(options.ymin, options.ymax, target)
    check_axis(options.axis, len(samples.shape))
    here = own_range(samples, options.axis, target)
    low, high = limits(samples, options, own or here)
    xp = samples.xp
    check_range(bool(xp.any(low >= high)), options.vmin, options.vmax, options.clip)
    clips = options.clip and options.has_limits
    if isinstance(samples, HostSamples):
        known = _rescaled(samples.values, low, high, options.axis, (ymin, ymax), clips, target)
        if known is not None:
            return known
    exact = samples.kind in "iu" and (not options.has_limits or (options.clip and _are_integers(low, high, samples)))
    moves = options.axis is None or options.axis % len(samples.shape) == 0
    beyond = 0.0 if options.vmax is None else 1.0
    result = samples.result(target)
    for rows in samples.blocks():
        first, last = (low, high) if moves else (low[rows, ...], high[rows, ...])
        place = _place(xp, *samples.above(rows, first, last, exact), first == last, beyond)
        if clips:
            place = xp.clip(place, 0.0, 1.0)
        result.append(_to_target(xp, place, ymin, ymax, target))
    return result.get()


def check_axis(axis: object, ndim: int) -> None:
    """Raise an error if `axis` is not an axis of the array."""
    if axis is not None and (not isinstance(axis, (int, np.integer)) or not -ndim <= axis < ndim):
        raise ArgumentError(
            "axis", axis, "is not an axis", f"choose one of 0..{ndim - 1}, or None for all together", plain=True
        )


def _is_finite(value: Any) -> bool:
    """Return whether a number is real and finite; Python's whole numbers may be larger than any of NumPy's."""
    plain = value.item() if hasattr(value, "item") else value
    return isinstance(plain, (int, float)) and abs(plain) < math.inf


def output_range(ymin: float, ymax: float | None, target: "np.dtype[Any]") -> tuple[float, float]:
    """Return the ends of the output range, or raise an error if the type of the result cannot hold them."""
    if ymax is None:
        ymax = int(np.iinfo(target).max) if target.kind in "iu" else 1.0
    for name, value in (("ymin", ymin), ("ymax", ymax)):
        if isinstance(value, (str, bytes)) or value is None or np.ndim(value) or not _is_finite(value):
            raise ArgumentError.must_be(name, value, "a finite number")
        if target.kind == "f" and abs(value) > float(np.finfo(target).max):
            largest = np.finfo(target).max
            raise ArgumentError(name, value, f"is beyond the largest {target}, {largest}", "give a smaller number")
        if target.kind in "iu" and not (np.iinfo(target).min <= value <= np.iinfo(target).max and value == int(value)):
            raise ArgumentError(
                name,
                value,
                f"is not a value of {target}",
                f"give a whole number in {np.iinfo(target).min}..{np.iinfo(target).max}, or a float dtype",
            )
    return ymin, ymax


def own_range(samples: Samples, axis: int | None, target: "np.dtype[Any]") -> tuple[Any, Any]:
    """Return each series' minimum and maximum, NaN ignored, after checking for values that cannot be normalized."""
    xp = samples.xp
    low, high = samples.extremes(axis)
    if samples.kind == "f" and target.kind in "iu" and samples.has_nan(low):
        raise ArgumentError(
            "array",
            None,
            f"holds NaN, which {target} cannot represent",
            "give a float dtype, or fill the gaps first",
            subject="array",
        )
    if samples.kind == "f" and bool(xp.any(xp.isinf(low)) or xp.any(xp.isinf(high))):
        raise ArgumentError(
            "array", None, "holds infinity", "replace it, for example by NaN, before normalizing", subject="array"
        )
    return low, high


def limits(samples: Samples, options: Options, own: tuple[Any, Any]) -> tuple[Any, Any]:
    """Return the ends of each series' range: as given (one for all or one each), or its own."""
    ends = []
    for name, given, extreme in (("vmin", options.vmin, own[0]), ("vmax", options.vmax, own[1])):
        if given is None:
            ends.append(extreme)
            continue
        limit = samples.limit(name, given)
        spread = _spread(samples.xp, limit, options.axis, len(samples.shape))
        check_fits(name, given, tuple(limit.shape), tuple(spread.shape), tuple(extreme.shape), samples.shape)
        ends.append(samples.xp.broadcast_to(spread, extreme.shape))
    return ends[0], ends[1]


def _spread(xp: Namespace, limit: AnyArray, axis: int | None, ndim: int) -> Any:
    """Return a limit with the axis of time added if it has one number for each series."""
    return xp.expand_dims(limit, axis=axis) if limit.ndim and axis is not None and limit.ndim < ndim else limit


def check_fits(
    name: str,
    given: object,
    shape: tuple[int, ...],
    spread: tuple[int, ...],
    extremes: tuple[int, ...],
    values: tuple[int, ...],
) -> None:
    """Raise an error unless a limit is one number for all series or one for each."""
    sizes = zip(reversed(spread), reversed(extremes), strict=False)
    if len(spread) > len(extremes) or any(size not in (1, wanted) for size, wanted in sizes):
        raise ArgumentError(
            name,
            given,
            f"has shape {shape}, which does not fit an array of shape {values}",
            "give one number, or one for each series",
            subject=name,
        )


def check_range(is_empty: bool, vmin: object, vmax: object, clip: bool) -> None:
    """Raise an error if the given limits leave some series an empty range that cannot be clipped to one end."""
    if not is_empty or (vmin is None and vmax is None):
        return
    if vmin is not None and vmax is not None:
        raise ArgumentError("vmin", vmin, f"is not below vmax = {vmax!r}", "give vmin < vmax")
    if not clip:
        name, value = ("vmin", vmin) if vmin is not None else ("vmax", vmax)
        raise ArgumentError(
            name,
            value,
            "leaves a series without a range, because all its values lie beyond it",
            "choose a value within the range of every series, or clip=True",
            keyword="clip",
        )


def _rescaled(
    values: Array,
    low: Array,
    high: Array,
    axis: int | None,
    ends: tuple[float, float],
    clips: bool,
    target: "np.dtype[Any]",
) -> Array | None:
    """Handle the usual case, float results from ranges that are not empty, in one compiled loop; else return None."""
    if axis not in (0, None):
        return None
    low, high = (np.broadcast_to(end[0] if end.ndim == values.ndim else end, values.shape[1:]) for end in (low, high))
    first, last = (np.ascontiguousarray(end, np.float64).reshape(-1) for end in (low, high))
    with np.errstate(over="ignore", invalid="ignore"):
        span = last - first
    if not (np.isfinite(span) & (span > 0)).all():
        return None
    result, flat = np.empty(values.shape, target), (len(values), -1)
    done = kernels.rescale(values.reshape(flat), first, span, *ends, clips, result.reshape(flat))
    return result if done else None


def _are_integers(low: AnyArray, high: AnyArray, samples: Samples) -> bool:
    """Return whether limits are values of the samples' integer type; only 64-bit integers on the host need this."""
    if not isinstance(samples, HostSamples):
        return False
    info = np.iinfo(samples.values.dtype)
    return all(a.dtype.kind in "iu" and int(a.min()) >= info.min and int(a.max()) <= info.max for a in (low, high))


def _place(xp: Namespace, above: AnyArray, span: AnyArray, touching: AnyArray, beyond: float) -> Any:
    """Return where values lie between low (0) and high (1); `beyond` if a given limit leaves no range."""
    empty = span <= 0
    if not bool(xp.any(empty)):
        return above / span
    constant = touching & (above == 0)  # or touching the given limit
    ends = xp.where(constant, xp.zeros_like(above), xp.full_like(above, beyond))
    ends = xp.where(xp.isnan(above), above, ends)
    return xp.where(empty, ends, above / xp.where(empty, xp.ones_like(span), span))


def _to_target(xp: Namespace, place: AnyArray, ymin: float, ymax: float, target: "np.dtype[Any]") -> Any:
    """Return the result's values for places in the range; the result array casts them to its type."""
    values = place if (ymin, ymax) == (0, 1) else (1 - place) * ymin + place * ymax
    if target.kind == "f":
        return values
    values, info = xp.round(values), np.iinfo(target)
    if float(xp.min(values)) < info.min or float(xp.max(values)) > float(info.max):
        raise ArgumentError(
            "dtype",
            target,
            f"do not fit {target}",
            "use clip=True or a float dtype",
            subject="values beyond vmin or vmax",
            keyword="clip",
        )
    # The largest float below the type's limit: a 64-bit maximum is not a float, and rounding up would wrap around.
    top = float(info.max) if int(float(info.max)) <= info.max else float(np.nextafter(float(info.max), 0))
    whole = _whole(xp, xp.clip(values, float(info.min), top), target)
    return xp.where(place == 1, int(ymax), xp.where(place == 0, int(ymin), whole))


def _whole(xp: Namespace, values: AnyArray, target: "np.dtype[Any]") -> Any:
    """Return floats as integers: of the result's type on the host, of 64 bits on devices, where they are cast later."""
    return values.astype(target) if xp is np else xp.astype(values, xp.int64)
