"""Text and lists of variable length in HDF5 files: their lengths are looked at before the library takes the memory.

What is stored in place of such a value is how long it is, and where it lies: 4 bytes of length, 8 of the address of a
heap, 4 of the number in it. HDF5 takes and clears the memory of the stated length before it looks at the heap, so one
damaged length fills gigabytes, and so do many values that all lie in the same place. Nobody stores more than the file
has bytes, so this is the limit. Values of attributes stand in blocks that describe objects, which are looked at when
the library reads them (`check_notes`); those of datasets have a place of their own (`check_lengths`).
"""

import math
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .justified import check_justified

if TYPE_CHECKING:
    import h5py

STORED = np.dtype([("length", "<u4"), ("address", "<u8"), ("number", "<u4")])
# A type of variable length: its class is 9, in version 1 to 5; three bytes of details, its size, the type within.
VARIABLE = re.compile(rb"[\x19\x29\x39\x49\x59][\x00-\x3f][\x00-\x0f]\x00....[\x10-\x5f].{3}(.{4})", re.DOTALL)
# An attribute begins with its version, a byte, and the sizes of its name, its type and its shape.
ATTRIBUTE = struct.Struct("<BBHHH")
DEFLATE, SHUFFLE = 1, 2  # the filters that HDF5 applies to values of variable length
SIZES = (8, 8)  # bytes of addresses and lengths; files with others are as rare as they are old, and not looked at


def describes_objects(start: bytes) -> bool:
    """Return whether a block that begins with these 8 bytes may describe objects, and so hold attributes."""
    if start[:4] in (b"OHDR", b"OCHK", b"FHDB"):
        return True
    # The first version has no signatures: a version or a kind of entry, a number or size, and zeros. Dark pixels pass.
    return start[0] <= 0x18 and start[1] == 0 and start[2:4] != b"\0\0" and start[5:] == b"\0\0\0"


def check_notes(path: Path, block: bytes, size: int) -> None:
    """Raise an error for attributes in a block whose values are said to be longer than the file, which has a size."""
    for found in VARIABLE.finditer(block):
        place = _values_of_attribute(block, found.start())
        if place is not None:
            start, count = place
            values = block[start : start + count * STORED.itemsize]  # fewer than there are at the end of a block
            stated = np.frombuffer(values, STORED, len(values) // STORED.itemsize)["length"]
            total = int(stated.sum(dtype=np.uint64)) * max(1, int.from_bytes(found[1], "little"))
            check_justified(path, total, 1, "values of an attribute", stored=size)


def _values_of_attribute(block: bytes, at: int) -> tuple[int, int] | None:
    """Return where the values of an attribute begin whose type is at a place, and how many there are; None: not one."""
    named = len(block[:at].rstrip(b"\0"))
    name = block.rfind(b"\0", 0, named) + 1
    for begin, header in ((name - 8, 8), (name - 9, 9), (name - 8, 9)):  # a name may follow a byte with 1
        if begin < 0:
            continue
        version, _, of_name, of_type, of_shape = ATTRIBUTE.unpack_from(block, begin)
        unit = 8 if version == 1 else 1  # version 1 fills up its parts
        if version != (3 if header == 9 else version) or version not in (1, 2, 3):
            continue
        if begin + header + _filled(of_name, unit) == at:
            shape = at + _filled(of_type, unit)
            count = _count(block, shape)
            return None if count is None else (shape + _filled(of_shape, unit), count)
    return None


def _filled(nbytes: int, unit: int) -> int:
    return -(-nbytes // unit) * unit


def _count(block: bytes, at: int) -> int | None:
    """Return how many values a shape has; None if it is not one."""
    if at + 4 > len(block) or block[at] not in (1, 2):
        return None
    rank, sizes = block[at + 1], at + (8 if block[at] == 1 else 4)
    if sizes + 8 * rank > len(block):
        return None
    return int(math.prod(struct.unpack_from(f"<{rank}Q", block, sizes)))


def check_lengths(dataset: "h5py.Dataset", path: Path, name: str = "path") -> None:
    """Raise an error if values of variable length are said to be longer than the file; `name` is its argument."""
    each = _bytes_of_one(dataset.dtype)
    if each is None or dataset.shape is None or dataset.file.id.get_create_plist().get_sizes() != SIZES:
        return
    total = 0
    for stored in _pieces(dataset, path):
        lengths = np.frombuffer(stored, STORED, len(stored) // STORED.itemsize)["length"]
        total += int(lengths.sum(dtype=np.uint64)) * each
        check_justified(path, total, 1, f"values of {dataset.name}", argument=name)


def _bytes_of_one(dtype: "np.dtype[np.generic]") -> int | None:
    """Return how many bytes one item in a value has at least; None for types of one length."""
    import h5py

    text, within = h5py.check_string_dtype(dtype), h5py.check_vlen_dtype(dtype)
    if text is not None and text.length is None:
        return 1
    return None if within is None else max(1, np.dtype(within).itemsize)


def _pieces(dataset: "h5py.Dataset", path: Path) -> Iterator[bytes]:
    """Yield what is stored in place of the values, in pieces; nothing where it cannot be seen."""
    offset = dataset.id.get_offset()
    if offset is not None:
        with open(path, "rb") as file:
            file.seek(offset)
            yield file.read(dataset.id.get_storage_size())
    elif dataset.chunks is not None:
        plist = dataset.id.get_create_plist()
        filters = [plist.get_filter(i)[0] for i in range(plist.get_nfilters())]
        if set(filters) <= {DEFLATE, SHUFFLE}:
            most = math.prod(dataset.chunks) * STORED.itemsize
            offsets: list[tuple[int, ...]] = []
            dataset.id.chunk_iter(lambda chunk: offsets.append(chunk.chunk_offset))
            for chunk in offsets:
                skipped, stored = dataset.id.read_direct_chunk(chunk)
                applied = [kind for k, kind in enumerate(filters) if not skipped >> k & 1]
                yield _unfiltered(stored, applied, most)


def _unfiltered(stored: bytes, filters: list[int], most: int) -> bytes:
    """Undo filters."""
    for kind in reversed(filters):
        if kind == DEFLATE:
            stored = zlib.decompressobj().decompress(stored, most)
        else:
            planes = np.frombuffer(stored, np.uint8, len(stored) // STORED.itemsize * STORED.itemsize)
            stored = planes.reshape(STORED.itemsize, -1).T.tobytes()
    return stored
