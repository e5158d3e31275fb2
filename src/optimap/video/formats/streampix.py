"""StreamPix ``.seq`` (NorPix): a header, then frames of one size, each followed by the time at which it was taken.

Uncompressed grey frames of 8 or 16 bits are memory-mapped. The times are read when a recording is opened, because they
alone show where frames were dropped; where they make no sense, the header may state a wrong size of frames. A program
that is stopped leaves too small a number of frames in the header: more frames count if their times go on.
"""

import struct
import warnings
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import numpy as np

from ..._base import Advice, ArgumentError, Array, stack_level
from ..._reading import release
from ..checks import counted, noted_number
from ..recording import Recording

MAGIC = 0xFEED
# From byte 0: magic, name, version, bytes of the header, description; width, height, bits stored and used, bytes of the
# pixels, kind of pixels, frames, origin, bytes from one frame to the next, rate, encoding of the description.
HEADER = struct.Struct("<I24sii512s9Idi")
COMPRESSION_AT = 620
GREY, UNICODE = 100, 0
STAMP = np.dtype([("s", "<i4"), ("ms", "<u2"), ("us", "<u2")])


class Header(NamedTuple):
    """The entries of a header that say how frames are stored."""

    start: int  # the byte where the first frame begins
    shape: tuple[int, int]
    dtype: "np.dtype[Any]"
    frames: int
    step: int  # bytes from one frame to the next
    pixel_bytes: int  # of a frame; its time follows
    has_micros: bool
    fps: float | None
    metadata: dict[str, Any]


class RingFrames:
    """Frames of a recording in a loop: the file begins with later frames, which have overwritten the oldest ones."""

    def __init__(self, pixels: Array, first: int) -> None:
        self._pixels, self._first = pixels, first
        self.shape: tuple[int, int, int] = (pixels.shape[0], pixels.shape[1], pixels.shape[2])
        self.dtype = pixels.dtype

    def read(self, frames: range) -> Array:
        """Return a range of frames, counted from the oldest one."""
        if not len(frames):
            return np.empty((0, *self.shape[1:]), self.dtype)
        places = (np.array(frames) + self._first) % len(self._pixels)
        result: Array = self._pixels[places]
        release(self._pixels[places.min() : places.max() + 1])
        return result

    def close(self) -> None:
        """Do nothing: memory maps close themselves."""


def open_recording(path: Path) -> Recording:
    """Open a StreamPix recording."""
    header = _read_header(path)
    stamps, advice = _read_stamps(path, header)
    frames = _count_frames(path, header, stamps)
    has_times = bool(stamps[:frames].any())
    if advice is None and (frames > header.frames or (len(stamps) > frames and not has_times)):
        problem = f"holds {counted(len(stamps), 'frame')}, but its header says {header.frames}; {frames} are read"
        advice = Advice("path", path, problem, "check the end of the recording", subject=str(path))
    if advice is not None:
        warnings.warn(advice, stacklevel=stack_level())
    raw = np.memmap(path, np.uint8, mode="r")
    strides = (header.step, header.shape[1] * header.dtype.itemsize, header.dtype.itemsize)
    pixels: Array = np.ndarray((frames, *header.shape), header.dtype, raw, header.start, strides)
    back = np.flatnonzero(np.diff(stamps[:frames]) < 0)
    # Times that never were written, or are damaged, are far below the others.
    goes_on = len(back) == 1 and 0 <= stamps[0] - stamps[frames - 1] <= np.diff(stamps[:frames]).clip(0).sum()
    first = int(back[0]) + 1 if goes_on else 0
    stamps = np.roll(stamps[:frames], -first)
    times = (stamps - stamps[0]) / 1e6 if has_times else None
    began = {"start_time": stamps[0] / 1e6} if has_times else {}
    metadata = {**header.metadata, **began}
    source = RingFrames(pixels, first) if first else pixels
    return Recording(source, path=path, format="StreamPix", fps=header.fps, times=times, metadata=metadata)


def _refuse(path: Path, problem: str, cure: str = "copy the recording again") -> NoReturn:
    raise ArgumentError("path", path, problem, cure, subject=str(path))


