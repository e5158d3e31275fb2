"""Arrays that are stored in chunks, each decoded by one of all threads.

A chunk that belongs to the result as a whole is decoded straight into it. Chunks that are read in part are kept for the
next part. How a chunk is decoded is up to the format (`hdf5_chunks`, `zarr_chunks`).
"""

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from threading import local
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .._base import Array, budget
from ..kernels import run_in_threads, thread_count

if TYPE_CHECKING:
    from .chunked import Dataset

Chunk = tuple[int, ...]  # the offset of a chunk in the array
Bytes = NDArray[np.uint8]


class ThreadedChunks(ABC):
    """An array that is sliced like the original."""

    def __init__(self, original: "Dataset", chunks: Sequence[int]) -> None:
        self.name, self.ndim, self.shape = original.name, original.ndim, tuple(int(n) for n in original.shape)
        self.dtype, self.chunks = np.dtype(original.dtype), tuple(int(n) for n in chunks)
        self._nbytes = int(np.prod(self.chunks)) * self.dtype.itemsize
        self._kept: dict[Chunk, Array] = {}  # the chunks that the last request read in part

    @abstractmethod
    def _decode_into(self, target: Array, offset: Chunk, own: local) -> None:
        """Write all values of a chunk to their place; `own` holds memory of the thread."""

    def __getitem__(self, key: tuple[Any, ...]) -> Array:
        whole = [self._whole(part, n) for part, n in zip(key, self.shape, strict=True)]
        result: Array = np.empty([stop - start for start, stop in whole], self.dtype)
        chunks, own, kept = list(self._overlapping(whole)), local(), self._kept
        self._kept = {}
        keeps = len(chunks) * self._nbytes <= budget().read_bytes

        def work(number: int) -> None:
            offset = chunks[number]
            here, there = self._places(offset, whole)
            target = result[there]
            if target.shape == self.chunks:  # the whole chunk
                self._decode_into(target, offset, own)
                return
            values = kept.get(offset)
            if values is None:
                values = np.empty(self.chunks, self.dtype)
                self._decode_into(values, offset, own)
            target[...] = values[here]
            if keeps:
                self._kept[offset] = values

        run_in_threads(work, len(chunks), min(thread_count(), len(chunks)))
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

    def _places(self, offset: Chunk, whole: Sequence[tuple[int, int]]) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
        """Return which part of a chunk is read, and its place in the result."""
        here, there = [], []
        for first, size, (start, stop) in zip(offset, self.chunks, whole, strict=True):
            low, high = max(first, start), min(first + size, stop)
            here.append(slice(low - first, high - first))
            there.append(slice(low - start, high - start))
        return tuple(here), tuple(there)

    def _memory(self, own: local, name: str) -> Bytes:
        """Return memory of a thread for the bytes of a chunk, the same for all chunks that it decodes."""
        if not hasattr(own, name):
            setattr(own, name, np.empty(self._nbytes, np.uint8))
        memory: Bytes = getattr(own, name)
        return memory


def of_size(data: Bytes, expected: int) -> Bytes:
    """Return the bytes of a chunk, or raise an error if some are missing."""
    if len(data) != expected:
        raise OSError(f"a chunk has {len(data)} bytes instead of {expected}")
    return data
