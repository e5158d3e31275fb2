"""NDTiff, in which newer versions of Micro-Manager save: TIFF files and an index that says where each plane is.

The index lies next to the files, or in the folder ``Full resolution``. Pixels are uncompressed and are read from the
places in the index. Times are those that the camera's program noted for each plane.
"""

import json
import re
import struct
from collections import OrderedDict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..._base import Advice, ArgumentError, Array, MissingFileError, axis_letter
from ..._files import file_beside, reading, shared_bytes
from ..._images import OpenFile
from ..axes import STATED, Wanted, find_layout
from ..checks import counted
from ..paged import PagedFrames
from ..recording import Recording
from ..units import MM, interval

INDEX, FULL = "NDTiff.index", "Full resolution"
TYPES = {0: "u1", 1: "u2", 3: "u2", 4: "u2", 5: "u2", 6: "u2"}  # 8, 16, 10, 12, 14 and 11 bits
# Numbers in the note of a plane.
ELAPSED, PIXEL_SIZE = (re.compile(rb'"%s"\s*:\s*"?([-+.\deE]+)' % name) for name in (b"ElapsedTime-ms", b"PixelSizeUm"))
NUMBERS = struct.Struct("<IiiiiIii")  # from the place of the pixels to the compression of the note
HEADER_BYTES = 8  # of a TIFF file
MOST_OPEN = 8


class Plane(NamedTuple):
    """One entry of the index."""

    axes: dict[str, int | str]
    file: str
    offset: int
    width: int
    height: int
    kind: int
    compression: int
    note_offset: int
    note_bytes: int
    note_compression: int


class PlaneFiles:
    """Uncompressed planes at known places in several files."""

    def __init__(self, files: list[Path], planes: list[Plane]) -> None:
        first = planes[0]
        self.shape: tuple[int, ...] = (first.height, first.width)
        self.dtype = np.dtype(TYPES[first.kind])
        self._files = {file.name: file for file in files}
        self._planes = planes
        self._open: OrderedDict[str, OpenFile] = OrderedDict()

    def _file(self, name: str) -> OpenFile:
        """Return an open file, and close the one that was read longest ago."""
        opened = self._open.pop(name, None) or OpenFile(self._files[name])
        self._open[name] = opened
        if len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)[1].close()
        return opened

    def read(self, numbers: NDArray[np.int64]) -> Array:
        """Return the planes with these numbers, (n, H, W)."""
        result = np.empty((len(numbers), *self.shape), self.dtype.newbyteorder("<"))
        for image, number in zip(result, numbers, strict=True):
            plane = self._planes[int(number)]
            if self._file(plane.file).read_into(plane.offset, image.reshape(-1).view(np.uint8).data) < image.nbytes:
                _refuse_truncated(self._files[plane.file])
        return result.astype(self.dtype, copy=False)

    def times(self, numbers: NDArray[np.int64]) -> NDArray[np.float64] | None:
        """Return the noted times of planes in s; None unless each is known."""
        found = []
        for number in numbers:
            noted = self._noted(int(number), ELAPSED)
            if noted is None:
                return None
            found.append(noted / 1e3)
        return np.array(found) if np.isfinite(found).all() else None

    def pixel_size(self, number: int) -> float | None:
        """Return the pixel size that is noted for a plane, in mm; without a calibration, 0 is."""
        return interval(self._noted(number, PIXEL_SIZE), "um", MM) or None

    def _noted(self, number: int, what: re.Pattern[bytes]) -> float | None:
        plane = self._planes[number]
        match = what.search(self._file(plane.file).read(plane.note_offset, max(0, plane.note_bytes)))
        return None if match is None else _number(match[1])

    def close(self) -> None:
        """Close the files."""
        while self._open:
            self._open.popitem()[1].close()


