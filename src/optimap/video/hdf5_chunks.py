"""Compressed HDF5 read in threads: chunks are fetched as stored, and decompressed side by side.

HDF5 decompresses one chunk after the other, under a lock. Here only fetching the bytes of a chunk is left to it; zlib
and NumPy undo the deflate and shuffle filters in all threads, and each chunk is written to its place in the result.
Datasets with other filters, or with chunks that were never written, are read by HDF5 alone (`chunked`).
"""

import itertools
import zlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .._base import Array
from ..kernels import run_in_threads, thread_count

if TYPE_CHECKING:
    import h5py

# Numbers of the filters in the HDF5 specification.
DEFLATE, SHUFFLE = 1, 2
Chunk = tuple[int, ...]


class ThreadedDataset:
    """A compressed dataset that is sliced like the original, and decompressed in threads."""

    def __init__(self, dataset: "h5py.Dataset", filters: Sequence[int]) -> None:
        self._dataset, self._filters = dataset, filters
        self.name, self.shape, self.ndim = dataset.name, dataset.shape, dataset.ndim
        self.dtype, self.chunks = dataset.dtype, dataset.chunks

    def __getitem__(self, key: tuple[Any, ...]) -> Array:
        whole = [self._whole(part, n) for part, n in zip(key, self.shape, strict=True)]
        result: Array = np.empty([stop - start for start, stop in whole], self.dtype)
        chunks = list(self._overlapping(whole))
        threads = min(thread_count(), len(chunks))
        run_in_threads(lambda i: self._decode_into(result, whole, chunks[i]), len(chunks), threads)
        return np.asarray(result[tuple(self._rest(part) for part in key)])

    @staticmethod
    def _whole(part: Any, n: int) -> tuple[int, int]:
        """Return the range of an axis that is read: from the first to the last index."""
        if not isinstance(part, slice):
            return int(part), int(part) + 1
        wanted = range(*part.indices(n))
        return (wanted[0], wanted[-1] + 1) if wanted else (0, 0)

    @staticmethod
    def _rest(part: Any) -> Any:
        """Return what is left to be indexed in that range."""
        return slice(None, None, part.step) if isinstance(part, slice) else 0

    def _overlapping(self, whole: Sequence[tuple[int, int]]) -> Iterator[Chunk]:
        """Yield the offsets of the chunks that a part touches."""
        along = [
            range(start - start % size, stop, size) for (start, stop), size in zip(whole, self.chunks, strict=True)
        ]
        return itertools.product(*along) if all(start < stop for start, stop in whole) else iter(())

    def _decode_into(self, result: Array, whole: Sequence[tuple[int, int]], offset: Chunk) -> None:
        """Write the pixels of a chunk to their place."""
        values = self._decoded(*self._dataset.id.read_direct_chunk(offset))
        here, there = [], []
        for first, size, (start, stop) in zip(offset, self.chunks, whole, strict=True):
            low, high = max(first, start), min(first + size, stop)
            here.append(slice(low - first, high - first))
            there.append(slice(low - start, high - start))
        result[tuple(there)] = values[tuple(here)]

    def _decoded(self, skipped: int, raw: bytes) -> Array:
        """Return the values of a chunk; bit i of `skipped` is set if filter i was not applied to it."""
        expected = int(np.prod(self.chunks)) * self.dtype.itemsize
        data = np.frombuffer(raw, np.uint8)
        for i, kind in reversed(list(enumerate(self._filters))):
            if skipped >> i & 1:
                continue
            data = _inflated(data, expected) if kind == DEFLATE else _unshuffled(data, self.dtype.itemsize)
        if data.nbytes != expected:
            raise OSError(f"a chunk has {data.nbytes} bytes instead of {expected}")
        values: Array = data.view(self.dtype).reshape(self.chunks)
        return values


def _inflated(data: NDArray[np.uint8], expected: int) -> NDArray[np.uint8]:
    """Return decompressed bytes, no more than expected, however many a damaged chunk would give."""
    inflate = zlib.decompressobj()
    try:
        result = inflate.decompress(data.data, expected)
    except zlib.error as error:
        raise OSError(f"a chunk cannot be decompressed: {error}") from error
    return np.frombuffer(result, np.uint8)


def _unshuffled(data: NDArray[np.uint8], itemsize: int) -> NDArray[np.uint8]:
    """Return bytes in order: the shuffle filter puts the first bytes of all values first, then the second ones."""
    if data.size % itemsize:
        raise OSError(f"a chunk has {data.size} bytes, which is not a multiple of {itemsize}")
    values = np.empty((data.size // itemsize, itemsize), np.uint8)
    for i, plane in enumerate(data.reshape(itemsize, -1)):  # ten times as fast as copying the transposed array
        values[:, i] = plane
    return values.reshape(-1)


def threaded(dataset: "h5py.Dataset") -> "ThreadedDataset | h5py.Dataset":
    """Return a dataset that is decompressed in threads, or the dataset itself where that is not possible."""
    if dataset.chunks is None or dataset.dtype.kind not in "iuf" or thread_count() < 2:
        return dataset
    plist = dataset.id.get_create_plist()
    filters = [plist.get_filter(i)[0] for i in range(plist.get_nfilters())]
    if DEFLATE not in filters or not set(filters) <= {DEFLATE, SHUFFLE}:
        return dataset
    counts = [-(-n // size) for n, size in zip(dataset.shape, dataset.chunks, strict=True)]
    if dataset.id.get_num_chunks() != int(np.prod(counts)):  # missing chunks are fill values
        return dataset
    return ThreadedDataset(dataset, filters)
