"""The header of JPEG XR (ITU-T T.832, 8.3 and annex A): sizes, and the formats of pixels, which must agree.

The decoder jxrlib trusts them: it takes memory for the format of pixels in the tags, and writes colours there if the
coded image holds some, which ends the process.
"""

import struct

FORMAT, WIDTH, HEIGHT = 0xBC01, 0xBC80, 0xBC81
# All of its tags; its decoder writes a line about any other to the terminal.
TAGS = {
    *(0x010D, 0x010E, 0x010F, 0x0110, 0x011D, 0x0129, 0x0131, 0x0132, 0x013B, 0x013C, 0x02BC, 0x4746, 0x4749, 0x8298),
    *(0x83BB, 0x8649, 0x8769, 0x8773, 0x8825, 0x9C9B, 0xA005, FORMAT, 0xBC02, 0xBC03, 0xBC04, WIDTH, HEIGHT, 0xBC82),
    *(0xBC83, 0xBCC0, 0xBCC1, 0xBCC2, 0xBCC3, 0xBCC4, 0xBCC5, 0xEA1C),
}
START = b"WMPHOTO\0"
# The last byte of the identifier of a format of pixels, and what an image of it states: colours, and how numbers are
# stored. Grey: of 1 bit, integers of 8 and 16 bits, fixed point of 16, half, fixed point of 32, float; then red, green
# and blue, also with transparency, of the same; cyan to black; and channels.
FORMATS = {0x05: (0x00, 0x0F), 0x08: (0x01,), 0x0B: (0x02,), 0x13: (0x03,), 0x3E: (0x04,), 0x3F: (0x06,), 0x11: (0x07,)}
FORMATS |= dict.fromkeys((0x0C, 0x0D, 0x0E, 0x0F, 0xE9), (0x71,)) | dict.fromkeys((0x15, 0x16), (0x72,))
FORMATS |= {0x12: (0x73,), 0x3B: (0x74,), 0x18: (0x76,)} | dict.fromkeys((0x19, 0x1B, 0x27), (0x77,))
FORMATS |= {0x1C: (0x41,), 0x1F: (0x42,)}
FORMATS |= dict.fromkeys(range(0x20, 0x26), (0x61,)) | dict.fromkeys(range(0x26, 0x2C), (0x62,))
# How images of these colours may be coded: grey, cyan to black and channels as such, others as brightness and colour.
CODED_AS = {0: (0,), 4: (4,), 6: (6,), 7: (1, 2, 3)}


def jpeg_xr_size(stored: bytes) -> tuple[int, int]:
    """Return the rows and columns, which must be the same in the tags, the image and its transparency.

    Raises
    ------
    ValueError
        If a tag or a format of pixels is not known, or sizes or formats contradict each other.
    """
    tags = _tags(stored)
    size = tags[HEIGHT], tags[WIDTH]
    pixels = stored[tags[FORMAT] + 15] if FORMAT in tags else 0
    allowed = FORMATS.get(pixels)
    if allowed is None:
        raise ValueError(f"a coded image states the format of pixels {pixels}, which is not known")
    at = stored.find(START)
    while at >= 0:
        stated = stored[at + 11]
        coded = stored[_plane(stored, at)] >> 5
        if stated not in allowed or coded not in CODED_AS[stated >> 4]:
            raise ValueError("a coded image contradicts itself about the format of its pixels")
        is_short = stored[at + 10] >> 7
        columns, rows = struct.unpack_from(">HH" if is_short else ">II", stored, at + 12)
        if (rows + 1, columns + 1) != size:
            raise ValueError(
                f"a coded image states {rows + 1} x {columns + 1} pixels, and {size[0]} x {size[1]} in its tags"
            )
        at = stored.find(START, at + len(START))
        allowed = tuple(form & 15 for form in allowed)  # transparency, which follows, is grey
    return size


def _tags(stored: bytes) -> dict[int, int]:
    """Return the tags and their values."""
    (place,) = struct.unpack_from("<I", stored, 4)
    (count,) = struct.unpack_from("<H", stored, place)
    tags = dict.fromkeys((WIDTH, HEIGHT), 0)
    for i in range(count):
        tag, kind, _, value = struct.unpack_from("<HHII", stored, place + 2 + 12 * i)
        if tag not in TAGS:
            raise ValueError(f"a coded image states the tag {tag}, which JPEG XR does not have")
        tags[tag] = value & 0xFFFF if kind == 3 else value
    return tags


def _plane(stored: bytes, at: int) -> int:
    """Return where the header of the pixels begins: behind the size, tiles, and what is cut off at the edges."""
    is_tiled, flags = stored[at + 9] >> 7, stored[at + 10]
    is_short, is_cut = flags >> 7, flags >> 5 & 1
    place = at + 12 + (4 if is_short else 8)
    if is_tiled:
        numbers = int.from_bytes(stored[place : place + 3], "big")
        place += 3 + (1 if is_short else 2) * ((numbers >> 12) + (numbers & 0xFFF))
    return place + (3 if is_cut else 0)
