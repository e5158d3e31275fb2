"""Text and lists of variable length in HDF5 files: their lengths are looked at before the library takes the memory.

What is stored in place of such a value is how long it is, and where it lies: 4 bytes of length, 8 of the address of a
heap, 4 of the number in it. HDF5 takes and clears the memory of the stated length before it looks at the heap, so one
damaged length fills gigabytes, and so do many values that all lie in the same place. Nobody stores more than the file
has bytes, so this is the limit. Values of attributes stand in blocks that describe objects, which are looked at when
the library reads them (`check_notes`); those of datasets have a place of their own (`check_lengths`). Where in a value
the lengths are follows from its type (`hdf5_types`).
"""

import io
import math
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import DamagedFileError
from .hdf5_types import HEADER, StoredType, library_type, stored_type
from .justified import check_justified

if TYPE_CHECKING:
    import h5py

# Types that may hold values of variable length, in version 1 to 5: three bytes of details, a size, and then, of lists
# and texts, the type within; of compound types, the name of a member; of arrays, the number of axes.
CLASSES = b"\x16\x19\x1a\x26\x29\x2a\x36\x39\x3a\x46\x49\x4a\x56\x59\x5a"
OTHERS = bytes(set(range(256)) - set(CLASSES))
KINDS = re.compile(
    rb"[" + CLASSES + rb"]"  # one byte, as matches overlap
    rb"(?:(?<=[\x19\x29\x39\x49\x59])(?=[\x00-\x3f][\x00-\x0f]\0....[\x10-\x5f])"
    rb"|(?<=[\x16\x26\x36\x46\x56])(?=..\0....[\x20-\xff])"
    rb"|(?<=[\x1a\x2a\x3a\x4a\x5a])(?=\0\0\0....[\x01-\x20]))",
    re.DOTALL,
)
# An attribute begins with its version, a byte, and the sizes of its name, its type and its shape.
ATTRIBUTE = struct.Struct("<BBHHH")
# One whose type has a name of its own in the file: 10 bytes stand in its place, the last 8 of them its address.
NAMED, OF_NAMED_TYPE = 10, re.compile(rb"[\x02\x03](?=[\x01\x03](..)\x0a\0(..))", re.DOTALL)
LONGEST_TYPE, SHORTEST, SHORTEST_SHAPE = 2**16, 40, 4  # bytes: of a type, an attribute, and a shape
FIRST_READ = 512  # bytes of a header, of which HDF5 does not know yet how long it is
MESSAGE, FEW_MESSAGES = 8, 16  # bytes before the content of a message
# How the header of a dataset says that its few values stand there, too: version, class, number of bytes.
COMPACT, LONGEST_HEADER = rb"[\x03-\x05]\0", 2**17


def describes_objects(block: bytes) -> bool:
    """Return whether a block may describe objects, and so hold attributes; pixels hardly ever look like that."""
    if block[:4] in (b"OHDR", b"OCHK", b"FHDB"):
        return True
    # The first version has no signatures. Its header has a version and a size, and more such blocks have nothing.
    if block == bytes(len(block)):
        return False
    size = int.from_bytes(block[8:12], "little") if block[:2] == b"\1\0" else 0
    begins = size >= SHORTEST and (16 + size <= len(block) or len(block) <= FIRST_READ)
    return (begins and _holds_messages(block, 16, 16 + size)) or _holds_messages(block, 0, len(block))


def _holds_messages(block: bytes, at: int, end: int) -> bool:
    """Return whether the first messages follow each other, as HDF5 requires: they have sizes in steps of 8 bytes."""
    for _ in range(FEW_MESSAGES):
        if at + MESSAGE > end:
            return at <= end
        size = int.from_bytes(block[at + 2 : at + 4], "little")
        if size % 8:
            return False
        at += MESSAGE + size
    return at <= end


def check_notes(path: Path, block: bytes, size: int, read: Callable[[int, int], bytes]) -> None:
    """Raise an error for attributes in a block whose values are said to be longer than the file, which has a size.

    ``read(address, nbytes)`` reads from the same file.
    """
    for found in KINDS.finditer(block) if block.translate(None, OTHERS) else ():
        shape = _shape_of_attribute(block, found.start())
        if shape is not None:
            _check_note(path, block, size, _described(path, block, found.start()), shape)
    for found in OF_NAMED_TYPE.finditer(block) if NAMED in block else ():
        header = 9 if block[found.start()] == 3 else 8
        start = found.start() + header + int.from_bytes(found[1], "little")
        address = int.from_bytes(block[start + 2 : start + NAMED], "little")
        if block[start : start + 1] in (b"\1", b"\2", b"\3") and address < size:
            named = read(address, LONGEST_TYPE)
            kind = KINDS.search(named)
            if kind is not None:
                shape = start + NAMED, int.from_bytes(found[2], "little")
                _check_note(path, block, size, _described(path, named, kind.start()), shape)


def _described(path: Path, block: bytes, at: int) -> StoredType | None:
    """Return the type that a block describes; None if it ends before."""
    try:
        return stored_type(block, at)
    except IndexError:
        return None
    except ValueError as error:
        raise _unseen(path, "an attribute", error) from error


