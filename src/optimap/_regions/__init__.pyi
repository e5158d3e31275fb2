from .files import (
    READERS,
    read_region_file,
)
from .find import (
    Places,
    find_background,
    find_drawn,
    find_places,
)
from .imagej import (
    holds_rois,
    named_rois,
)
from .kinds import (
    find_kind,
)
from .make import (
    make_regions,
    regions,
)
from .patterns import (
    collage_positions,
    grid_positions,
    positions_from_A_to_B,
    random_positions,
)
from .pickles import (
    plain,
    read_objects,
)
from .polygons import (
    polygon_runs,
)
from .position_files import (
    check_positions,
    is_positions,
    read_made,
    read_positions,
    write_positions,
)
from .positions import (
    Positions,
    parse_positions,
)
from .region_set import (
    Regions,
)
from .spans import (
    Spans,
    join_spans,
    nan_error,
)
from .windows import (
    WINDOWS,
    check_size,
    check_window,
    get_default_trace_window,
    set_default_trace_window,
    window_spans,
)

__all__ = [
    "READERS",
    "WINDOWS",
    "Places",
    "Positions",
    "Regions",
    "Spans",
    "check_positions",
    "check_size",
    "check_window",
    "collage_positions",
    "find_background",
    "find_drawn",
    "find_kind",
    "find_places",
    "get_default_trace_window",
    "grid_positions",
    "holds_rois",
    "is_positions",
    "join_spans",
    "make_regions",
    "named_rois",
    "nan_error",
    "parse_positions",
    "plain",
    "polygon_runs",
    "positions_from_A_to_B",
    "random_positions",
    "read_made",
    "read_objects",
    "read_positions",
    "read_region_file",
    "regions",
    "set_default_trace_window",
    "window_spans",
    "write_positions",
]
