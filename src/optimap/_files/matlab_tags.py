"""Elements of MATLAB files of version 5 (``.mat`` of MATLAB 5 to 7), checked before SciPy sees them.

SciPy looks the type of values up in a table without asking whether it is there; one wrong byte ends the process. It
also reserves memory for as many cells as a header claims, and takes many bytes for each character. `check_matlab` walks
over the tags of the variables that are about to be read, also of compressed and nested ones, and raises a `ValueError`
for what cannot be. The values are skipped, and those of numeric variables not even decompressed. Files of version 4 are
read by SciPy in Python, safely.

`list_matlab` lists the variables from the same tags, since SciPy cannot list files with objects of MATLAB's own, such
as strings in double quotes, dates and tables.
"""

import math
import struct
import zlib
from collections.abc import Callable, Container
from pathlib import Path
from typing import IO, NamedTuple

from .._base import budget
from .justified import DEFLATE

# Types of elements.
INT8, INT32, UINT32, MATRIX, COMPRESSED, UTF8 = 1, 5, 6, 14, 15, 16
NUMBERS = frozenset((1, 2, 3, 4, 5, 6, 7, 9, 12, 13))
TEXTS = frozenset((1, 2, 3, 4, 5, 6, 16, 17, 18))
# Classes of arrays; those of numbers follow.
CELL, STRUCT, OBJECT, CHAR, SPARSE, FIRST_NUMERIC, LAST_NUMERIC, FUNCTION, OPAQUE = 1, 2, 3, 4, 5, 6, 15, 16, 17
KINDS = (
    *("cell", "struct", "object", "char", "sparse", "double", "single", "int8", "uint8", "int16", "uint16", "int32"),
    *("uint32", "int64", "uint64", "function", "opaque"),
)  # of these classes, as SciPy calls them
IS_COMPLEX, IS_LOGICAL = 0x0800, 0x0200
HEADER_BYTES = 128
WORKSPACE = "__function_workspace__"  # what SciPy calls a variable without a name
DEEPEST = 64  # arrays in cells in cells
MOST_DIMENSIONS = 32
MOST_BLANKS = 10_000  # text of blanks that is stored as nothing, as some versions of MATLAB do
LARGEST_NUMBER, LONGEST_CHARACTER = 8, 4  # bytes of one, as it is stored
TAKEN = 16  # bytes of memory that SciPy takes for a character
PIECE = 2**16
MOST_KEPT = 2**22  # bytes of an element that are looked at

Read = Callable[[int], bytes]  # returns at most so many of the next bytes


class Variable(NamedTuple):
    """A variable of a file; the shape of objects of MATLAB's own is unknown."""

    name: str
    shape: tuple[int, ...]
    kind: str


def list_matlab(path: Path) -> list[Variable]:
    """Return the variables of a file of version 4 to 7.

    Raises
    ------
    ValueError
        As `check_matlab`; for version 4, whatever SciPy raises.
    """
    listed = _walked(path, None)
    if listed is None:
        from scipy.io import whosmat

        return [Variable(name, tuple(shape), kind) for name, shape, kind in whosmat(path)]
    return listed


def check_matlab(path: Path, names: Container[str] | None = None) -> None:
    """Raise an error if the named variables (None: only what is said about each) cannot be what a file says.

    Raises
    ------
    ValueError
        With what is wrong, without the name of the file.
    """
    _walked(path, names)


def _walked(path: Path, names: Container[str] | None) -> list[Variable] | None:
    """Check the named variables, and return all; None for a file of another version."""
    listed = list[Variable]()
    size = path.stat().st_size
    most = max(budget().free_bytes, DEFLATE * size) // TAKEN
    with open(path, "rb") as file:
        start = file.read(HEADER_BYTES)
        # Too short for any array, version 4, or version 7.3, which is HDF5.
        if len(start) < HEADER_BYTES or 0 in start[:4] or start[124 + (start[126:127] == b"I")] == 2:
            return None
        order = "<" if start.endswith(b"IM") else ">"
        place = HEADER_BYTES
        while place < size:
            file.seek(place)
            tag = file.read(8)
            if len(tag) < 8:
                raise ValueError("it ends within the tag of a variable")
            kind, nbytes = struct.unpack(f"{order}II", tag)
            place += 8 + nbytes
            if place > size:
                raise ValueError(f"a variable ends {place - size} bytes beyond the end of the file")
            listed.append(_check_variable(file, kind, nbytes, order, names, most))
    return listed


