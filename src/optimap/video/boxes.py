"""Boxes of MP4 and QuickTime files: FFmpeg takes memory for as many samples as the tables in them state.

A table of equal sizes, and a run of a fragment, state any number of samples in some bytes, and each sample becomes an
entry of an index. These tables are looked for wherever they stand in boxes without pixels, since FFmpeg accepts them
anywhere, and in headers that are compressed.
"""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from .._base import DamagedFileError

OTHERS = (b"RIFF", b"\x1a\x45\xdf\xa3", b"\x30\x26\xb2\x75")  # AVI, Matroska, ASF
PIXELS = (b"mdat", b"free", b"skip", b"wide")
AT_ONCE, OVERLAP = 2**20, 15  # bytes; one less than a name and its numbers take
# The count of samples follows the flags or, in tables, the size that all samples have.
COUNTS = re.compile(rb"(?:stsz.{8}|stz2.{8}|trun.{4})(.{4})", re.DOTALL)
# FFmpeg refuses longer runs before it takes memory: four letters, as in a note with the word "truncated", are more.
MOST_OF_RUN = (2**32 - 1) // 24
COMPRESSED = re.compile(rb"cmvd.{4}", re.DOTALL)
MOST_HEADER = 2**26  # bytes of a header that was compressed


def check_boxes(path: Path) -> None:
    """Raise an error for an MP4 or QuickTime file that states more samples than it has bytes."""
    size = path.stat().st_size
    with open(path, "rb") as file:
        samples = 0 if file.read(4) in OTHERS else sum(_stated(raw) for raw in _headers(file, size))
    if samples > size:
        problem = f"is damaged, because its header states {samples} frames in {size} bytes"
        raise DamagedFileError("path", path, problem, "copy the recording again", subject=str(path))


def _headers(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield the contents of all boxes without pixels, in pieces that overlap, and of compressed headers."""
    at = 0
    while at < size:
        file.seek(at)
        head = file.read(16)
        length = int.from_bytes(head[8:16] if head[:4] == b"\0\0\0\1" else head[:4], "big") or size - at
        if length < 8:
            return
        end = min(at + length, size)
        for place in range(at, end, AT_ONCE) if head[4:8] not in PIXELS else ():
            file.seek(place)
            raw = file.read(min(AT_ONCE + OVERLAP, end - place))
            yield raw
            for found in COMPRESSED.finditer(raw):
                try:
                    yield zlib.decompressobj().decompress(raw[found.end() :], MOST_HEADER)
                except zlib.error:
                    continue
        at = end


def _stated(raw: bytes) -> int:
    """Return the number of samples that the tables in some bytes state."""
    found = ((match[0][:4], int.from_bytes(match[1], "big")) for match in COUNTS.finditer(raw))
    return sum(count for name, count in found if name != b"trun" or count < MOST_OF_RUN)
