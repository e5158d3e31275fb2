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
from typing import Literal, NoReturn

import numpy as np
from numpy.typing import NDArray

from .._base import ArgumentError, Array

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
WHOLE = (3, 4, 8, 9, 13, 16, 17, 18)  # types of whole numbers that places and lengths of pixels can have
SINGLE = (1, 2, 3, 4, 6, 7, 8, 9, 13)  # types of whole numbers that may be shorter than the place for a value
# Tags that decide the size and the type of an image, and those that decide how it is stored; absent ones count as 0.
SIZE_AND_TYPE = (WIDTH, HEIGHT, BITS, SAMPLES, SAMPLE_FORMAT)
STORAGE = (COMPRESSION, ROWS_PER_STRIP, PLANAR, PREDICTOR, FILL_ORDER, TILE_WIDTH, TILE_HEIGHT, JPEG_TABLES)
PLACES = (STRIP_OFFSETS, STRIP_BYTES, TILE_OFFSETS, TILE_BYTES, DESCRIPTION)
TAGS = {tag: row for row, tag in enumerate((*SIZE_AND_TYPE, *STORAGE, *PLACES))}
PAGES_AT_ONCE = 1 << 14  # whose entries are compared together
FEW_PAGES = 4
# Bytes that are read for a directory: more if the last ones were close to each other.
FAR, NEAR = 512, 1 << 16
FARTHEST = 2**63 - 1  # byte of a file


