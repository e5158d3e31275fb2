"""Whether a NetCDF file is a table of optimap or a recording: this needs h5py alone, and xarray only to read it."""

from pathlib import Path

from ..._files import open_hdf5
from ..columns_header import COLUMNS_MARKER
from ..header import MARKER, reading_table

CLASSIC = b"CDF"  # the first bytes of version 3, which optimap does not write


def is_table(path: Path) -> bool:
    """Return whether a file is a table of optimap, not a recording."""
    with open(path, "rb") as stored:
        if stored.read(len(CLASSIC)) == CLASSIC:
            return False
    with reading_table(path, "h5py", "NetCDF 4"), open_hdf5(path, ".nc files") as file:
        return MARKER in file.attrs or COLUMNS_MARKER in file.attrs
