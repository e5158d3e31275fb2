"""What the pages of a Parquet file become: nothing is decoded that the size of the file cannot justify.

The columns of a file lie in pages. Before each stands a header in the compact form of Thrift, and Arrow takes whatever
memory it states. So all headers are read first, and nothing else of them than sizes, counts and how values are encoded.
Two encodings are refused, in which texts and their lengths may take no bytes at all: optimap does not write them, and
Arrow cannot read them where equal texts are one object.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow.parquet as pq

from ..._base import ArgumentError
from ..._files import DEFLATE, check_justified

# Types of fields in Thrift.
BOOLEANS, BYTE, INTEGERS, INT32, DOUBLE, BINARY, LISTS, MAP, STRUCT = (1, 2), 3, (4, 5, 6), 5, 7, 8, (9, 10), 11, 12
DEEPEST = 8  # structures in structures: statistics in the header of data have 3
# Fields of a header: sizes, and the structures of the kinds of pages, in which values and their encoding are counted.
UNPACKED, PACKED, DATA, TEXTS, DATA_2 = 2, 3, 5, 7, 8
ENCODING = {DATA: 2, TEXTS: 2, DATA_2: 4}
COUNT = 1
UNBOUNDED = {6: "DELTA_LENGTH_BYTE_ARRAY", 7: "DELTA_BYTE_ARRAY"}
SMALLEST = 4  # bytes of a value in a dictionary


def check_pages(file: pq.ParquetFile, path: Path) -> None:
    """Raise an error for pages that state more than the file can hold."""
    about = file.metadata
    groups = [about.row_group(i) for i in range(about.num_row_groups)]
    chunks = [group.column(i) for group in groups for i in range(group.num_columns)]
    sizes = [chunk.total_compressed_size for chunk in chunks]
    if min(sizes, default=0) < 0 or sum(sizes) > path.stat().st_size:
        raise ValueError(f"its columns have {sum(sizes)} bytes")
    unpacked = 0
    with open(path, "rb") as source:
        for chunk in chunks:
            for page in _pages(source, chunk):
                _check_page(page, path)
                unpacked += page.get(UNPACKED, 0)
    check_justified(path, unpacked, DEFLATE, "pages")


def _pages(source: IO[bytes], chunk: Any) -> Iterator[dict[int, Any]]:
    """Yield the headers of a column, as far as Arrow reads them."""
    start, first = chunk.data_page_offset, chunk.dictionary_page_offset
    start = first if first is not None and 0 < first < start else start
    source.seek(start)
    values = 0
    while values < chunk.num_values and source.tell() < start + chunk.total_compressed_size:
        page = _fields(source)
        yield page
        values += (page.get(DATA) or page.get(DATA_2) or {}).get(COUNT, 0)
        source.seek(page.get(PACKED, 0), 1)


def _check_page(page: dict[int, Any], path: Path) -> None:
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


def _fields(source: IO[bytes], depth: int = 0) -> dict[int, Any]:
    """Return the whole numbers and the structures of a structure; what else it has is skipped."""
    found, number = dict[int, Any](), 0
    while head := _byte(source):
        number = number + (head >> 4) if head >> 4 else _integer(source)
        kind = head & 15
        value = None if kind in BOOLEANS else _value(source, kind, depth)
        if kind in (INT32, STRUCT):  # others of this number would be skipped by Arrow, too
            found[number] = value
    return found


def _value(source: IO[bytes], kind: int, depth: int) -> Any:
    """Read a value; return numbers and structures."""
    if depth > DEEPEST:
        raise ValueError("the header of a page is too deep")
    if kind in INTEGERS:
        return _integer(source)
    if kind == STRUCT:
        return _fields(source, depth + 1)
    if kind in LISTS:
        head = _byte(source)
        for _ in range(head >> 4 if head >> 4 < 15 else _varint(source)):
            _value(source, head & 15, depth + 1)
    elif kind == MAP and (count := _varint(source)):
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
