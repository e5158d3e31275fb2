from .atomic import (
    check_output,
    make_folder,
    missing_folders,
    remove_empty,
    together,
    written_whole,
)
from .beside import (
    file_beside,
    in_any_case,
    leads_out,
)
from .guard import (
    held_reports,
    is_news,
    reading,
)
from .hdf5 import (
    ALONE,
    check_filters,
    check_own,
    check_size,
    hdf5_contents,
    hdf5_item,
    hdf5_values,
    open_hdf5,
    own_hdf5,
    refuse_elsewhere,
)
from .hdf5_io import (
    hdf5_output,
)
from .hdf5_scales import (
    scales_of,
)
from .justified import (
    AS_TEXT,
    DEFLATE,
    LZ4,
    LZW,
    MEMBERS,
    MOST,
    PACKBITS,
    PNG,
    STORED,
    VIDEO,
    bytes_on_disk,
    check_justified,
    check_npy,
    check_npz,
    check_zip,
    npy_header,
    read_member,
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
    list_matlab,
)
from .netcdf import (
    AS_WRITTEN,
    check_dimensions,
    netcdf_values,
)
from .npz import (
    new_archive,
    write_npz,
)
from .patient import (
    written_patiently,
)
from .pieces import (
    shared_bytes,
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
from .unchanged import (
    OpenedFile,
    OpenedFolder,
)

__all__ = [
    "ALONE",
    "AS_TEXT",
    "AS_WRITTEN",
    "CHECKSUM",
    "DEFLATE",
    "LIBRARIES",
    "LZ4",
    "LZW",
    "MEMBERS",
    "MOST",
    "PACKBITS",
    "PNG",
    "STORED",
    "VIDEO",
    "OpenedFile",
    "OpenedFolder",
    "array_checksum",
    "bytes_on_disk",
    "check_dimensions",
    "check_filters",
    "check_justified",
    "check_matlab",
    "check_npy",
    "check_npz",
    "check_output",
    "check_own",
    "check_sidecar",
    "check_size",
    "check_zip",
    "checksum",
    "file_beside",
    "hdf5_contents",
    "hdf5_item",
    "hdf5_output",
    "hdf5_values",
    "held_reports",
    "hidden_path",
    "in_any_case",
    "is_news",
    "is_sidecar",
    "leads_out",
    "leftovers_in",
    "leftovers_of",
    "list_matlab",
    "make_folder",
    "missing_folders",
    "netcdf_values",
    "new_archive",
    "new_run",
    "npy_header",
    "open_hdf5",
    "own_hdf5",
    "read_member",
    "reading",
    "refuse_elsewhere",
    "refuse_special",
    "remove_empty",
    "remove_leftovers",
    "scales_of",
    "shared_bytes",
    "sidecar_path",
    "together",
    "write_npz",
    "written_by",
    "written_patiently",
    "written_whole",
    "written_with_sidecar",
]
