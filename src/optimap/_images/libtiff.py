"""Compressed pages of many strips, decoded by libtiff with a single call for each page.

A call for every strip of a few kB costs as much as decoding it, and threads wait for each other between the calls. So
the strips of a page are put behind the header of a TIFF file with this page alone, and libtiff (in imagecodecs) decodes
it from memory. libtiff may leave out a strip of deflate that is damaged without an error; checksums show it. Which
pages are decoded like this is decided in `pages`.
"""

import struct
import zlib

import numpy as np
import tifffile
from numpy.typing import NDArray

from .._base import Array
from .directories import (
    BITS,
    COMPRESSION,
    HEIGHT,
    ROWS_PER_STRIP,
    SAMPLES,
    STRIP_BYTES,
    STRIP_OFFSETS,
    WIDTH,
    Numbers,
)

LZW, DEFLATE = 5, (8, 32946)
# Bytes of a strip: libtiff saves calls, but is slower than the decoder for deflate alone.
SMALL = 1 << 13
SHORT, LONG = 3, 4
PHOTOMETRIC, BLACK_IS_ZERO = 262, 1
MODULUS = 65521  # of the checksum Adler-32


def fits_libtiff(page: tifffile.TiffPage) -> bool:
    """Whether libtiff decodes such a page of grey pixels faster: LZW, and deflate in many small strips."""
    strip = int(page.rowsperstrip) * int(page.imagewidth) * np.dtype(page.dtype).itemsize
    is_faster = page.compression == LZW or (page.compression in DEFLATE and strip <= SMALL)
    return is_faster and not page.is_tiled


class OnePage:
    """The header of a file with a single page of strips, stored like a page of another file.

    Pixels are declared as integers in the order of this machine, without a predictor: what was done to them before they
    were compressed is undone by the caller.
    """

    def __init__(self, key: tifffile.TiffPage) -> None:
        self._strips = len(key.dataoffsets)
        self._is_deflate, self._rows = key.compression in DEFLATE, min(int(key.rowsperstrip), int(key.imagelength))
        entries = [
            (WIDTH, LONG, int(key.imagewidth)),
            (HEIGHT, LONG, int(key.imagelength)),
            (BITS, SHORT, np.dtype(key.dtype).itemsize * 8),
            (COMPRESSION, SHORT, int(key.compression)),
            (PHOTOMETRIC, SHORT, BLACK_IS_ZERO),
            (STRIP_OFFSETS, LONG, 0),
            (SAMPLES, SHORT, 1),
            (ROWS_PER_STRIP, LONG, self._rows),
            (STRIP_BYTES, LONG, 0),
        ]
        self.size = 8 + 2 + 12 * len(entries) + 4 + 8 * self._strips  # bytes
        self._start = struct.pack("<2sHIH", b"II", 42, 8, len(entries))
        self._places: list[int] = []  # of the tables of offsets and lengths
        for tag, kind, value in entries:
            is_table = tag in (STRIP_OFFSETS, STRIP_BYTES)
            if is_table:
                self._places.append(len(self._start) + 8)
                value = self.size - (8 if tag == STRIP_OFFSETS else 4) * self._strips
            self._start += struct.pack("<HHII", tag, kind, self._strips if is_table else 1, value)
        self._start += bytes(4)

    def header(self, offsets: Numbers, counts: Numbers) -> bytes:
        """Return the header for strips at some places after it."""
        tables = np.concatenate([offsets + self.size, counts]).astype("<u4").tobytes()
        if self._strips > 1:
            return self._start + tables
        start = bytearray(self._start)  # single values stand in the entries themselves
        for i, place in enumerate(self._places):
            start[place : place + 4] = tables[4 * i : 4 * i + 4]
        return bytes(start) + tables

    def is_whole(self, page: Array, stored: NDArray[np.uint8], ends: Numbers) -> bool:
        """Whether decoded bytes agree with the checksums at the ends of the strips; LZW has none."""
        if not self._is_deflate:
            return True
        sums = stored[ends[:, np.newaxis] - np.arange(4, 0, -1)].astype(np.int64)
        second, first = sums[:, 0] * 256 + sums[:, 1], sums[:, 2] * 256 + sums[:, 3]
        before = np.cumsum(first - 1) - (first - 1)
        lengths = np.full(self._strips, page.nbytes // page.shape[0] * self._rows)
        lengths[-1] = page.nbytes - lengths[:-1].sum()
        a = (1 + int((first - 1).sum())) % MODULUS
        b = int((second + lengths * (before % MODULUS)).sum()) % MODULUS
        return zlib.adler32(page.data) == (b << 16 | a)
