"""Zeiss ``.czi``: one sub-block of pixels for each time, channel and plane, and a directory of all of them.

The directory is read when a recording is opened; frames are read from their sub-blocks when they are needed. Frames
that consist of several tiles are refused, because where tiles overlap, each program blends them in its own way.
Compressed sub-blocks are decoded with imagecodecs. The times come from the attachment ``TimeStamps``; rate, pixel size
and names of channels come from the XML.
"""

import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, NoReturn
from xml.etree import ElementTree

import numpy as np

from ..._base import ArgumentError, Array, import_extra
from ..axes import channel_number, numbered
from ..recording import Recording
from ..units import MM, SECONDS, interval, rate

SEGMENT = struct.Struct("<16sqq")  # name, bytes reserved, bytes used
POSITIONS = struct.Struct("<qqiq")  # in the file header: directory, XML, update pending, directory of attachments
ENTRY = struct.Struct("<2siqiiB5xi")  # schema, kind of pixels, position, file, compression, pyramid, dimensions
DIMENSION = struct.Struct("<4siifi")  # name, start, size, coordinate, stored size
ATTACHMENT = struct.Struct("<2s10xqi16s8s80s")
DTYPES = {0: "u1", 1: "<u2", 2: "<f4", 12: "<i4", 13: "<f8"}
COLOURS = (3, 4, 8, 9)
RAW, JPEG_XR, ZSTD, ZSTD_WITH_HEADER = 0, 4, 5, 6
OTHERS = {"H": "phases", "I": "illuminations", "V": "views", "R": "rotations", "B": "blocks"}
# Errors that imagecodecs raises for damaged bytes.
DAMAGED = (RuntimeError, ValueError, TypeError, IndexError)


class Block(NamedTuple):
    """An entry of the directory: where a sub-block is, what it holds, and its place in the recording."""

    position: int
    header_bytes: int  # from its position to its own description, which comes before the pixels
    kind: int
    compression: int
    shape: tuple[int, int]
    place: dict[str, int]


class BlockFrames:
    """Frames that are sub-blocks."""

    def __init__(self, path: Path, blocks: list[Block]) -> None:
        self._path, self._blocks = path, blocks
        self._file = open(path, "rb")  # noqa: SIM115 - closed by `close`
        self.shape: tuple[int, int, int] = (len(blocks), *blocks[0].shape)
        self.dtype = np.dtype(DTYPES[blocks[0].kind])

    def read(self, frames: range) -> Array:
        """Read a range of frames."""
        result = np.empty((len(frames), *self.shape[1:]), self.dtype)
        for target, i in zip(result, frames, strict=True):
            stored = _pixels(self._path, self._file, self._blocks[i])
            try:
                target[...] = _decoded(stored, self._blocks[i], target)
            except DAMAGED as error:
                _refuse(self._path, f"is damaged, because frame {i} cannot be decoded ({error})")
        return result

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def open_recording(path: Path, channel: object = None, z: object = None, scene: object = None) -> Recording:
    """Open a Zeiss recording."""
    with open(path, "rb") as file:
        if file.read(10) != b"ZISRAWFILE":
            _refuse(path, "is not a .czi file, as its first bytes show", "correct its suffix")
        directory, xml_at, _, attachments = POSITIONS.unpack(_read(path, file, 84, POSITIONS.size))
        blocks = _read_directory(path, file, directory)
        image = _read_xml(path, file, xml_at) if xml_at else ElementTree.Element("none")
        times = _read_times(path, file, attachments) if attachments else None
        frames = _choose(path, blocks, _labels(image), channel, z, scene)
        _pixels(path, file, max(blocks, key=lambda block: block.position))  # the last ones are lost first
    step = interval(image.findtext(".//T/Positions/Interval/Increment"), "s", SECONDS)
    width = interval(image.findtext(".//Scaling/Items/Distance[@Id='X']/Value"), "m", MM)
    return Recording(
        BlockFrames(path, frames),
        path=path,
        format="Zeiss CZI",
        fps=rate(step),
        times=times - times[0] if times is not None and len(times) == len(frames) else None,
        pixel_size=width or None,
        metadata=_entries(image),
    )


def _refuse(path: Path, problem: str, cure: str = "copy the recording again") -> NoReturn:
    raise ArgumentError("path", path, problem, cure, subject=str(path))


