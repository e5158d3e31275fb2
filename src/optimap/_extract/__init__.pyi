from .engines import (
    check_nan_policy,
    less_background,
    span_traces,
)

__all__ = [
    "check_nan_policy",
    "less_background",
    "span_traces",
]
