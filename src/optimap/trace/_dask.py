"""Dask arrays: traces, normalized and detrended series as lazy dask arrays, one task a block.

A block never leaves the worker that has it. Where frames are cut in space, each block gives the sums over its part of
each window, and a second task adds them up: only those small sums travel. What all tasks of an extraction share, the
windows, is one entry of the graph, which each worker gets once. dask is imported here, and only inside functions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import kernels
from ._video import blocks, check_sizes
from ._windows import Ints, Spans

Array = NDArray[Any]
Sums = NDArray[np.float64]


def is_dask(array: Any) -> bool:
    """Whether this is a dask array; does not import dask."""
    return type(array).__module__.startswith("dask.array")


def _dask_array() -> Any:
    import dask.array

    return dask.array


# Traces


@dataclass(frozen=True)
class Cut:
    """The part of the windows that lies in one chunk of the frame, in the chunk's own rows and columns."""

    windows: Ints  # the numbers of the windows that touch it
    spans: Spans


@dataclass(frozen=True)
class Plan:
    """What the tasks of an extraction share."""

    spans: Spans
    dtype: "np.dtype[Any]"  # of the video
    result: "np.dtype[Any]"  # of the traces
    nan_policy: str
    first_frames: list[int]  # of the chunks of time
    cuts: dict[tuple[int, int], Cut]  # chunk of the frame -> windows; empty where the frame is whole
    # Sums of windows are exact: (bits, parts) that integers are cut into so that each part's sums fit a double.
    digits: tuple[int, int] = (64, 1)
    counts: bool = False  # whether blocks count the pixels that are not NaN, and their weights
    factors: Sums | None = None  # where sums are wanted: the weight that a whole window shares


def span_traces(video: Any, spans: Spans, nan_policy: str, result: Any = None) -> Array:
    """Return the traces (T, N) of the N windows in `spans` as a dask array, in the time chunks of the video."""
    from dask.base import tokenize
    from dask.delayed import delayed
    from dask.highlevelgraph import HighLevelGraph

    da = _dask_array()
    dtype = np.dtype(result or kernels.result_dtype(np.dtype(video.dtype)))
    chunks = (video.chunks[0], (len(spans.first) - 1,))
    traces: Array
    if chunks[1] == (0,):
        traces = da.zeros((video.shape[0], 0), dtype=dtype, chunks=chunks)
        return traces
    plan = _plan(video, spans, dtype, nan_policy)
    token = tokenize(video.name, *vars(spans).values(), dtype, nan_policy)
    shared = delayed(plan, name=f"trace-windows-{token}", traverse=False)
    # A layer of blocks, which dask joins with what makes the blocks: reading and adding up become one task.
    name = f"trace-sums-{token}"
    meta = np.empty((0, 0, 0), dtype)
    work = block_sums if plan.cuts else block_traces
    blockwise = video.map_blocks(work, plan=shared, name=name, dtype=dtype, meta=meta)
    graph = _results(plan, f"traces-{token}", name, shared.key)
    layers = HighLevelGraph.from_collections(f"traces-{token}", graph, dependencies=[blockwise, shared])
    traces = da.Array(layers, f"traces-{token}", chunks=chunks, meta=np.empty((0, 0), dtype))
    return traces


def _results(plan: Plan, name: str, blockwise: str, shared: str) -> dict[Any, Any]:
    """Return the tasks that give the traces of a chunk of time: of one block or, where frames are cut, of several."""
    graph: dict[Any, Any] = {}
    for t in range(len(plan.first_frames)):
        if plan.cuts:
            graph[name, t, 0] = (add_up, shared, [(blockwise, t, *place) for place in plan.cuts])
        else:
            graph[name, t, 0] = (blockwise, t, 0, 0)
    return graph


