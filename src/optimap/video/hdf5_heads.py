"""Heads of HDF5 chunks that filters of hdf5plugin compressed: these trust the sizes in them, and may end the process.

Chunks are fetched as they are stored and looked at, and then HDF5 decompresses them. Bitshuffle and LZ4 write the size
of the chunk, and that of each compressed block before it; Blosc and Zstandard the size of the chunk alone; bzip2 none,
so that it is decompressed once more. Other filters are not known here.
"""

import bz2
import itertools
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import Array

if TYPE_CHECKING:
    import h5py

Check = Callable[[bytes, int, Sequence[int]], None]  # what is stored, the bytes of a chunk, the filter's parameters
AT_ONCE = 8  # values that Bitshuffle takes together
DICTIONARY, CONTENT = (0, 1, 2, 4), (0, 2, 4, 8)  # bytes of two fields of Zstandard


class CheckedChunks:
    """A dataset that is sliced like the original; `check` looks at each chunk before HDF5 has it."""

    def __init__(self, dataset: "h5py.Dataset", number: int, parameters: Sequence[int]) -> None:
        self._dataset, self._check, self._parameters = dataset, CHECKS[number], parameters
        self._bit = dataset.id.get_create_plist().get_nfilters() - 1
        self.name, self.shape, self.ndim, self.dtype = dataset.name, dataset.shape, dataset.ndim, dataset.dtype
        self.chunks: tuple[int, ...] = dataset.chunks
        self._nbytes = int(np.prod(self.chunks)) * self.dtype.itemsize

    def __getitem__(self, key: tuple[Any, ...]) -> Array:
        for offset in self._offsets(key):
            if self._dataset.id.get_chunk_info_by_coord(offset).byte_offset is not None:  # else it was never written
                skipped, raw = self._dataset.id.read_direct_chunk(offset)
                if not skipped >> self._bit & 1:
                    try:
                        self._check(raw, self._nbytes, self._parameters)
                    except struct.error:
                        raise OSError("a chunk ends within its head") from None
        found: Array = self._dataset[key]
        return found

    def _offsets(self, key: tuple[Any, ...]) -> Iterator[tuple[int, ...]]:
        """Yield where the chunks begin that a key reads from."""
        axes = []
        for part, length, size in zip(key, self.shape, self.chunks, strict=True):
            numbers = range(*part.indices(length)) if isinstance(part, slice) else range(part, part + 1)
            ends = (min(numbers[0], numbers[-1]), max(numbers[0], numbers[-1])) if len(numbers) else (0, -1)
            axes.append(range(ends[0] // size * size, ends[1] + 1, size))
        return itertools.product(*axes)


def check_size(stated: int, nbytes: int) -> None:
    """Raise an error if a chunk states another size than it has."""
    if stated != nbytes:
        raise OSError(f"a chunk of {nbytes} bytes states {stated}")


def _check_blocks(raw: bytes, nbytes: int, unit: int) -> None:
    """Look at the size of a chunk, that of its blocks of whole units, and the length before each of them."""
    stated, block = struct.unpack_from(">QI", raw)
    check_size(stated, nbytes)
    place, left = 12, nbytes
    while left >= unit:
        left -= min(block, left) // unit * unit
        place += 4 + struct.unpack_from(">I", raw, place)[0]
        if not block // unit > 0 or place + left % unit > len(raw):
            raise OSError("blocks of a chunk are longer than it")


def _check_bitshuffle(raw: bytes, nbytes: int, parameters: Sequence[int]) -> None:
    itemsize, compression = (*parameters, 0, 0, 0, 0, 0)[2], (*parameters, 0, 0, 0, 0, 0)[4]
    if compression:
        _check_blocks(raw, nbytes, AT_ONCE * max(1, itemsize))
    else:
        check_size(len(raw), nbytes)


def _check_lz4(raw: bytes, nbytes: int, _: Sequence[int]) -> None:
    _check_blocks(raw, nbytes, 1)


def _check_blosc(raw: bytes, nbytes: int, _: Sequence[int]) -> None:
    stated, _block, stored = struct.unpack_from("<III", raw, 4)
    check_size(stated, nbytes)
    check_size(stored, len(raw))


def _check_zstd(raw: bytes, nbytes: int, _: Sequence[int]) -> None:
    (_magic, flags) = struct.unpack_from("<IB", raw)
    is_single, kind = flags >> 5 & 1, flags >> 6
    width = CONTENT[kind] or is_single
    start = 5 + (0 if is_single else 1) + DICTIONARY[flags & 3]
    check_size(int.from_bytes(raw[start : start + width], "little") + (256 if width == 2 else 0), nbytes)


def _check_bzip2(raw: bytes, nbytes: int, _: Sequence[int]) -> None:
    check_size(len(bz2.BZ2Decompressor().decompress(raw, nbytes + 1)), nbytes)


# By the numbers of the filters, which The HDF Group registers.
CHECKS: dict[int, Check] = {
    307: _check_bzip2,
    32001: _check_blosc,
    32004: _check_lz4,
    32008: _check_bitshuffle,
    32015: _check_zstd,
}


def checked(dataset: "h5py.Dataset") -> "CheckedChunks | h5py.Dataset":
    """Return a dataset whose chunks are looked at, or the dataset itself if the last filter is none of these."""
    plist = dataset.id.get_create_plist()
    count = plist.get_nfilters()
    number, _, parameters, _ = plist.get_filter(count - 1) if count else (0, 0, (), b"")
    return CheckedChunks(dataset, number, parameters) if number in CHECKS else dataset
