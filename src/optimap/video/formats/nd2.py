"""Nikon ``.nd2``: chunks with names, and a map at the end of where each begins. The package nd2 reads the description.

A file holds one plane of all channels for each step of its loops (time, position, depth). Positions are chosen with
``position=``, as channels and depths are. Planes at regular distances are memory-mapped, others read one by one. A
chunk that does not begin with its own name, or does not hold a whole plane, is an error: a damaged map would otherwise
lead to the pixels of another frame. The map lacks planes that were never recorded, which the package fills with zeros;
here, a recording that was stopped ends with its last frame, which its metadata say, and a gap is an error. Files of
version 1 (JPEG 2000) have no map, and the package reads their pixels.
"""

import os
import re
import struct
import zlib
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import nd2
import numpy as np

from ..._base import ArgumentError, Array
from ..._files import DEFLATE, check_justified, reading
from ..axes import STATED, channel_number, numbered
from ..checks import check_frames, counted
from ..recording import Recording
from ..units import MM, SECONDS, interval, rate

LETTERS = {"TimeLoop": "T", "NETimeLoop": "T", "XYPosLoop": "P", "ZStackLoop": "Z"}
MOST_STEPS = 2**32  # of a loop, whose count has 32 bits
MAGIC = 0x0ABECEDA
CHUNK = struct.Struct("<IIQ")  # magic, bytes of the name and the room after it, bytes of the content
PLACE = struct.Struct("<QQ")  # in the map, after each name: where the chunk begins, and its bytes
END = struct.Struct("<32sQ")  # of the file: a name, and where the map begins
MAP, MAP_END = b"ND2 FILEMAP SIGNATURE NAME 0001!", b"ND2 CHUNK MAP SIGNATURE 0000001!"
PLANE, TIMES = re.compile(rb"ImageDataSeq\|(\d{1,18})!"), b"CustomData|AcqTimesCache!"
STAMP_BYTES = 8  # before the pixels of a plane


class Pixels(NamedTuple):
    """How the pixels of a plane are stored; the channels of a pixel are together."""

    shape: tuple[int, int]
    dtype: "np.dtype[Any]"
    channels: int
    row_bytes: int
    compressed: bool

    @property
    def strides(self) -> tuple[int, int]:
        """Bytes from a row to the next, and from a pixel to the next."""
        return self.row_bytes, self.channels * self.dtype.itemsize

    @property
    def size(self) -> int:
        """Bytes from the first pixel to the end of the last one."""
        return (self.shape[0] - 1) * self.row_bytes + self.shape[1] * self.strides[1]