def _read(path: Path, file: BinaryIO, at: int, count: int) -> bytes:
    """Return bytes of the file, or raise an error if it ends before them."""
    size = path.stat().st_size
    if at < 0 or count < 0 or at + count > size:
        _refuse(path, f"is truncated or damaged ({count} bytes should be at byte {at}, but the file has {size})")
    file.seek(at)
    return file.read(count)


def _segment(path: Path, file: BinaryIO, at: int, name: bytes) -> int:
    """Return the number of bytes of a segment, or raise an error if there is another one, or none."""
    found, reserved, used = SEGMENT.unpack(_read(path, file, at, SEGMENT.size))
    if found.rstrip(b"\0") != name:
        _refuse(path, f"is damaged, because there is no segment {name.decode()} at byte {at}")
    return int(used or reserved)


def _read_directory(path: Path, file: BinaryIO, at: int) -> list[Block]:
    """Return all sub-blocks of full resolution."""
    used = _segment(path, file, at, b"ZISRAWDIRECTORY")
    raw = _read(path, file, at + SEGMENT.size, used)
    found, place = [], 128
    try:
        for _ in range(struct.unpack_from("<i", raw)[0]):
            schema, kind, position, part, compression, _, count = ENTRY.unpack_from(raw, place)
            dimensions = DIMENSION.iter_unpack(raw[place + ENTRY.size :][: DIMENSION.size * count])
            extent = {name.rstrip(b"\0").decode(): (start, size, stored) for name, start, size, _, stored in dimensions}
            entry_bytes = ENTRY.size + DIMENSION.size * count
            place += entry_bytes
            if schema != b"DV" or part != 0:
                cure = "open it in ZEN, and save it as a single file"
                _refuse(path, "consists of several files, or is of a version that is not known", cure)
            (_, columns, stored_columns), (_, rows, stored_rows) = extent["X"], extent["Y"]
            if stored_columns in (0, columns) and stored_rows in (0, rows):  # others are of lower resolution
                starts = {letter: start for letter, (start, _, _) in extent.items() if letter not in "XYM"}
                found.append(Block(position, max(256, 16 + entry_bytes), kind, compression, (rows, columns), starts))
    except (struct.error, KeyError, UnicodeDecodeError) as error:
        _refuse(path, f"is damaged, because its directory cannot be read ({error!r})")
    if not found:
        _refuse(path, "holds no images", "record or copy it again")
    return found


def _choose(
    path: Path, blocks: list[Block], labels: list[str], channel: object, z: object, scene: object
) -> list[Block]:
    """Return the sub-blocks of one scene, channel and plane in the order of time, after checking that all are there."""
    for letter, things in OTHERS.items():
        if (count := len(_starts(blocks, letter))) > 1:
            _refuse(path, f"has {count} {things} of each frame", "export one of them from ZEN, for example as OME-TIFF")
    scenes, planes, channels = (_starts(blocks, letter) for letter in "SZC")
    wanted = {
        "S": scenes[numbered(path, scene, len(scenes), "scene", "scene")],
        "C": channels[channel_number(path, channel, len(channels), labels if len(labels) == len(channels) else ())],
        "Z": planes[numbered(path, z, len(planes), "z", "plane")],
    }
    of_scene = [block for block in blocks if block.place.get("S", 0) == wanted["S"]]
    moments = _starts(of_scene, "T")
    chosen: dict[int, Block] = {}
    for block in of_scene:
        if all(block.place.get(letter, 0) == start for letter, start in wanted.items()):
            moment = block.place.get("T", 0)
            if moment in chosen:
                cure = "stitch it in ZEN, and export it as OME-TIFF"
                _refuse(path, "is a mosaic, because a frame consists of several tiles", cure)
            chosen[moment] = block
    missing = next((moment for moment in range(moments[0], moments[-1] + 1) if moment not in chosen), None)
    if missing is not None:
        _refuse(path, f"is damaged, because its directory lacks frame {missing - moments[0]}")
    frames = [chosen[moment] for moment in moments]
    _check_alike(path, frames)
    return frames


def _starts(blocks: Iterable[Block], letter: str) -> list[int]:
    """Return the places of blocks along an axis, in order."""
    return sorted({block.place.get(letter, 0) for block in blocks})


