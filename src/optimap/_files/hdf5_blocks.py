"""Blocks of an HDF5 file that describe its structure are looked at before the library, which trusts them, has them.

One damaged number makes HDF5 loop for ever, fill the memory or exhaust the stack, in structures that have no checksum:
heaps of text, whose objects should follow each other; trees, whose nodes should lead to others on the right and below;
lists of free places in heaps of names. `Blocks` follows each as far as it is read, and raises an error where it leads
in a circle or too far. Lengths of text in attributes are looked at in `hdf5_lengths`.
"""

import struct
from collections.abc import Callable
from pathlib import Path

from .._base import DamagedFileError
from .hdf5_lengths import check_notes, describes_objects

SIGNATURE = b"\x89HDF\r\n\x1a\n"
SIZES = (8, 8)  # bytes of addresses and lengths
# A collection of a heap of text: signature, version, size of the whole; its objects: number, references, size.
HEAP, HEAP_OBJECT = struct.Struct("<4sB3xQ"), struct.Struct("<HH4xQ")
HEAP_START = b"GCOL"
# A heap of names: signature, version, size of the names, first free place, their address.
NAMES, FREE_PLACE, NO_MORE = struct.Struct("<4sB3xQQQ"), struct.Struct("<QQ"), 1
# A node of a tree: signature, kind (groups or chunks), level, children, the nodes to the left and to the right. The
# children follow, each after a key.
NODE, CHILD = struct.Struct("<4sBBHQQ"), struct.Struct("<Q")
OF_GROUPS, OF_CHUNKS = 0, 1
KEY_OF_GROUPS = 8
KEYS_OF_CHUNKS = [8 * (axes + 2) for axes in range(1, 33)]
NOWHERE = 2**64 - 1
SHORTEST_START = 16  # bytes of the first block that the library may read before the others
SMALLEST, LARGEST = 32, 2**20  # bytes of blocks that are looked at; larger ones hold pixels, or are heaps of text


class Blocks:
    """The blocks of a file, as the library reads them; ``read(place, nbytes)`` reads from the same file."""

    def __init__(self, path: Path, size: int, read: Callable[[int, int], bytes]) -> None:
        self._path, self._size, self._read = path, size, read
        self._start = 0
        self._right: dict[int, int] = {}  # of nodes: where chains to the right lead, as far as they are known

    def look_at(self, block: memoryview, place: int) -> None:
        """Raise an error for a block that HDF5 would not survive; pixels pass."""
        start = bytes(block[:8])
        least = SHORTEST_START if start == SIGNATURE else SMALLEST
        if not least <= len(block) <= LARGEST and start[:4] != HEAP_START:
            return
        if start == SIGNATURE:
            at = 13 if block[8] < 2 else 9
            self._start = place
            if at + 2 <= self._size and tuple(block[at : at + 2]) != SIZES:
                problem = f"has addresses and lengths of {block[at]} and {block[at + 1]} bytes, where HDF5 uses 8"
                raise DamagedFileError("path", self._path, problem, "copy the file again", subject=str(self._path))
        elif start[:4] == HEAP_START:
            self._check_heap(block, place - self._start)
        elif start[:4] == b"TREE":
            self._check_node(block, place - self._start)
        elif start[:4] == b"HEAP":
            self._check_names(block)
        elif describes_objects(content := bytes(block)):
            check_notes(self._path, content, self._size, self._read_here)

    def _check_heap(self, block: memoryview, address: int) -> None:
        """Raise an error unless the objects of a heap follow each other up to its end, which the library reads next."""
        _, _, size = HEAP.unpack_from(block)
        if size > self._size:
            raise self._damaged("text in it is said to be larger than the file")
        whole = bytes(block)
        if size > len(block):
            whole += self._read_here(address + len(block), size - len(block))
        place, end = HEAP.size, min(size, len(whole))
        while place + HEAP_OBJECT.size <= end:
            number, _, nbytes = HEAP_OBJECT.unpack_from(whole, place)
            # The object with number 0 is the free space, whose size includes its own header.
            step = nbytes if number == 0 else HEAP_OBJECT.size + nbytes + -nbytes % 8
            if step < HEAP_OBJECT.size or place + step > size:
                raise self._damaged("text in it is said to be larger than the heap that holds it")
            place += step

    def _check_names(self, block: memoryview) -> None:
        """Raise an error if the list of free places in a heap of names leads in a circle."""
        _, _, size, place, address = NAMES.unpack_from(block)
        names = self._read_here(address, size) if address < self._size and size <= self._size else b""
        seen: set[int] = set()
        while place != NO_MORE and place + FREE_PLACE.size <= len(names):
            if place in seen:
                raise self._damaged("the list of free places in a group leads in a circle")
            seen.add(place)
            place, _ = FREE_PLACE.unpack_from(names, place)

    def _check_node(self, block: memoryview, place: int) -> None:
        """Raise an error if a node of a tree leads in a circle, to the right or below."""
        _, kind, level, count, _, right = NODE.unpack_from(block)
        if right != NOWHERE and self._right.get(place) is None:
            if self._last(right) == place:
                raise self._damaged("a list of its contents leads in a circle")
            self._right[place] = right
        if level == 0 or not count:
            return
        keys = [KEY_OF_GROUPS] if kind == OF_GROUPS else KEYS_OF_CHUNKS  # the number of axes is not known here
        if not any(self._has_children(block, key, kind, level, count) for key in keys):
            raise self._damaged("a list of its contents leads to itself")

    def _last(self, node: int) -> int:
        """Return where a chain to the right ends, as far as it is known; the next time takes fewer steps."""
        while (following := self._right.get(node)) is not None:
            further = self._right.get(following)
            if further is not None:
                self._right[node] = further
            node = following
        return node

    def _has_children(self, block: memoryview, key: int, kind: int, level: int, count: int) -> bool:
        """Return whether all children of a node are nodes one level below, if keys have a number of bytes."""
        step = key + CHILD.size
        if NODE.size + count * step > len(block):
            return False
        expected = struct.pack("<4sBB", b"TREE", kind, level - 1)
        places = (CHILD.unpack_from(block, NODE.size + key + i * step)[0] for i in range(count))
        return all(place < self._size and self._read_here(place, 6) == expected for place in places)

    def _read_here(self, address: int, nbytes: int) -> bytes:
        return self._read(self._start + address, nbytes)

    def _damaged(self, why: str) -> DamagedFileError:
        problem = f"is damaged, because {why}"
        return DamagedFileError("path", self._path, problem, "copy the file again", subject=str(self._path))
