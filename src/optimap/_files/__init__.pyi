from .atomic import (
    check_output,
    make_folder,
    written_whole,
)
from .guard import (
    reading,
    reason_of,
)
from .hdf5_io import (
    hdf5_input,
    hdf5_output,
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
from .patient import (
    written_patiently,
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
from .special import (
    refuse_special,
)

__all__ = [
    "CHECKSUM",
    "LIBRARIES",
    "array_checksum",
    "check_output",
    "check_sidecar",
    "checksum",
    "hdf5_input",
    "hdf5_output",
    "hidden_path",
    "is_sidecar",
    "leftovers_in",
    "leftovers_of",
    "make_folder",
    "new_run",
    "reading",
    "reason_of",
    "refuse_special",
    "remove_leftovers",
    "sidecar_path",
    "written_by",
    "written_patiently",
    "written_whole",
    "written_with_sidecar",
]
