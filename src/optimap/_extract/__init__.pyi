from .engines import (
    check_nan_policy,
    span_traces,
)

__all__ = [
    "check_nan_policy",
    "span_traces",
]
