"""SciMedia MiCAM05: a text header ``.gsh`` and a binary ``.gsd`` with a background frame and 16-bit differences.

The binary file begins with a header of its own: how many columns and rows are stored, which part of them is the image,
and how many analog channels follow the last frame. Older files have no such entries and begin two bytes earlier. Only
the size of the file shows which of the two it is; a size that fits neither is an error. The text header has two
dialects, ``key : value`` and ``key = value``.
"""

import string
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..._base import ArgumentError, Array, DamagedFileError, MissingFileError
from ..._files import in_any_case, refuse_special
from ..._reading import release
from ..checks import noted_number
from ..recording import Analog, Recording
from ..units import SECONDS, interval, known_rate, rate

HEADER_BYTES, OLD_HEADER_BYTES = 972, 970
SIZES_AT, ANALOG_AT = 256, 328  # six and two int16
# The entries of both dialects of the text header.
FRAMES, WIDTH, HEIGHT = ("Number of frames", "frame_number", "page_frames"), "Image width", "Image height"
RATE, STEP = "Frame rate (Hz)", "sample_time"
STEP_UNITS = {name: step for name, step in SECONDS.items() if step <= 1}  # no camera takes minutes for a frame
Number = TypeVar("Number", int, float)


@dataclass(frozen=True)
class Layout:
    """Where the pixels of a ``.gsd`` file are: sizes in pixels, and samples of analog channels for each frame."""

    begin: int
    frames: int
    stored: tuple[int, int]  # rows, columns
    first: tuple[int, int]  # row, column of the image
    image: tuple[int, int]  # rows, columns
    channels: int = 0
    samples: int = 0

    @property
    def pixel_bytes(self) -> int:
        """Bytes of the background and the frames."""
        return 2 * self.stored[0] * self.stored[1] * (1 + self.frames)

    @property
    def file_bytes(self) -> int:
        """Bytes of the whole file."""
        return self.begin + self.pixel_bytes + 2 * self.channels * self.samples * self.frames

    def described(self) -> str:
        """Return the layout in words."""
        rows, columns = self.stored
        analog = f" and {self.channels} analog channels x {self.samples} samples a frame" if self.channels else ""
        return f"{self.frames} frames of {columns} x {rows}{analog} from byte {self.begin} on need {self.file_bytes}"


class DifferenceFrames:
    """Frames stored as differences from a background: the intensity is the sum of both modulo 2**16."""

    def __init__(self, differences: NDArray[np.uint16], background: NDArray[np.uint16]) -> None:
        self._differences, self._background = differences, background
        self.shape: tuple[int, int, int] = (len(differences), *background.shape)
        self.dtype = np.dtype(np.uint16)

    def read(self, frames: range) -> NDArray[np.uint16]:
        """Return a range of frames."""
        block = self._differences[frames.start : frames.stop : frames.step]
        result = (block + self._background).astype(np.uint16, copy=False)
        release(block)
        return result

    def close(self) -> None:
        """Do nothing: memory maps close themselves."""


def companion(path: Path, suffix: str) -> Path:
    """Return the file next to `path` with another suffix, in any case."""
    if path.suffix.lower() == suffix:
        return path
    found = in_any_case(path.with_suffix(suffix))
    if not found.exists():
        refuse_missing(path, found, path.name)
    refuse_special(found)
    return found


def refuse_missing(path: Path, missing: Path, needed_by: str) -> NoReturn:
    """Raise the error for a missing file of a recording."""
    cure = f"copy it next to {needed_by}, which needs it"
    raise MissingFileError("path", path, "is missing", cure, subject=str(missing))


def header_number(header: dict[str, str], key: str, path: Path, kind: Callable[[str], Number]) -> Number:
    """Return a positive number from a header, or raise an error that names the key."""
    if key not in header:
        problem = f"has no entry {key!r}, so it is not a complete header"
        raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))
    try:
        number = kind(header[key])
    except ValueError:
        number = kind("0")
    if not number > 0:
        problem = f"has {key} = {header[key]!r}, which is not a positive number"
        raise ArgumentError("path", path, problem, "copy the recording again, or repair its header", subject=str(path))
    return number


def header_text(path: Path) -> str:
    """Return a text header, in which names may be in UTF-8 or in one of the older encodings of one byte."""
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def step_rate(step: str) -> float | None:
    """Return frames per second for a time between frames such as ``2.0msec``; None if it cannot be understood."""
    text = step.strip().lower()
    number = text.rstrip(string.ascii_lowercase + "µμ")
    return rate(interval(number.strip(), text[len(number) :], STEP_UNITS))


def open_recording(path: Path) -> Recording:
    """Open a MiCAM05 recording by either of its files."""
    header_path, data_path = companion(path, ".gsh"), companion(path, ".gsd")
    header = _read_header(header_path)
    layout = _find_layout(header, header_path, data_path)
    fps = noted_number(header.get(RATE)) or step_rate(header.get(STEP, ""))
    stored = np.memmap(data_path, "<u2", mode="r", offset=layout.begin, shape=(layout.frames + 1, *layout.stored))
    (top, left), (rows, columns) = layout.first, layout.image
    image = stored[:, top : top + rows, left : left + columns]
    return Recording(
        DifferenceFrames(image[1:], np.array(image[0])),
        path=path,
        format="MiCAM05",
        fps=fps,
        metadata=dict(header),
        analog=_find_analog(data_path, layout, fps),
    )