def _check_alike(path: Path, frames: list[Block]) -> None:
    """Raise an error if frames are of different sizes or kinds, or of one that cannot be read."""
    first = frames[0]
    for i, block in enumerate(frames):
        if (block.shape, block.kind) != (first.shape, first.kind):
            rows, columns = block.shape
            problem = f"holds frames of different sizes or kinds, such as frame {i} of {columns} x {rows} pixels"
            _refuse(path, problem, "export a part with frames of one size from ZEN")
        if block.compression not in (RAW, JPEG_XR, ZSTD, ZSTD_WITH_HEADER):
            problem = f"is compressed in a way that is not known (number {block.compression})"
            _refuse(path, problem, "save it without compression in ZEN")
    if first.kind in COLOURS:
        _refuse(path, "is a colour recording", "split its channels in ZEN first")
    if first.kind not in DTYPES:
        _refuse(
            path, f"holds pixels of a kind that is not known (number {first.kind})", "export it as OME-TIFF from ZEN"
        )
    if any(block.compression != RAW for block in frames):
        import_extra("imagecodecs", "czi", "compressed .czi files")


def _pixels(path: Path, file: BinaryIO, block: Block) -> bytes:
    """Return the stored bytes of a sub-block."""
    _segment(path, file, block.position, b"ZISRAWSUBBLOCK")
    start = block.position + SEGMENT.size
    described, _, count = struct.unpack("<iiq", _read(path, file, start, 16))
    return _read(path, file, start + block.header_bytes + described, count)


def _decoded(stored: bytes, block: Block, like: Array) -> Array:
    """Return the pixels of a sub-block, or raise one of the errors `DAMAGED`."""
    if block.compression == RAW:
        return np.frombuffer(stored, like.dtype).reshape(like.shape)
    import imagecodecs

    if block.compression == JPEG_XR:
        return np.asarray(imagecodecs.jpegxr_decode(stored)).reshape(like.shape)
    # A header of one byte, its length, or of three: a bit of the last one states that upper bytes follow lower ones.
    header = stored[: stored[0]] if block.compression == ZSTD_WITH_HEADER else b""
    plain = np.frombuffer(imagecodecs.zstd_decode(stored[len(header) :], out=like.nbytes), np.uint8)
    if len(header) == 3 and header[2] & 1:
        plain = np.ascontiguousarray(plain.reshape(2, -1).T)
    return plain.view(like.dtype).reshape(like.shape)


def _read_xml(path: Path, file: BinaryIO, at: int) -> ElementTree.Element:
    """Return the description of a recording."""
    _segment(path, file, at, b"ZISRAWMETADATA")
    (count,) = struct.unpack("<i", _read(path, file, at + SEGMENT.size, 4))
    try:
        return ElementTree.fromstring(_read(path, file, at + SEGMENT.size + 256, count).rstrip(b"\0"))
    except ElementTree.ParseError as error:
        _refuse(path, f"is damaged, because its description cannot be read ({error})")


def _read_times(path: Path, file: BinaryIO, at: int) -> Array | None:
    """Return the times in s that are attached, if there are any."""
    _segment(path, file, at, b"ZISRAWATTDIR")
    (count,) = struct.unpack("<i", _read(path, file, at + SEGMENT.size, 4))
    entries = _read(path, file, at + SEGMENT.size + 256, count * ATTACHMENT.size)
    for _, position, _, _, kind, _ in ATTACHMENT.iter_unpack(entries):
        if kind.rstrip(b"\0") == b"CZTIMS":
            _segment(path, file, position, b"ZISRAWATTACH")
            start = position + SEGMENT.size + 256
            _, number = struct.unpack("<ii", _read(path, file, start, 8))
            return np.frombuffer(_read(path, file, start + 8, 8 * number), "<f8").astype(float) if number else None
    return None


def _labels(image: ElementTree.Element) -> list[str]:
    """Return the names of the channels, as far as they are stated."""
    channels = image.findall(".//Information/Image/Dimensions/Channels/Channel")
    return [element.get("Name") or element.get("Id") or f"channel {i}" for i, element in enumerate(channels)]


def _entries(image: ElementTree.Element) -> dict[str, Any]:
    """Return what the description says about the image, and the names of the channels."""
    found = {element.tag: element.text for element in image.findall(".//Information/Image/*") if not len(element)}
    labels = _labels(image)
    return {**found, "channels": labels} if labels else found
