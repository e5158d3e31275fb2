"""Time stamps of the frames in a Matroska file, read from the heads of its blocks.

Matroska has no index of all frames, and FFmpeg reads the whole file to list its packets. Here only the first bytes of
each block are read, which takes a fraction of a second for 10 GB. Only plain files are read: where anything is unusual
(clusters of unknown length, several frames in a block), the answer is None, and FFmpeg is asked.
"""

import os
from collections.abc import Iterator
from pathlib import Path

SEGMENT, TRACKS, CLUSTER = b"\x18\x53\x80\x67", b"\x16\x54\xae\x6b", b"\x1f\x43\xb6\x75"
TRACK, TRACK_NUMBER, TRACK_TYPE, TRACK_SCALE = b"\xae", b"\xd7", b"\x83", b"\x23\x31\x4f"
TIME, SIMPLE_BLOCK, BLOCK_GROUP, BLOCK = b"\xe7", b"\xa3", b"\xa0", b"\xa1"
VIDEO = 1
HEAD_BYTES = 32  # of an element: its name, its length, and the head of a block
HIDDEN_OR_LACED = 0b1110  # flags of a block

# An element: its name, the bytes that are known of its content, and where its content begins and ends.
Element = tuple[bytes, bytes, int, int]


class UnusualFileError(Exception):
    """A file that is not as plain as the functions here expect; never seen outside."""


def ebml_number(raw: bytes, at: int) -> tuple[int, int]:
    """Return one of Matroska's numbers and where it ends; its first set bit gives its length in bytes."""
    count = 9 - int.from_bytes(raw[at : at + 1], "big").bit_length()
    return int.from_bytes(raw[at : at + count], "big") & ((1 << 7 * count) - 1), at + count


def block_stamps(path: Path) -> list[int] | None:
    """Return the time stamps of the first video track, in the order of the file; None if the file is unusual."""
    with open(path, "rb", buffering=0) as file:
        try:
            return _stamps(file.fileno(), path.stat().st_size)
        except UnusualFileError:
            return None


def _stamps(file: int, size: int) -> list[int]:
    track, stamps = None, list[int]()
    for _, _, begin, end in (element for element in _elements(file, 0, size) if element[0] == SEGMENT):
        for name, _, first, last in _elements(file, begin, end):
            if name == TRACKS:
                track = _video_track(file, first, last)
            elif name == CLUSTER:
                stamps += _cluster_stamps(file, first, last, track)
        return stamps
    raise UnusualFileError


def _elements(file: int, at: int, end: int) -> Iterator[Element]:
    """Yield the elements between two places of a file."""
    while at < end:
        head = os.pread(file, min(HEAD_BYTES, end - at), at)
        name_bytes = 9 - head[0].bit_length() if head else 9
        length, begin = ebml_number(head, name_bytes)
        is_unknown = length == (1 << 7 * (begin - name_bytes)) - 1
        if name_bytes > 4 or begin > len(head) or is_unknown or at + begin + length > end:
            raise UnusualFileError
        yield head[:name_bytes], head[begin : begin + length], at + begin, at + begin + length
        at += begin + length


def _video_track(file: int, begin: int, end: int) -> int:
    """Return the number of the first track with video."""
    for name, _, first, last in _elements(file, begin, end):
        if name == TRACK:
            entries = {name: content for name, content, _, _ in _elements(file, first, last)}
            if int.from_bytes(entries.get(TRACK_TYPE, b""), "big") == VIDEO:
                if TRACK_SCALE in entries:
                    raise UnusualFileError
                return int.from_bytes(entries.get(TRACK_NUMBER, b""), "big")
    raise UnusualFileError


def _cluster_stamps(file: int, begin: int, end: int, track: int | None) -> list[int]:
    """Return the time stamps of the blocks of a track in a cluster."""
    stamps, start = [], None
    for name, content, first, last in _elements(file, begin, end):
        if name == TIME:
            start = int.from_bytes(content, "big")
        elif name == SIMPLE_BLOCK:
            stamps += _block_stamp(content, last - first, track, start)
        elif name == BLOCK_GROUP:
            for inner, block, at, to in _elements(file, first, last):
                if inner == BLOCK:
                    stamps += _block_stamp(block, to - at, track, start)
    return stamps


def _block_stamp(content: bytes, length: int, track: int | None, start: int | None) -> list[int]:
    """Return the time stamp of a block, nothing if it is empty or belongs to another track."""
    number, at = ebml_number(content, 0)
    if track is None or start is None or len(content) < at + 3 or content[at + 2] & HIDDEN_OR_LACED:
        raise UnusualFileError
    is_frame = number == track and length > at + 3
    return [start + int.from_bytes(content[at : at + 2], "big", signed=True)] if is_frame else []
