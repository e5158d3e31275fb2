from .axis_names import (
    LETTERS,
    axis_letter,
)
from .budgets import (
    Budget,
    budget,
    budgeted,
)
from .callers import (
    stack_level,
)
from .checks import (
    RATE,
    check_flag,
    check_order,
    file_path,
    positive_number,
    text_names,
    whole_number,
)
from .device_home import (
    Home,
    Result,
)
from .devices import (
    NUMPY_TYPES,
    WHOLE_TYPES,
    dtype_bytes,
    dtype_kind,
    dtype_name,
    host_view,
    is_dask,
    is_device_array,
    on_host,
    refuse_device_array,
)
from .errors import (
    Advice,
    ArgumentError,
    ArgumentTypeError,
    DamagedFileError,
    ExistingFileError,
    Explained,
    FolderError,
    MissingFileError,
    NoRoomError,
    NotAFileError,
)
from .extras import (
    import_extra,
)
from .interrupts import (
    ENDING,
    deferred_interrupts,
    held_back,
)
from .progress import (
    progress_bar,
    say,
)
from .published import (
    ELSEWHERE,
    attach_stub,
    elsewhere,
    warn_if_mixed,
)
from .time_axis import (
    parse_time_axis,
)
from .time_units import (
    SECONDS,
    coordinate_times,
    unit_factor,
)
from .types import (
    AnyArray,
    Array,
    Floats,
    FrameShape,
    Ints,
    Namespace,
    VideoLike,
)
from .words import (
    counted,
    printable,
)

__all__ = [
    "ELSEWHERE",
    "ENDING",
    "LETTERS",
    "NUMPY_TYPES",
    "RATE",
    "SECONDS",
    "WHOLE_TYPES",
    "Advice",
    "AnyArray",
    "ArgumentError",
    "ArgumentTypeError",
    "Array",
    "Budget",
    "DamagedFileError",
    "ExistingFileError",
    "Explained",
    "Floats",
    "FolderError",
    "FrameShape",
    "Home",
    "Ints",
    "MissingFileError",
    "Namespace",
    "NoRoomError",
    "NotAFileError",
    "Result",
    "VideoLike",
    "attach_stub",
    "axis_letter",
    "budget",
    "budgeted",
    "check_flag",
    "check_order",
    "coordinate_times",
    "counted",
    "deferred_interrupts",
    "dtype_bytes",
    "dtype_kind",
    "dtype_name",
    "elsewhere",
    "file_path",
    "held_back",
    "host_view",
    "import_extra",
    "is_dask",
    "is_device_array",
    "on_host",
    "parse_time_axis",
    "positive_number",
    "printable",
    "progress_bar",
    "refuse_device_array",
    "say",
    "stack_level",
    "text_names",
    "unit_factor",
    "warn_if_mixed",
    "whole_number",
]
