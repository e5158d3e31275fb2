"""Video and spans to traces: the engine is chosen here, once, by how the frames are accessed."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .._base import AnyArray, ArgumentError
from .._reading import Source
from .._regions import Spans, join_spans
from .dask import dask_traces
from .device import device_traces
from .host import host_traces
from .sums import Then

NAN_POLICIES = ("propagate", "omit", "raise")

# An engine returns traces (T, N) for a source, spans, a NaN policy, and a function of them before they are rounded.
Engine = Callable[[Source, Spans, str, Then | None], Any]
ENGINES: dict[str, Engine] = {"dask": dask_traces, "device": device_traces}


def check_nan_policy(nan_policy: object) -> None:
    """Raise an error if the policy is unknown."""
    if nan_policy not in NAN_POLICIES:
        raise ArgumentError.must_be("nan_policy", nan_policy, f"one of {', '.join(map(repr, NAN_POLICIES))}")


def span_traces(
    source: Source,
    spans: Spans,
    nan_policy: str = "propagate",
    background: "Spans | float | None" = None,
    factor: float = 1.0,
) -> Any:
    """Return the traces (T, N) of the N windows in `spans`, less ``factor`` times the background if there is one.

    The background is one window for all traces, one for each, or a number; traces are rounded once.
    """
    engine: Engine = ENGINES.get(source.reach, host_traces)
    if background is None:
        return engine(source, spans, nan_policy, None)
    count = len(spans.first) - 1
    windows = join_spans(spans, background) if isinstance(background, Spans) else spans

    def subtract(traces: AnyArray) -> Any:
        behind = traces[:, count:] if isinstance(background, Spans) else background
        with np.errstate(invalid="ignore", over="ignore"):  # infinities may meet
            return traces[:, :count] - factor * behind

    return engine(source, windows, nan_policy, subtract)
