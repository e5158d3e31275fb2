"""What JPEG 2000 images are divided into: tiles, components and precincts; their decoder makes room for each first.

Every tile has two markers, and every precinct of a component, at every resolution, at least one byte (ITU-T T.800, A.4
and B.9). So an image that states more of them than it has bytes is damaged, or was made to take up memory: precincts of
two pixels took 2 GB for 5 kB.
"""

import struct
from collections.abc import Iterator

SIZE, CODING, CODING_OF_ONE, TILE_PART, PIXELS = 0xFF51, 0xFF52, 0xFF53, 0xFF90, 0xFF93
# All markers that are followed by a length. Decoders pass over any other two bytes.
KNOWN = {
    *(SIZE, CODING, CODING_OF_ONE, TILE_PART, 0xFF50, 0xFF55, 0xFF57, 0xFF58, 0xFF59, 0xFF5C, 0xFF5D, 0xFF5E, 0xFF5F),
    *(0xFF60, 0xFF61, 0xFF63, 0xFF64, 0xFF74, 0xFF75, 0xFF77, 0xFF78),
}
TILE_BYTES = 14  # of the markers of a tile, to which each component adds one
SIZES = struct.Struct(">8IH")
MOST_RESOLUTIONS = 33


def jpeg_2000_size(stored: bytes) -> tuple[int, int]:
    """Return rows and columns of a code stream, these times its components, or raise an error if it is too short."""
    right, bottom, left, top, wide, high, from_left, from_top, components = SIZES.unpack_from(stored, 8)
    if stored[2:4] != b"\xff\x51" or not wide or not high:
        raise ValueError("a coded image has no size")
    tiles = -((from_left - right) // wide) * -((from_top - bottom) // high)
    if tiles * (TILE_BYTES + components) > len(stored):
        raise ValueError(f"a coded image states {tiles} tiles of {components} components in {len(stored)} bytes")
    first = 8 + SIZES.size + 1  # three bytes for each component: its type, and how far apart its columns and rows are
    steps = [(stored[first + 3 * i], stored[first + 3 * i + 1]) for i in range(components)]
    if any(0 in step for step in steps):
        raise ValueError("a coded image has components without pixels")
    for component, coding in _codings(stored, components):
        few = set(steps) if component is None else set(steps[component : component + 1])
        count = sum(_precincts(coding, -(-(right - left) // x), -(-(bottom - top) // y)) for x, y in few)
        if count > len(stored):
            raise ValueError(f"a coded image states {count} precincts in {len(stored)} bytes")
    return bottom - top, (right - left) * components


def _codings(stored: bytes, components: int) -> Iterator[tuple[int | None, bytes]]:
    """Yield how components are coded, in the image and in its tiles: which one (None for all), and the parameters."""
    place, end, width = 2, len(stored), 1 if components < 257 else 2
    while place + 4 <= len(stored):
        marker, length = struct.unpack_from(">HH", stored, place)
        content, after = place + 4, place + 2 + length
        if marker == TILE_PART:
            (nbytes,) = struct.unpack_from(">I", stored, place + 6)
            end = place + nbytes if nbytes else len(stored)
        if marker == CODING:
            yield None, stored[content : content + 1] + stored[content + 5 : after]
        if marker == CODING_OF_ONE:
            yield int.from_bytes(stored[content : content + width], "big"), stored[content + width : after]
        place = max(end, place + 2) if marker == PIXELS else after if marker in KNOWN else place + 2


def _precincts(coding: bytes, columns: int, rows: int) -> int:
    """Return the precincts of a component at all resolutions; none if their sizes are the usual, large ones."""
    levels = coding[1]
    if not coding[0] & 1 or levels >= MOST_RESOLUTIONS:
        return 0
    count = 0
    for resolution, exponents in enumerate(coding[6 : 7 + levels]):
        wide, high = (1 << levels - resolution + bits for bits in (exponents & 15, exponents >> 4))
        count += -(-columns // wide) * -(-rows // high)
    return count
