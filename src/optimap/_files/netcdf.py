"""Variables of NetCDF 4 files that optimap wrote, as h5py reads them.

xarray takes ten times as long for a small file, and undoes what another program may have done when it saved the file
again: values that were packed into integers, or numbers that stand for missing ones. h5py does not, so such variables
are errors.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .._base import ArgumentError, Array
from .hdf5_scales import scales_of

if TYPE_CHECKING:
    import h5py

AS_WRITTEN = "give the file as optimap wrote it"
PACKING, MISSING = ("scale_factor", "add_offset", "_Unsigned"), ("_FillValue", "missing_value")


def check_dimensions(variable: "h5py.Dataset", dimensions: Sequence[str], path: Path) -> None:
    """Raise an error if another program has given a variable other dimensions, or another order of them."""
    found = [str(scales[0].name).lstrip("/") if scales else None for scales in scales_of(variable)]
    if len(found) != len(dimensions) or any(
        name not in (None, expected) for name, expected in zip(found, dimensions, strict=True)
    ):
        name = str(variable.name).lstrip("/")
        problem = f"has {name} along {', '.join(map(str, found))}, not along {', '.join(dimensions)}"
        raise ArgumentError("path", path, problem, AS_WRITTEN, subject=str(path))


def netcdf_values(file: "h5py.File", name: str, path: Path) -> Array:
    """Return the numbers of a variable, or raise an error if another program has encoded them."""
    notes = file[name].attrs
    values = np.asarray(file[name][()])
    found = [note for note in PACKING if note in notes]
    found += [note for note in MISSING if note in notes and np.isin(values, notes[note]).any()]
    if found:
        problem = f"has values of {name} that another program has encoded ({', '.join(found)})"
        raise ArgumentError("path", path, problem, AS_WRITTEN, subject=str(path))
    return values
