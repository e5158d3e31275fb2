"""The pixels of TIFF pages, decoded in threads.

The usual ways of storing (grey strips, uncompressed or compressed without loss) are decoded here, strip by strip or all
strips of a page at once (`libtiff`), and straight into the result; for all others, tifffile decodes the bytes of each
strip or tile. Which pages are frames is decided in `axes`, not here.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from itertools import pairwise
from operator import add
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from .._base import Array
from .._files import check_justified, reading
from ..kernels import run_in_threads, thread_count
from .apart import check_apart, check_outside, true_lengths
from .directories import (
    SIZE_AND_TYPE,
    STORAGE,
    STRIP_BYTES,
    STRIP_OFFSETS,
    TILE_BYTES,
    TILE_OFFSETS,
    VALUE_BYTES,
    Directories,
    Numbers,
    OpenFile,
    refuse_truncated,
)
from .libtiff import OnePage, fits_libtiff
from .sizes import check_page, check_segment, check_segments, ratio_of

# Compressions that tifffile decodes without imagecodecs: none, deflate (two numbers), PackBits.
BUILT_IN = (1, 8, 32946, 32773)
# Compressions whose decoders write into a given buffer: LZW, deflate (two numbers), PackBits, Zstandard (two numbers).
INTO_BUFFER = (5, 8, 32946, 32773, 34926, 50000)
COPY_AGAIN = "copy the recording again"
SAVE_PLAIN = f"{COPY_AGAIN}; if it is whole, save it without compression in the program that made it"
MOST_SPREAD = 1.25  # of strips that are read at once, as a share of their bytes
LONGEST = 1 << 31  # bytes of a page that libtiff decodes, whose offsets have 32 bits
BYTES_AT_ONCE = 1 << 18  # of small pages: what a thread decodes before it takes the next ones
Decode = Callable[[int, Array], None]


class TiffPages:
    """Pages of one file, which have one size and type.

    ``shape`` is that of a page: rows and columns, and samples, if there are several.
    """

    def __init__(self, tif: tifffile.TiffFile | None, directories: Directories, key: tifffile.TiffPage) -> None:
        page = key
        self._directories, self._tif, self._key = directories, tif, page
        self.path, self.axes = directories.path, str(page.axes)
        self.shape, self.dtype = tuple(int(n) for n in page.shape), np.dtype(page.dtype)
        check_page(page, self.path, directories.size)
        self._offsets, self._bytes = places_of_pixels(directories, page)
        is_uniform = self._offsets > 0 and not len(directories.unlike_first(STORAGE))
        self._decode: Decode | None = None
        if is_uniform:
            self._decode = self._decoder()
            self._check_places()
        self._file = OpenFile(self.path)

    def _decoder(self) -> Decode:
        """Return the function that decodes a page into its place."""
        page = self._key
        if not decodes_alone(page):
            return self._by_tifffile
        if fits_libtiff(page):
            self._wrapped = OnePage(page)
            return self._by_libtiff
        return self._by_tile if page.is_tiled else self._by_strip

    def like_this(self, directories: Directories) -> "TiffPages | None":
        """Return the pages of another file that is stored in the same way, without tifffile; None if it is not."""
        is_alike = directories.storage() == self._directories.storage()
        if self._decode is None or not is_alike or len(directories.unlike_first((*SIZE_AND_TYPE, *STORAGE))):
            return None
        pages = TiffPages(None, directories, self._key)
        if pages._decode is None:
            pages.close()
            return None
        return pages

    def _check_places(self) -> None:
        """Raise an error if the pixels of a page are incomplete, or share bytes."""
        places, counts = (np.array(self._directories.ends(tag)) for tag in (self._offsets, self._bytes))
        # Smaller pages, as LSM files have them next to each frame, have lengths of their own.
        is_alike = not len(self._directories.unlike_first(SIZE_AND_TYPE))
        lengths = true_lengths(self._key, counts) if is_alike else counts
        end = int((places + lengths).max())
        if end > self._directories.size:
            refuse_truncated(self.path, f"its pixels need {end} bytes, but the file has {self._directories.size}")
        if is_alike:
            check_apart(self._directories, places, lengths)

    def __len__(self) -> int:
        return len(self._directories)

    def read(self, numbers: Numbers, threads: int | None = None) -> Array:
        """Return the pages with these numbers, (n, *shape)."""
        result = np.empty((len(numbers), *self.shape), self.dtype)
        if not len(numbers):
            return result
        if self._decode is None:
            return self._read_different(numbers, result)
        per_batch = max(1, BYTES_AT_ONCE // max(1, result[0].nbytes))
        batches = range(0, len(numbers), per_batch)

        def work(batch: int) -> None:
            for place in range(batches[batch], min(batches[batch] + per_batch, len(numbers))):
                self._read_page(int(numbers[place]), result[place])

        in_parallel(work, len(batches), threads or thread_count())
        return result

    def _read_page(self, number: int, page: Array) -> None:
        """Decode one page into its place, or raise an error that names it."""
        assert self._decode is not None
        with self._reading(number):
            self._decode(number, page)

    def _reading(self, number: int) -> AbstractContextManager[None]:
        """Return the guard for decoding a page."""
        problem = f"is damaged, page {number} cannot be decoded"
        cure = COPY_AGAIN if int(self._key.compression) == 1 else SAVE_PLAIN
        return reading(self.path, "tifffile", problem, cure, listen=self._decode is None)

    def _places(self, number: int) -> tuple[list[int], list[int]]:
        """Return the offsets and the lengths of the strips or tiles of a page."""
        offsets, counts = (self._values(tag, number) for tag in (self._offsets, self._bytes))
        return offsets, counts

    def _values(self, tag: int, number: int) -> list[int]:
        column = self._directories.columns[tag]
        if column.counts[number] == 1:
            return [int(column.values[number])]
        width = VALUE_BYTES[int(column.kinds[number])]
        raw = self._file.read(int(column.places[number]), width * int(column.counts[number]))
        values: list[int] = np.frombuffer(raw, f"{self._directories.order}u{width}").tolist()
        return values

    def _by_strip(self, number: int, page: Array) -> None:
        """Decode the strips of a page into their places."""
        offsets, counts = self._places(number)
        rows = min(int(self._key.rowsperstrip), page.shape[0])
        lines = page.view(np.uint8).reshape(page.shape[0], -1)
        if self._key.compression == 1:
            self._copy(offsets, counts, lines, rows)
        else:
            whole = len(lines) // rows
            parts = list(lines[: whole * rows].reshape(whole, -1))
            if whole * rows < len(lines):
                parts.append(lines[whole * rows :].reshape(-1))
            decoder = tifffile.TIFF.DECOMPRESSORS[int(self._key.compression)]
            for i, (stored, part) in enumerate(zip(self._stored(offsets, counts), parts, strict=True)):
                if i == whole:  # fewer rows than the others
                    _decode_last(decoder, stored, part)
                elif len(decoder(stored, out=part)) != len(part):
                    raise ValueError(f"strip {i} is shorter than {len(part)} bytes")
        self._finish(page)

    def _finish(self, page: Array) -> None:
        """Undo what was done to the pixels before they were compressed."""
        if self._key.predictor == 2:
            import imagecodecs

            imagecodecs.delta_decode(page, axis=1, out=page)
        if self._directories.order != "<" and page.dtype.itemsize > 1:
            page.byteswap(inplace=True)

    def _by_libtiff(self, number: int, page: Array) -> None:
        """Decode all strips of a page at once."""
        import imagecodecs

        offsets, counts = (np.array(values, np.int64) for values in self._places(number))
        start = int(offsets.min())
        span, head = int((offsets + counts).max()) - start, self._wrapped.size
        if counts.min() < 4 or span > min(LONGEST, MOST_SPREAD * counts.sum()):
            self._by_strip(number, page)
            return
        whole = bytearray(head + span)
        got = self._file.read_into(start, memoryview(whole)[head:])
        if got < span:
            raise ValueError(f"its strips hold {got} bytes instead of {span}")
        whole[:head] = self._wrapped.header(offsets - start, counts)
        imagecodecs.tiff_decode(whole, out=page)
        if self._wrapped.is_whole(page, np.frombuffer(whole, np.uint8), offsets - start + head + counts):
            self._finish(page)
        else:
            self._by_strip(number, page)  # finds out which strip is damaged, or has bytes after its end

    def _stored(self, offsets: list[int], counts: list[int]) -> Iterator[bytes]:
        """Yield the bytes of each strip or tile, which are read at once if they are close to each other."""
        start = min(offsets)
        span = max(map(add, offsets, counts)) - start
        is_close = span <= MOST_SPREAD * sum(counts)
        whole = self._file.read(start, span) if is_close else b""
        for offset, count in zip(offsets, counts, strict=True):
            stored = whole[offset - start : offset - start + count] if is_close else self._file.read(offset, count)
            if len(stored) < count or not count:
                raise ValueError(f"a strip or tile holds {len(stored)} bytes instead of {count}")
            yield stored

    def _copy(self, offsets: list[int], counts: list[int], lines: Array, rows: int) -> None:
        """Copy uncompressed strips into their places."""
        follow = all(a + n == b for a, n, b in zip(offsets, counts, offsets[1:], strict=False))
        if follow:
            offsets, counts, rows = offsets[:1], [lines.size], len(lines)
        if any(after - before < rows * lines.shape[1] for before, after in pairwise(sorted(offsets[:-1]))):
            raise ValueError("its strips share bytes")
        for i, offset in enumerate(offsets):
            part = lines[i * rows : (i + 1) * rows].reshape(-1)
            got = self._file.read_into(offset, part.data)
            if got != len(part) or (not follow and counts[i] < len(part)):
                raise ValueError(f"strip {i} holds {min(got, counts[i])} bytes instead of {len(part)}")

    def _by_tile(self, number: int, page: Array) -> None:
        """Decode a page of tiles, those at the right and at the bottom in part, into its place."""
        height, width = int(self._key.tilelength), int(self._key.tilewidth)
        tile = np.empty((height, width), self.dtype)
        flat = tile.view(np.uint8).reshape(-1)
        across = -(-page.shape[1] // width)
        decoder = tifffile.TIFF.DECOMPRESSORS[int(self._key.compression)]
        for i, stored in enumerate(self._stored(*self._places(number))):
            if self._key.compression == 1:
                flat[...] = np.frombuffer(stored, np.uint8)
            elif len(decoder(stored, out=flat)) != len(flat):
                raise ValueError(f"tile {i} holds less than {len(flat)} bytes")
            self._finish(tile)
            row, column = i // across * height, i % across * width
            part = page[row : row + height, column : column + width]
            part[...] = tile[: part.shape[0], : part.shape[1]]

    def _by_tifffile(self, number: int, page: Array) -> None:
        """Let tifffile decode each strip or tile, and put it into its place."""
        target = page.reshape(self._key.shaped)
        for i, stored in enumerate(self._stored(*self._places(number))):
            check_segment(self._key, stored)
            segment, (sample, depth, row, column, _), shape = self._key.decode(
                stored, i, jpegtables=self._key.jpegtables
            )
            if segment is None:
                raise ValueError(f"segment {i} is empty")
            part = target[sample, depth : depth + shape[0], row : row + shape[1], column : column + shape[2]]
            part[...] = segment[: part.shape[0], : part.shape[1], : part.shape[2]]

    def _read_different(self, numbers: Numbers, result: Array) -> Array:
        """Read pages that are not stored alike, by tifffile alone."""
        assert self._tif is not None
        for place, number in enumerate(numbers):
            with self._reading(int(number)):
                page = self._tif.pages[int(number)].aspage()
                check_page(page, self.path, self._directories.size)
                check_segments(page, self._file, self._directories.size)
                result[place] = page.asarray()
        return result

    def close(self) -> None:
        """Close the file."""
        if self._tif is not None:
            self._tif.close()
        self._file.close()


def _decode_last(decoder: Callable[..., Any], stored: bytes, part: Array) -> None:
    """Decode the last strip of a page, which some programs fill up with rows beyond the image."""
    decoded = np.frombuffer(decoder(stored), np.uint8)
    if len(decoded) < len(part):
        raise ValueError(f"the last strip holds {len(decoded)} bytes instead of {len(part)}")
    part[...] = decoded[: len(part)]


def in_parallel(work: Callable[[int], None], count: int, threads: int) -> None:
    """Call ``work(0)`` to ``work(count - 1)`` in threads; in this one if a second one has nothing to do."""
    if min(count, threads) > 1:
        run_in_threads(work, count, min(count, threads))
        return
    for number in range(count):
        work(number)


def places_of_pixels(directories: Directories, page: tifffile.TiffPage) -> tuple[int, int]:
    """Return the tags of the places and lengths of strips or tiles; zeros if some pages lack them."""
    tags = (TILE_OFFSETS, TILE_BYTES) if page.is_tiled else (STRIP_OFFSETS, STRIP_BYTES)
    columns = [directories.columns[tag] for tag in tags]
    expected = len(page.dataoffsets)
    alike = all((column.counts == expected).all() and len(set(column.kinds.tolist())) == 1 for column in columns)
    return tags if alike and expected else (0, 0)


def decodes_alone(page: tifffile.TiffPage) -> bool:
    """Whether `TiffPages` can decode the strips or tiles of such a page by itself."""
    dtype = np.dtype(page.dtype)
    is_plain = page.fillorder == 1 and page.imagedepth == 1
    if not is_plain or len(page.shape) != 2 or dtype.itemsize * 8 != page.bitspersample:
        return False
    if page.compression == 1:
        return bool(page.predictor == 1)
    is_swapped = page.parent.byteorder != "<" and dtype.itemsize > 1
    predicts = page.predictor == 1 or (page.predictor == 2 and dtype.kind in "iu" and not is_swapped)
    return int(page.compression) in INTO_BUFFER and predicts and has_imagecodecs()


def has_imagecodecs() -> bool:
    """Whether imagecodecs is installed."""
    try:
        import imagecodecs  # noqa: F401
    except ImportError:
        return False
    return True


def check_compression(page: tifffile.TiffPage, path: Path) -> None:
    """Raise an error if decoding needs a package that is missing."""
    if (int(page.compression) in BUILT_IN and int(page.predictor or 1) == 1) or has_imagecodecs():
        return
    raise ImportError(
        f"{path} is compressed ({getattr(page.compression, 'name', page.compression)}), which needs imagecodecs: "
        "pip install 'optimap-trace[tiff]'"
    )


def series_pixels(tif: tifffile.TiffFile, directories: Directories) -> Array:
    """Return the pixels of all pages of a file, (H, W) for one page, (N, H, W) for several that are alike.

    A file may hold one page that several images follow, as ImageJ writes them. Of pages that differ in size, those that
    tifffile takes for one series are returned.
    """
    page, shape = tif.pages.first, tuple(int(n) for n in tif.series[0].shape)
    check_compression(page, directories.path)
    own, whole, pages = math.prod(page.shape), math.prod(shape), len(directories)
    check_page(page, directories.path, directories.size)
    asked = max(own * pages, whole) * np.dtype(page.dtype or "u1").itemsize
    check_justified(directories.path, asked, ratio_of(page), "pixels", stored=directories.size)
    if not own or len(directories.unlike_first(SIZE_AND_TYPE)):
        check_series(tif, directories)
        return np.asarray(tif.asarray())
    if pages == 1 and whole > own and whole % own == 0:
        mapped = mapped_pages(directories, page, whole // own)
        return np.asarray(tif.asarray()) if mapped is None else np.array(mapped).reshape(shape)
    with closing(TiffPages(tif, directories, page)) as opened:
        found = opened.read(np.arange(pages))
    return found.reshape(shape if whole == own * pages else (pages, *page.shape)) if pages > 1 else found[0]


def check_series(tif: tifffile.TiffFile, directories: Directories) -> None:
    """Raise an error for pages of a series that tifffile should not decode."""
    with closing(OpenFile(directories.path)) as file:
        for page in tif.series[0]:
            if page is not None:
                check_segments(page.aspage(), file, directories.size)


def mapped_pages(directories: Directories, page: tifffile.TiffPage, count: int) -> Array | None:
    """Map the pixels of `count` pages (count, *shape), if they are stored as they are, one after the other."""
    if not page.is_contiguous or page.fillorder != 1:
        return None
    dtype = np.dtype(page.dtype).newbyteorder("<" if directories.order == "<" else ">")
    nbytes = int(np.prod(page.shape)) * dtype.itemsize
    if dtype.itemsize * 8 != page.bitspersample or nbytes != page.nbytes:
        return None
    start = int(page.dataoffsets[0])
    if len(directories) > 1:
        offsets, _ = places_of_pixels(directories, page)
        if not offsets or len(directories.unlike_first(STORAGE)) or len(directories) != count:
            return None
        first, last = directories.ends(offsets)
        if (first != start + nbytes * np.arange(count)).any() or (last - first != last[0] - first[0]).any():
            return None
    needed = start + count * nbytes
    if directories.size < needed:
        refuse_truncated(directories.path, f"{count} frames need {needed} bytes, but the file has {directories.size}")
    check_outside(directories, start, needed, count)
    return np.memmap(directories.path, dtype, mode="r", offset=start, shape=(count, *page.shape))
