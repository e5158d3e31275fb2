from .blocks import (
    Box,
    Boxes,
    Plan,
    are_few,
    block_frames,
    read_sparsely,
    walk_blocks,
)
from .cut_maps import (
    check_whole,
    map_watcher,
    maps_of,
    watch,
)
from .extremes import (
    LESS,
    above_first,
    is_huge,
)
from .fingerprint import (
    patch_checksum,
)
from .in_space import (
    REACH,
    folded_gaussian,
    gaussian_reach,
    half_gaussian,
    is_wide,
    parse_sigma,
    smooth_in_space,
)
from .labelled import (
    is_labelled,
    unlabelled,
)
from .layout import (
    is_ready,
    prepare,
)
from .mapped_files import (
    open_frames,
    open_fresh,
)
from .memory_maps import (
    mapping_of,
    release,
)
from .named_axes import (
    hdf5_axes,
    zarr_axes,
)
from .plan import (
    plan_reading,
)
from .source import (
    Source,
    as_source,
    check_sizes,
    in_usual_order,
)
from .threads import (
    Advance,
    Compute,
    by_trial,
    copied,
    file_of,
    from_file,
    in_place,
    read_ahead,
    read_whole,
)
from .typical import (
    mean_image,
    read_frame,
    read_spread,
    spread_frames,
)

__all__ = [
    "LESS",
    "REACH",
    "Advance",
    "Box",
    "Boxes",
    "Compute",
    "Plan",
    "Source",
    "above_first",
    "are_few",
    "as_source",
    "block_frames",
    "by_trial",
    "check_sizes",
    "check_whole",
    "copied",
    "file_of",
    "folded_gaussian",
    "from_file",
    "gaussian_reach",
    "half_gaussian",
    "hdf5_axes",
    "in_place",
    "in_usual_order",
    "is_huge",
    "is_labelled",
    "is_ready",
    "is_wide",
    "map_watcher",
    "mapping_of",
    "maps_of",
    "mean_image",
    "open_frames",
    "open_fresh",
    "parse_sigma",
    "patch_checksum",
    "plan_reading",
    "prepare",
    "read_ahead",
    "read_frame",
    "read_sparsely",
    "read_spread",
    "read_whole",
    "release",
    "smooth_in_space",
    "spread_frames",
    "unlabelled",
    "walk_blocks",
    "watch",
    "zarr_axes",
]
