from .comparison_view import (
    ComparisonView,
)
from .draft import (
    Draft,
)
from .frontends.base import (
    NoWindowError,
)
from .layers import (
    Layers,
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
    pick_regions_with_traces,
)
from .shapes import (
    ShapePicker,
)
from .shapes_view import (
    ImageDrawing,
    TracesDrawing,
)
from .stamps import (
    Stamp,
)
from .trace_lines import (
    DRAFT,
)
from .traces_view import (
    TracesView,
)
from .treatment import (
    Treatment,
)

# The views, what they are made of (Draft, DRAFT, Layers, Stamp, Treatment, MouseAdapter, point_color) and the functions
# for texts are listed for the tests, which look at views without a screen.
__all__ = [
    "DRAFT",
    "ComparisonView",
    "Draft",
    "ImageDrawing",
    "Layers",
    "MouseAdapter",
    "NoWindowError",
    "PointPicker",
    "PositionsView",
    "ShapePicker",
    "Stamp",
    "TracesDrawing",
    "TracesView",
    "Treatment",
    "compare_by_clicking",
    "pick_positions",
    "pick_regions",
    "pick_regions_with_traces",
    "pick_traces",
    "point_color",
    "shortened",
    "text_width",
    "wrapped",
]
