from .frontends.base import (
    NoWindowError,
)
from .points import (
    PointPicker,
)
from .select import (
    compare_by_clicking,
    pick_positions,
    pick_traces,
)

__all__ = [
    "NoWindowError",
    "PointPicker",
    "compare_by_clicking",
    "pick_positions",
    "pick_traces",
]
