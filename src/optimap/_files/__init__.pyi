from .atomic import (
    check_output,
    make_folder,
    written_whole,
)
from .guard import (
    reading,
    reason_of,
)
from .hdf5 import (
    ALONE,
    hdf5_contents,
    hdf5_item,
    open_hdf5,
    own_hdf5,
    refuse_elsewhere,
)
from .leftovers import (
    hidden_path,
    leftovers_in,
    leftovers_of,
    new_run,
    remove_leftovers,
    written_by,
)
from .libraries import (
    LIBRARIES,
)
from .sidecar import (
    CHECKSUM,
    array_checksum,
    check_sidecar,
    checksum,
    is_sidecar,
    sidecar_path,
    written_with_sidecar,
)

__all__ = [
    "ALONE",
    "CHECKSUM",
    "LIBRARIES",
    "array_checksum",
    "check_output",
    "check_sidecar",
    "checksum",
    "hdf5_contents",
    "hdf5_item",
    "hidden_path",
    "is_sidecar",
    "leftovers_in",
    "leftovers_of",
    "make_folder",
    "new_run",
    "open_hdf5",
    "own_hdf5",
    "reading",
    "reason_of",
    "refuse_elsewhere",
    "remove_leftovers",
    "sidecar_path",
    "written_by",
    "written_whole",
    "written_with_sidecar",
]