def _read_header(path: Path) -> dict[str, str]:
    """Return the entries of a text header in either dialect; those without a value are left out."""
    header = {}
    for line in header_text(path).splitlines():
        separator = next((character for character in line if character in ":="), "")
        key, _, value = line.partition(separator) if separator else ("", "", "")
        if value.strip():
            header[key.strip()] = value.strip()
    return header


def _find_layout(header: dict[str, str], header_path: Path, data_path: Path) -> Layout:
    """Return the layout that fits the size of the file, or raise an error that gives all sizes."""
    key = next((key for key in FRAMES if key in header), FRAMES[0])
    frames = header_number(header, key, header_path, int)
    with open(data_path, "rb") as file:
        raw = file.read(HEADER_BYTES)
    binary = _binary_layout(raw, frames)
    layouts = [] if binary is None else [binary]
    stated = None
    if binary is None and len(raw) == HEADER_BYTES and not {WIDTH, HEIGHT} & set(header):
        problem = f"states no size of the image, and neither does the header of {data_path.name}"
        cure = f"add it to {header_path.name} as two lines, {WIDTH!r} and {HEIGHT!r}, each with : and a number"
        raise ArgumentError("path", header_path, problem, cure, subject=str(header_path))
    if binary is None or WIDTH in header or HEIGHT in header:
        columns, rows = (header_number(header, key, header_path, int) for key in (WIDTH, HEIGHT))
        stated = (rows, columns)
        layouts.append(Layout(OLD_HEADER_BYTES, frames, stated, (0, 0), stated))
    actual = data_path.stat().st_size
    found = next((layout for layout in layouts if layout.file_bytes == actual), None)
    if found is None or (found.begin == OLD_HEADER_BYTES and _lacks_two_bytes(binary, raw, actual)):
        _refuse_size(data_path, layouts, actual)
    if stated is not None and stated not in (found.image, found.stored):
        problem = f"states {stated[1]} x {stated[0]} pixels, but {data_path.name} {found.image[1]} x {found.image[0]}"
        cure = "copy both files of the recording again"
        raise ArgumentError("path", header_path, problem, cure, subject=str(header_path))
    return found


def _lacks_two_bytes(binary: Layout | None, raw: bytes, actual: int) -> bool:
    """Whether a file of the older size is one of the newer kind that lost its end.

    The last two bytes of the newer header, which are zero, would be a pixel of the older kind, which no camera
    delivers as zero.
    """
    is_shorter = binary is not None and binary.file_bytes == actual + HEADER_BYTES - OLD_HEADER_BYTES
    return is_shorter and raw[OLD_HEADER_BYTES:HEADER_BYTES] == b"\0\0"


def _binary_layout(raw: bytes, frames: int) -> Layout | None:
    """Return the layout that the binary header states; None if it states none that is possible."""
    if len(raw) < HEADER_BYTES:
        return None
    stored_columns, stored_rows, left, top, columns, rows = struct.unpack_from("<6h", raw, SIZES_AT)
    channels, samples = struct.unpack_from("<2h", raw, ANALOG_AT)
    is_inside = min(columns, rows) >= 1 and min(left, top) >= 0
    is_inside = is_inside and left + columns <= stored_columns and top + rows <= stored_rows
    if not is_inside or min(channels, samples) < 0:
        return None
    return Layout(HEADER_BYTES, frames, (stored_rows, stored_columns), (top, left), (rows, columns), channels, samples)


def _refuse_size(path: Path, layouts: list[Layout], actual: int) -> NoReturn:
    """Raise the error for a file whose size fits no layout."""
    is_short = actual < layouts[0].file_bytes
    is_long = all(actual > layout.file_bytes for layout in layouts)
    state = "is truncated" if is_short else "is longer than its header says" if is_long else "does not fit its header"
    sums = ", or ".join(layout.described() for layout in layouts)
    states_none = actual >= HEADER_BYTES and layouts[0].begin == OLD_HEADER_BYTES
    note = "; its binary header states no sizes" if states_none else ""
    problem = f"{state} ({sums} bytes, but the file has {actual}{note})"
    cure = "copy the recording again, or repair its header"
    raise ArgumentError("path", path, problem, cure, subject=str(path))


def _find_analog(path: Path, layout: Layout, fps: float | None) -> dict[str, Analog]:
    """Return the analog channels after the last frame, one after the other."""
    count, begin = layout.frames * layout.samples, layout.begin + layout.pixel_bytes
    places = [begin + 2 * count * number for number in range(layout.channels if layout.samples else 0)]
    return analog_signals([partial(_read_signal, path, place, count) for place in places], count, fps, layout.samples)


def _read_signal(path: Path, place: int, count: int) -> Array:
    """Return the samples of an analog channel."""
    signal = np.fromfile(path, "<i2", count, offset=place)
    if len(signal) < count:
        problem, cure = "was truncated while it was open", "copy it again, and open it again"
        raise DamagedFileError("path", path, problem, cure, subject=str(path))
    return signal.astype(np.int16, copy=False)


def analog_signals(
    reads: Sequence[Callable[[], Array]], count: int, fps: float | None, per_frame: int
) -> dict[str, Analog]:
    """Return signals by number, each with `per_frame` samples for a frame, and `count` in all."""
    analog_fps = None if fps is None else known_rate(fps * per_frame)
    return {f"analog {number}": Analog(read, count, analog_fps) for number, read in enumerate(reads)}
