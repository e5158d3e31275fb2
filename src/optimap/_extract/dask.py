"""Traces of dask arrays as lazy dask arrays, one task per block.

A block never leaves the worker that has it. If frames are cut in space, each block gives the sums over its part of
each window, and a second task adds them up: only these small sums travel. The windows, which all tasks of an extraction
share, are one entry of the graph, which each worker gets once. dask is imported here, and only inside functions.
"""

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from .. import kernels
from .._base import AnyArray, ArgumentError, Array
from .._reading import Plan, Source, as_source, block_frames, walk_blocks
from .._regions import Spans
from .parts import Part, cut, means_of, raise_on_nan
from .sums import Adding, Sums, Then, adding


@dataclass(frozen=True)
class Extraction:
    """Data that all tasks of an extraction share."""

    spans: Spans
    dtype: "np.dtype[Any]"  # of the video
    result: "np.dtype[Any]"  # of the traces
    nan_policy: str
    first_frames: list[int]  # of the chunks of time
    cuts: dict[tuple[int, int], Part]  # chunk of the frame -> windows; empty if the frame is whole
    adding: Adding  # of parts of windows, if frames are cut


def dask_traces(source: Source, spans: Spans, nan_policy: str, then: Then | None = None) -> Any:
    """Return the traces (T, N) of the N windows in `spans` as a dask array, in the time chunks of the video.

    `then` is applied in double precision.
    """
    result = kernels.result_dtype(source.dtype)
    if then is None:
        return _lazy_traces(source, spans, nan_policy, result)
    return then(_lazy_traces(source, spans, nan_policy, np.dtype(np.float64))).astype(result)


def _lazy_traces(source: Source, spans: Spans, nan_policy: str, dtype: "np.dtype[Any]") -> Any:
    """Return the traces in a floating type."""
    from dask.base import tokenize
    from dask.delayed import delayed
    from dask.highlevelgraph import HighLevelGraph

    da: Any = importlib.import_module("dask.array")
    video = source.video
    chunks = (video.chunks[0], (len(spans.first) - 1,))
    if chunks[1] == (0,):
        return da.zeros((source.shape[0], 0), dtype=dtype, chunks=chunks)
    plan = _plan(source, spans, dtype, nan_policy)
    token = tokenize(video.name, *vars(spans).values(), dtype, nan_policy)
    shared = delayed(plan, name=f"trace-windows-{token}", traverse=False)
    # A layer of blocks, which dask fuses with the tasks that make the blocks: reading and adding up become one task.
    meta = np.empty((0, 0, 0), dtype)
    work = block_sums if plan.cuts else block_traces
    blockwise = video.map_blocks(work, plan=shared, name=f"trace-sums-{token}", dtype=dtype, meta=meta)
    graph = _results(plan, f"traces-{token}", blockwise.name, shared.key)
    layers = HighLevelGraph.from_collections(f"traces-{token}", graph, dependencies=[blockwise, shared])
    return da.Array(layers, f"traces-{token}", chunks=chunks, meta=np.empty((0, 0), dtype))


def _results(plan: Extraction, name: str, blockwise: str, shared: str) -> dict[Any, Any]:
    """Return the tasks that give the traces of a chunk of time: of one block or, if frames are cut, of several."""
    graph: dict[Any, Any] = {}
    for t in range(len(plan.first_frames)):
        if plan.cuts:
            graph[name, t, 0] = (add_up, shared, *((blockwise, t, *place) for place in plan.cuts))
        else:
            graph[name, t, 0] = (blockwise, t, 0, 0)
    return graph


def _plan(source: Source, spans: Spans, result: "np.dtype[Any]", nan_policy: str) -> Extraction:
    """Return what the tasks share; windows are cut into parts where frames are."""
    video, dtype = source.video, source.dtype
    first_frames = np.cumsum([0, *video.chunks[0]])[:-1].tolist()
    as_float = isinstance(video._meta, np.ma.MaskedArray) and dtype.kind != "f"  # masked pixels are NaN
    rule = adding(spans, np.dtype(np.float64) if as_float else dtype, nan_policy == "omit")
    is_cut = video.numblocks[1:] != (1, 1)
    cuts = _cut_everywhere(rule.spans, video.chunks[1], video.chunks[2]) if is_cut else {}
    return Extraction(spans, dtype, result, nan_policy, first_frames, cuts, rule)


def _cut_everywhere(spans: Spans, heights: Sequence[int], widths: Sequence[int]) -> dict[tuple[int, int], Part]:
    """Return the windows in each chunk of the frame that holds any."""
    cuts = {}
    for r, rows in enumerate(pairwise(np.cumsum([0, *heights]).tolist())):
        for c, columns in enumerate(pairwise(np.cumsum([0, *widths]).tolist())):
            part = cut(spans, (*rows, *columns), sums=True)
            if len(part.windows):
                cuts[r, c] = part
    return cuts


def block_traces(block: AnyArray, plan: Extraction, block_id: tuple[int, int, int]) -> Array:
    """Return the traces in a block of whole frames."""
    _check_block(block, plan)
    start = plan.first_frames[block_id[0]]
    traces = np.empty((len(block), len(plan.spans.first) - 1), plan.result)
    with kernels.one_thread():
        for at, piece in _pieces(block):
            out = traces[at : at + len(piece)]
            means_of(piece, plan.spans, out, plan.nan_policy == "omit")
            _check_nan(piece, plan, cut(plan.spans, None, plan.spans.sums), out, start + at)
    return traces


def block_sums(block: AnyArray, plan: Extraction, block_id: tuple[int, int, int]) -> Sums:
    """Return the sums (numbers, frames, windows) over the parts of windows in a block."""
    _check_block(block, plan)
    start, part = plan.first_frames[block_id[0]], plan.cuts[block_id[1:]]
    sums = np.empty((plan.adding.numbers, len(block), len(part.windows)))
    with kernels.one_thread():
        for at, piece in _pieces(block):
            out = sums[:, at : at + len(piece)]
            plan.adding.sums(piece, part.spans, out)
            _check_nan(piece, plan, part, out[0], start + at)
    return sums


def add_up(plan: Extraction, *sums_of_blocks: Sums) -> Array:
    """Return the traces of a time chunk from the sums of its blocks, given in the order of `plan.cuts`."""
    totals: Sums = np.zeros((*sums_of_blocks[0].shape[:2], len(plan.spans.first) - 1))
    with np.errstate(invalid="ignore"):  # infinities may meet
        for part, sums in zip(plan.cuts.values(), sums_of_blocks, strict=True):
            totals[:, :, part.windows] += sums
    return np.asarray(plan.adding.traces(totals), plan.result)


def _pieces(block: Array) -> Iterator[tuple[int, Array]]:
    """Yield (first frame, frames) of a block, ready for the loops."""
    source = as_source(block)
    return ((start, piece) for start, _, piece in walk_blocks(source, Plan(block_frames(source), [None])))


def _check_block(block: AnyArray, plan: Extraction) -> None:
    """Raise an error if a block does not have the data type of the dask array."""
    if np.dtype(block.dtype) != plan.dtype:
        raise ArgumentError(
            "video",
            block.dtype,
            f"has dtype {block.dtype}, but the dask array has {plan.dtype}",
            "give dtype= when the array is made, for example to map_blocks()",
            subject="a block of the video",
        )


def _check_nan(piece: Array, plan: Extraction, part: Part, out: Array, start: int) -> None:
    """Raise an error for a NaN in a window, where the policy asks for it."""
    if plan.nan_policy == "raise" and piece.dtype.kind == "f":
        raise_on_nan(piece, part, out, start)
