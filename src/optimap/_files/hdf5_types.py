"""Types of values in HDF5 files, as they are stored: where in a value the lengths of text and lists of any length are.

The library states the type of a dataset (`library_type`), but attributes are read before anybody can ask it, so their
types are taken from the bytes that describe them (`stored_type`). Compound types have members, arrays have items, and
each of them may be text. Lists of lists are refused, because the lengths of the inner ones lie in heaps.
"""

import math
from typing import TYPE_CHECKING, NamedTuple

from .._base import counted

if TYPE_CHECKING:
    import h5py

# Classes of types, and the bytes that describe them further, where their number is fixed.
OPAQUE, COMPOUND, ENUM, VARIABLE, ARRAY, COMPLEX = 5, 6, 8, 9, 10, 11
DETAILS = {0: 4, 1: 12, 2: 2, 3: 0, 4: 4, 7: 0}
HEADER = 8  # bytes: class and version, three bytes of details, the size of a value
DEEPEST, MOST_PARTS = 16, 10_000  # types in types, texts in a value
IN_PLACE = 16  # bytes of what is stored in place of a text or list


class Part(NamedTuple):
    """A text or a list in a value: where its length is, and how many bytes one item has at least."""

    offset: int
    each: int


class StoredType(NamedTuple):
    """The bytes of one value, where its description ends, and what in it is of variable length."""

    size: int
    end: int
    parts: tuple[Part, ...] = ()


def stored_type(block: bytes, at: int, depth: int = 0) -> StoredType:
    """Return the type that is described at a place.

    Raises
    ------
    IndexError
        If it is none, or the block ends within it.
    ValueError
        If it is one of lists of lists, or of others that are not looked into.
    """
    if depth > DEEPEST:
        raise ValueError("types are nested too deep")
    kind, version, size = block[at] & 15, block[at] >> 4, _number(block, at + 4, 4)
    count, end = _number(block, at + 1, 2), at + HEADER
    if kind in DETAILS:
        return StoredType(size, end + DETAILS[kind])
    if kind == OPAQUE:
        return StoredType(size, end + (count & 255))
    if kind == COMPOUND:
        return _compound(block, end, version, size, count, depth)
    if kind not in (ENUM, VARIABLE, ARRAY, COMPLEX):
        raise IndexError(f"class {kind} is not known")
    sizes: tuple[int, ...] = ()
    if kind == ARRAY:
        rank, start = block[end], end + (1 if version >= 3 else 4)
        sizes = tuple(_number(block, start + 4 * i, 4) for i in range(rank))
        end = start + (4 if version >= 3 else 8) * rank
    within = stored_type(block, end, depth + 1)
    end = within.end
    if kind == ENUM:
        for _ in range(count):
            end = _behind_name(block, end, version)
        end += count * within.size
    if kind == VARIABLE:
        _check_lists(count)
        return StoredType(size, end, _list_of(within))
    return StoredType(size, end, tuple(_repeated(within.parts, within.size, math.prod(sizes))))


def _compound(block: bytes, end: int, version: int, size: int, count: int, depth: int) -> StoredType:
    """Return a type that has members, each with a name and an offset."""
    parts: list[Part] = []
    width = 4 if version < 3 else 1 + max(0, size.bit_length() - 1) // 8
    for _ in range(count):
        end = _behind_name(block, end, version)
        offset, repeats = _number(block, end, width), 1
        if version == 1:  # members may be arrays
            repeats = math.prod(_number(block, end + 16 + 4 * i, 4) for i in range(min(block[end + 4], 4)))
        member = stored_type(block, end + (32 if version == 1 else width), depth + 1)
        parts += _repeated([Part(offset + part.offset, part.each) for part in member.parts], member.size, repeats)
        end = member.end
    return StoredType(size, end, tuple(parts))


def _behind_name(block: bytes, at: int, version: int) -> int:
    """Return where a name ends, which is filled up to 8 bytes in older versions."""
    stop = block.find(b"\0", at)
    if stop < 0:
        raise IndexError("the block ends within a name")
    length = stop + 1 - at
    return at + (length if version >= 3 else -(-length // 8) * 8)


def _number(block: bytes, at: int, nbytes: int) -> int:
    """Return a number that stands at a place."""
    if at + nbytes > len(block):
        raise IndexError("the block ends within a type")
    return int.from_bytes(block[at : at + nbytes], "little")


def _check_lists(details: int) -> None:
    """Raise an error for lists that are neither lists nor text: HDF5 has no functions for them, and calls these."""
    if details & 15 > 1:
        raise ValueError(f"lists of kind {details & 15} are not known")


def _list_of(within: StoredType) -> tuple[Part, ...]:
    if within.parts:
        raise ValueError("lists of lists are not looked into")
    return (Part(0, max(1, within.size)),)


def _repeated(parts: "list[Part] | tuple[Part, ...]", size: int, count: int) -> list[Part]:
    """Return the parts of an array of values."""
    if parts and count * len(parts) > MOST_PARTS:
        raise ValueError(f"a value has {counted(count * len(parts), 'text')} or lists")
    return [Part(i * size + part.offset, part.each) for i in range(count if parts else 0) for part in parts]


def library_type(kind: "h5py.h5t.TypeID") -> StoredType:
    """Return how the values of a dataset are stored, whose type the library states as it would be in memory.

    There, text is an address of 8 bytes, which changes what lies behind it.

    Raises
    ------
    ValueError
        If it is a type of lists of lists.
    """
    from h5py import h5t

    found, parts, size = kind.get_class(), list[Part](), int(kind.get_size())
    if found == h5t.STRING and kind.is_variable_str():
        return StoredType(IN_PLACE, 0, (Part(0, 1),))
    if found == h5t.VLEN:
        _check_lists(kind.encode()[3])  # behind two bytes, and the class
        return StoredType(IN_PLACE, 0, _list_of(library_type(kind.get_super())))
    if found == h5t.ARRAY:
        within, count = library_type(kind.get_super()), math.prod(kind.get_array_dims())
        return StoredType(count * within.size, 0, tuple(_repeated(within.parts, within.size, count)))
    if found == h5t.COMPOUND:
        members = sorted((kind.get_member_offset(i), i) for i in range(kind.get_nmembers()))
        longer = 0
        for offset, i in members:
            member, in_memory = library_type(kind.get_member_type(i)), kind.get_member_type(i).get_size()
            parts += [Part(offset + longer + part.offset, part.each) for part in member.parts]
            longer += member.size - in_memory
        size += longer
    return StoredType(size, 0, tuple(parts))