def _plan(video: Any, spans: Spans, result: "np.dtype[Any]", nan_policy: str) -> Plan:
    dtype = np.dtype(video.dtype)
    first_frames = np.cumsum([0, *video.chunks[0]])[:-1].tolist()
    if video.numblocks[1:] == (1, 1):
        return Plan(spans, dtype, result, nan_policy, first_frames, {})
    # A weight that a whole window shares changes no mean; without it, sums of integers are exact.
    uniform = _is_uniform(spans)
    factors = np.where(uniform, spans.weights[spans.first[:-1]], 1.0) if spans.sums else None
    shared = np.repeat(uniform, np.diff(spans.first))
    spans = replace(spans, weights=np.where(shared, 1.0, spans.weights), sums=True)
    cuts = _cut_everywhere(spans, video.chunks[1], video.chunks[2])
    has_nan = dtype.kind == "f" or isinstance(video._meta, np.ma.MaskedArray)
    most = max(int(_pixels(cut.spans).max()) for cut in cuts.values())
    digits = (64, 1) if has_nan else digits_for(dtype.itemsize, most)
    counts = has_nan and nan_policy == "omit"
    return Plan(spans, dtype, result, nan_policy, first_frames, cuts, digits, counts, factors)


def _is_uniform(spans: Spans) -> NDArray[np.bool_]:
    starts = spans.first[:-1]
    same: NDArray[np.bool_] = np.minimum.reduceat(spans.weights, starts) == np.maximum.reduceat(spans.weights, starts)
    return same


def _cut_everywhere(spans: Spans, heights: Sequence[int], widths: Sequence[int]) -> dict[tuple[int, int], Cut]:
    """Return the windows in each chunk of the frame, where there are some."""
    numbers = np.repeat(np.arange(len(spans.first) - 1), np.diff(spans.first))
    cuts = {}
    for r, (top, bottom) in enumerate(pairwise(np.cumsum([0, *heights]).tolist())):
        in_rows = np.flatnonzero((spans.rows >= top) & (spans.rows < bottom))
        for c, (left, right) in enumerate(pairwise(np.cumsum([0, *widths]).tolist())):
            keep = in_rows[(spans.stops[in_rows] > left) & (spans.starts[in_rows] < right)]
            if keep.size:
                cuts[r, c] = _cut(spans, keep, numbers[keep], (top, bottom, left, right))
    return cuts


def _cut(spans: Spans, keep: Ints, numbers: Ints, chunk: tuple[int, int, int, int]) -> Cut:
    top, bottom, left, right = chunk
    windows, counts = np.unique(numbers, return_counts=True)
    boxes = None
    if spans.boxes is not None:
        limits = (top, bottom), (top, bottom), (left, right), (left, right)
        edges = zip(spans.boxes[:, windows], limits, strict=True)
        boxes = np.stack([np.clip(edge, low, high) - low for edge, (low, high) in edges])
    part = Spans(
        rows=spans.rows[keep] - top,
        starts=np.maximum(spans.starts[keep], left) - left,
        stops=np.minimum(spans.stops[keep], right) - left,
        weights=spans.weights[keep],
        first=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        boxes=boxes,
        sums=True,
    )
    return Cut(windows, part)


