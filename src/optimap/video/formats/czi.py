"""Zeiss ``.czi``: one sub-block of pixels for each time, channel and plane, and a directory of all of them.

The directory is read when a recording is opened; frames are read from their sub-blocks when they are needed. Each
sub-block repeats its entry of the directory, and is an error if the two differ: it is then another frame. Frames that
consist of several tiles are refused, because where tiles overlap, each program blends them in its own way.
Compressed sub-blocks are decoded with imagecodecs. The times come from the attachment ``TimeStamps``; rate, pixel size
and names of channels come from the XML.
"""

import os
import struct
import zlib
from pathlib import Path
from typing import Any, BinaryIO, NoReturn
from xml.etree import ElementTree

import numpy as np

from ..._base import ArgumentError, Array, import_extra
from ..._files import reading
from ..._images import check_coded
from ..axes import channel_number, numbered
from ..recording import Recording
from ..units import MM, SECONDS, interval, rate

SEGMENT = struct.Struct("<16sqq")  # name, bytes reserved, bytes used
POSITIONS = struct.Struct("<qqiq")  # in the file header: directory, XML, update pending, directory of attachments
ENTRY = np.dtype(
    [("schema", "<u2"), ("kind", "<i4"), ("position", "<i8"), ("part", "<i4"), ("compression", "<i4"), ("rest", "V10")]
)
DIMENSION = np.dtype([("name", "S4"), ("start", "<i4"), ("size", "<i4"), ("coordinate", "<f4"), ("stored", "<i4")])
EXTENTS = {"X": "columns", "Y": "rows"}
ATTACHMENT = struct.Struct("<2s10xqi16s8s80s")
DTYPES = {0: "u1", 1: "<u2", 2: "<f4", 12: "<i4", 13: "<f8"}
COLOURS = (3, 4, 8, 9)
RAW, JPEG_XR, ZSTD, ZSTD_WITH_HEADER = 0, 4, 5, 6
OTHERS = {"H": "phases", "I": "illuminations", "V": "views", "R": "rotations", "B": "blocks"}
LETTERS = "XYTCZS" + "".join(OTHERS)  # of dimensions that matter here
Table = dict[str, Array]


class BlockFrames:
    """Frames that are sub-blocks; `blocks` has a row of the directory for each."""

    def __init__(self, path: Path, blocks: Table) -> None:
        self._path, self._blocks = path, blocks
        self._file = open(path, "rb")  # noqa: SIM115 - closed by `close`
        self.shape: tuple[int, int, int] = (
            *blocks["position"].shape,
            int(blocks["rows"][0]),
            int(blocks["columns"][0]),
        )
        self.dtype = np.dtype(DTYPES[int(blocks["kind"][0])])

    def read(self, frames: range) -> Array:
        """Read a range of frames."""
        result = np.empty((len(frames), *self.shape[1:]), self.dtype)
        for target, i in zip(result, frames, strict=True):
            stored = _pixels(self._path, self._file, self._blocks, i)
            problem = f"is damaged, because frame {i} cannot be decoded"
            with reading(self._path, "imagecodecs", problem, "copy the recording again", listen=False):
                _decode(stored, int(self._blocks["compression"][i]), target)
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
        _pixels(path, file, blocks, int(blocks["position"].argmax()))  # the last ones are lost first
    step = interval(image.findtext(".//T/Positions/Interval/Increment"), "s", SECONDS)
    width = interval(image.findtext(".//Scaling/Items/Distance[@Id='X']/Value"), "m", MM)
    return Recording(
        BlockFrames(path, frames),
        path=path,
        format="Zeiss CZI",
        fps=rate(step),
        times=times - times[0] if times is not None and len(times) == len(frames["position"]) else None,
        pixel_size=width or None,
        metadata=_entries(image),
    )


def _refuse(path: Path, problem: str, cure: str = "copy the recording again") -> NoReturn:
    raise ArgumentError("path", path, problem, cure, subject=str(path))


def _read(path: Path, file: BinaryIO, at: int, count: int) -> bytes:
    """Return bytes of the file, or raise an error if it ends before them."""
    size = os.fstat(file.fileno()).st_size
    if at < 0 or count < 0 or at + count > size:
        _refuse(path, f"is truncated or damaged ({count} bytes should be at byte {at}, but the file has {size})")
    file.seek(at)
    return file.read(count)


def _segment(path: Path, file: BinaryIO, at: int, name: bytes) -> int:
    """Return the number of bytes of a segment, or raise an error if there is another one, or none."""
    head = _read(path, file, at, SEGMENT.size)
    _check_name(path, head, at, name)
    _, reserved, used = SEGMENT.unpack(head)
    return int(used or reserved)


