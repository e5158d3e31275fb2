"""What the pages of a Parquet file become: nothing is decoded that the size of the file cannot justify.

The columns of a file lie in pages. Before each stands a header in the compact form of Thrift, and Arrow takes whatever
memory it states. So all headers are read first, and nothing else of them than sizes, counts and how values are encoded.
Where columns lie is read from the end of the file in the same way: damage there can end the process if Arrow is asked.
Two encodings are refused, in which texts and their lengths may take no bytes at all: optimap does not write them, and
Arrow cannot read them where equal texts are one object.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from ..._base import ArgumentError
from ..._files import DEFLATE, check_justified

# Types of fields in Thrift.
BOOLEANS, BYTE, INT32, INT64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = (1, 2), 3, 5, 6, 7, 8, 9, 10, 11, 12
INTEGERS = 4, INT32, INT64
DEEPEST = 12  # structures in structures: statistics at the end of a file have 7
# Fields, by number and type. Of a header: sizes, and the structures of the kinds of pages, with counts and encodings.
UNPACKED, PACKED, DATA, TEXTS, DATA_2 = (2, INT32), (3, INT32), (5, STRUCT), (7, STRUCT), (8, STRUCT)
ENCODING = {DATA: (2, INT32), TEXTS: (2, INT32), DATA_2: (4, INT32)}
COUNT = (1, INT32)
# Of the end of a file: groups of rows, their columns, and of a column the number of values, its size, and its place.
GROUPS, COLUMNS, ABOUT = (4, LIST), (1, LIST), (3, STRUCT)
VALUES, SIZE, DATA_AT, TEXTS_AT = (5, INT64), (7, INT64), (9, INT64), (11, INT64)
UNBOUNDED = {6: "DELTA_LENGTH_BYTE_ARRAY", 7: "DELTA_BYTE_ARRAY"}
SMALLEST = 4  # bytes of a value in a dictionary

Field = tuple[int, int]


def check_pages(path: Path) -> None:
    """Raise an error for pages that state more than the file can hold; Arrow has read the end of the file."""
    unpacked = 0
    with open(path, "rb") as source:
        chunks = _chunks(source)
        sizes = [chunk[SIZE] for chunk in chunks]
        if min(sizes, default=0) < 0 or sum(sizes) > path.stat().st_size:
            raise ValueError(f"its columns have {sum(sizes)} bytes")
        for chunk in chunks:
            for page in _pages(source, chunk):
                _check_page(page, path)
                unpacked += page.get(UNPACKED, 0)
    check_justified(path, unpacked, DEFLATE, "pages")


def _chunks(source: IO[bytes]) -> list[dict[Field, Any]]:
    """Return what is stated at the end of a file about each column in each group of rows."""
    source.seek(-8, 2)
    length = int.from_bytes(source.read(4), "little")
    source.seek(-8 - length, 2)
    columns = [column for group in _fields(source).get(GROUPS, []) for column in group.get(COLUMNS, [])]
    chunks = [column.get(ABOUT, {}) for column in columns]
    if any(field not in chunk for chunk in chunks for field in (VALUES, SIZE, DATA_AT)):
        raise ValueError("it does not state where its columns are")
    return chunks


def _pages(source: IO[bytes], chunk: dict[Field, Any]) -> Iterator[dict[Field, Any]]:
    """Yield the headers of a column, as far as Arrow reads them."""
    start, first = chunk[DATA_AT], chunk.get(TEXTS_AT, 0)
    start = first if 0 < first < start else start
    source.seek(start)
    values = 0
    while values < chunk[VALUES] and source.tell() < start + chunk[SIZE]:
        page = _fields(source)
        yield page
        values += (page.get(DATA) or page.get(DATA_2) or {}).get(COUNT, 0)
        source.seek(page.get(PACKED, 0), 1)


def _check_page(page: dict[Field, Any], path: Path) -> None:
    """Raise an error for a page of negative size, for texts that can become any size, or a dictionary of too many."""
    for kind, encoding in ENCODING.items():
        content = page.get(kind, {})
        if min(content.get(COUNT, 0), page.get(UNPACKED, 0), page.get(PACKED, 0)) < 0:
            raise ValueError("a page has a negative size")
        if content.get(encoding) in UNBOUNDED:
            raise ArgumentError(
                "path",
                path,
                f"has texts that are encoded as {UNBOUNDED[content[encoding]]}, which a few bytes can make any size",
                "write it again with the encodings that pyarrow or pandas choose",
                subject=str(path),
            )
    if page.get(TEXTS, {}).get(COUNT, 0) * SMALLEST > page.get(UNPACKED, 0):
        raise ValueError(f"a dictionary of {page[TEXTS][COUNT]} values has {page.get(UNPACKED, 0)} bytes")


def _fields(source: IO[bytes], depth: int = 0) -> dict[Field, Any]:
    """Return the fields of a structure; only whole numbers, structures and lists have their values.

    Arrow skips a field of another type than the one it expects, so the type is a part of its name.
    """
    found, number = dict[Field, Any](), 0
    while head := _byte(source):
        number = number + (head >> 4) if head >> 4 else _integer(source)
        kind = head & 15
        found[number, kind] = None if kind in BOOLEANS else _value(source, kind, depth)
    return found


def _value(source: IO[bytes], kind: int, depth: int) -> Any:
    """Read a value; return numbers, structures and lists."""
    if depth > DEEPEST:
        raise ValueError("the header of a page is too deep")
    if kind in INTEGERS:
        return _integer(source)
    if kind == STRUCT:
        return _fields(source, depth + 1)
    if kind in (LIST, SET):
        head = _byte(source)
        return [_value(source, head & 15, depth + 1) for _ in range(head >> 4 if head >> 4 < 15 else _varint(source))]
    if kind == MAP and (count := _varint(source)):
        kinds = _byte(source)
        for _ in range(count):
            _value(source, kinds >> 4, depth + 1)
            _value(source, kinds & 15, depth + 1)
    elif kind in (*BOOLEANS, BYTE):
        _byte(source)
    elif kind in (DOUBLE, BINARY):
        source.seek(8 if kind == DOUBLE else _varint(source), 1)
    elif kind != MAP:
        raise ValueError(f"the header of a page has a field of type {kind}")
    return None


def _integer(source: IO[bytes]) -> int:
    value = _varint(source)
    return (value >> 1) ^ -(value & 1)


def _varint(source: IO[bytes]) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = _byte(source)
        value |= (byte & 127) << shift
        if byte < 128:
            return value
    raise ValueError("the header of a page has a number of more than 64 bits")


def _byte(source: IO[bytes]) -> int:
    byte = source.read(1)
    if not byte:
        raise ValueError("a page begins where the file ends")
    return byte[0]
