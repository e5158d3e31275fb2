"""HDF5 without chunks: the pixels are in one piece of the file, which is read there, by all threads.

HDF5 reads such a piece in one thread, under a lock. Datasets in other files (external storage), with user blocks, or
that were never written are read by HDF5 itself.
"""

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import Array
from .._reading import copied, release

if TYPE_CHECKING:
    import h5py


class MappedDataset:
    """A dataset that is sliced like the original, and copied from a map of its file."""

    chunks = None

    def __init__(self, dataset: "h5py.Dataset", offset: int) -> None:
        self.name, self.shape, self.ndim = dataset.name, dataset.shape, dataset.ndim
        self.dtype = dataset.dtype
        self._map = np.memmap(dataset.file.filename, self.dtype, "r", offset, self.shape)

    def __getitem__(self, key: tuple[Any, ...]) -> Array:
        part: Array = np.asarray(self._map[key])
        if part.ndim == 3:
            return copied(part).astype(self.dtype, copy=False)
        values = np.array(part)
        release(part)
        return values


def mapped_dataset(dataset: "h5py.Dataset") -> MappedDataset | None:
    """Return a dataset that lies in one piece of its file, or None if it does not."""
    file, nbytes = dataset.file, int(np.prod(dataset.shape)) * dataset.dtype.itemsize
    if dataset.chunks is not None or dataset.is_virtual or dataset.external or dataset.dtype.kind not in "iuf":
        return None
    offset = dataset.id.get_offset()
    is_plain = file.driver in ("sec2", "stdio") and file.userblock_size == 0 and nbytes > 0
    if offset is None or not is_plain or not os.path.isfile(file.filename):
        return None
    if offset + nbytes > os.path.getsize(file.filename) or dataset.id.get_storage_size() != nbytes:
        return None
    return MappedDataset(dataset, offset)
