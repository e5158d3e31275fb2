"""Chunks of AVI files, which are RIFF: FFmpeg takes memory for as many bytes as a chunk in the header says.

A chunk has a name of four letters, a length and its content. Lists (RIFF, LIST) hold chunks after a second name.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from .._base import DamagedFileError

FRAMES = b"LISTmovi"
UNKNOWN_LENGTHS = (0, 2**32 - 1)  # recorders that did not fill in the length at the end
MOST_CHUNKS = 10_000


def chunks_in(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, place and length of each chunk, also of those in lists, up to frames whose end is not known.

    The name of a list is ``LISTmovi``; frames are not yielded one by one.
    """
    at = 0
    for _ in range(MOST_CHUNKS):
        file.seek(at)
        head = file.read(12)
        if len(head) < 12 or not head[:4].isalnum():
            return
        is_list, length = head[:4] in (b"RIFF", b"LIST"), int.from_bytes(head[4:8], "little")
        name = head[:4] + head[8:] if is_list else head[:4]
        yield name, at + 8, length
        if name == FRAMES and length in UNKNOWN_LENGTHS:
            return
        at += 12 if is_list and name != FRAMES else 8 + length + length % 2


def check_chunks(path: Path) -> None:
    """Raise an error for a chunk of an AVI file, other than the frames, that ends beyond the end of the file."""
    size = path.stat().st_size
    with open(path, "rb") as file:
        found = list(chunks_in(file)) if file.read(4) == b"RIFF" else []
    for name, start, length in found:
        if name[:4] != b"RIFF" and name != FRAMES and start + length > size + 1:  # some leave out the last byte
            problem = f"is damaged, because its part {name.decode('latin-1')!r} is said to have {length} bytes"
            raise DamagedFileError("path", path, problem, "copy the recording again", subject=str(path))