def digits_for(itemsize: int, most: int) -> tuple[int, int]:
    """Return bits and number of the parts of an integer such that sums of `most` parts are exact in a double."""
    if itemsize <= 2:
        return 64, 1
    bits = 32 if most < 2**20 else 16
    return bits, max(1, 8 * itemsize // bits)


def _pixels(spans: Spans) -> Ints:
    return np.asarray(np.add.reduceat(spans.stops - spans.starts, spans.first[:-1]))


def block_traces(block: Any, plan: Plan, block_id: tuple[int, int, int]) -> Array:
    """Return the traces in a block of whole frames."""
    _check_block(block, plan)
    start = plan.first_frames[block_id[0]]
    traces = np.empty((len(block), len(plan.spans.first) - 1), plan.result)
    with kernels.one_thread():
        for at, piece in blocks(block):
            out = traces[at : at + len(piece)]
            kernels.window_means(piece, plan.spans, out, plan.nan_policy == "omit")
            _check_nan(piece, plan, plan.spans, None, out, start + at)
    return traces


def block_sums(block: Any, plan: Plan, block_id: tuple[int, int, int]) -> Sums:
    """Return the sums (parts, frames, windows) over what a block holds of the windows that touch it.

    The parts are the digits of integers, from the lowest; or of floats the sum and, where asked for, the weights that
    counted and the number of their pixels.
    """
    _check_block(block, plan)
    start, cut = plan.first_frames[block_id[0]], plan.cuts[block_id[1:]]
    parts = 3 if plan.counts else plan.digits[1]
    sums = np.empty((parts, len(block), len(cut.windows)))
    with kernels.one_thread():
        for at, piece in blocks(block):
            out = sums[:, at : at + len(piece)]
            _sum_piece(piece, plan, cut.spans, out)
            _check_nan(piece, plan, cut.spans, cut.windows, out[0], start + at)
    return sums


def _sum_piece(piece: Array, plan: Plan, spans: Spans, out: Sums) -> None:
    if plan.counts:
        kernels.window_means(piece, spans, out[0], omit_nan=True)
        known = (~np.isnan(piece)).view(np.uint8)
        kernels.window_means(known, spans, out[1])
        kernels.window_means(known, replace(spans, weights=np.ones_like(spans.weights)), out[2])
        out[0][out[2] == 0] = 0  # nothing but NaN here says nothing about the rest of the window
        return
    bits, parts = plan.digits
    for part in range(parts):
        digit = piece
        if parts > 1:
            digit = piece >> (bits * part)
            if part < parts - 1:
                digit = digit & (2**bits - 1)
            digit = digit.astype(np.int64 if bits == 32 else np.int32)
        kernels.window_means(digit, spans, out[part])


def add_up(plan: Plan, sums_of_blocks: list[Sums]) -> Array:
    """Return the traces of a time chunk from the sums of its blocks, given in the order of `plan.cuts`."""
    parts, frames, _ = sums_of_blocks[0].shape
    totals: Sums = np.zeros((parts, frames, len(plan.spans.first) - 1))
    with np.errstate(invalid="ignore", over="ignore"):  # infinities may meet; nothing but NaN: 0 / 0
        for cut, sums in zip(plan.cuts.values(), sums_of_blocks, strict=True):
            totals[:, :, cut.windows] += sums
        if plan.factors is not None:
            traces = _whole(totals, plan) * plan.factors
        else:
            traces = _whole(totals, plan) / (totals[1] if plan.counts else _total_weights(plan.spans))
        if plan.counts:
            traces[totals[2] == 0] = np.nan
    return np.asarray(traces, plan.result)


def _total_weights(spans: Spans) -> Array:
    return np.asarray(np.add.reduceat(spans.weights * (spans.stops - spans.starts), spans.first[:-1]))


def _whole(totals: Sums, plan: Plan) -> Sums:
    """Put the sums of digits together, rounding once, as the loops over pixels do."""
    bits, parts = plan.digits
    if parts == 1:
        only: Sums = totals[0]
        return only
    weighted: Any = sum(totals[part] * 2.0 ** (bits * part) for part in range(parts))
    digits = list(totals.astype(np.int64))
    if bits == 16:
        digits = [low + (high << 16) for low, high in zip(digits[::2], digits[1::2], strict=True)]
    if len(digits) == 1:
        exact = digits[0].astype(np.float64)
    else:
        low, high = digits
        exact = (high + (low >> 32)) * 4294967296.0 + (low & 0xFFFFFFFF)
    together: Sums = np.where(_is_uniform(plan.spans), exact, weighted)
    return together


def _check_block(block: Any, plan: Plan) -> None:
    if np.dtype(block.dtype) != plan.dtype:
        raise ValueError(
            f"a block of the video has dtype {block.dtype}, the dask array says {plan.dtype}: "
            "give dtype= where the array is made, for example to map_blocks()"
        )


def _check_nan(piece: Array, plan: Plan, spans: Spans, windows: Ints | None, out: Array, start: int) -> None:
    """Raise an error where NaN is not wanted, under the numbers of windows and frames in the whole video."""
    if plan.nan_policy != "raise" or piece.dtype.kind != "f":
        return
    from ._extract import _raise_on_nan

    if windows is not None:
        every = np.zeros((len(out), len(plan.spans.first) - 1))
        every[:, windows] = out
        counts = np.zeros(every.shape[1], np.int64)
        counts[windows] = np.diff(spans.first)
        spans, out = replace(spans, first=np.concatenate(([0], np.cumsum(counts))), names=plan.spans.names), every
    _raise_on_nan(piece, spans, out, start)


# Series


def detrend_timeseries(data: Any, *options: Any) -> Array:
    """Detrend each series of a dask array that has time in one chunk."""
    from . import _detrend

    check_sizes(data, "data")
    if data.ndim not in (1, 2, 3):
        raise ValueError(f"data has shape {data.shape}: give (T,), (T, N) or (T, H, W), time along axis 0")
    # The same arguments for as many samples of no series: what is wrong with them is said now.
    _detrend.detrend_timeseries(np.empty((data.shape[0], 0), data.dtype), *options)
    _check_whole(data, 0, "data", "detrend_timeseries")
    dtype = kernels.result_dtype(np.dtype(data.dtype))
    clean: Array = data.map_blocks(_detrend_block, options=options, dtype=dtype, meta=np.empty((0,) * data.ndim, dtype))
    return clean


def _detrend_block(block: Any, options: tuple[Any, ...]) -> Array:
    from . import _detrend

    with kernels.one_thread():
        return _detrend.detrend_timeseries(block, *options)


def normalize(
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
    from . import _normalize

    check_sizes(array, "array")
    for name, limit in (("vmin", vmin), ("vmax", vmax)):
        if is_dask(limit):
            raise TypeError(f"{name} is a dask array: give its values, {name}.compute()")
    nothing = _normalize._as_real(np.broadcast_to(np.zeros((), array.dtype), array.shape))  # takes no memory
    two = np.arange(2, dtype=np.uint8).reshape(2, *(1,) * (array.ndim - 1))
    result = _normalize.normalize(two, axis=axis, **options)
    own = np.zeros((1,) * array.ndim)
    if axis is not None:
        own = np.broadcast_to(own, tuple(1 if i == axis % array.ndim else n for i, n in enumerate(array.shape)))
    low, high = _normalize._input_range(nothing, vmin, vmax, (own, own), axis)
    if vmin is not None and vmax is not None:
        _normalize.check_range(bool((low >= high).any()), vmin, vmax, options["clip"])
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
    from . import _normalize

    return np.asarray(extreme.reduce(_normalize._as_real(block), axis=axis, keepdims=keepdims))


def _normalize_block(block: Any, *limits: Array, names: tuple[str, ...], options: dict[str, Any]) -> Array:
    from . import _normalize

    given: dict[str, Any] = dict(zip(names, limits, strict=True))
    ends = [given.pop(name).reshape(-1) for name in ("low", "high") if name in given]
    with kernels.one_thread():
        if not ends:
            return _normalize.normalize(block, **given, **options)
        # With the ends of all blocks among its values, this block is mapped as it is in the whole array.
        values = np.concatenate([*ends, _normalize._as_real(block).reshape(-1)])
        return _normalize.normalize(values, **given, **options)[2:].reshape(block.shape)


def _check_whole(array: Any, axis: int, name: str, function: str) -> None:
    """Raise an error where series are cut along time."""
    axis = axis % array.ndim
    if array.numblocks[axis] > 1:
        raise ValueError(
            f"{name} is cut along time, into {array.numblocks[axis]} chunks along axis {axis}; {function}() needs each "
            f"series whole: {name}.rechunk({{{axis}: -1}})"
        )