def _check_name(path: Path, head: bytes, at: int, name: bytes) -> None:
    if head[:16].rstrip(b"\0") != name:
        _refuse(path, f"is damaged, because there is no segment {name.decode()} at byte {at}")


def _read_directory(path: Path, file: BinaryIO, at: int) -> Table:
    """Return a table of all sub-blocks of full resolution."""
    used = _segment(path, file, at, b"ZISRAWDIRECTORY")
    raw = np.frombuffer(_read(path, file, at + SEGMENT.size, used), np.uint8)
    starts, place = [], 128
    if used < place:
        _refuse(path, f"is damaged, because its directory has {used} bytes")
    (count,) = struct.unpack("<i", raw[:4].tobytes())
    for _ in range(count):
        starts.append(place)
        place += ENTRY.itemsize + DIMENSION.itemsize * int.from_bytes(raw[place + 28 : place + 32].tobytes(), "little")
        if place > len(raw):
            _refuse(path, f"is damaged, because its directory ends within entry {len(starts) - 1}")
    if not starts:
        _refuse(path, "holds no images", "record or copy it again")
    lengths = np.diff([*starts, place])
    parts = []
    for length in np.unique(lengths):
        of_length = np.array(starts)[lengths == length]
        parts.append(_columns(raw[of_length[:, np.newaxis] + np.arange(length)]))
    names = sorted(set().union(*parts))
    blocks = {
        name: np.concatenate([part.get(name, np.zeros_like(part["position"])) for part in parts]) for name in names
    }
    if (blocks["schema"] != int.from_bytes(b"DV", "little")).any() or blocks["part"].any():
        cure = "open it in ZEN, and save it as a single file"
        _refuse(path, "consists of several files, or is of a version that is not known", cure)
    if not {"rows", "columns"} <= set(blocks):
        _refuse(path, "is damaged, because its directory states no sizes")
    # Others, of lower resolution, store fewer pixels than they cover.
    pairs = [(blocks[f"stored_{name}"], blocks[name]) for name in EXTENTS.values()]
    is_full = np.logical_and.reduce([(stored == 0) | (stored == covered) for stored, covered in pairs])
    if not is_full.any():
        _refuse(path, "holds no images of full resolution", "record or copy it again")
    return {name: column[is_full] for name, column in blocks.items()}


def _columns(entries: Array) -> Table:
    """Return the columns of entries with the same number of dimensions; a dimension's name is that of its column."""
    head = np.ascontiguousarray(entries[:, : ENTRY.itemsize]).view(ENTRY)[:, 0]
    dimensions = np.ascontiguousarray(entries[:, ENTRY.itemsize :]).view(DIMENSION)
    found = {name: head[name].astype(np.int64) for name in ("schema", "kind", "position", "part", "compression")}
    for letter in LETTERS:
        here = dimensions["name"] == letter.encode()
        if not here.any():
            continue
        of_letter = {key: np.where(here, dimensions[key], 0).sum(axis=1) for key in ("start", "size", "stored")}
        if letter in EXTENTS:
            found[EXTENTS[letter]] = of_letter["size"]
            found[f"stored_{EXTENTS[letter]}"] = of_letter["stored"]
        else:
            found[letter] = of_letter["start"]
    found["entry_bytes"] = np.full(len(entries), entries.shape[1])
    found["identity"] = np.array([_identity(entry.tobytes()) for entry in entries])
    return found


def _choose(path: Path, blocks: Table, labels: list[str], channel: object, z: object, scene: object) -> Table:
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
    of_scene = _where(blocks, {"S": wanted["S"]})
    frames = _where(of_scene, wanted)
    expected, found = _starts(of_scene, "T"), _places(frames, "T")
    order = np.argsort(found, kind="stable")
    if (np.diff(found[order]) == 0).any():
        cure = "stitch it in ZEN, and export it as OME-TIFF"
        _refuse(path, "is a mosaic, because a frame consists of several tiles", cure)
    moments = range(expected[0], expected[-1] + 1)
    if len(found) < len(moments):
        is_other = found[order] != moments[0] + np.arange(len(found))
        lost = int(is_other.argmax()) if is_other.any() else len(found)
        _refuse(path, f"is damaged, because its directory lacks frame {lost}")
    frames = {name: column[order] for name, column in frames.items()}
    _check_alike(path, frames)
    return frames


def _places(blocks: Table, letter: str) -> Array:
    """Return the place of each block along an axis, 0 if there is no such axis."""
    return blocks.get(letter, np.zeros_like(blocks["position"]))


