"""Video x spans -> traces: the engine is chosen here, once, by where the frames are."""

from typing import Any

import numpy as np

from .. import kernels
from .._base import is_dask, is_device_array
from .._regions import Spans, join_spans
from .dask import dask_span_traces
from .device import device_span_traces
from .host import host_span_traces

NAN_POLICIES = ("propagate", "omit", "raise")


def check_nan_policy(nan_policy: str) -> None:
    """Raise an error where the policy is unknown."""
    if nan_policy not in NAN_POLICIES:
        raise ValueError(f"nan_policy = {nan_policy!r}: it must be one of {', '.join(map(repr, NAN_POLICIES))}")


def less_background(video: Any, spans: Spans, background: "Spans | float", factor: float, nan_policy: str) -> Any:
    """Return ``F - r * F_background``, rounded once."""
    count = len(spans.first) - 1
    both = join_spans(spans, background) if isinstance(background, Spans) else spans

    def subtract(traces: Any) -> Any:
        behind = traces[:, count:] if isinstance(background, Spans) else background
        return traces[:, :count] - factor * behind

    if is_device_array(video):
        return device_span_traces(video, both, nan_policy, subtract)
    traces = subtract(span_traces(video, both, nan_policy, np.float64))
    return traces.astype(kernels.result_dtype(np.dtype(video.dtype)), copy=False)


def span_traces(video: Any, spans: Spans, nan_policy: str = "propagate", dtype: Any = None) -> Any:
    """Return the traces (T, N) of the N windows in `spans`, reading the video block by block.

    `dtype` is float32 or float64, by default as `kernels.result_dtype` says.
    """
    if is_device_array(video):
        return device_span_traces(video, spans, nan_policy)
    if is_dask(video):
        return dask_span_traces(video, spans, nan_policy, dtype)
    return host_span_traces(video, spans, nan_policy, dtype)