class Chunks:
    """The chunks of a file, by name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = open(path, "rb")  # noqa: SIM115 - closed by `close`
        try:
            self.places = self._read_map()
        except BaseException:
            self.close()
            raise

    def find(self, name: bytes) -> tuple[int, int]:
        """Return where the content of a chunk begins, and its bytes."""
        return self._find(name, self.places[name])

    def find_pixels(self, number: int, pixels: Pixels) -> tuple[int, int]:
        """Return where the pixels of a plane begin, and their bytes."""
        start, count = self.find(_plane_name(number))
        found, needed = count - STAMP_BYTES, 1 if pixels.compressed else pixels.size
        if found < needed:
            _damaged(self.path, f"plane {number} has {max(0, found)} bytes of pixels instead of {needed}")
        check_justified(self.path, pixels.size, DEFLATE, "pixels", stored=found)
        return start + STAMP_BYTES, found

    def read(self, start: int, count: int) -> bytes:
        """Return bytes of the file."""
        size = self._size()
        if start + count > size:
            _damaged(self.path, f"{count} bytes should be at byte {start}, but the file has {size}")
        self._file.seek(start)
        return self._file.read(count)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _size(self) -> int:
        return os.fstat(self._file.fileno()).st_size

    def _find(self, name: bytes, at: int) -> tuple[int, int]:
        head = self.read(at, CHUNK.size + len(name))
        magic, room, count = CHUNK.unpack_from(head)
        if magic != MAGIC or room < len(name) or not head.endswith(name):
            _damaged(self.path, f"{name.decode('latin-1')} should begin at byte {at}, but does not")
        start, size = at + CHUNK.size + room, self._size()
        if start + count > size:
            _damaged(self.path, f"{name.decode('latin-1')} should end at byte {start + count}, but the file has {size}")
        return start, count

    def _read_map(self) -> dict[bytes, int]:
        signature, at = END.unpack(self.read(max(0, self._size() - END.size), END.size))
        if signature != MAP_END:
            _damaged(self.path, "it does not end with a map of its chunks")
        raw = self.read(*self._find(MAP, at))
        places: dict[bytes, int] = {}
        start, end = 0, raw.find(b"!") + 1
        while 0 < end <= len(raw) - PLACE.size and raw[start:end] != MAP_END:
            places[raw[start:end]] = PLACE.unpack_from(raw, end)[0]
            start = end + PLACE.size
            end = raw.find(b"!", start) + 1
        return places


class PlaneFrames:
    """Frames of one channel, each in the chunk of its plane, compressed or not."""

    def __init__(self, chunks: Chunks, planes: range, pixels: Pixels, channel: int) -> None:
        self._chunks, self._planes, self._pixels, self._channel = chunks, planes, pixels, channel
        self.shape: tuple[int, int, int] = (len(planes), *pixels.shape)
        self.dtype = pixels.dtype

    def read(self, frames: range) -> Array:
        """Read a range of frames."""
        result = np.empty((len(frames), *self.shape[1:]), self.dtype)
        offset, strides = self._channel * self.dtype.itemsize, self._pixels.strides
        for target, frame in zip(result, frames, strict=True):
            target[...] = np.ndarray(target.shape, self.dtype, self._read_plane(frame), offset, strides)
        return result

    def close(self) -> None:
        """Close the file."""
        self._chunks.close()

    def _read_plane(self, frame: int) -> bytes:
        size = self._pixels.size
        start, count = self._chunks.find_pixels(self._planes[frame], self._pixels)
        stored = self._chunks.read(start, count if self._pixels.compressed else size)
        if not self._pixels.compressed:
            return stored
        with _reading(self._chunks.path, f"at frame {frame}"):
            plain = zlib.decompressobj().decompress(stored, size)
        if len(plain) < size:
            _damaged(self._chunks.path, f"frame {frame} has {len(plain)} bytes of pixels instead of {size}")
        return plain


class LegacyFrames:
    """Frames of one channel of a file of version 1."""

    def __init__(self, path: Path, file: nd2.ND2File, planes: range, pixels: Pixels, channel: int) -> None:
        self._path, self._file, self._planes, self._channel = path, file, planes, channel
        self.shape: tuple[int, int, int] = (len(planes), *pixels.shape)
        self.dtype = pixels.dtype

    def read(self, frames: range) -> Array:
        """Read a range of frames."""
        result = np.empty((len(frames), *self.shape[1:]), self.dtype)
        for i, frame in enumerate(frames):
            with _reading(self._path, f"at frame {frame}"):
                plane = self._file.read_frame(self._planes[frame])
                result[i] = plane.reshape(-1, *self.shape[1:])[self._channel]
        return result

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def open_recording(path: Path, channel: object = None, z: object = None, position: object = None) -> Recording:
    """Open an ND2 file."""
    with _reading(path):
        file = nd2.ND2File(path)
    try:
        return _recording(path, file, channel, z, position)
    except BaseException:
        file.close()
        raise


def _recording(path: Path, file: nd2.ND2File, channel: object, z: object, position: object) -> Recording:
    with _reading(path):
        loops = [(LETTERS.get(loop.type, loop.type), int(loop.count)) for loop in file.experiment]
        names = [str(each.channel.name) for each in file.metadata.channels or []]
        metadata: dict[str, Any] = {key: str(text) for key, text in file.text_info.items() if key in ("date", "optics")}
        period, pixel_size, positions = _period(file), _pixel_size(file), _position_names(file)
        pixels = _pixels(path, file, dict(loops).get("T", 1))
    planes = _planes(path, loops, z, position, positions)
    names = names if len(names) == pixels.channels else []
    number = channel_number(path, channel, pixels.channels, names)
    metadata |= {"channel": names[number]} if len(names) > 1 else {}
    frames: LegacyFrames | PlaneFrames | Array
    if file.is_legacy:
        frames, times = LegacyFrames(path, file, planes, pixels, number), None
    else:
        frames, times = _stored(path, planes, pixels, number)
        file.close()
    if frames.shape[0] < len(planes):
        metadata["stopped"] = f"after {frames.shape[0]} of {len(planes)} frames"
    return Recording(
        frames,
        path=path,
        format="Nikon ND2",
        fps=period,
        times=times,
        pixel_size=pixel_size,
        metadata=metadata,
        axes=("".join(letter for letter, _ in loops) + ("CYX" if len(names) > 1 else "YX"), STATED),
    )


def _reading(path: Path, where: str = "and may be truncated") -> AbstractContextManager[None]:
    """Return the guard for calls of nd2."""
    return reading(path, "nd2", f"cannot be read as ND2 {where}", "copy the recording again")


def _damaged(path: Path, problem: str) -> NoReturn:
    raise ArgumentError("path", path, f"is damaged, because {problem}", "copy the recording again", subject=str(path))


def _pixels(path: Path, file: nd2.ND2File, frames: int) -> Pixels:
    """Return how the pixels of a plane are stored, or raise an error if the file contradicts itself."""
    attributes, dtype, channels = file.attributes, np.dtype(file.dtype), int(file.attributes.channelCount or 1)
    shape = int(attributes.heightPx), int(attributes.widthPx or 0)
    colours = file.components_per_channel
    check_frames(path, (frames, *shape, colours) if colours in (3, 4) else (frames, *shape), dtype)
    if attributes.componentCount != channels:
        _damaged(path, f"it states {attributes.componentCount} values of {counted(channels, 'channel')} in a pixel")
    if attributes.compressionType not in (None, "none", "lossless"):
        cure = "save it without compression from NIS-Elements"
        raise ArgumentError("path", path, "is compressed with losses", cure, subject=str(path))
    needed = shape[1] * channels * dtype.itemsize
    row_bytes = int(attributes.widthBytes or needed)
    if row_bytes < needed:
        _damaged(path, f"it states {row_bytes} bytes of a row of {counted(shape[1], 'pixel')}, which need {needed}")
    return Pixels(shape, dtype, channels, row_bytes, attributes.compressionType == "lossless")


def _planes(path: Path, loops: list[tuple[str, int]], z: object, position: object, positions: list[str]) -> range:
    """Return the numbers of the planes at the chosen position and depth, in the order of time."""
    sizes = dict(loops)
    if len(sizes) != len(loops) or not set(sizes) <= set("TPZ"):
        problem = f"has loops of another kind than time, position and depth ({', '.join(kind for kind, _ in loops)})"
        cure = "export the recording as TIFF from NIS-Elements"
        raise ArgumentError("path", path, problem, cure, subject=str(path))
    if any(not 0 < count < MOST_STEPS for count in sizes.values()):
        _damaged(path, f"it states loops of {', '.join(f'{kind} {count}' for kind, count in loops)} steps")
    chosen = {
        "P": numbered(path, position, sizes.get("P", 1), "position", "position", positions),
        "Z": numbered(path, z, sizes.get("Z", 1), "z", "plane"),
    }
    first, step, distance = 0, 1, 1
    for letter, count in reversed(loops):  # the innermost loop first
        first += distance * chosen.get(letter, 0)
        step = distance if letter == "T" else step
        distance *= count
    return range(first, first + step * sizes.get("T", 1), step)


def _stored(path: Path, planes: range, pixels: Pixels, channel: int) -> tuple[PlaneFrames | Array, Array | None]:
    """Return the frames that were recorded, mapped if possible, and their times."""
    chunks = Chunks(path)
    try:
        planes = _recorded(chunks, planes)
        times = _times(chunks, planes)
        frames = _mapped(chunks, planes, pixels, channel)
    except BaseException:
        chunks.close()
        raise
    if frames is None:
        return PlaneFrames(chunks, planes, pixels, channel), times
    chunks.close()
    return frames, times


def _plane_name(number: int) -> bytes:
    return b"ImageDataSeq|%d!" % number


def _recorded(chunks: Chunks, planes: range) -> range:
    """Return the planes up to the last one that was recorded, or raise an error if one before it is missing."""
    count = next((i for i, number in enumerate(planes) if _plane_name(number) not in chunks.places), len(planes))
    missing = planes[count:]
    has_later = missing and any(int(found[1]) in missing for found in map(PLANE.fullmatch, chunks.places) if found)
    if count == 0 or has_later:
        problem = f"lacks frame {count} of {counted(len(planes), 'frame')}"
        raise ArgumentError("path", chunks.path, problem, "copy the recording again", subject=str(chunks.path))
    return planes[:count]


def _mapped(chunks: Chunks, planes: range, pixels: Pixels, channel: int) -> Array | None:
    """Return the frames as a memory map; None if the planes are compressed, or at irregular distances.

    The first plane and the last one are looked at, because no others are if those are where their names and sizes say.
    """
    (start, _), (last, _) = (chunks.find_pixels(number, pixels) for number in (planes[0], planes[-1]))
    if pixels.compressed:
        return None
    places = [chunks.places[_plane_name(number)] for number in planes]
    steps = {after - before for before, after in pairwise(places)} or {pixels.size}
    if len(steps) > 1 or min(steps) < pixels.size or last - start != places[-1] - places[0]:
        return None
    raw = np.memmap(chunks.path, np.uint8, mode="r")
    shape, strides = (len(planes), *pixels.shape), (steps.pop(), *pixels.strides)
    frames: Array = np.ndarray(shape, pixels.dtype, raw, start + channel * pixels.dtype.itemsize, strides)
    return frames


def _times(chunks: Chunks, planes: range) -> Array | None:
    """Return the time of each plane in s, None if the file does not state them all."""
    if TIMES not in chunks.places:
        return None
    start, count = chunks.find(TIMES)
    stamps = np.frombuffer(chunks.read(start, count - count % 8), "<f8")
    if planes[-1] >= len(stamps):
        return None
    times: Array = stamps[planes.start : planes.stop : planes.step] / 1000  # of ms
    return times if np.isfinite(times).all() else None


def _period(file: nd2.ND2File) -> float | None:
    """Return the rate from the period of the time loop, which is zero where frames were taken without a pause."""
    for loop in file.experiment:
        if loop.type == "TimeLoop":
            return rate(interval(loop.parameters.periodMs, "ms", SECONDS))
    return None


def _pixel_size(file: nd2.ND2File) -> float | None:
    """Return the width of a pixel in mm, if the microscope was calibrated."""
    channels = file.metadata.channels or []
    if not channels or not channels[0].volume.axesCalibrated[0]:
        return None
    return interval(channels[0].volume.axesCalibration[0], "um", MM) or None


def _position_names(file: nd2.ND2File) -> list[str]:
    for loop in file.experiment:
        if loop.type == "XYPosLoop":
            return [point.name or str(i) for i, point in enumerate(loop.parameters.points)]
    return []
