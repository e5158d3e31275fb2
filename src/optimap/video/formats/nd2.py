"""Nikon ``.nd2``, opened with the package nd2: planes at regular distances are memory-mapped, others read one by one.

A file holds one plane of all channels for each step of its loops (time, position, depth). Positions are chosen with
``position=``, as channels and depths are. The package fills planes that were never recorded with zeros; here, a
recording that was stopped ends with its last complete frame, which its metadata say, and a gap is an error.
"""

import math
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import nd2
import numpy as np

from ..._base import ArgumentError, Array, DamagedFileError
from ..._files import reading
from ..axes import STATED, channel_number, numbered
from ..checks import check_frames, counted
from ..recording import Recording
from ..units import MM, SECONDS, interval, rate

LETTERS = {"TimeLoop": "T", "NETimeLoop": "T", "XYPosLoop": "P", "ZStackLoop": "Z"}


class Nd2Frames:
    """Frames at one position and depth, of one channel."""

    def __init__(self, path: Path, file: nd2.ND2File, planes: Array, channel: int) -> None:
        self._path, self._file, self._planes, self._channel = path, file, planes, channel
        attributes = file.attributes
        self.shape = (len(planes), int(attributes.heightPx), int(attributes.widthPx or 0))
        self.dtype: np.dtype[Any] = np.dtype(file.dtype)

    def read(self, frames: range) -> Array:
        """Read a range of frames."""
        result = np.empty((len(frames), *self.shape[1:]), self.dtype)
        for i, frame in enumerate(frames):
            with _reading(self._path, f"at frame {frame}"):
                plane = self._file.read_frame(int(self._planes[frame]))
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
        with _reading(path):
            return _recording(path, file, channel, z, position)
    except BaseException:
        file.close()
        raise


def _reading(path: Path, where: str = "and may be truncated") -> AbstractContextManager[None]:
    """Return the guard for calls of nd2."""
    return reading(path, "nd2", f"cannot be read as ND2 {where}", "copy the recording again")


def _recording(path: Path, file: nd2.ND2File, channel: object, z: object, position: object) -> Recording:
    loops = [(LETTERS.get(loop.type, loop.type), int(loop.count)) for loop in file.experiment]
    attributes, dtype = file.attributes, file.dtype
    names = [str(each.channel.name) for each in file.metadata.channels or []]
    stamps, period, pixel_size = _times(path, file), _period(file), _pixel_size(file)
    metadata: dict[str, Any] = {name: str(text) for name, text in file.text_info.items() if name in ("date", "optics")}
    colours = file.components_per_channel
    if colours in (3, 4):
        check_frames(path, (dict(loops).get("T", 1), attributes.heightPx, attributes.widthPx or 0, colours), dtype)
    planes = _planes(path, loops, z, position, _position_names(file))
    number = channel_number(path, channel, attributes.channelCount or 1, names)
    recorded = _recorded(path, file, planes)
    metadata |= {"channel": names[number]} if len(names) > 1 else {}
    if len(recorded) < len(planes):
        metadata["stopped"] = f"after {len(recorded)} of {len(planes)} frames"
    axes = "".join(letter for letter, _ in loops) + ("CYX" if len(names) > 1 else "YX")
    times = None if stamps is None or not np.isfinite(stamps[recorded]).all() else stamps[recorded]
    mapped = _mapped(path, file, recorded, number)
    if mapped is not None:
        file.close()
    return Recording(
        Nd2Frames(path, file, recorded, number) if mapped is None else mapped,
        path=path,
        format="Nikon ND2",
        fps=period,
        times=times,
        pixel_size=pixel_size,
        metadata=metadata,
        axes=(axes, STATED),
    )


def _planes(path: Path, loops: list[tuple[str, int]], z: object, position: object, positions: list[str]) -> Array:
    """Return the numbers of the planes at the chosen position and depth, in the order of time."""
    letters, counts = [letter for letter, _ in loops], [count for _, count in loops]
    if len(set(letters)) != len(letters) or not set(letters) <= set("TPZ"):
        problem = f"has loops of another kind than time, position and depth ({', '.join(letters)})"
        cure = "export the recording as TIFF from NIS-Elements"
        raise ArgumentError("path", path, problem, cure, subject=str(path))
    sizes = dict(loops)
    chosen = {
        "P": numbered(path, position, sizes.get("P", 1), "position", "position", positions),
        "Z": numbered(path, z, sizes.get("Z", 1), "z", "plane"),
    }
    every = np.arange(math.prod(counts)).reshape(counts)
    return np.atleast_1d(every[tuple(chosen.get(letter, slice(None)) for letter in letters)])


def _recorded(path: Path, file: nd2.ND2File, planes: Array) -> Array:
    """Return the planes up to the last one that was recorded, or raise an error if one before it is missing."""
    offsets: dict[int, int] | None = getattr(file._rdr, "_frame_offsets", None)
    if offsets is None:  # the older kind of file, whose planes nd2 counts itself
        return planes
    attributes = file.attributes
    plane_bytes = 1 if attributes.compressionType else attributes.heightPx * (attributes.widthBytes or 0)
    last_start = path.stat().st_size - plane_bytes
    found = np.array([offsets.get(int(plane), last_start + 1) <= last_start for plane in planes])
    count = int(found.argmin()) if not found.all() else len(planes)
    if count == 0 or found[count:].any():
        problem = f"lacks frame {count} of {counted(len(planes), 'frame')}"
        raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))
    return planes[:count]


def _mapped(path: Path, file: nd2.ND2File, planes: Array, channel: int) -> Array | None:
    """Return the frames as a memory map; None if the planes are compressed, or at irregular distances."""
    offsets: dict[int, int] | None = getattr(file._rdr, "_frame_offsets", None)
    attributes, dtype = file.attributes, np.dtype(file.dtype)
    if offsets is None or attributes.compressionType or file.components_per_channel != 1:
        return None
    starts = [offsets[int(plane)] for plane in planes]
    steps = set(np.diff(starts).tolist()) or {dtype.itemsize}
    if len(steps) > 1 or min(steps) <= 0:
        return None
    strides = (steps.pop(), int(attributes.widthBytes or 0), attributes.componentCount * dtype.itemsize)
    shape = (len(planes), attributes.heightPx, int(attributes.widthPx or 0))
    raw = np.memmap(path, np.uint8, mode="r")
    pixels: Array = np.ndarray(shape, dtype, raw, starts[0] + channel * dtype.itemsize, strides)
    return pixels


def _times(path: Path, file: nd2.ND2File) -> Array | None:
    """Return the time of every plane in s, NaN where it is not known; None if the file does not state them."""
    try:
        with _reading(path):
            events = file.events(orient="list")
    except DamagedFileError:  # in tables of other devices, which not every file fills in
        return None
    numbers, stamps = events.get("Index"), events.get("Time [s]")
    if numbers is None or stamps is None or not len(stamps):
        return None
    times = np.full(math.prod(int(loop.count) for loop in file.experiment), np.nan)
    for number, stamp in zip(numbers, stamps, strict=False):
        if number == number and 0 <= int(number) < len(times):
            times[int(number)] = stamp
    return times


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
