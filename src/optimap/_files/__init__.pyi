from .atomic import (
    check_output,
    make_folder,
    missing_folders,
    remove_empty,
    together,
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
from .hdf5_io import (
    HDF5Input,
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
from .matlab_tags import (
    check_matlab,
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
    "ALONE",
    "CHECKSUM",
    "LIBRARIES",
    "HDF5Input",
    "array_checksum",
    "check_matlab",
    "check_output",
    "check_sidecar",
    "checksum",
    "hdf5_contents",
    "hdf5_item",
    "hdf5_output",
    "hidden_path",
    "is_sidecar",
    "leftovers_in",
    "leftovers_of",
    "make_folder",
    "missing_folders",
    "new_run",
    "open_hdf5",
    "own_hdf5",
    "reading",
    "reason_of",
    "refuse_elsewhere",
    "refuse_special",
    "remove_empty",
    "remove_leftovers",
    "sidecar_path",
    "together",
    "written_by",
    "written_patiently",
    "written_whole",
    "written_with_sidecar",
]
