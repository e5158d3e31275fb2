"""HDF5 without chunks: the pixels are in one piece of the file, which is read there, by all threads.

HDF5 reads such a piece in one thread, under a lock. Datasets in other files (external storage), with user blocks, or
that were never written are read by HDF5 itself.
"""

import os
import weakref
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import Array
from .._reading import check_whole, open_fresh, read_whole, release, watch

if TYPE_CHECKING:
    import h5py


class MappedDataset:
    """A dataset (T, H, W) that is sliced like the original: whole frames are read, parts copied from a map."""

    chunks = None

    def __init__(self, dataset: "h5py.Dataset", path: Path, offset: int) -> None:
        self.name, self.shape, self.ndim = dataset.name, dataset.shape, dataset.ndim
        self.dtype = dataset.dtype
        self._map = np.memmap(path, self.dtype, "r", offset, self.shape)
        self._mapping = watch(self._map)
        self._file = open_fresh(self._map) if self.ndim == 3 else None
        if self._file is not None:
            weakref.finalize(self, os.close, self._file.descriptor)

    def __getitem__(self, key: tuple[Any, ...]) -> Array:
        part: Array = np.asarray(self._map[key])
        file = self._file
        if file is None or part.ndim != 3 or part.shape[1:] != self.shape[1:] or part.strides != file.strides:
            values = np.array(part)
            check_whole(self._mapping)
            release(part)
            return values
        if not part.size:
            return np.array(part)
        start = range(*key[0].indices(self.shape[0]))[0]
        place = file.offset + start * file.strides[0]
        return read_whole(replace(file, offset=place, shape=part.shape)).astype(self.dtype, copy=False)


def mapped_dataset(dataset: "h5py.Dataset", path: Path) -> MappedDataset | None:
    """Return a dataset that lies in one piece of its file, or None if it does not; `path` is what was opened."""
    nbytes = int(np.prod(dataset.shape)) * dataset.dtype.itemsize
    if dataset.chunks is not None or dataset.is_virtual or dataset.external or dataset.dtype.kind not in "iuf":
        return None
    own, offset = file_of(dataset, path), dataset.id.get_offset()
    if own is None or offset is None or not nbytes or dataset.id.get_storage_size() != nbytes:
        return None
    return MappedDataset(dataset, own, offset) if offset + nbytes <= own.stat().st_size else None


def file_of(dataset: "h5py.Dataset", path: Path) -> Path | None:
    """Return the file in which places of a dataset are those that HDF5 states, or None if it is not certain.

    `path` is the file that was opened. A dataset behind a link to another file, which only HDF5's own drivers follow,
    has that file's name.
    """
    file = dataset.file
    if file.driver not in ("fileobj", "sec2", "stdio") or file.userblock_size:
        return None
    own = path if file.driver == "fileobj" else Path(file.filename)
    return own if own.is_file() else None