class OpenFile:
    """A file that is read at given places, by several threads at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = open(path, "rb", buffering=0)  # noqa: SIM115 - closed by `close`
        self._moving = Lock()

    def read(self, place: int, count: int) -> bytes:
        """Return bytes; fewer than asked for only at the end of the file."""
        if not 0 <= place <= FARTHEST:  # of a damaged file; the system would refuse it
            return b""
        count = max(0, min(count, os.fstat(self._file.fileno()).st_size - place))
        if hasattr(os, "pread"):
            return os.pread(self._file.fileno(), count, place)
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


@dataclass(frozen=True)
class Column:
    """One tag of all pages: type codes, numbers of values (0: absent), single values, and where the values are."""

    kinds: Numbers
    counts: Numbers
    values: Numbers
    places: Numbers


@dataclass(frozen=True)
class Directories:
    """The directories of all pages of a file: where they start and stop, and what they say."""

    path: Path
    order: str
    size: int
    starts: Numbers
    stops: Numbers
    columns: dict[int, Column]

    def __len__(self) -> int:
        return len(self.starts)

    def unlike_first(self, tags: Iterable[int]) -> Numbers:
        """Return the numbers of the pages in which one of these tags differs from that of page 0."""
        unlike = np.zeros(len(self), bool)
        if len(self) < 2:
            return np.flatnonzero(unlike)
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
        width = VALUE_BYTES[kind]
        file = OpenFile(self.path)
        try:
            first, last = (
                b"".join(file.read(place, width) for place in (column.places + shift).tolist())
                for shift in (0, width * (count - 1))
            )
        finally:
            file.close()
        if len(first) + len(last) < 2 * width * len(self):
            raise ValueError("a table of strips is beyond the end of the file")
        return self._whole(first, width), self._whole(last, width)

    def _whole(self, raw: bytes, width: int) -> Numbers:
        return np.frombuffer(raw, f"{self.order}u{width}").astype(np.int64)

    def description(self, page: int, file: OpenFile | None = None) -> str:
        """Return the description of a page, from the file if it is already open."""
        opened = file or OpenFile(self.path)
        try:
            column = self.columns[DESCRIPTION]
            raw = opened.read(int(column.places[page]), int(column.counts[page]))
        finally:
            if file is None:
                opened.close()
        return raw.rstrip(b"\0").decode("utf-8", "replace")

    def storage(self) -> tuple[int | str, ...]:
        """Return what decides how the first page is stored; values of several numbers only by their count."""
        found: list[int | str] = [self.order]
        for tag in (*SIZE_AND_TYPE, *STORAGE) if len(self) else ():
            column = self.columns[tag]
            found += [int(column.counts[0]), int(column.values[0]) if column.counts[0] == 1 else 0]
        return tuple(found)


def read_directories(path: Path) -> Directories:
    """Follow the chain of directories to its end, or raise an error: a chain that leaves the file is truncated."""
    file = OpenFile(path)
    try:
        size = path.stat().st_size
        start = file.read(0, 16)
        order = {b"II": "<", b"MM": ">"}.get(start[:2], "")
        version = struct.unpack_from(f"{order}H", start, 2)[0] if order and len(start) >= 4 else 0
        if version not in (42, 43):
            problem = f"is not a TIFF file, because its first bytes are {start[:4]!r}"
            raise ArgumentError("path", path, problem, "give a TIFF file, or correct its suffix", subject=str(path))
        if len(start) < 16:
            problem = f"is truncated, because its {len(start)} bytes hold no image"
            raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))
        layout = Layout(order, version == 43)
        (offset,) = struct.unpack_from(order + layout.offset_code, start, 8 if layout.is_big else 4)
        starts, tables = _follow(file, size, layout, offset)
    finally:
        file.close()
    if starts:
        _check_values(path, size, layout, tables[0])
    several = len(starts) > FEW_PAGES
    columns = (_columns if several else _few_columns)(np.array(starts, np.int64), tables, layout)
    _check_types(path, columns)
    lengths = layout.head + np.array([len(table) for table in tables], np.int64) + layout.offset.size
    return Directories(path, order, size, np.array(starts, np.int64), np.array(starts, np.int64) + lengths, columns)


def _check_types(path: Path, columns: dict[int, Column]) -> None:
    """Raise an error if the places or lengths of pixels are not whole numbers of at least 16 bits."""
    for tag in (STRIP_OFFSETS, STRIP_BYTES, TILE_OFFSETS, TILE_BYTES):
        wrong = (columns[tag].counts > 0) & ~np.isin(columns[tag].kinds, WHOLE)
        if wrong.any():
            page = int(wrong.argmax())
            kind = columns[tag].kinds[page]
            problem = f"is damaged, because page {page} states the places of its pixels as values of type {kind}"
            raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))


class Layout:
    """The sizes of the fields of a directory: classic has counts of 2 and offsets of 4 bytes, BigTIFF both of 8."""

    def __init__(self, order: str, is_big: bool) -> None:
        self.order, self.is_big = order, is_big
        self.offset_code, self.head, self.inline = ("Q", 8, 8) if is_big else ("I", 2, 4)
        self.count = struct.Struct(order + ("Q" if is_big else "H"))
        self.offset = struct.Struct(order + self.offset_code)
        self.entry = struct.Struct(f"{order}HH{self.offset_code}{self.inline}s")


def _follow(file: OpenFile, size: int, layout: Layout, offset: int) -> tuple[list[int], list[bytes]]:
    """Return the start of each directory, and its entries."""
    path, head, entry = file.path, layout.head, layout.entry.size
    count_at, offset_at = layout.count.unpack_from, layout.offset.unpack_from
    seen: set[int] = set()
    starts: list[int] = []
    tables: list[bytes] = []
    window, at, ahead, nbytes = b"", 0, FAR, 0  # bytes of all directories
    while offset:
        if offset in seen:
            problem = f"is damaged, because the page after page {len(seen) - 1} is an earlier one"
            raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))
        if not at <= offset <= at + len(window) - FAR:
            ahead = NEAR if 0 < offset - at < NEAR else FAR
            window, at = file.read(offset, ahead), offset
        place = offset - at
        count = count_at(window, place)[0] if len(window) >= place + head else 0
        link = place + head + count * entry
        if not count or at + link + layout.offset.size > size:
            refuse_truncated(path, f"page {len(seen)} should start at byte {offset}, but the file has {size} bytes")
        if link + layout.offset.size > len(window):
            window, at = file.read(offset, head + count * entry + FAR), offset
            place, link = 0, head + count * entry
        seen.add(offset)
        nbytes += link - place
        if nbytes > size:
            problem = f"is damaged, because the directories of its first {len(seen)} pages share their bytes"
            raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))
        starts.append(offset)
        tables.append(window[place + head : link])
        before, (offset,) = offset, offset_at(window, link)
        if len(starts) > FEW_PAGES and NEAR // 8 > offset - before == before - starts[-2] > 0:
            found = _run(file, layout, offset, offset - before, count)
            starts += [start for start, _ in found]
            tables += [table for _, table in found]
            seen.update(starts[len(starts) - len(found) :])
            offset = offset + len(found) * (offset - before)
    return starts, tables


def _run(file: OpenFile, layout: Layout, offset: int, step: int, count: int) -> list[tuple[int, bytes]]:
    """Return directories that are stored at equal, small distances from `offset` on: the start and the entries of each.

    Most programs store those of a stack like this. Comparing them at once is several times as fast as one by one.
    """
    link = layout.head + count * layout.entry.size
    window = file.read(offset, NEAR)
    number = (len(window) - link - layout.offset.size) // step
    if number < 1:
        return []
    counts, links = (
        np.ndarray(number, f"{layout.order}u{code.size}", window, place, step)
        for code, place in ((layout.count, 0), (layout.offset, link))
    )
    follows = (counts == count) & (links == offset + step * np.arange(1, number + 1))
    found = number if follows.all() else int(np.argmin(follows))
    return [(offset + i * step, window[i * step + layout.head : i * step + link]) for i in range(found)]


def refuse_truncated(path: Path, reason: str) -> NoReturn:
    """Raise the error for a file that is too short."""
    problem = f"is truncated ({reason})"
    raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))


def _few_columns(starts: Numbers, tables: list[bytes], layout: Layout) -> dict[int, Column]:
    """Return the columns of the tags that matter, one entry at a time: faster than NumPy for a page or two."""
    found = np.zeros((len(TAGS), 4, len(starts)), np.uint64)  # as stored: damaged files have any of them
    byte_order: Literal["little", "big"] = "little" if layout.order == "<" else "big"
    for page, table in enumerate(tables):
        for number, (tag, kind, count, value) in enumerate(layout.entry.iter_unpack(table)):
            row = TAGS.get(tag)
            if row is None:
                continue
            width = VALUE_BYTES.get(kind, 0)
            wide = int.from_bytes(value, byte_order)
            single = int.from_bytes(value[:width], byte_order) if 0 < width <= layout.inline else wide
            inside = int(starts[page]) + layout.head + (number + 1) * layout.entry.size - layout.inline
            found[row, :, page] = kind, count, single, inside if width * count <= layout.inline else wide
    return {tag: Column(*found[row].astype(np.int64)) for tag, row in TAGS.items()}


def _columns(starts: Numbers, tables: list[bytes], layout: Layout) -> dict[int, Column]:
    """Return the columns of the tags that matter, from pages with the same number of entries at a time."""
    found = {tag: Column(*np.zeros((4, len(starts)), np.int64)) for tag in TAGS}
    number = f"{layout.order}u{layout.inline}"
    entry = np.dtype(
        [("tag", layout.order + "u2"), ("kind", layout.order + "u2"), ("count", number), ("value", "u1", layout.inline)]
    )
    lengths = np.array([len(table) for table in tables])
    for length in np.unique(lengths):
        group = np.flatnonzero(lengths == length)
        for first in range(0, len(group), PAGES_AT_ONCE):
            pages = group[first : first + PAGES_AT_ONCE]
            rows = np.frombuffer(b"".join(tables[page] for page in pages), entry).reshape(len(pages), -1)
            if (rows[["tag", "kind"]] == rows[0][["tag", "kind"]]).all():
                _fill_alike(found, pages, rows, starts[pages] + layout.head, layout.order)
                continue
            for tag in TAGS:
                at_page, place = np.nonzero(rows["tag"] == tag)
                if len(at_page):
                    at = starts[pages[at_page]] + layout.head + place * entry.itemsize
                    _fill(found[tag], pages[at_page], rows[at_page, place], at, layout.order)
    return found


def _fill_alike(found: dict[int, Column], pages: Numbers, rows: Array, at: Numbers, order: str) -> None:
    """Enter the tags of pages that have the same ones, of the same types, in the same order: nearly all files."""
    inline = rows.dtype["value"].shape[0]
    for place, (tag, kind) in enumerate(zip(rows["tag"][0].tolist(), rows["kind"][0].tolist(), strict=True)):
        if tag not in TAGS:
            continue
        size, column, values = VALUE_BYTES.get(kind, 0), found[tag], rows["value"][:, place]
        width = size if kind in SINGLE else inline
        counts = rows["count"][:, place].astype(np.int64)
        column.kinds[pages], column.counts[pages] = kind, counts
        column.values[pages] = np.ascontiguousarray(values[:, :width]).view(f"{order}u{width}")[:, 0]
        inside = at + (place + 1) * rows.dtype.itemsize - inline
        wide = np.ascontiguousarray(values).view(f"{order}u{inline}")[:, 0].astype(np.int64)
        column.places[pages] = np.where(size * counts <= inline, inside, wide)


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


def _check_values(path: Path, size: int, layout: Layout, table: bytes) -> None:
    """Raise an error if a value of the first page is truncated: the OME description of all pages may come last."""
    byte_order: Literal["little", "big"] = "little" if layout.order == "<" else "big"
    for _, kind, count, value in layout.entry.iter_unpack(table):
        value_bytes = VALUE_BYTES.get(kind, 0) * count
        end = int.from_bytes(value, byte_order) + value_bytes
        if value_bytes > layout.inline and end > size:
            refuse_truncated(path, f"its description needs {end} bytes, but the file has {size}")