def _check_variable(
    file: IO[bytes], kind: int, nbytes: int, order: str, names: Container[str] | None, most: int
) -> Variable:
    """Check a variable of a file, at the place after its tag, and return it; texts have at most so many characters."""
    if kind == COMPRESSED:
        inflate = _inflated(file, nbytes)
        inner = _Elements(inflate, 8, order, most)
        kind, unpacked = inner.full_tag()
        if unpacked > DEFLATE * nbytes:
            raise ValueError(f"{nbytes} compressed bytes are said to be {unpacked}")
        elements = _Elements(inflate, unpacked, order, most)
    else:
        elements = _Elements(file.read, nbytes, order, most)
    if kind != MATRIX:
        raise ValueError(f"an element of type {kind} is where a variable should be")
    return elements.array(names, is_last=True)


def _inflated(file: IO[bytes], nbytes: int) -> Read:
    """Return a function that returns the next bytes of a compressed element."""
    inflate, left, ready = zlib.decompressobj(), nbytes, bytearray()

    def read(wanted: int) -> bytes:
        nonlocal left
        while len(ready) < wanted and not inflate.eof:
            packed = inflate.unconsumed_tail
            if not packed:
                packed = file.read(min(PIECE, left))
                left -= len(packed)
                if not packed:
                    break
            try:
                ready.extend(inflate.decompress(packed, PIECE))
            except zlib.error as error:
                raise ValueError(f"an array cannot be decompressed: {error}") from error
        found = bytes(ready[:wanted])
        del ready[:wanted]
        return found

    return read


