"""Traces from frames in memory, in a memory map, or from a reader: block by block through the compiled loops.

The frames are processed in blocks along the chunks of the recording, so that memory stays flat; blocks reach the
loops in the way that is fastest for the place where they are stored (`_reading.threads`).
"""

from contextlib import closing

import numpy as np

from .. import kernels
from .._base import Array, progress_bar
from .._reading import (
    Advance,
    Compute,
    Plan,
    Source,
    by_trial,
    file_of,
    in_place,
    plan_reading,
    read_ahead,
    read_sparsely,
    walk_blocks,
)
from .._regions import Spans
from ..kernels import Stop
from .parts import PartSums, cut, raise_on_nan, window_means
from .sums import Then


def host_traces(source: Source, spans: Spans, nan_policy: str, then: Then | None = None) -> Array:
    """Return the traces (T, N) of the N windows in `spans`; `then` is applied in double precision."""
    result = kernels.result_dtype(source.dtype)
    if then is None:
        return _traces(source, spans, nan_policy, result)
    traces: Array = then(_traces(source, spans, nan_policy, np.dtype(np.float64))).astype(result, copy=False)
    return traces


def _traces(source: Source, spans: Spans, nan_policy: str, dtype: "np.dtype[np.float32 | np.float64]") -> Array:
    """Return the traces in a floating type, reading the video block by block."""
    traces = np.empty((source.shape[0], len(spans.first) - 1), dtype)
    if traces.size == 0:
        return traces
    plan = plan_reading(source, spans)
    omit_nan, stop = nan_policy == "omit", Stop()
    sums = PartSums(spans, plan.boxes, traces, omit_nan, stop) if len(plan.boxes) > 1 else None
    parts = sums.parts if sums else [cut(spans, plan.boxes[0], spans.sums)]

    def compute(start: int, number: int, block: Array) -> None:
        if sums:
            out = sums.add(start, number, block)
        else:
            out = traces[start : start + len(block)]
            window_means(block, parts[number].spans, out, omit_nan, stop)
        if nan_policy == "raise" and block.dtype.kind == "f" and not stop.is_set():
            raise_on_nan(block, parts[number], out, start)

    with progress_bar(_bytes_to_read(source, plan)) as advance:
        _walk(source, spans, plan, compute, advance, stop)
    return traces


def _walk(source: Source, spans: Spans, plan: Plan, compute: Compute, advance: Advance, stop: Stop) -> None:
    """Pass every block of the video to `compute`."""
    is_whole = len(plan.boxes) == 1 and plan.boxes[0] is None
    file = file_of(source, len(spans.rows)) if is_whole and source.mapping is not None else None
    if file is not None:
        with closing(file):
            by_trial(source, file, compute, advance, stop)
        return
    todo = walk_blocks(source, plan)
    if source.mapping is None and source.is_ready:
        in_place(compute, todo, advance)
        return
    with read_sparsely(source, len(spans.rows)):
        if source.is_ready:
            in_place(compute, todo, advance)
        else:
            read_ahead(compute, todo, advance, stop)


def _bytes_to_read(source: Source, plan: Plan) -> int:
    """Return the bytes of all parts of all frames, for the progress bar."""
    whole = (0, source.shape[1], 0, source.shape[2])
    pixels = sum((bottom - top) * (right - left) for top, bottom, left, right in (box or whole for box in plan.boxes))
    return source.shape[0] * pixels * source.dtype.itemsize
