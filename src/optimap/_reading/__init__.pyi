from .blocks import (
    Box,
    Boxes,
    Plan,
    block_frames,
    read_sparsely,
    walk_blocks,
)
from .fingerprint import (
    patch_checksum,
)
from .memory_maps import (
    release,
)
from .plan import (
    plan_reading,
)
from .source import (
    Source,
    as_source,
    check_sizes,
)
from .threads import (
    Advance,
    Compute,
    file_of,
    from_file,
    in_place,
    read_ahead,
)

__all__ = [
    "Advance",
    "Box",
    "Boxes",
    "Compute",
    "Plan",
    "Source",
    "as_source",
    "block_frames",
    "check_sizes",
    "file_of",
    "from_file",
    "in_place",
    "patch_checksum",
    "plan_reading",
    "read_ahead",
    "read_sparsely",
    "release",
    "walk_blocks",
]
