"""Packets of encoded video: how many frames a file holds, and when each of them was taken.

The headers of AVI files may state fewer frames than there are, or more; the packets show how many there are. They are
listed in the index of the file if it has one, or from the heads of its blocks (`matroska`), which spares reading the
whole file. FFmpeg puts 25 frames/s in the place
of a rate that an AVI header does not state; nothing here uses it. Files are opened in `formats/encoded`, not here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

from .checks import noted_number
from .matroska import block_stamps
from .riff import FRAMES, UNKNOWN_LENGTHS, chunks_in

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

# Containers whose index lists every packet, in the order in which they are stored.
AVI, MATROSKA, MP4 = "avi", "matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2"
CHUNK_HEAD = 8  # bytes before the content of each chunk in AVI, so that no file can hold more frames
JITTER = 1e-3  # of the duration
LONGEST_HEADER, MOST_BOXES = 2**20, 10_000
STREAM_HEADER = re.compile(rb"strh....vids.{16}(.{4})(.{4})", re.DOTALL)  # of video: scale and rate
FRAGMENTS = (b"moof", b"sidx", b"mfra")  # boxes of MP4
MAIN_HEADER = re.compile(rb"avih....(.{4})", re.DOTALL)  # microseconds from frame to frame


@dataclass(frozen=True)
class Packets:
    """What the packets of a file show.

    `frames` are those that the file should hold, `times` is None if they are not known, in s since the first frame,
    `tick` is the unit that they are rounded to, `stated` is the number of frames in the header, 0 if there is none.
    `rate` is the frame rate of the header, None if it states none, or one that the times contradict. `beyond` is the
    number of frames in the header if it is larger than what is there, also if it is too large for the file.
    """

    frames: int
    times: NDArray[np.float64] | None
    tick: float
    stated: int
    rate: float | None
    beyond: int = 0


def find_packets(path: Path, container: "InputContainer", stream: "VideoStream") -> Packets:
    """Return what the packets of an open file show; the container cannot be read any further afterwards."""
    is_avi = container.format.name == AVI
    in_parts = container.format.name == MP4 and _is_in_fragments(path)  # each with a header of its own
    stated = int(stream.frames) if stream.frames * CHUNK_HEAD <= path.stat().st_size and not in_parts else 0
    stamps, hidden = (not in_parts and _indexed(path, container, stream)) or _demuxed(container, stream)
    known = [stamp for stamp in stamps if stamp is not None]
    shown, tick = len(stamps), float(stream.time_base or 0)
    # In AVI, a place of the time line without a packet is a frame that was dropped.
    places = max(known, default=-1) + 1 if is_avi else shown + hidden
    frames = shown + max(0, stated - max(places, shown))
    beyond = int(stream.frames) if not in_parts and stream.frames > max(places, shown) else 0
    rate = noted_number(float(stream.average_rate or 0)) if not is_avi or _states_rate(path) else None
    times = None
    if 0 < len(known) == frames and not (is_avi and rate is None):
        first = min(known)
        times = np.sort([stamp - first for stamp in known]) * tick
    if is_avi:  # times are numbers of places, which are not rounded
        return Packets(frames, times, 0.0, stated, rate, beyond)
    rate = rate if times is None else _uncontradicted(rate, times, tick)
    return Packets(frames, times, tick, stated, rate, beyond)


def _uncontradicted(rate: float | None, times: NDArray[np.float64], tick: float) -> float | None:
    """Return a frame rate if the times agree with it, None if not: FFmpeg derives some rates from few of the times."""
    span = float(times[-1] - times[0])
    if rate is None or len(times) < 2:
        return rate
    return rate if abs(rate * span / (len(times) - 1) - 1) * span <= tick + JITTER * span else None


def _demuxed(container: "InputContainer", stream: "VideoStream") -> tuple[list[int | None], int]:
    """Return the time stamps of all packets that are shown, from reading the whole file, and how many are not."""
    packets = (packet for packet in container.demux(stream) if packet.size)
    return _shown((packet.is_discard, packet.dts if packet.pts is None else packet.pts) for packet in packets)


def _indexed(path: Path, container: "InputContainer", stream: "VideoStream") -> tuple[list[int | None], int] | None:
    """Return the same from the index of the file; None if it is not sure to list every packet in order of time."""
    name = container.format.name
    if name == MATROSKA:
        blocks = block_stamps(path)
        return None if blocks is None else (list(blocks), 0)
    entries = getattr(stream, "index_entries", None)  # in newer versions of PyAV
    if not entries or name not in (AVI, MP4) or (name == MP4 and stream.codec_context.has_b_frames):
        return None
    last = entries[-1]
    if name == AVI and not _is_end_of_frames(path, last.pos + CHUNK_HEAD + last.size):
        return None
    if name == MP4 and len(entries) != stream.frames:
        return None
    return _shown((entry.is_discard, entry.timestamp) for entry in entries)


def _shown(stamps: Iterable[tuple[bool, int | None]]) -> tuple[list[int | None], int]:
    """Return the stamps of packets that are not to be discarded, and how many are."""
    kept, hidden = [], 0
    for is_discarded, stamp in stamps:
        hidden += is_discarded
        if not is_discarded:
            kept.append(stamp)
    return kept, hidden


def _states_rate(path: Path) -> bool:
    """Whether the header of an AVI file states a rate that can be."""
    with open(path, "rb") as file:
        header = file.read(LONGEST_HEADER)
    stream, main = STREAM_HEADER.search(header), MAIN_HEADER.search(header)
    return (stream is not None and all(map(any, stream.groups()))) or (main is not None and any(main[1]))


def _is_in_fragments(path: Path) -> bool:
    """Whether an MP4 file is written in fragments, of which FFmpeg reads only the first ones when it opens the file."""
    at, size = 0, path.stat().st_size
    with open(path, "rb") as file:
        for _ in range(MOST_BOXES):
            if at > size:
                return False
            file.seek(at)
            head = file.read(16)
            if head[4:8] in FRAGMENTS:
                return True
            length = int.from_bytes(head[8:16] if head[:4] == b"\0\0\0\1" else head[:4], "big")
            if len(head) < 8 or length < 8:  # 0: up to the end of the file
                return False
            at += length
    return True


def _is_end_of_frames(path: Path, end: int) -> bool:
    """Whether the last list of frames in an AVI file ends at a byte, or one later, which evens its length."""
    with open(path, "rb") as file:
        return 0 <= _end_of_frames(file) - end <= 1


def _end_of_frames(file: BinaryIO) -> int:
    """Return where the last list of frames in an AVI file ends, -1 if that is not known."""
    end = -1
    for name, start, length in chunks_in(file):
        if name == FRAMES:
            end = -1 if length in UNKNOWN_LENGTHS else start + length
    return end
