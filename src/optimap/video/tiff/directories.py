"""The directories of pages in a TIFF file: where they are, what the tags that matter say, and whether all are there.

tifffile builds an object for each page, which takes seconds for 70,000 pages, and it stops silently if the chain of
pages ends early. Here the chain is followed to its end, and the tags of all pages become columns of numbers. Only tags
that describe how pixels are stored are read; everything else in a file is left to tifffile.
"""

import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from ..._base import ArgumentError, Array

Numbers = NDArray[np.int64]

# Bytes of one value, by the type code in tags.
VALUE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
WIDTH, HEIGHT, BITS, COMPRESSION, DESCRIPTION, STRIP_OFFSETS, SAMPLES = 256, 257, 258, 259, 270, 273, 277
ROWS_PER_STRIP, STRIP_BYTES, PLANAR, PREDICTOR, TILE_OFFSETS, TILE_BYTES, SAMPLE_FORMAT = (
    278,
    279,
    284,
    317,
    324,
    325,
    339,
)
FILL_ORDER, TILE_WIDTH, TILE_HEIGHT, JPEG_TABLES = 266, 322, 323, 347
# Tags that decide the size and the type of an image, and those that decide how it is stored; absent ones count as 0.
SIZE_AND_TYPE = (WIDTH, HEIGHT, BITS, SAMPLES, SAMPLE_FORMAT)
STORAGE = (COMPRESSION, ROWS_PER_STRIP, PLANAR, PREDICTOR, FILL_ORDER, TILE_WIDTH, TILE_HEIGHT, JPEG_TABLES)
PLACES = (STRIP_OFFSETS, STRIP_BYTES, TILE_OFFSETS, TILE_BYTES, DESCRIPTION)
PAGES_AT_ONCE = 1 << 14  # whose directories are in memory together


@dataclass(frozen=True)
class Column:
    """One tag of all pages: type codes, numbers of values (0: absent), single values, and where the values are."""

    kinds: Numbers
    counts: Numbers
    values: Numbers
    places: Numbers


@dataclass(frozen=True)
class Directories:
    """The directories of all pages of a file."""

    path: Path
    order: str
    size: int
    starts: Numbers
    columns: dict[int, Column]

    def __len__(self) -> int:
        return len(self.starts)

    def unlike_first(self, tags: Iterable[int]) -> Numbers:
        """Return the numbers of the pages in which one of these tags differs from that of page 0."""
        unlike = np.zeros(len(self), bool)
        for tag in tags:
            column = self.columns[tag]
            unlike |= column.counts != column.counts[0]
            if column.counts[0] == 1:
                unlike |= column.values != column.values[0]
        return np.flatnonzero(unlike)

    def ends(self, tag: int) -> tuple[Numbers, Numbers]:
        """Return the first and the last value of a tag for each page; all pages have as many values of one type."""
        column = self.columns[tag]
        count, kind = int(column.counts[0]), int(column.kinds[0])
        if count == 1:
            return column.values, column.values
        step = VALUE_BYTES[kind]
        raw = np.memmap(self.path, np.uint8, mode="r")
        first, last = (_numbers(raw, column.places + shift, self.order, step) for shift in (0, step * (count - 1)))
        return first, last


def read_directories(path: Path) -> Directories:
    """Follow the chain of directories to its end, or raise an error: a chain that leaves the file is truncated."""
    size = path.stat().st_size
    with open(path, "rb") as file:
        start = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(start[:2], "")
    version = struct.unpack_from(f"{order}H", start, 2)[0] if order and len(start) == 16 else 0
    if version not in (42, 43):
        problem = f"is not a TIFF file, because its first bytes are {start[:4]!r}"
        raise ArgumentError("path", path, problem, "give a TIFF file, or correct its suffix", subject=str(path))
    is_big = version == 43
    raw = np.memmap(path, np.uint8, mode="r")
    starts, entries = _follow(path, raw, order, is_big)
    columns = _columns(raw, np.array(starts, np.int64), np.array(entries, np.int64), order, is_big)
    if starts:
        _check_values(path, raw, starts[0], entries[0], order, is_big)
    return Directories(path, order, size, np.array(starts, np.int64), columns)


def _follow(path: Path, raw: Array, order: str, is_big: bool) -> tuple[list[int], list[int]]:
    """Return the start of each directory and the number of its entries."""
    # Classic: counts of 2, offsets of 4 bytes, entries of 12. BigTIFF: 8, 8 and 20.
    count_code, offset_code, entry = ("Q", "Q", 20) if is_big else ("H", "I", 12)
    unpack_count, unpack_offset = struct.Struct(order + count_code), struct.Struct(order + offset_code)
    content, size = memoryview(raw.data), len(raw)
    seen: set[int] = set()
    starts: list[int] = []
    entries: list[int] = []
    (offset,) = unpack_offset.unpack_from(content, 8 if is_big else 4)
    while offset:
        if offset in seen:
            problem = f"is damaged, because the page after page {len(seen) - 1} is an earlier one"
            raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))
        count = unpack_count.unpack_from(content, offset)[0] if offset + unpack_count.size <= size else 0
        link = offset + unpack_count.size + count * entry
        if not count or link + unpack_offset.size > size:
            refuse_truncated(path, f"page {len(seen)} should start at byte {offset}, but the file has {size} bytes")
        seen.add(offset)
        starts.append(offset)
        entries.append(count)
        (offset,) = unpack_offset.unpack_from(content, link)
    return starts, entries


