from .delimited import (
    Row,
    Rows,
    read_rows,
)
from .file_request import (
    CELLS,
)
from .files import (
    READERS,
    content_of,
    read_region_file,
    region_names,
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
from .imagej_files import (
    check_region_output,
)
from .imagej_files import (
    save_regions as save_regions,
)
from .images import (
    overlay_of,
)
from .kinds import (
    KINDS,
    check_fits,
    find_kind,
)
from .make import (
    make_regions,
)
from .make import (
    regions as regions,
)
from .patterns import (
    collage_positions as collage_positions,
)
from .patterns import (
    grid_positions,
)
from .patterns import (
    positions_from_A_to_B as positions_from_A_to_B,
)
from .patterns import (
    random_positions as random_positions,
)
from .pickles import (
    plain,
    read_objects,
)
from .polygons import (
    Ellipse,
    Outlines,
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
    Regions as Regions,
)
from .spans import (
    Spans,
    join_spans,
    nan_error,
)
from .summary import (
    image_summary,
    is_flat,
)
from .windows import (
    WINDOWS,
    check_size,
    check_window,
    window_spans,
)
from .windows import (
    get_default_trace_window as get_default_trace_window,
)
from .windows import (
    set_default_trace_window as set_default_trace_window,
)

__all__ = [
    "CELLS",
    "KINDS",
    "READERS",
    "WINDOWS",
    "Ellipse",
    "Outlines",
    "Places",
    "Positions",
    "Regions",
    "Row",
    "Rows",
    "Spans",
    "check_fits",
    "check_positions",
    "check_region_output",
    "check_size",
    "check_window",
    "collage_positions",
    "content_of",
    "find_background",
    "find_drawn",
    "find_kind",
    "find_places",
    "get_default_trace_window",
    "grid_positions",
    "holds_rois",
    "image_summary",
    "is_flat",
    "is_positions",
    "join_spans",
    "make_regions",
    "named_rois",
    "nan_error",
    "overlay_of",
    "parse_positions",
    "plain",
    "polygon_runs",
    "positions_from_A_to_B",
    "random_positions",
    "read_made",
    "read_objects",
    "read_positions",
    "read_region_file",
    "read_rows",
    "region_names",
    "regions",
    "save_regions",
    "set_default_trace_window",
    "window_spans",
    "write_positions",
]
