"""Variables of NetCDF 4 files that optimap wrote, as h5py reads them.

xarray takes ten times as long for a small file, and undoes what another program may have done when it saved the file
again: values that were packed into integers, or numbers that stand for missing ones. h5py does not, so such variables
are errors.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .._base import ArgumentError, Array

if TYPE_CHECKING:
    import h5py

PACKING, MISSING = ("scale_factor", "add_offset", "_Unsigned"), ("_FillValue", "missing_value")


def netcdf_values(file: "h5py.File", name: str, path: Path) -> Array:
    """Return the numbers of a variable, or raise an error if another program has encoded them."""
    notes = file[name].attrs
    values = np.asarray(file[name][()])
    found = [note for note in PACKING if note in notes]
    found += [note for note in MISSING if note in notes and np.isin(values, notes[note]).any()]
    if found:
        problem = f"has values of {name} that another program has encoded ({', '.join(found)})"
        raise ArgumentError("path", path, problem, "give the file as optimap wrote it", subject=str(path))
    return values