def _read_header(path: Path) -> Header:
    """Return the header, or raise an error that says why the frames cannot be read."""
    with open(path, "rb") as file:
        raw = file.read(COMPRESSION_AT + 4)
    if len(raw) < COMPRESSION_AT + 4:
        _refuse(path, f"is truncated, because it holds only {len(raw)} bytes of its header")
    magic, _, version, header_bytes, description, *numbers, rate, encoding = HEADER.unpack_from(raw)
    width, height, bits, bits_used, pixel_bytes, kind, frames, _, step = numbers
    if magic != MAGIC:
        problem = f"is not a StreamPix recording, because its first bytes are {raw[:4]!r}"
        _refuse(path, problem, "give a recording made with StreamPix, or correct its suffix")
    if version < 1:
        _refuse(path, f"has a damaged header, which states the version {version}")
    if struct.unpack_from("<I", raw, COMPRESSION_AT)[0]:
        _refuse(path, "is compressed", "export it from StreamPix without compression, or as TIFF")
    if kind != GREY:
        _refuse(path, "is a colour recording", "export its grey values from StreamPix, for example as TIFF")
    dtype = np.dtype({8: "u1", 16: "<u2"}.get(bits, "V1"))
    has_micros = version >= 5
    if dtype.kind == "V" or not 0 < width * height * dtype.itemsize == pixel_bytes <= step - (8 if has_micros else 6):
        problem = (
            f"has a damaged header, which states {width} x {height} pixels of {bits} bits in {pixel_bytes} bytes, "
        )
        _refuse(path, f"{problem}and a frame every {step} bytes")
    start = 8192 if has_micros else header_bytes
    if start < len(raw):
        _refuse(path, f"has a damaged header, which states that it has {start} bytes")
    text = description.decode("utf-16-le" if encoding == UNICODE else "latin-1", "replace").split("\0")[0].strip()
    metadata = {"version": version, "bit_depth": bits_used, "frames": frames, "description": text}
    fps = noted_number(rate)
    return Header(start, (height, width), dtype, frames, step, pixel_bytes, has_micros, fps, metadata)


def _read_stamps(path: Path, header: Header) -> tuple[Array, Advice | None]:
    """Return the time of each frame in the file in us, also of frames that the header does not count, and a warning.

    If one of them makes no sense, none is used: all are 0, and the warning says so.
    """
    stamp_bytes = 8 if header.has_micros else 6
    whole = header.pixel_bytes + stamp_bytes  # of the last frame, bytes up to the next one may be missing
    stored = max(0, path.stat().st_size - header.start - whole + header.step) // header.step
    found = bytearray()
    with open(path, "rb", buffering=0) as file:  # a buffer would read on into the pixels
        for frame in range(stored):
            file.seek(header.start + frame * header.step + header.pixel_bytes)
            found += file.read(stamp_bytes).ljust(8, b"\0")
    stamps = np.frombuffer(bytes(found), STAMP)
    micros = np.asarray(stamps["s"] * np.int64(1_000_000) + stamps["ms"] * np.int64(1000) + stamps["us"])
    wrong = np.maximum(stamps["ms"], stamps["us"])[: header.frames] >= 1000
    if not wrong.any():
        return micros, None
    frame = int(wrong.argmax())
    place = f"{stamps['ms'][frame]} ms and {stamps['us'][frame]} us after a second at frame {frame}"
    problem = f"states times that make no sense, such as {place}, so they are not used"
    cure = f"check that frames are not shifted: {header.step} bytes for each, as its header says, may be wrong"
    return np.zeros_like(micros), Advice("path", path, problem, cure, subject=str(path))


def _count_frames(path: Path, header: Header, stamps: Array) -> int:
    """Return the number of frames, or raise an error if the file holds fewer than its header states."""
    stated, stored = header.frames, len(stamps)
    if stored < max(1, stated):
        size, needed = path.stat().st_size, header.start + max(1, stated) * header.step
        _refuse(path, f"is truncated ({counted(max(1, stated), 'frame')} need {needed} bytes, but the file has {size})")
    # StreamPix reserves room for frames that are then not recorded: their times are zero, or remains of older files.
    goes_on = np.diff(stamps[max(0, stated - 1) :]) > 0
    later = len(goes_on) if goes_on.all() else int(np.argmin(goes_on))
    return max(1, stated) + later
