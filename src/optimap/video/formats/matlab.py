"""MATLAB ``.mat``: versions 4 to 7 are read with SciPy, version 7.3 as HDF5.

MATLAB users keep time last (rows, columns, frames), Python users first. Files written by optimap state their order in
a variable ``axes``, and Rhythm writes ``cmosData`` with time last; in other files, the last axis is time if it is the
longest of the three, else the first. The option ``axes`` overrides all of this. Version 7.3 stores axes in reverse.
"""

import math
import os
import struct
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Any

import numpy as np

from ..._base import ArgumentError, Array, VideoLike
from ..._files import check_matlab, check_size, list_matlab, reading
from ..._reading import release
from ..axes import NOT_STATED, Layout, Wanted, find_layout
from ..checks import check_frames, noted_number, whether
from ..chunked import DatasetFrames, choose
from ..hdf5_chunks import threaded
from ..recording import Recording
from ..units import SECONDS, interval, rate
from ..writing import frame_blocks, refuse_dtype
from . import hdf5

NUMERIC = {"double", "single", "logical"} | {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
NESTED = {"cell": "cell array", "struct": "structure"}
RHYTHM = "cmosData"  # the recording in files of the program Rhythm
WORKSPACE = "__function_workspace__"  # where MATLAB keeps the values of its objects
LONGEST_NOTE = 2**22  # numbers or characters
NOTES = ("axes", "fps", "made", "frequency", "acqFreq")  # variables that describe the recording
# The codes of array classes and value types in version 5.
FLOATS = {"f8": (6, 9), "f4": (7, 7)}
CODES = FLOATS | {"i1": (8, 1), "u1": (9, 2), "i2": (10, 3), "u2": (11, 4), "i4": (12, 5), "u4": (13, 6)}
CODES |= {"i8": (14, 12), "u8": (15, 13)}
# Memory for the pages of a file that is written in many places at once.
WRITTEN_BYTES = 32 * 2**20


class LoadedFrames:
    """A variable of a version 5 file, which can only be read as a whole: it is read with the first frame."""

    def __init__(self, path: Path, name: str, shape: tuple[int, ...], dtype: str, layout: Layout) -> None:
        self._path, self._name, self._layout = path, name, layout
        self._array: Array | None = None
        time, row, column = (shape[place] for place in layout.order)
        self.shape = (time, row, column)
        self.dtype = np.dtype(dtype)

    def read(self, frames: range) -> Array:
        """Return a range of frames."""
        if self._array is None:
            array = self._layout.view(_load(self._path, [self._name])[self._name])
            check_frames(self._path, array.shape, array.dtype)  # complex numbers are listed as real ones
            # MATLAB stores values in fewer bytes if they fit: doubles may be stored as uint8.
            self._array = array.astype(self.dtype, copy=False)
        return np.array(self._array[frames.start : frames.stop : frames.step])

    def close(self) -> None:
        """Release the array."""
        self._array = None


def open_recording(
    path: Path,
    fieldname: str | None = None,
    axes: object = None,
    channel: object = None,
    z: object = None,
    external_links: object = False,
) -> Recording:
    """Open a ``.mat`` file."""
    wanted = Wanted(axes, channel, z)
    if is_matlab_hdf5(path):
        return _open_hdf5(path, fieldname, wanted, whether("external_links", external_links))
    return _open_classic(path, fieldname, wanted)


def is_matlab_hdf5(path: Path) -> bool:
    """Whether a ``.mat`` file is of version 7.3, which is HDF5."""
    with open(path, "rb") as file:
        return file.read(128).startswith((b"MATLAB 7.3", b"\x89HDF"))


def _layout(
    path: Path,
    name: str,
    shape: tuple[int, ...],
    dtype: "np.dtype[Any]",
    notes: dict[str, Any],
    wanted: Wanted,
) -> Layout:
    """Return the axes of a variable, in MATLAB's order."""
    if name == RHYTHM:
        default = ("YXT", "the order that Rhythm writes")
    elif len(shape) == 3 and shape[2] > max(shape[:2]):
        default = ("YXT", "not stated in the file: the last axis is the longest, as MATLAB's users keep time last")
    else:
        default = ("TYX", NOT_STATED)
    return find_layout(path, shape, dtype, wanted, names=_noted_axes(notes), default=default)


def _rate(name: str, notes: dict[str, Any]) -> float | None:
    """Return frames per second from the variable ``fps``, or from those that Rhythm writes."""
    stated = noted_number(notes.get("fps"))
    if stated is not None or name != RHYTHM:
        return stated
    return noted_number(notes.get("frequency")) or rate(interval(notes.get("acqFreq"), "ms", SECONDS))


def _choose(path: Path, shapes: dict[str, tuple[int, ...]], fieldname: str | None, wanted: Wanted) -> str:
    """Return the name of the variable that is the recording."""
    if fieldname is None and len(shapes.get(RHYTHM, ())) == 3:  # files of Rhythm hold other arrays, too
        return RHYTHM
    name = choose(path, shapes, fieldname, "fieldname", wanted)
    if len(shapes[name]) < 3:
        problem = f"has shape {shapes[name]} in {path}"
        raise ArgumentError("fieldname", fieldname, problem, "choose an array with three axes")
    return name


def _open_classic(path: Path, fieldname: str | None, wanted: Wanted) -> Recording:
    """Open a file of version 4 to 7."""
    with _reading(path):
        listed = list_matlab(path)
    numeric = [(name, shape) for name, shape, kind in listed if kind in NUMERIC]
    shapes = {name: shape for name, shape in numeric if name != WORKSPACE or len(shape) > 2}
    if fieldname is None and all(len(shape) < 3 for shape in shapes.values()):
        _check_not_nested(path, shapes, [(name, kind) for name, _, kind in listed if kind in NESTED])
    name = _choose(path, shapes, fieldname, wanted)
    kind = next(kind for known, _, kind in listed if known == name)
    dtype = np.dtype({"double": "f8", "single": "f4", "logical": "u1"}.get(kind, kind))
    notes = _load(path, [key for key, size, kind in listed if key in NOTES and _is_note(size, kind)])
    layout = _layout(path, name, shapes[name], dtype, notes, wanted)
    metadata: dict[str, Any] = {"fieldname": name, "variables": [key for key, _, _ in listed]}
    if np.size(notes.get("made", ())) == 1:
        metadata["made"] = str(np.ravel(notes["made"])[0])
    return Recording(
        LoadedFrames(path, name, shapes[name], dtype.str, layout),
        path=path,
        format="MATLAB 5",
        fps=_rate(name, notes),
        metadata=metadata,
        axes=(layout.letters, layout.source),
    )


def _is_note(shape: tuple[int, ...], kind: str) -> bool:
    """Whether a variable can describe the recording, and is not something else of that name."""
    return kind in (*NUMERIC, "char") and math.prod(shape) <= LONGEST_NOTE


def _check_not_nested(path: Path, shapes: dict[str, tuple[int, ...]], nested: list[tuple[str, str]]) -> None:
    """Raise an error for a file whose arrays are in cells or structures, which are not searched."""
    if nested:
        name, kind = nested[0]
        arrays = ", ".join(f"{key} {shape}" for key, shape in shapes.items()) or "none"
        problem = f"holds no 3-D array (its arrays: {arrays}), but the {NESTED[kind]} {name}, which is not searched"
        part = f"{name}{{1}}" if kind == "cell" else f"{name}.FIELD"
        cure = f"save the array in it as a variable of its own, in MATLAB video = {part}; save('video.mat', 'video')"
        raise ArgumentError("path", path, problem, cure, subject=str(path))


def _load(path: Path, names: list[str]) -> dict[str, Any]:
    """Return variables of a file of version 4 to 7."""
    if not names:
        return {}
    from scipy.io import loadmat

    with _reading(path):
        check_matlab(path, names)
        loaded: dict[str, Any] = loadmat(path, variable_names=names)
        return {name: loaded[name] for name in names}


def _reading(path: Path) -> AbstractContextManager[None]:
    """Return the guard for calls of SciPy."""
    return reading(path, "scipy", "cannot be read as a MATLAB file and may be truncated", "copy the recording again")


def _noted_axes(notes: dict[str, Any]) -> str | None:
    """Return the order stated in a variable ``axes``; in files of other programs, this name may mean anything."""
    letters = np.ravel(notes.get("axes", ""))
    text = "".join(map(chr if letters.dtype == np.uint16 else str, letters))  # version 7.3 stores text as numbers
    return text if sorted(text) == ["T", "X", "Y"] else None


def _open_hdf5(path: Path, fieldname: str | None, wanted: Wanted, external_links: bool) -> Recording:
    """Open a file of version 7.3."""
    with hdf5.opened(path, external_links) as file:
        with hdf5.listing(path):
            found = hdf5.numeric_datasets(file, path, fieldname, external_links)
            shapes = {key: item.shape[::-1] for key, item in found.items() if not key.startswith("#refs#")}
        name = _choose(path, shapes, fieldname, wanted)
        with hdf5.listing(path):
            noted = {key: found[key] for key in NOTES if key in found}
            for item in noted.values():
                check_size(item, path)
            notes: dict[str, Any] = {key: item[()] for key, item in noted.items() if item.size <= LONGEST_NOTE}
            if not external_links:
                check_size(found[name], path)
            dtype, variables = found[name].dtype, list(file.keys())
        layout = _layout(path, name, shapes[name], dtype, notes, wanted)
        with hdf5.listing(path):
            frames = DatasetFrames(path, threaded(found[name], path), file.close, "h5py", layout.reversed())
        return Recording(
            frames,
            path=path,
            format="MATLAB 7.3",
            fps=_rate(name, notes),
            metadata={"fieldname": name, "variables": variables},
            axes=(layout.letters, layout.source),
        )


def check_video(shape: tuple[int, ...], dtype: "np.dtype[Any]") -> None:
    """Raise an error for pixels other than integers, float32 and float64, and for more than 2 GB."""
    if dtype.kind not in "iuf" or dtype.itemsize not in (1, 2, 4, 8) or dtype == np.float16:
        refuse_dtype(dtype, ".mat", "integers, float32 and float64")
    nbytes = int(np.prod(shape)) * dtype.itemsize
    if nbytes >= 2**31:
        raise ArgumentError(
            "video",
            shape,
            f"has {nbytes} bytes, but a .mat file of version 5 holds at most 2 GB",
            "save it as .h5, which MATLAB reads",
            subject="video",
        )


def save(path: Path, video: VideoLike, fps: float | None, made: str | None = None) -> None:
    """Write a version 5 file with the variables ``video``, ``axes`` and, if known, ``fps`` and ``made``."""
    from scipy.io import savemat

    shape, dtype = tuple(int(n) for n in video.shape), np.dtype(video.dtype).newbyteorder("=")
    nbytes = int(np.prod(shape)) * dtype.itemsize
    # The pixels come last, so that a truncated file cannot lose the other variables unnoticed.
    notes = {name: value for name, value in (("fps", fps), ("made", made)) if value is not None}
    savemat(path, {"axes": "TYX", **notes}, appendmat=False)
    with open(path, "ab") as file:
        file.write(_variable_header("video", shape, dtype))
        offset = file.tell()
        _reserve(file, nbytes + -nbytes % 8)
    # In MATLAB's order, time varies fastest, so a block of frames is scattered across the file. Written pages are
    # released column by column, otherwise the whole file would be in memory.
    pixels = np.memmap(path, dtype, "r+", offset, shape[::-1])
    columns = max(1, WRITTEN_BYTES // (shape[0] * shape[1] * dtype.itemsize))
    start = 0
    for block in frame_blocks(video, large=True):
        for x in range(0, shape[2], columns):
            part = pixels[x : x + columns]
            part[:, :, start : start + len(block)] = block[:, :, x : x + columns].T
            release(part)
        start += len(block)


def _reserve(file: IO[bytes], nbytes: int) -> None:
    """Append bytes of which the disk keeps every one: writing to a map of others would end the process."""
    file.flush()
    place = file.tell()
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), place, nbytes)
        return
    for start in range(0, nbytes, WRITTEN_BYTES):  # macOS, Windows
        file.write(bytes(min(WRITTEN_BYTES, nbytes - start)))


def _variable_header(name: str, shape: tuple[int, ...], dtype: "np.dtype[Any]") -> bytes:
    """Return the bytes before the values of an array in a version 5 file."""
    array_class, value_type = CODES[dtype.str[1:]]
    nbytes = int(np.prod(shape)) * dtype.itemsize

    def element(kind: int, body: bytes) -> bytes:
        return struct.pack("=II", kind, len(body)) + body + bytes(-len(body) % 8)

    header = element(6, struct.pack("=II", array_class, 0)) + element(5, struct.pack(f"={len(shape)}i", *shape))
    header += element(1, name.encode()) + struct.pack("=II", value_type, nbytes)
    return struct.pack("=II", 14, len(header) + nbytes + -nbytes % 8) + header
