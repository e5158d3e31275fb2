"""The sizes that coded images state: JPEG, JPEG-LS, JPEG 2000, JPEG XL, JPEG XR, LERC, PNG, WebP.

Strips and tiles that are coded like this hold their own size, and decoders take memory for it, whatever the page says:
an even LERC image of any size has 70 bytes. So it is compared with the page before anything is decoded. Sources:
ITU-T T.81 (B.1, B.2.2), T.87 (C.2.2), T.800 (A.5.1, I), T.832 (8.3), ISO/IEC 18181-1 (size header, metadata), the PNG
and WebP specifications, and the header of Lerc2 blobs. What JPEG 2000 divides images into is in `jpeg_2000`.
"""

import struct
import zlib
from collections.abc import Callable, Iterator

from .._files import DEFLATE
from .jpeg_2000 import jpeg_2000_size
from .jpeg_xr import jpeg_xr_size

JP2, JPEG_XL = b"\0\0\0\x0cjP  \r\n\x87\n", b"\0\0\0\x0cJXL \r\n\x87\n"  # first boxes
RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))  # of the sides in JPEG XL
SIDES = (9, 13, 18, 30)  # bits of a side in JPEG XL
JPEG_ALONE = (0x01, *range(0xD0, 0xD9))  # markers without a length
JPEG_FRAMES = (*(n for n in range(0xC0, 0xD0) if n not in (0xC4, 0xC8, 0xCC)), 0xF7)  # the last is JPEG-LS
LERC, LERC_HEADER = b"Lerc2 ", 100  # bytes, or more


def check_coded(stored: bytes, pixels: int) -> None:
    """Raise an error if a coded image states more pixels than its page or its tile has, or too many tiles."""
    for rows, columns in stated_sizes(stored):
        if rows * columns > pixels:
            raise ValueError(f"a coded image states {rows} x {columns} pixels where {pixels} are expected")


def stated_sizes(stored: bytes) -> Iterator[tuple[int, int]]:
    """Yield the rows and columns that the headers of a coded image state; none if its kind is not known."""
    for start, sizes in SIZES.items():
        if stored.startswith(start):
            try:
                yield from sizes(stored)
            except (struct.error, IndexError):
                raise ValueError("the header of a coded image is incomplete") from None
            return


def _jpeg(stored: bytes) -> Iterator[tuple[int, int]]:
    place = stored.find(b"\xff", 2)
    while place >= 0:
        marker = stored[place + 1]
        if marker == 0xDA:  # pixels begin
            return
        if marker in JPEG_FRAMES:
            yield struct.unpack_from(">HH", stored, place + 5)
        if marker in (0, 0xFF) or marker in JPEG_ALONE:
            place += 1 if marker == 0xFF else 2
        else:
            place += 2 + struct.unpack_from(">H", stored, place + 2)[0]
        place = stored.find(b"\xff", place)  # decoders pass over what is not a marker


def _jpeg_2000(stored: bytes) -> Iterator[tuple[int, int]]:
    yield jpeg_2000_size(stored)


def _jp2(stored: bytes) -> Iterator[tuple[int, int]]:
    for code in _boxes(stored, (b"jp2c",)):
        yield from stated_sizes(code)


def _jpeg_xl_boxes(stored: bytes) -> Iterator[tuple[int, int]]:
    code = next(_boxes(stored, (b"jxlc", b"jxlp")), b"")
    yield from stated_sizes(code if code.startswith(b"\xff\x0a") else code[4:])  # `jxlp` begins with a number


def _boxes(stored: bytes, names: tuple[bytes, ...]) -> Iterator[bytes]:
    """Yield the contents of the boxes with some names."""
    place = 0
    while place + 8 <= len(stored):
        length, name = struct.unpack_from(">I4s", stored, place)
        head = 8
        if length == 1:
            (length,), head = struct.unpack_from(">Q", stored, place + 8), 16
        if 0 < length < head:
            raise ValueError(f"a box of a coded image states {length} bytes")
        end = place + length if length else len(stored)
        if name in names:
            yield stored[place + head : end]
        place = end


def _jpeg_xl(stored: bytes) -> Iterator[tuple[int, int]]:
    bits, place, is_small = int.from_bytes(stored[2:34], "little"), 0, 0

    def take(count: int) -> int:
        nonlocal place
        place += count
        return bits >> (place - count) & (1 << count) - 1

    def side() -> int:
        return 8 * (take(5) + 1) if is_small else take(SIDES[take(2)]) + 1

    def size() -> tuple[int, int]:
        nonlocal is_small
        is_small = take(1)
        rows, ratio = side(), take(3)
        return rows, rows * RATIOS[ratio - 1][0] // RATIOS[ratio - 1][1] if ratio else side()

    yield size()
    if not take(1) and take(1):  # not all metadata are the usual ones, and there are more
        take(3)  # orientation
        if take(1):
            size()  # at which the image was meant to be shown
        if take(2):
            raise ValueError("a coded image has a preview, or is one of several")


def _jpeg_xr(stored: bytes) -> Iterator[tuple[int, int]]:
    yield jpeg_xr_size(stored)


def _lerc_in_zlib(stored: bytes) -> Iterator[tuple[int, int]]:
    yield from _compressed_lerc(lambda: zlib.decompressobj().decompress(stored, LERC_HEADER))


def _lerc_in_zstd(stored: bytes) -> Iterator[tuple[int, int]]:
    import imagecodecs

    yield from _compressed_lerc(lambda: imagecodecs.zstd_decode(stored, out=LERC_HEADER + DEFLATE * len(stored)))


def _compressed_lerc(decode: Callable[[], bytes | bytearray]) -> Iterator[tuple[int, int]]:
    try:
        code = bytes(decode())
    except (RuntimeError, zlib.error):
        raise ValueError("a coded image cannot be decompressed") from None
    if code.startswith(LERC):
        yield from _lerc(code)


def _lerc(stored: bytes) -> Iterator[tuple[int, int]]:
    (version,) = struct.unpack_from("<i", stored, 6)
    rows, columns, depth = struct.unpack_from("<3i", stored, 14 if version >= 3 else 10)
    yield rows, columns * max(1, depth if version >= 4 else 1)


def _png(stored: bytes) -> Iterator[tuple[int, int]]:
    columns, rows = struct.unpack_from(">II", stored, 16)
    yield rows, columns


def _webp(stored: bytes) -> Iterator[tuple[int, int]]:
    kind = stored[12:16]
    if kind == b"VP8X":
        yield int.from_bytes(stored[27:30], "little") + 1, int.from_bytes(stored[24:27], "little") + 1
    elif kind == b"VP8L":
        sides = int.from_bytes(stored[21:25], "little")
        yield (sides >> 14 & 0x3FFF) + 1, (sides & 0x3FFF) + 1
    else:
        columns, rows = struct.unpack_from("<HH", stored, 26)
        yield rows & 0x3FFF, columns & 0x3FFF


SIZES = {
    b"\xff\xd8": _jpeg,
    b"\xff\x4f": _jpeg_2000,
    JP2: _jp2,
    b"\xff\x0a": _jpeg_xl,
    JPEG_XL: _jpeg_xl_boxes,
    b"II\xbc": _jpeg_xr,
    LERC: _lerc,
    b"x": _lerc_in_zlib,
    b"\x28\xb5\x2f\xfd": _lerc_in_zstd,
    b"\x89PNG": _png,
    b"RIFF": _webp,
}
