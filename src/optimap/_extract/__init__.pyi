from .engines import (
    check_nan_policy,
    span_traces,
)
from .sums import (
    digits_for,
)

__all__ = [
    "check_nan_policy",
    "digits_for",
    "span_traces",
]
