"""NetCDF 4, which is HDF5 whose dimensions have names and coordinates: they are obeyed as in arrays of xarray.

Version 3 is another format, without most types of pixels, and is refused with the call that converts it.
"""

from pathlib import Path

from ..._base import ArgumentError
from ..axes import Wanted
from ..recording import Recording
from . import hdf5

CLASSIC = b"CDF"  # the first bytes of version 3


def open_recording(
    path: Path, dataset: str | None = None, axes: object = None, channel: object = None, z: object = None
) -> Recording:
    """Open a NetCDF file."""
    wanted = Wanted(axes, channel, z)
    with open(path, "rb") as file:
        is_classic = file.read(len(CLASSIC)) == CLASSIC
    if is_classic:
        new = path.with_name(f"{path.stem}_4{path.suffix}").name
        cure = f"convert it, for example in Python with xarray.open_dataset({path.name!r}).to_netcdf({new!r}, "
        cure += "engine='h5netcdf')"
        raise ArgumentError("path", path, "is a NetCDF 3 file", cure, subject=str(path))
    return hdf5.read_file(path, "NetCDF 4", dataset, wanted)
