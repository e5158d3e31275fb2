"""Archives of NumPy arrays (``.npz``), of which nothing is pickled.

``numpy.savez`` learned to refuse objects only in NumPy 2.1; before, its ``allow_pickle=False`` was saved as an array.
"""

import zipfile
from collections.abc import Mapping
from io import RawIOBase
from typing import BinaryIO

import numpy as np

from .._base import Array


def write_npz(file: BinaryIO | RawIOBase, arrays: Mapping[str, Array]) -> None:
    """Write arrays by name, uncompressed, to an open file; arrays of objects are a `ValueError`."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[arg-type, call-overload, unused-ignore]
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:  # the size is not known beforehand
                np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)