def refuse_truncated(path: Path, reason: str) -> NoReturn:
    """Raise the error for a file that is too short."""
    problem = f"is truncated ({reason})"
    raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))


def _entry(order: str, is_big: bool) -> "np.dtype[Any]":
    """Return the layout of one entry of a directory."""
    number, inline = ("u8", 8) if is_big else ("u4", 4)
    return np.dtype([("tag", order + "u2"), ("kind", order + "u2"), ("count", order + number), ("value", "u1", inline)])


def _columns(raw: Array, starts: Numbers, entries: Numbers, order: str, is_big: bool) -> dict[int, Column]:
    """Return the columns of the tags that matter, from pages with the same number of entries at a time."""
    tags = (*SIZE_AND_TYPE, *STORAGE, *PLACES)
    found = {tag: Column(*np.zeros((4, len(starts)), np.int64)) for tag in tags}
    entry, head = _entry(order, is_big), 8 if is_big else 2
    for count in np.unique(entries):
        group = np.flatnonzero(entries == count)
        for first in range(0, len(group), PAGES_AT_ONCE):
            pages = group[first : first + PAGES_AT_ONCE]
            tables = raw[(starts[pages] + head)[:, None] + np.arange(count * entry.itemsize)].view(entry)
            for tag in tags:
                rows, places = np.nonzero(tables["tag"] == tag)
                if len(rows):
                    at = starts[pages[rows]] + head + places * entry.itemsize
                    _fill(found[tag], pages[rows], tables[rows, places], at, order)
    return found


def _fill(column: Column, pages: Numbers, entries: Array, at: Numbers, order: str) -> None:
    """Enter one tag of some pages into its column; `at` is where their entries are."""
    kinds, counts = entries["kind"].astype(np.int64), entries["count"].astype(np.int64)
    value = np.ascontiguousarray(entries["value"])
    inline = value.shape[1]
    wide = value.view(f"{order}u{inline}")[:, 0].astype(np.int64)
    single = np.select(
        [np.isin(kinds, (1, 2, 6, 7)), np.isin(kinds, (3, 8)), np.isin(kinds, (4, 9, 13))],
        [value[:, 0], value[:, :2].copy().view(f"{order}u2")[:, 0], value[:, :4].copy().view(f"{order}u4")[:, 0]],
        wide,
    )
    sizes = np.array([VALUE_BYTES.get(kind, 0) for kind in range(256)])[np.minimum(kinds, 255)]
    column.kinds[pages], column.counts[pages], column.values[pages] = kinds, counts, single
    column.places[pages] = np.where(sizes * counts <= inline, at + entries.dtype.itemsize - inline, wide)


def _numbers(raw: Array, places: Numbers, order: str, width: int) -> Numbers:
    """Return the whole number of `width` bytes at each place."""
    if len(places) and int(places.max()) + width > len(raw):
        raise ValueError("a table of strips is beyond the end of the file")
    found: Numbers = raw[places[:, None] + np.arange(width)].view(f"{order}u{width}")[:, 0].astype(np.int64)
    return found


def _check_values(path: Path, raw: Array, start: int, count: int, order: str, is_big: bool) -> None:
    """Raise an error if a value of the first page is truncated: the OME description of all pages may come last."""
    entry, head = _entry(order, is_big), 8 if is_big else 2
    table = raw[start + head : start + head + count * entry.itemsize].view(entry)
    inline = entry["value"].itemsize
    for row in table:
        value_bytes = VALUE_BYTES.get(int(row["kind"]), 0) * int(row["count"])
        end = int(row["value"].view(f"{order}u{inline}")[0]) + value_bytes
        if value_bytes > inline and end > len(raw):
            refuse_truncated(path, f"its description needs {end} bytes, but the file has {len(raw)}")


class OpenFile:
    """A file that is read at given places, by several threads at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = open(path, "rb", buffering=0)  # noqa: SIM115 - closed by `close`
        self._moving = Lock()

    def read(self, place: int, count: int) -> bytes:
        """Return bytes; fewer than asked for only at the end of the file."""
        buffer = bytearray(count)
        return bytes(buffer[: self.read_into(place, memoryview(buffer))])

    def read_into(self, place: int, buffer: memoryview) -> int:
        """Fill a buffer; return the number of bytes that were there."""
        got = 0
        while got < len(buffer):
            read = self._read_some(place + got, buffer[got:])
            if not read:
                break
            got += read
        return got

    def _read_some(self, place: int, buffer: memoryview) -> int:
        if hasattr(os, "preadv"):
            return os.preadv(self._file.fileno(), [buffer], place)
        with self._moving:  # Windows: a file has a single read position
            self._file.seek(place)
            return self._file.readinto(buffer) or 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()
