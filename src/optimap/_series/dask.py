"""Series of dask arrays, normalized, detrended, filtered and so on: lazily, one task per block, time in one chunk.

Errors in the arguments are raised before anything is computed, errors in the samples when they are computed. dask is
imported inside functions, which are called only with dask arrays.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from .. import kernels
from .._base import AnyArray, ArgumentError, ArgumentTypeError, Array, is_dask
from .._reading import check_sizes
from .baselines import Baseline, baseline_host
from .detrend import Detrending, detrend_host
from .diastole import parse_beats
from .filters import Filtering, filter_host
from .normalize import Options, check_axis, check_fits, check_range, normalize_samples, output_range
from .period import check_layout
from .relative import Relative, relative_host, spread_over
from .samples import HostSamples, checked_kind, checked_target
from .signals import check_signals


def detrend_dask(data: AnyArray, options: Detrending) -> Any:
    """Detrend each series of a dask array that has time in one chunk."""
    check_sizes(data, "data")
    options.check_choices()
    check_layout(data, options.min_samples)
    options.window(int(data.shape[0]))
    _check_whole(data, 0, "data", "detrend_timeseries")
    dtype = kernels.result_dtype(np.dtype(data.dtype))
    return data.map_blocks(_detrend_block, options=options, dtype=dtype, meta=np.empty((0,) * data.ndim, dtype))


def _detrend_block(block: Array, options: Detrending, block_info: Mapping[int, Mapping[str, Any]]) -> Array:
    """Detrend the series of a block in the single thread that the scheduler assigned to it."""
    corner = [start for start, _ in block_info[0]["array-location"][1:]]
    with kernels.one_thread():
        return detrend_host(block, options, corner)


def baseline_dask(signals: AnyArray, options: Baseline) -> Any:
    """Return the baselines of a dask array that has time in one chunk."""
    options.check()
    _check_series(signals, options.min_samples, "baseline")
    _check_polarity(options)
    if options.kind == "diastole":
        _check_beats(options, signals)
    options.window(int(signals.shape[0]))
    return _each_series(partial(baseline_host, options=options), signals)


def relative_dask(signals: AnyArray, options: Relative) -> Any:
    """Return the signals of a dask array relative to their baselines; where no ratio is defined, all is NaN."""
    options.check()
    kind = options.kind
    _check_series(signals, 1 if kind is None else kind.min_samples, "delta_f_over_f")
    if kind is not None:
        _check_polarity(kind)
        kind.window(int(signals.shape[0]))
    background = _chunked_alike(options.background, "background", signals, finite=True)
    baseline = _chunked_alike(0.0 if kind is not None else options.baseline, "baseline", signals)
    return _each_series(partial(_relative_block, options=options), signals, background, baseline)


def filter_dask(signals: AnyArray, options: Filtering) -> Any:
    """Return the filtered signals of a dask array that has time in one chunk."""
    options.check()
    _check_series(signals, 2, "filter_traces")
    options.filters(int(signals.shape[0]))
    return _each_series(partial(filter_host, options=options), signals)


def _check_series(signals: AnyArray, min_samples: int, function: str) -> None:
    """Raise the errors of signals that need no samples."""
    check_sizes(signals, "signals")
    check_signals(signals, "signals", min_samples)
    _check_whole(signals, 0, "signals", function)


def _check_polarity(options: Baseline) -> None:
    """Raise an error if the polarity would have to be detected, which needs all samples."""
    if options.follows_rest and options.polarity == "auto":
        raise ArgumentError(
            "polarity",
            "auto",
            "needs the samples of a dask array, which is computed later",
            "give 'up' or 'down', such as the answer of optimap.trace.detect_polarity to some of the signals",
        )


def _check_beats(options: Baseline, signals: AnyArray) -> None:
    """Raise an error for beats that blocks of series cannot be given alike."""
    series = int(np.prod(signals.shape[1:]))
    if len(parse_beats(options.beats, int(signals.shape[0]), series)) > 1:
        raise ArgumentError(
            "beats",
            options.beats,
            "differ between the signals of a dask array",
            "give the same beats for all signals, or signals in memory",
            subject="beats",
        )


def _each_series(compute: Callable[..., Array], signals: AnyArray, *others: AnyArray) -> Any:
    """Call a function with blocks of series, and with the same blocks of other arrays."""
    da: Any = importlib.import_module("dask.array")

    dtype = kernels.result_dtype(np.dtype(signals.dtype))
    meta = np.empty((0,) * signals.ndim, dtype)
    return da.map_blocks(_in_one_thread, signals, *others, compute=compute, dtype=dtype, meta=meta)


def _in_one_thread(*blocks: Array, compute: Callable[..., Array]) -> Array:
    """Compute in the single thread that the scheduler assigned to a block."""
    with kernels.one_thread():
        return compute(*blocks)


def _chunked_alike(values: AnyArray, name: str, signals: AnyArray, finite: bool = False) -> Any:
    """Return numbers, one for all series, for each series or for each sample, in the chunks of the signals."""
    da: Any = importlib.import_module("dask.array")

    shape = tuple(int(n) for n in signals.shape)
    if is_dask(values):
        check_sizes(values, name)
        spread_over(np.broadcast_to(0.0, values.shape), name, shape)
        return da.broadcast_to(values, shape).rechunk(signals.chunks)
    spread = spread_over(values, name, shape, finite)
    return da.from_array(spread.reshape(shape), chunks=signals.chunks, name=False)


def _relative_block(block: Array, background: Array, baseline: Array, options: Relative) -> Array:
    """Return a block relative to its baseline; one in which no ratio is defined is NaN."""
    baseline = options.baseline if options.kind is not None else baseline
    return relative_host(block, replace(options, baseline=baseline, background=background, may_be_undefined=True))


def normalize_dask(array: AnyArray, options: Options) -> Any:
    """Normalize each series of a dask array that has time in one chunk; with ``axis=None``, in any chunks."""
    da: Any = importlib.import_module("dask.array")

    target = _check_normalize(array, options)
    ends_missing = options.vmin is None or options.vmax is None
    if options.axis is not None and ends_missing:
        _check_whole(array, options.axis, "array", "normalize")
    blocked = {name: _limit(getattr(options, name), array, options.axis) for name in ("vmin", "vmax")}
    if options.axis is None and ends_missing:
        blocked |= {"low": _end(array, np.fmin), "high": _end(array, np.fmax)}
    shared = replace(options, **{name: blocked.pop(name) for name in ("vmin", "vmax") if not is_dask(blocked[name])})
    return da.map_blocks(
        _normalize_block,
        array,
        *blocked.values(),
        names=tuple(blocked),
        options=shared,
        dtype=target,
        meta=np.empty((0,) * array.ndim, target),
    )


def _check_normalize(array: AnyArray, options: Options) -> "np.dtype[Any]":
    """Raise the errors of `normalize` that need no samples; return the type of the result."""
    check_sizes(array, "array")
    given = {name: getattr(options, name) for name in ("vmin", "vmax")}
    for name, limit in given.items():
        if is_dask(limit):
            raise ArgumentTypeError(name, limit, "is a dask array", f"give its values, {name}.compute()", subject=name)
    shape = tuple(int(n) for n in array.shape)
    checked_kind(array.dtype.kind, array.dtype, shape)
    target = checked_target(np.dtype(options.dtype))
    output_range(options.ymin, options.ymax, target)
    check_axis(options.axis, array.ndim)
    axis = options.axis
    kept = tuple(1 if axis is None or i == axis % array.ndim else n for i, n in enumerate(shape))
    ends = {name: _spread_limit(name, limit, axis, shape, kept) for name, limit in given.items() if limit is not None}
    if len(ends) == 2:
        low, high = (np.broadcast_to(end, kept) for end in ends.values())
        check_range(bool((low >= high).any()), options.vmin, options.vmax, options.clip)
    return target


def _spread_limit(name: str, given: AnyArray, axis: int | None, shape: tuple[int, ...], kept: tuple[int, ...]) -> Array:
    """Return a limit with the axis of time, or raise an error if it does not fit."""
    limit: Array = np.asarray(given)
    if limit.dtype.kind not in "iuf" or not np.isfinite(limit).all():
        raise ArgumentError.must_be(name, given, "finite numbers")
    spread = np.expand_dims(limit, axis) if limit.ndim and axis is not None and limit.ndim < len(shape) else limit
    check_fits(name, given, limit.shape, spread.shape, kept, shape)
    return spread


def _limit(given: AnyArray, array: AnyArray, axis: int | None) -> Any:
    """Return a limit unchanged if it is one number; otherwise chunk it like the array."""
    da: Any = importlib.import_module("dask.array")

    limit: Array = np.asarray(given)
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


def _end(array: AnyArray, extreme: np.ufunc) -> Any:
    """Return the smallest or largest value of a dask array, ignoring NaN, as a dask array of one block."""
    da: Any = importlib.import_module("dask.array")

    masked = isinstance(array._meta, np.ma.MaskedArray)
    dtype = np.dtype(np.uint8 if array.dtype == bool else np.float64 if masked else array.dtype)
    reduce = partial(_extreme, extreme)
    meta = np.empty((0,) * array.ndim, dtype)
    return da.reduction(array, chunk=reduce, aggregate=reduce, keepdims=True, dtype=dtype, meta=meta)


def _extreme(extreme: np.ufunc, block: Array, axis: int | tuple[int, ...] | None, keepdims: bool) -> Array:
    """Return the smallest or largest value of a block."""
    return np.asarray(extreme.reduce(HostSamples(block).values, axis=axis, keepdims=keepdims))


def _normalize_block(block: Array, *ends: Array, names: tuple[str, ...], options: Options) -> Any:
    """Normalize the series of a block, by the extremes of the whole array if these are given."""
    given: dict[str, Any] = dict(zip(names, ends, strict=True))
    own = (given.pop("low"), given.pop("high")) if "low" in given else None
    with kernels.one_thread():
        return normalize_samples(HostSamples(block), replace(options, **given), own)


def _check_whole(array: AnyArray, axis: int, name: str, function: str) -> None:
    """Raise an error if series are chunked along time."""
    axis = axis % array.ndim
    if array.numblocks[axis] > 1:
        raise ArgumentError(
            name,
            array,
            f"is cut along time, into {array.numblocks[axis]} chunks along axis {axis}; {function}() needs each "
            "series whole",
            f"call {name}.rechunk({{{axis}: -1}}) first",
            subject=name,
        )
