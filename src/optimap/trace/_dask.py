"""Dask arrays: traces, normalized and detrended series as lazy dask arrays, one task a block.

A block never leaves the worker that has it. Where frames are cut in space, each block gives the sums over its part of
each window, and a second task adds them up: only those small sums travel. What all tasks of an extraction share, the
windows, is one entry of the graph, which each worker gets once. dask is imported here, and only inside functions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import kernels
from ._adding import Adding, Sums, adding
from ._parts import Part, cut, raise_on_nan
from ._video import blocks, check_sizes
from ._windows import Spans

Array = NDArray[Any]


def is_dask(array: Any) -> bool:
    """Whether this is a dask array; does not import dask."""
    return type(array).__module__.startswith("dask.array")


def _dask_array() -> Any:
    import dask.array

    return dask.array


# Traces


@dataclass(frozen=True)
class Plan:
    """What the tasks of an extraction share."""

    spans: Spans
    dtype: "np.dtype[Any]"  # of the video
    result: "np.dtype[Any]"  # of the traces
    nan_policy: str
    first_frames: list[int]  # of the chunks of time
    cuts: dict[tuple[int, int], Part]  # chunk of the frame -> windows; empty where the frame is whole
    adding: Adding  # of parts of windows, where frames are cut


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
    meta = np.empty((0, 0, 0), dtype)
    work = block_sums if plan.cuts else block_traces
    blockwise = video.map_blocks(work, plan=shared, name=f"trace-sums-{token}", dtype=dtype, meta=meta)
    graph = _results(plan, f"traces-{token}", blockwise.name, shared.key)
    layers = HighLevelGraph.from_collections(f"traces-{token}", graph, dependencies=[blockwise, shared])
    traces = da.Array(layers, f"traces-{token}", chunks=chunks, meta=np.empty((0, 0), dtype))
    return traces


def _results(plan: Plan, name: str, blockwise: str, shared: str) -> dict[Any, Any]:
    """Return the tasks that give the traces of a chunk of time: of one block or, where frames are cut, of several."""
    graph: dict[Any, Any] = {}
    for t in range(len(plan.first_frames)):
        if plan.cuts:
            graph[name, t, 0] = (add_up, shared, *((blockwise, t, *place) for place in plan.cuts))
        else:
            graph[name, t, 0] = (blockwise, t, 0, 0)
    return graph


def _plan(video: Any, spans: Spans, result: "np.dtype[Any]", nan_policy: str) -> Plan:
    dtype = np.dtype(video.dtype)
    first_frames = np.cumsum([0, *video.chunks[0]])[:-1].tolist()
    as_float = isinstance(video._meta, np.ma.MaskedArray) and dtype.kind != "f"  # masked is NaN
    rule = adding(spans, np.dtype(np.float64) if as_float else dtype, nan_policy == "omit")
    is_cut = video.numblocks[1:] != (1, 1)
    cuts = _cut_everywhere(rule.spans, video.chunks[1], video.chunks[2]) if is_cut else {}
    return Plan(spans, dtype, result, nan_policy, first_frames, cuts, rule)


def _cut_everywhere(spans: Spans, heights: Sequence[int], widths: Sequence[int]) -> dict[tuple[int, int], Part]:
    """Return the windows in each chunk of the frame, where there are some."""
    cuts = {}
    for r, rows in enumerate(pairwise(np.cumsum([0, *heights]).tolist())):
        for c, columns in enumerate(pairwise(np.cumsum([0, *widths]).tolist())):
            part = cut(spans, (*rows, *columns), sums=True)
            if len(part.windows):
                cuts[r, c] = part
    return cuts


def block_traces(block: Any, plan: Plan, block_id: tuple[int, int, int]) -> Array:
    """Return the traces in a block of whole frames."""
    _check_block(block, plan)
    start = plan.first_frames[block_id[0]]
    traces = np.empty((len(block), len(plan.spans.first) - 1), plan.result)
    with kernels.one_thread():
        for at, _, piece in blocks(block):
            out = traces[at : at + len(piece)]
            kernels.window_means(piece, plan.spans, out, plan.nan_policy == "omit")
            _check_nan(piece, plan, cut(plan.spans, None, plan.spans.sums), out, start + at)
    return traces


def block_sums(block: Any, plan: Plan, block_id: tuple[int, int, int]) -> Sums:
    """Return the sums (numbers, frames, windows) over what a block holds of the windows that touch it."""
    _check_block(block, plan)
    start, part = plan.first_frames[block_id[0]], plan.cuts[block_id[1:]]
    sums = np.empty((plan.adding.numbers, len(block), len(part.windows)))
    with kernels.one_thread():
        for at, _, piece in blocks(block):
            out = sums[:, at : at + len(piece)]
            plan.adding.sums(piece, part.spans, out)
            _check_nan(piece, plan, part, out[0], start + at)
    return sums


def add_up(plan: Plan, *sums_of_blocks: Sums) -> Array:
    """Return the traces of a time chunk from the sums of its blocks, given in the order of `plan.cuts`."""
    totals: Sums = np.zeros((*sums_of_blocks[0].shape[:2], len(plan.spans.first) - 1))
    with np.errstate(invalid="ignore"):  # infinities may meet
        for part, sums in zip(plan.cuts.values(), sums_of_blocks, strict=True):
            totals[:, :, part.windows] += sums
    return np.asarray(plan.adding.traces(totals), plan.result)


def _check_block(block: Any, plan: Plan) -> None:
    if np.dtype(block.dtype) != plan.dtype:
        raise ValueError(
            f"a block of the video has dtype {block.dtype}, the dask array says {plan.dtype}: "
            "give dtype= where the array is made, for example to map_blocks()"
        )


def _check_nan(piece: Array, plan: Plan, part: Part, out: Array, start: int) -> None:
    if plan.nan_policy == "raise" and piece.dtype.kind == "f":
        raise_on_nan(piece, part, out, start)


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