def _number(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def find_index(path: Path) -> Path | None:
    """Return the index of the recording in a folder, or of that which a file is a part of; None if there is none."""
    folders = (path, path / FULL) if path.is_dir() else (path.parent,)
    index = next((folder / INDEX for folder in folders if (folder / INDEX).is_file()), None)
    if index is None or path.is_dir() or any(plane.file == path.name for plane in _read_index(index)):
        return index
    return None


def _read_index(index: Path) -> list[Plane]:
    """Return the entries of an index, which are little-endian and follow each other."""
    raw, at, planes = index.read_bytes(), 0, list[Plane]()
    while at < len(raw):
        problem = f"is truncated or damaged after {len(planes)} planes"
        with reading(index, "header", problem, "copy the recording again", listen=False):
            axes, at = _text(raw, at)
            file, at = _text(raw, at)
            planes.append(Plane(json.loads(axes), file, *NUMBERS.unpack_from(raw, at)))
            at += NUMBERS.size
    return planes


def _text(raw: bytes, at: int) -> tuple[str, int]:
    """Return a text that begins with its length, and where it ends."""
    (length,) = struct.unpack_from("<I", raw, at)
    end = at + 4 + length
    if end > len(raw):
        raise ValueError("a text is beyond the end")
    return raw[at + 4 : end].decode("utf-8"), end


def open_ndtiff(path: Path, index: Path, wanted: Wanted) -> Recording:
    """Open a recording by its index."""
    planes = _read_index(index)
    with reading(index, "header", "is damaged, because its planes contradict each other", "copy the recording again"):
        _check(path, index, planes)
        names, table, labels = _arranged(path, planes)
    files = [file_beside(index, name, path) for name in dict.fromkeys(plane.file for plane in planes)]
    images = PlaneFiles(files, planes)
    try:
        shape = (*table.shape, *images.shape)
        layout = find_layout(path, shape, images.dtype, wanted, default=(f"{names}YX", STATED), labels=labels)
        times, advice = None, None
        if "T" in layout.letters[: table.ndim]:
            chosen = table[tuple(layout.fixed.get(axis, slice(None)) for axis in range(table.ndim))]
            times, advice = _growing(path, images.times(chosen), planes, chosen) if chosen.ndim == 1 else (None, None)
        return Recording(
            PagedFrames(images, table, layout),
            path=path,
            format="TIFF",
            times=times,
            pixel_size=images.pixel_size(int(table.flat[0])),
            metadata={"files": str(len(files)), "index": INDEX},
            axes=(layout.letters, layout.source),
            advice=_repeated(path, planes, table) or advice,
        )
    except BaseException:
        images.close()
        raise


def _repeated(path: Path, planes: list[Plane], table: NDArray[np.int64]) -> Advice | None:
    """Return what to say if several planes are at one place: a plane that was recorded again replaces the first one."""
    if len(planes) == table.size:
        return None
    number = int(np.setdiff1d(np.arange(len(planes)), table)[0])
    place = json.dumps(planes[number].axes)[:100]
    problem = f"names {counted(len(planes) - table.size, 'plane')} twice, such as {place}, of which the later is read"
    cure = f"if nothing was recorded again, check {INDEX}, which may be damaged"
    return Advice("path", path, problem, cure, subject=str(path))


def _growing(
    path: Path, times: NDArray[np.float64] | None, planes: list[Plane], numbers: NDArray[np.int64]
) -> tuple[NDArray[np.float64] | None, Advice | None]:
    """Return the times of frames if each is later than the one before it, and what to say if frames may be missing.

    Where times are known, they show the gap.
    """
    if times is not None and (np.diff(times) > 0).all():
        return times, None
    cure = f"check {INDEX}, which says which of the planes is which frame"
    if times is not None and (np.diff(times) < 0).any():
        problem = f"notes a time of frame {int((np.diff(times) < 0).argmax()) + 1} before that of the frame before it, "
        return None, Advice("path", path, f"{problem}so that its times are not used", cure, subject=str(path))
    places = [value for n in numbers for axis, value in planes[int(n)].axes.items() if axis_letter(axis) == "T"]
    stated = np.array([place for place in places if isinstance(place, int)], float)
    if len(stated) < len(numbers) or len(np.unique(np.diff(stated))) < 2:
        return None, None
    problem = (
        "numbers its frames with gaps, and their times are not known: they are read as if they followed each other"
    )
    return None, Advice("path", path, problem, cure, subject=str(path))


def _check(path: Path, index: Path, planes: list[Plane]) -> None:
    """Raise an error if planes differ, cannot be read, or are not in their files."""
    if not planes:
        problem = "is truncated, because it names no plane"
        raise ArgumentError("path", path, problem, "copy the recording again", subject=str(index))
    if planes[0].kind not in TYPES or any(plane.compression for plane in planes):
        problem, cure = "is a colour recording, or compressed", "save its grey values as TIFF first"
        raise ArgumentError("path", path, problem, cure, subject=str(path))
    if len({(plane.width, plane.height, plane.kind) for plane in planes}) > 1:
        problem = "holds images of different sizes or types"
        raise ArgumentError("path", path, problem, "save the recording in a folder of its own", subject=str(path))
    nbytes = planes[0].width * planes[0].height * np.dtype(TYPES[planes[0].kind]).itemsize
    ends: dict[str, int] = {}
    for plane in planes:
        ends[plane.file] = max(ends.get(plane.file, 0), plane.offset + nbytes)
    for name, end in ends.items():
        file = file_beside(index, name, path)
        if not file.is_file():
            cure = f"copy it next to {INDEX}, which names it"
            raise MissingFileError("path", path, "is missing", cure, subject=str(file))
        if file.stat().st_size < end:
            _refuse_truncated(file)
    _check_apart(path, index, planes, nbytes)


def _check_apart(path: Path, index: Path, planes: list[Plane], nbytes: int) -> None:
    """Raise an error if the pixels or notes of planes share bytes with each other, or with the start of a file."""
    pieces: dict[str, list[tuple[int, int]]] = {}
    for plane in planes:
        found = pieces.setdefault(plane.file, [(0, HEADER_BYTES)])
        found.append((plane.offset, plane.offset + nbytes))
        found.append((plane.note_offset, plane.note_offset + plane.note_bytes))
    for name, found in pieces.items():
        if shared := shared_bytes(np.array(found, np.int64)):
            first, second = shared
            problem = f"is damaged, because two pieces of {name} share bytes, at byte {first} and at byte {second}"
            raise ArgumentError("path", path, problem, "copy the recording again", subject=str(index))


def _refuse_truncated(file: Path) -> None:
    problem, cure = "is truncated, because planes in the index are beyond its end", "copy the recording again"
    raise ArgumentError("path", file, problem, cure, subject=str(file))


def _check_axis(path: Path, axis: str, noted: list[Any], kept: dict[str, str]) -> None:
    """Raise an error if the planes along an axis are not frames, planes or channels of one recording."""
    letter, values = axis_letter(axis), ", ".join(map(str, noted[:6]))
    if letter in ("Y", "X"):
        problem, cure = f"is a mosaic, with tiles at several places ({axis} {values})", "stitch it, and save it as TIFF"
    elif not letter or letter in kept:
        problem = f"holds several recordings along the axis {axis} ({values})"
        cure = "save each of them in a folder of its own"
    else:
        return
    raise ArgumentError("path", path, problem, cure, subject=str(path))


def _arranged(path: Path, planes: list[Plane]) -> tuple[str, NDArray[np.int64], list[str]]:
    """Return the letters of time and of the axes with several values, the table of planes, and labels of channels."""
    values: dict[str, list[Any]] = {}
    for plane in planes:
        for axis, value in plane.axes.items():
            values.setdefault(axis, []).append(value)
    found = {axis: list(dict.fromkeys(noted)) for axis, noted in values.items()}
    for noted in found.values():
        if all(isinstance(value, int) for value in noted):
            noted.sort()
    kept = dict[str, str]()
    for axis, noted in found.items():
        if len(noted) > 1:
            _check_axis(path, axis, noted, kept)
            kept[axis_letter(axis)] = axis
    order = ["T", *(letter for letter in "ZC" if letter in kept)]
    shape = [len(found[kept[letter]]) if letter in kept else 1 for letter in order]
    table = np.full(shape, -1, np.int64)
    places = {axis: {value: i for i, value in enumerate(noted)} for axis, noted in found.items()}
    for number, plane in enumerate(planes):
        at = tuple(places[kept[letter]][plane.axes.get(kept[letter])] if letter in kept else 0 for letter in order)
        table[at] = number  # the last one counts
    if (table < 0).any():
        problem = f"lacks {int((table < 0).sum())} of its {table.size} planes"
        raise ArgumentError("path", path, problem, "save the planes that are there as TIFF first", subject=str(path))
    labels = [str(value) for value in found[kept["C"]]] if "C" in kept else []
    return "".join(order), table, labels
