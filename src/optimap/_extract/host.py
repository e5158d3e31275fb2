"""Traces from frames in memory, in a memory map, or behind a reader: block by block through the compiled loops.

The frames are walked block by block along the chunks of the recording, so that memory stays flat; blocks reach the
loops in the way that is fastest for where they are (`_reading`).
"""

from contextlib import closing
from threading import Event
from typing import Any

import numpy as np

from .. import kernels
from .._base import Array, progress_bar
from .._reading import (
    Advance,
    Compute,
    Plan,
    file_of,
    from_file,
    in_place,
    is_ready,
    plan_reading,
    read_ahead,
    read_sparsely,
    walk_blocks,
)
from .._regions import Spans
from .parts import PartSums, cut, raise_on_nan, window_means


def host_span_traces(video: Any, spans: Spans, nan_policy: str = "propagate", dtype: Any = None) -> Array:
    """Return the traces (T, N) of the N windows in `spans`; `dtype` is by default as `kernels.result_dtype` says."""
    windows = len(spans.first) - 1
    traces = np.empty((int(video.shape[0]), windows), dtype or kernels.result_dtype(np.dtype(video.dtype)))
    if windows == 0 or len(traces) == 0:
        return traces
    plan = plan_reading(video, spans)
    omit_nan, stopped = nan_policy == "omit", Event()
    sums = PartSums(spans, plan.boxes, traces, omit_nan, stopped) if len(plan.boxes) > 1 else None
    parts = sums.parts if sums else [cut(spans, plan.boxes[0], spans.sums)]

    def compute(start: int, number: int, block: Array) -> None:
        if sums:
            out = sums.add(start, number, block)
        else:
            out = traces[start : start + len(block)]
            window_means(block, parts[number].spans, out, omit_nan, stopped)
        if nan_policy == "raise" and block.dtype.kind == "f" and not stopped.is_set():
            raise_on_nan(block, parts[number], out, start)

    with progress_bar(_bytes_to_read(video, plan)) as advance:
        _walk(video, spans, plan, compute, advance, stopped)
    return traces


def _walk(video: Any, spans: Spans, plan: Plan, compute: Compute, advance: Advance, stopped: Event) -> None:
    """Hand every block of the video to `compute`."""
    file = file_of(video, len(spans.rows)) if len(plan.boxes) == 1 and plan.boxes[0] is None else None
    if file is not None:
        with closing(file):
            from_file(file, compute, advance, stopped)
        return
    todo = walk_blocks(video, plan)
    with read_sparsely(video, len(spans.rows)):
        if is_ready(video):
            in_place(compute, todo, advance)
        else:
            read_ahead(compute, todo, advance, stopped)


def _bytes_to_read(video: Any, plan: Plan) -> int:
    whole = (0, int(video.shape[1]), 0, int(video.shape[2]))
    pixels = sum((bottom - top) * (right - left) for top, bottom, left, right in (box or whole for box in plan.boxes))
    return int(video.shape[0]) * pixels * int(np.dtype(video.dtype).itemsize)
