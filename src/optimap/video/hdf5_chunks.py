"""Compressed HDF5 read in threads: chunks are fetched as stored, and decompressed side by side.

HDF5 decompresses one chunk after the other, under a lock. Here only fetching the bytes of a chunk is left to it;
imagecodecs (or zlib) and NumPy undo the filters in all threads (`threaded_chunks`). Large chunks without filters are
read in threads, too, at the places that HDF5 lists. Small ones, and datasets with other filters or with chunks that
were never written, are read by HDF5 alone (`chunked`), and those without chunks by `hdf5_contiguous`.
"""

import os
import weakref
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import local
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import Array, DamagedFileError
from ..kernels import thread_count
from .hdf5_contiguous import MappedDataset, file_of, mapped_dataset
from .hdf5_heads import CheckedChunks, checked
from .threaded_chunks import Bytes, Chunk, ThreadedChunks, of_size

if TYPE_CHECKING:
    import h5py

# Numbers of the filters in the HDF5 specification, and of one that h5py registered.
DEFLATE, SHUFFLE, FLETCHER32, LZF = 1, 2, 3, 32000
COMPRESSIONS = {DEFLATE: "deflate_decode", LZF: "lzf_decode"}  # functions of imagecodecs, which free the other threads
MOST_CHUNKS = 100_000  # whose places are kept: they take 20 MB, and 0.15 s to list
LARGE_CHUNK = 1 << 17  # bytes; HDF5 is faster with smaller ones


class ThreadedDataset(ThreadedChunks):
    """A compressed dataset that is sliced like the original, and decompressed in threads."""

    def __init__(self, dataset: "h5py.Dataset", filters: Sequence[int], inflate: "dict[int, Inflate]") -> None:
        super().__init__(dataset, dataset.chunks)
        self._dataset, self._filters, self._inflate = dataset, filters, inflate

    def _decode_into(self, target: Array, offset: Chunk, own: local) -> None:
        skipped, raw = self._dataset.id.read_direct_chunk(offset)
        is_straight = target.flags.c_contiguous
        place: Bytes = target.reshape(-1).view(np.uint8) if is_straight else self._memory(own, "values")
        # Bit i of `skipped` is set if filter i was not applied to this chunk.
        todo = [kind for i, kind in enumerate(self._filters) if not skipped >> i & 1]
        data: Bytes = np.frombuffer(raw, np.uint8)
        for kind in reversed(todo):
            data = self._undone(kind, data, place if kind == todo[0] else self._memory(own, "shuffled"))
        data = of_size(data, self._nbytes)
        if not todo or todo[0] == FLETCHER32:
            place[...] = data
        if not is_straight:
            target[...] = place.view(self.dtype).reshape(self.chunks)

    def _undone(self, kind: int, data: Bytes, place: Bytes) -> Bytes:
        """Undo one filter; the result is in the given place, or a part of `data`."""
        if kind == FLETCHER32:
            return _checked(data)
        if kind == SHUFFLE:
            return _unshuffled(of_size(data, self._nbytes), self.dtype.itemsize, place)
        return self._inflate[kind](data, place)


class StoredChunks(ThreadedChunks):
    """A dataset whose chunks are stored as they are: each is read straight into its place."""

    def __init__(self, dataset: "h5py.Dataset", path: Path) -> None:
        super().__init__(dataset, dataset.chunks)
        self._dataset, self._path, self._file = dataset, path, os.open(path, os.O_RDONLY)
        self._found: dict[Chunk, int] = {}  # where each chunk is
        weakref.finalize(self, os.close, self._file)

    def __getitem__(self, key: tuple[Any, ...]) -> Array:
        if not self._found:
            found: dict[Chunk, int] = {}
            self._dataset.id.chunk_iter(lambda chunk: found.update({chunk.chunk_offset: chunk.byte_offset}))
            self._found = found
        return super().__getitem__(key)

    def _decode_into(self, target: Array, offset: Chunk, own: local) -> None:
        is_straight, got = target.flags.c_contiguous, 0
        place: Bytes = target.reshape(-1).view(np.uint8) if is_straight else self._memory(own, "values")
        while got < self._nbytes:
            read = os.preadv(self._file, [place[got:].data], self._found[offset] + got)
            if not read:
                problem, cure = "was truncated while it was open", "copy it again, and open it again"
                raise DamagedFileError("path", self._path, problem, cure, subject=str(self._path))
            got += read
        if not is_straight:
            target[...] = place.view(self.dtype).reshape(self.chunks)


