from .frontends.base import (
    NoWindowError,
)
from .layout import (
    shortened,
    text_width,
    wrapped,
)
from .mouse import (
    MouseAdapter,
)
from .points import (
    PointPicker,
)
from .positions_view import (
    PositionsView,
    point_color,
)
from .select import (
    compare_by_clicking,
    pick_positions,
    pick_traces,
)
from .select_shapes import (
    pick_regions,
)
from .shapes import (
    ShapePicker,
)
from .shapes_view import (
    ImageDrawing,
    TracesDrawing,
)
from .traces_view import (
    ComparisonView,
    TracesView,
)
from .treatment import (
    Treatment,
)

# The views, Treatment, MouseAdapter, point_color and the functions for texts are listed for the tests, which look at
# views without a screen.
__all__ = [
    "ComparisonView",
    "ImageDrawing",
    "MouseAdapter",
    "NoWindowError",
    "PointPicker",
    "PositionsView",
    "ShapePicker",
    "TracesDrawing",
    "TracesView",
    "Treatment",
    "compare_by_clicking",
    "pick_positions",
    "pick_regions",
    "pick_traces",
    "point_color",
    "shortened",
    "text_width",
    "wrapped",
]