def _starts(blocks: Table, letter: str) -> list[int]:
    """Return the places of blocks along an axis, each once, in order."""
    return [int(place) for place in np.unique(_places(blocks, letter))]


def _where(blocks: Table, wanted: dict[str, int]) -> Table:
    """Return the blocks at the given places."""
    here = np.logical_and.reduce([_places(blocks, letter) == place for letter, place in wanted.items()])
    return {name: column[here] for name, column in blocks.items()}


def _check_alike(path: Path, frames: Table) -> None:
    """Raise an error if frames are of different sizes or kinds, or of one that cannot be read."""
    others = np.logical_or.reduce([frames[key] != frames[key][0] for key in ("rows", "columns", "kind")])
    if others.any():
        i = int(others.argmax())
        problem = f"holds frames of different sizes or kinds, such as frame {i} of {frames['columns'][i]} x "
        _refuse(path, f"{problem}{frames['rows'][i]} pixels", "export a part with frames of one size from ZEN")
    kind, compressions = int(frames["kind"][0]), {int(number) for number in np.unique(frames["compression"])}
    unknown = compressions - {RAW, JPEG_XR, ZSTD, ZSTD_WITH_HEADER}
    if unknown:
        problem = f"is compressed in a way that is not known (number {unknown.pop()})"
        _refuse(path, problem, "save it without compression in ZEN")
    if kind in COLOURS:
        _refuse(path, "is a colour recording", "split its channels in ZEN first")
    if kind not in DTYPES:
        _refuse(path, f"holds pixels of a kind that is not known (number {kind})", "export it as OME-TIFF from ZEN")
    if compressions != {RAW}:
        import_extra("imagecodecs", "czi", "compressed .czi files")


def _pixels(path: Path, file: BinaryIO, blocks: Table, i: int) -> bytes:
    """Return the stored bytes of a sub-block, after checking that it is the one that the directory describes."""
    position, entry_bytes, identity = (int(blocks[name][i]) for name in ("position", "entry_bytes", "identity"))
    head = _read(path, file, position, SEGMENT.size + 16 + entry_bytes)
    _check_name(path, head, position, b"ZISRAWSUBBLOCK")
    described, _, count = struct.unpack_from("<iiq", head, SEGMENT.size)
    if _identity(head[SEGMENT.size + 16 :]) != identity:
        _refuse(path, f"is damaged, because the sub-block at byte {position} is not the one of its directory")
    return _read(path, file, position + SEGMENT.size + max(256, 16 + entry_bytes) + described, count)


def _identity(entry: bytes) -> int:
    """Return a checksum of what an entry of the directory says about pixels: kind, compression, and all dimensions."""
    dimensions = range(ENTRY.itemsize, len(entry), DIMENSION.itemsize)
    parts = [entry[at : at + 12] + entry[at + 16 : at + 20] for at in dimensions]
    return zlib.crc32(b"".join([entry[2:6], entry[18:22], *parts]))


def _decode(stored: bytes, compression: int, target: Array) -> None:
    """Decode the pixels of a sub-block into an array."""
    if compression == RAW:
        target[...] = np.frombuffer(stored, target.dtype).reshape(target.shape)
        return
    import imagecodecs

    if compression == JPEG_XR:
        check_coded(stored, target.size)
        target[...] = np.asarray(imagecodecs.jpegxr_decode(stored)).reshape(target.shape)
        return
    # A header of one byte, its length, or of three: a bit of the last states that upper bytes follow all lower ones.
    header = stored[: stored[0]] if compression == ZSTD_WITH_HEADER else b""
    plain = np.frombuffer(imagecodecs.zstd_decode(stored[len(header) :], out=target.nbytes), np.uint8)
    if len(header) == 3 and header[2] & 1:
        lower, upper = plain.reshape(2, *target.shape)
        target[...] = upper
        np.left_shift(target, 8, out=target)
        np.bitwise_or(target, lower, out=target)
    else:
        target[...] = plain.view(target.dtype).reshape(target.shape)


def _read_xml(path: Path, file: BinaryIO, at: int) -> ElementTree.Element:
    """Return the description of a recording."""
    _segment(path, file, at, b"ZISRAWMETADATA")
    (count,) = struct.unpack("<i", _read(path, file, at + SEGMENT.size, 4))
    text = _read(path, file, at + SEGMENT.size + 256, count).rstrip(b"\0")
    with reading(path, "xml", "is damaged, because its description cannot be read", "copy the recording again"):
        return ElementTree.fromstring(text)


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