Inflate = Callable[[Bytes, Bytes], Bytes]  # data, place


def _inflates(filters: Sequence[int]) -> dict[int, Inflate] | None:
    """Return a function for each compression among the filters; None if a filter is not known here."""
    try:
        import imagecodecs
    except ImportError:
        return {DEFLATE: _inflated} if DEFLATE in filters and set(filters) <= {DEFLATE, SHUFFLE} else None
    if not set(filters) <= {*COMPRESSIONS, SHUFFLE, FLETCHER32}:
        return None
    if FLETCHER32 in filters and not hasattr(imagecodecs, "h5checksum_fletcher32"):
        return None
    return {kind: _inflate_by(getattr(imagecodecs, COMPRESSIONS[kind])) for kind in filters if kind in COMPRESSIONS}


def _inflate_by(decode: Callable[..., Any]) -> Inflate:
    """Return a function that decompresses by a decoder of imagecodecs."""

    def inflate(data: Bytes, place: Bytes) -> Bytes:
        try:
            return place[: len(decode(data, out=place))]
        except RuntimeError as error:
            raise OSError(f"a chunk cannot be decompressed: {error}") from error

    return inflate


def _inflated(data: Bytes, place: Bytes) -> Bytes:
    """Decompress into a place, no more than fits, however much a damaged chunk would give."""
    try:
        result = zlib.decompressobj().decompress(data.data, len(place))
    except zlib.error as error:
        raise OSError(f"a chunk cannot be decompressed: {error}") from error
    place[: len(result)] = np.frombuffer(result, np.uint8)
    return place[: len(result)]


def _checked(data: Bytes) -> Bytes:
    """Return bytes without their checksum, or raise an error if they do not agree with it."""
    import imagecodecs

    content, stored = data[:-4], int.from_bytes(data[-4:].tobytes(), "little")
    if imagecodecs.h5checksum_fletcher32(content.tobytes()) != stored:
        raise OSError("a chunk does not agree with its checksum")
    return content


def _unshuffled(data: Bytes, itemsize: int, place: Bytes) -> Bytes:
    """Put bytes in order: the shuffle filter puts the first bytes of all values first, then the second ones."""
    planes = data.reshape(itemsize, -1)
    if itemsize == 2:  # three times as fast as copying bytes
        pairs = place.view("<u2")
        np.left_shift(planes[1], 8, out=pairs, dtype=pairs.dtype, casting="unsafe")
        np.bitwise_or(pairs, planes[0], out=pairs)
        return place
    values = place.reshape(-1, itemsize)
    for i, plane in enumerate(planes):  # ten times as fast as copying the transposed array
        values[:, i] = plane
    return place


def threaded(dataset: "h5py.Dataset", path: Path) -> "ThreadedChunks | MappedDataset | CheckedChunks | h5py.Dataset":
    """Return a dataset that is read or decompressed in threads, or the dataset itself where that is not possible.

    `path` is the file that was opened.
    """
    if dataset.chunks is None or dataset.dtype.kind not in "iuf":
        return mapped_dataset(dataset, path) or dataset
    plist = dataset.id.get_create_plist()
    filters = [plist.get_filter(i)[0] for i in range(plist.get_nfilters())]
    own = file_of(dataset, path) if not filters and hasattr(os, "preadv") else None
    inflate = _inflates(filters) if set(filters) & {*COMPRESSIONS} else None
    if own is None and (inflate is None or (thread_count() < 2 and _inflated in inflate.values())):
        return checked(dataset)
    count = int(np.prod([-(-n // size) for n, size in zip(dataset.shape, dataset.chunks, strict=True)]))
    if dataset.id.get_num_chunks() != count:  # missing chunks are fill values
        return dataset
    if own is not None:
        is_large = int(np.prod(dataset.chunks)) * dataset.dtype.itemsize >= LARGE_CHUNK
        return StoredChunks(dataset, own) if is_large and count <= MOST_CHUNKS else dataset
    return ThreadedDataset(dataset, filters, inflate or {})