class _Elements:
    """The elements of an array, one after the other."""

    def __init__(self, read: Read, nbytes: int, order: str, most_characters: int) -> None:
        self._read, self._left, self._order, self._most = read, nbytes, order, most_characters

    def take(self, nbytes: int) -> bytes:
        """Return the next bytes."""
        if nbytes > self._left:
            raise ValueError(f"an element of {nbytes} bytes is larger than the array that it is in")
        found = self._read(nbytes)
        if len(found) < nbytes:
            raise ValueError("it ends within an array")
        self._left -= nbytes
        return found

    def skip(self, nbytes: int) -> None:
        """Pass over bytes, piece by piece."""
        if nbytes > self._left:
            raise ValueError(f"an element of {nbytes} bytes is larger than the array that it is in")
        while nbytes:
            nbytes -= len(self.take(min(nbytes, PIECE)))

    def full_tag(self) -> tuple[int, int]:
        """Return type and number of bytes of an element of any size."""
        kind, nbytes = struct.unpack(f"{self._order}II", self.take(8))
        return kind, nbytes

    def element(self, kinds: Container[int], what: str, is_last: bool = False, most: int | None = None) -> bytes:
        """Check the type of an element, and that it has at most so many bytes; return them, or one if they are many.

        The last values are not read.
        """
        first = self.take(4)
        (word,) = struct.unpack(f"{self._order}I", first)
        small = word >> 16  # up to four bytes are stored in the tag
        kind, nbytes = (word & 0xFFFF, small) if small else (word, struct.unpack(f"{self._order}I", self.take(4))[0])
        if kind not in kinds:
            raise ValueError(f"{what} are of the unknown type {kind}")
        if most is not None and nbytes > most:
            raise ValueError(f"{what} have {nbytes} bytes, although {most} are enough for the array that they are in")
        if small > 4:
            raise ValueError(f"{what} have {small} bytes in a tag, which has room for 4")
        if small:
            return self.take(4)[:small]
        if is_last and nbytes <= self._left:
            return b""
        padded = nbytes + -nbytes % 8
        if nbytes > MOST_KEPT:
            self.skip(padded)
            return b"\0"
        # SciPy reads the last element also without the bytes that fill it up.
        found = self.take(min(padded, max(nbytes, self._left)))
        return found[:nbytes]

    def array(self, names: Container[str] | None, is_last: bool = False, depth: int = 0) -> Variable:
        """Check an array, after its tag, and return what it is."""
        if depth > DEEPEST:
            raise ValueError(f"arrays are nested more than {DEEPEST} deep")
        kind, nbytes = self.full_tag()
        if (kind, nbytes) != (UINT32, 8):
            raise ValueError("an array does not begin with its class")
        flags, _ = struct.unpack(f"{self._order}II", self.take(8))
        array_class = flags & 0xFF
        if not CELL <= array_class <= OPAQUE:
            raise ValueError(f"an array has the unknown class {array_class}")
        if array_class == OPAQUE:
            return Variable(self._opaque(names, depth), (), KINDS[OPAQUE - 1])
        shape = self._shape()
        name = self.element((INT8, UTF8), "names").decode("latin-1") or WORKSPACE
        if names is not None and (depth or name in names):
            self._content(array_class, math.prod(shape), bool(flags & IS_COMPLEX), is_last, depth)
        return Variable(name, shape, "logical" if flags & IS_LOGICAL else KINDS[array_class - 1])

    def _shape(self) -> tuple[int, ...]:
        """Return the shape that an array should have."""
        dimensions = self.element((INT32, UINT32), "dimensions")
        if len(dimensions) % 4 or not 4 <= len(dimensions) <= 4 * MOST_DIMENSIONS:
            raise ValueError(f"an array has {len(dimensions)} bytes of dimensions")
        sizes = struct.unpack(f"{self._order}{len(dimensions) // 4}i", dimensions)
        if min(sizes) < 0:
            raise ValueError(f"an array has the shape {sizes}")
        return sizes

    def _content(self, array_class: int, count: int, is_complex: bool, is_last: bool, depth: int) -> None:
        """Check what follows the name of an array."""
        if array_class == CELL:
            self._nested(count, depth)
        elif array_class in (STRUCT, OBJECT):
            if array_class == OBJECT:
                self.element((INT8, UTF8), "names of classes")
            length = self.element((INT32, UINT32), "lengths of names")
            names = len(self.element((INT8, UTF8), "names of fields"))
            each = int.from_bytes(length, "little" if self._order == "<" else "big") if len(length) == 4 else 0
            if each < 1:
                raise ValueError("names of fields have no length")
            self._nested(count * (names // each), depth)
        elif array_class == CHAR:
            if count > self._most:
                raise ValueError(
                    f"text is said to have {count} characters, more than the {self._most} that it can have"
                )
            if (
                not self.element(TEXTS, "characters", most=LONGEST_CHARACTER * count)
                and self._left == 0
                and count > MOST_BLANKS
            ):
                raise ValueError(f"text is said to have {count} characters, of which none is stored")
        elif array_class == FUNCTION:
            self._nested(1, depth)
        else:
            before = ("rows", "columns") if array_class == SPARSE else ()
            for what in before:
                self.element(NUMBERS, f"numbers of {what}")
            most = None if array_class == SPARSE else LARGEST_NUMBER * count
            self.element(NUMBERS, "values", is_last and not is_complex, most)
            if is_complex:
                self.element(NUMBERS, "imaginary values", is_last, most)

    def _nested(self, count: int, depth: int) -> None:
        """Check arrays inside an array."""
        if count * 8 > self._left:
            raise ValueError(f"{count} arrays are said to lie in {self._left} bytes")
        for _ in range(count):
            kind, nbytes = self.full_tag()
            if kind != MATRIX:
                raise ValueError(f"an element of type {kind} is where an array should be")
            if nbytes:
                if nbytes > self._left:
                    raise ValueError(f"an array of {nbytes} bytes is larger than the one that it is in")
                inner = _Elements(self._read, nbytes, self._order, self._most)
                inner.array((), depth=depth + 1)
                inner.skip(inner._left)
                self._left -= nbytes

    def _opaque(self, names: Container[str] | None, depth: int) -> str:
        """Check an object of a class of MATLAB's own, which is three names and an array; return the first name."""
        name = self.element((INT8, UTF8), "names").decode("latin-1")
        if names is not None:
            for _ in range(2):
                self.element((INT8, UTF8), "names")
            self._nested(1, depth)
        return name
