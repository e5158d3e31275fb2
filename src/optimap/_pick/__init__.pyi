from .points import (
    PointPicker,
)
from .select import (
    compare_by_clicking,
    pick_positions,
    pick_traces,
)

__all__ = [
    "PointPicker",
    "compare_by_clicking",
    "pick_positions",
    "pick_traces",
]