def _check_note(path: Path, block: bytes, size: int, kind: StoredType | None, shape: tuple[int, int]) -> None:
    """Raise an error for an attribute of a type whose shape is at a place, and has a number of bytes."""
    count = _count(block, shape[0])
    if kind is not None and kind.parts and count is not None:
        start = sum(shape)
        values = block[start : start + count * kind.size]  # fewer than there are at the end of a block
        check_justified(path, _stated(path, values, kind), 1, "values of an attribute", stored=size)


def _stated(path: Path, values: bytes, kind: StoredType) -> int:
    """Return how many bytes are said to lie elsewhere."""
    total = 0
    for offset, each in kind.parts:
        if offset + 4 > kind.size:
            raise _unseen(path, "values", "a member is larger than the type that it is in")
        layout = np.dtype({"names": ["length"], "formats": ["<u4"], "offsets": [offset], "itemsize": kind.size})
        lengths = np.frombuffer(values, layout, len(values) // kind.size)["length"]
        total += int(lengths.sum(dtype=np.uint64)) * each
    return total


def _unseen(path: Path, what: str, why: object) -> DamagedFileError:
    problem = f"holds text or lists whose lengths cannot be checked in {what} ({why})"
    return DamagedFileError("path", path, problem, "save them in a simpler way, one by one", subject=str(path))


def _shape_of_attribute(block: bytes, at: int) -> tuple[int, int] | None:
    """Return the place and size of the shape of an attribute whose type is at a place; None if that is not one."""
    named = len(block[:at].rstrip(b"\0"))
    name = block.rfind(b"\0", 0, named) + 1
    for begin, header in ((name - 8, 8), (name - 9, 9), (name - 8, 9)):  # a name may follow a byte with 1
        if begin < 0:
            continue
        version, _, of_name, of_type, of_shape = ATTRIBUTE.unpack_from(block, begin)
        unit = 8 if version == 1 else 1  # version 1 fills up its parts
        if version != (3 if header == 9 else version) or version not in (1, 2, 3):
            continue
        is_named = begin + header + _filled(of_name, unit) == at and 1 < of_name <= named - name + 1
        if is_named and of_type > HEADER and of_shape >= SHORTEST_SHAPE:
            return at + _filled(of_type, unit), _filled(of_shape, unit)
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
    try:
        kind = library_type(dataset.id.get_type())
    except ValueError as error:
        raise _unseen(path, str(dataset.name), error) from error
    if not kind.parts or dataset.shape is None:
        return
    total = 0
    for stored in _pieces(dataset, path, kind.size):
        total += _stated(path, stored, kind)
        check_justified(path, total, 1, f"values of {dataset.name}", argument=name)


def _pieces(dataset: "h5py.Dataset", path: Path, size: int) -> Iterator[bytes]:
    """Yield what is stored in place of the values, each of which has a size, in pieces."""
    from h5py import h5d, h5o

    nbytes, offset = dataset.id.get_storage_size(), dataset.id.get_offset()
    if dataset.chunks is not None:
        yield from _chunks(dataset, size)
    elif offset is not None:
        with open(path, "rb") as file:
            file.seek(offset)
            yield file.read(nbytes)
    elif dataset.id.get_create_plist().get_layout() == h5d.COMPACT:
        with open(path, "rb") as file:
            file.seek(h5o.get_info(dataset.id).addr + dataset.file.userblock_size)
            header = file.read(LONGEST_HEADER)
        found = re.search(COMPACT + re.escape(struct.pack("<H", nbytes)), header)
        if found is None:
            raise _unseen(path, str(dataset.name), "they are not where its description begins")
        yield header[found.end() : found.end() + nbytes]


def _chunks(dataset: "h5py.Dataset", size: int) -> Iterator[bytes]:
    """Yield what is stored in place of the values in each chunk: filters are undone in datasets of plain bytes."""
    import h5py

    offsets: list[tuple[int, ...]] = []
    dataset.id.chunk_iter(lambda chunk: offsets.append(chunk.chunk_offset))
    values, of_plain_bytes = np.empty(dataset.chunks, f"V{size}"), h5py.h5t.create(h5py.h5t.OPAQUE, size)
    every, plain = h5py.h5s.ALL, dict[int, Any]()
    with h5py.File(io.BytesIO(), "w") as file:
        for offset in offsets:
            skipped, chunk = dataset.id.read_direct_chunk(offset)
            if skipped not in plain:
                made = h5py.h5s.create_simple(dataset.chunks), _filters(dataset, skipped)
                plain[skipped] = h5py.h5d.create(file.id, b"%d" % skipped, of_plain_bytes, *made)
            plain[skipped].write_direct_chunk((0,) * len(offset), chunk)
            plain[skipped].read(every, every, values, of_plain_bytes)
            yield values.tobytes()


def _filters(dataset: "h5py.Dataset", skipped: int) -> "h5py.h5p.PropDCID":
    """Return how a dataset of one chunk of another dataset is stored, from which some filters were left out."""
    from h5py import h5p, h5z

    stored, used = dataset.id.get_create_plist(), h5p.create(h5p.DATASET_CREATE)
    used.set_chunk(dataset.chunks)
    for i in range(stored.get_nfilters()):
        kind, flags, numbers, _ = stored.get_filter(i)
        # HDF5 does not shuffle values of variable length, for which it states no width.
        if not skipped >> i & 1 and (kind != h5z.FILTER_SHUFFLE or numbers):
            used.set_filter(kind, flags, numbers)
    return used
