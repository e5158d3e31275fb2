from .device import (
    device_traces,
    sliding_sums,
)
from .engines import (
    check_nan_policy,
    span_traces,
)
from .parts import (
    window_means,
)
from .sums import (
    digits_for,
)

# device_traces, sliding_sums and window_means are listed for the tests: steps that engines take by themselves.
__all__ = [
    "check_nan_policy",
    "device_traces",
    "digits_for",
    "sliding_sums",
    "span_traces",
    "window_means",
]
