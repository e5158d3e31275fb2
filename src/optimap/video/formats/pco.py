"""PCO ``.pcoraw``: a BigTIFF of 16-bit pages, written by the program of the camera, with parameters in a ``.rec`` file.

The pages are followed here and not by a TIFF library, because offsets of pixels wrap around at 4 GiB in files of this
program, and lead to wrong frames without any error. The camera may stamp the first 14 pixels of each frame with its
number and the time, two decimal digits a pixel. The time is used only if all frames carry a stamp that makes sense.
"""

import mmap
import struct
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import numpy as np

from ..._base import ArgumentError, Array, Ints
from ..._files import shared_bytes
from ..recording import Recording

# Tags that matter here; the codes of 8, 16, 32 and 64 bits.
NEEDED = WIDTH, HEIGHT, BITS, COMPRESSION, OFFSETS, SAMPLES, COUNTS = 256, 257, 258, 259, 273, 277, 279
CODES = {1: "B", 3: "H", 4: "I", 16: "Q"}
WRAP = 2**32
HEADER_BYTES = 8
STAMP_PIXELS = 14
SHIFTS = (0, 2, 4)  # bits below the digits, if the camera aligns 14 or 12 bits with the highest of 16
Tags = dict[int, tuple[int, ...]]


class Page(NamedTuple):
    """One frame: its rows and columns, where its pixels begin, how many bytes they have, and where its entries are."""

    shape: tuple[int, int]
    offset: int
    size: int
    entries: tuple[int, int]


class PageFrames:
    """Frames of 16 bits at any distance from each other, each without gaps."""

    def __init__(self, path: Path, offsets: Ints, shape: tuple[int, int], dtype: "np.dtype[Any]") -> None:
        self._path, self._offsets = path, offsets
        self._file = open(path, "rb")  # noqa: SIM115 - closed by `close`
        self.shape: tuple[int, int, int] = (len(offsets), *shape)
        self.dtype = dtype

    def read(self, frames: range) -> Array:
        """Read a range of frames."""
        result = np.empty((len(frames), *self.shape[1:]), self.dtype)
        for frame, offset in zip(result, self._offsets[frames.start : frames.stop : frames.step], strict=True):
            self._file.seek(int(offset))
            if self._file.readinto(frame.data) != frame.nbytes:
                _refuse(self._path, f"is truncated (a frame should begin at byte {offset})")
        return result

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def open_recording(path: Path) -> Recording:
    """Open a recording of a PCO camera."""
    size = path.stat().st_size
    with open(path, "rb") as file:
        if size < 16:
            _refuse(path, f"is truncated, because it holds only {size} bytes")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
            order = {b"II": "<", b"MM": ">"}.get(raw[:2], "")
            pages = list(_pages(path, raw, order))
            offsets = _unwrapped(path, pages, size)
            dtype = np.dtype(f"{order}u2")
            stamps = _stamps(raw, offsets, dtype) if pages[0].shape[1] >= STAMP_PIXELS else None
    steps = np.unique(np.diff(offsets))
    frames: PageFrames | Array
    if len(steps) == 1 and steps[0] > 0:
        file_bytes = np.memmap(path, np.uint8, mode="r")
        strides = (int(steps[0]), 2 * pages[0].shape[1], 2)
        frames = np.ndarray((len(offsets), *pages[0].shape), dtype, file_bytes, int(offsets[0]), strides)
    else:
        frames = PageFrames(path, offsets, pages[0].shape, dtype)
    return Recording(
        frames,
        path=path,
        format="PCO",
        times=None if stamps is None else stamp_times(stamps),
        metadata=_parameters(path),
    )


def _refuse(path: Path, problem: str, cure: str = "copy the recording again") -> NoReturn:
    raise ArgumentError("path", path, problem, cure, subject=str(path))


def _pages(path: Path, raw: mmap.mmap, order: str) -> Iterator[Page]:
    """Follow the chain of pages to its end."""
    version = struct.unpack_from(f"{order}H", raw, 2)[0] if order else 0
    if version not in (42, 43):
        _refuse(path, f"is not a TIFF file inside, because its first bytes are {raw[:4]!r}", "correct its suffix")
    wide = version == 43
    link, entry = ("Q", struct.Struct(f"{order}HHQ8s")) if wide else ("I", struct.Struct(f"{order}HHI4s"))
    counter = struct.Struct(f"{order}{'Q' if wide else 'H'}")
    (start,) = struct.unpack_from(f"{order}{link}", raw, 8 if wide else 4)
    seen: set[int] = set()
    first: Page | None = None
    tables = 0  # bytes of all entries and their values so far; in whole files, pages do not share them
    while start:
        if start in seen:
            _refuse(path, f"is damaged, because the page after page {len(seen) - 1} is an earlier one")
        try:
            (count,) = counter.unpack_from(raw, start)
            end = start + counter.size + count * entry.size
            (after,) = struct.unpack_from(f"{order}{link}", raw, end)
            tables += count * entry.size
            table = raw[start + counter.size : end] if tables <= len(raw) else b""
            found = [item for item in entry.iter_unpack(table) if item[0] in NEEDED]
            tables += sum(count for _, _, count, _ in found)
            if tables > len(raw):
                _refuse(path, f"is damaged, because page {len(seen)} shares its entries with others")
            tags = {tag: _values(raw, order, kind, n, at) for tag, kind, n, at in found}
        except (struct.error, OverflowError):
            _refuse(path, f"is truncated (page {len(seen)} should start at byte {start}, but the file has {len(raw)})")
        page = _page(path, len(seen), tags, (start, end))
        first = first or page
        if page.shape != first.shape:
            problem = f"holds pages of different sizes, {first.shape[1]} x {first.shape[0]} and {page.shape[1]} x "
            _refuse(path, f"{problem}{page.shape[0]}", "save the recording in a file of its own")
        yield page
        seen.add(start)
        start = after
    if not seen:
        _refuse(path, "holds no image")


def _values(raw: mmap.mmap, order: str, kind: int, count: int, inline: bytes) -> tuple[int, ...]:
    """Return the values of a tag, which follow in place if they fit, and otherwise at the place given there."""
    code = CODES.get(kind, "")
    if not code:
        return ()
    needed = struct.calcsize(f"={count}{code}")
    if needed <= len(inline):
        return struct.unpack_from(f"{order}{count}{code}", inline)
    (at,) = struct.unpack(f"{order}{'Q' if len(inline) == 8 else 'I'}", inline)
    return struct.unpack_from(f"{order}{count}{code}", raw, at)


def _page(path: Path, number: int, tags: Tags, entries: tuple[int, int]) -> Page:
    """Return where the pixels of a page are, or raise an error if they cannot be read as they are stored."""
    width, height, bits = ((tags.get(tag) or (0,))[0] for tag in (WIDTH, HEIGHT, BITS))
    if (tags.get(SAMPLES) or (1,))[0] != 1:
        _refuse(path, "is a colour recording", "save its grey values, or one channel, first")
    if (tags.get(COMPRESSION) or (1,))[0] != 1:
        cure = "save it uncompressed, or as .tif, with the program of the camera"
        _refuse(path, "is compressed in a way that only the program of the camera can read", cure)
    if bits != 16:
        _refuse(path, f"holds pixels of {bits} bits instead of 16", "save it as .tif with the program of the camera")
    starts, sizes = tags.get(OFFSETS, ()), tags.get(COUNTS, ())
    size = 2 * width * height
    whole = len(starts) == len(sizes) and sum(sizes) == size > 0
    if not whole or any((a + n - b) % WRAP for a, n, b in zip(starts, sizes, starts[1:], strict=False)):
        _refuse(path, f"is damaged, because the pixels of page {number} are not in one piece of {size} bytes")
    return Page((height, width), starts[0], size, entries)


def _unwrapped(path: Path, pages: list[Page], size: int) -> Ints:
    """Return the offsets of all frames in full: a stored offset smaller than the one before it has wrapped around."""
    offsets = [page.offset for page in pages]
    wraps = size >= WRAP and max(offsets) < WRAP
    turns = np.cumsum([0, *(wraps and after < before for before, after in pairwise(offsets))])
    end = max(offset + WRAP * int(turn) for offset, turn in zip(offsets, turns, strict=True)) + pages[0].size
    if end > size:
        _refuse(path, f"is truncated (its pixels need {end} bytes, but the file has {size})")
    found: Ints = np.array(offsets, np.int64) + WRAP * turns
    entries = [page.entries for page in pages]
    pixels = np.stack([found, found + pages[0].size], axis=1)
    if shared := shared_bytes(np.concatenate([[[0, HEADER_BYTES]], entries, pixels])):
        first, second = shared
        _refuse(path, f"is damaged, because two pieces of its pages share bytes, at byte {first} and at byte {second}")
    return found


def _stamps(raw: mmap.mmap, offsets: Ints, dtype: "np.dtype[Any]") -> Array | None:
    """Return the stamps (T, 14), two decimal digits in each value, or None if frames do not carry stamps."""
    stored = np.array([np.frombuffer(raw, dtype, STAMP_PIXELS, int(offset)) for offset in offsets], np.int64)
    for shift in SHIFTS:
        digits = stored >> shift
        high, low = digits >> 4, digits & 15
        stamps = 10 * high + low
        if (stored == digits << shift).all() and max(high.max(), low.max()) <= 9 and _make_sense(stamps):
            return stamps
    return None


def _make_sense(stamps: Array) -> bool:
    """Whether stamps state increasing numbers of frames, in this century, and times that do not go back."""
    century, month, day, hour, minute, second = (stamps[:, i] for i in (4, 6, 7, 8, 9, 10))
    in_range = (century == 20) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    in_range &= (hour < 24) & (minute < 60) & (second < 60)
    numbers = stamps[:, :4] @ (1_000_000, 10_000, 100, 1)
    return bool(in_range.all() and (np.diff(numbers) > 0).all() and (np.diff(stamp_times(stamps)) >= 0).all())


def stamp_times(stamps: Array) -> Array:
    """Return the time of each stamp in s after the first one."""
    months = 12 * (100 * stamps[:, 4] + stamps[:, 5] - 1970) + stamps[:, 6] - 1
    days = months.astype("M8[M]").astype("M8[D]") + (stamps[:, 7] - 1)
    seconds = stamps[:, 8:11] @ (3600, 60, 1)
    micros = stamps[:, 11:14] @ (10_000, 100, 1)
    passed = (days - days[0]).astype(np.int64) * 86_400 + seconds - seconds[0]
    return np.asarray((passed * 1_000_000 + micros - micros[0]) / 1e6)


def _parameters(path: Path) -> dict[str, Any]:
    """Return the entries of the parameter file next to a recording, if there is one."""
    names = (path.with_suffix(".rec"), path.with_suffix(".REC"), path.with_name(f"{path.name}.rec"))
    found = next((name for name in names if name.is_file()), None)
    if found is None:
        return {}
    lines = [line.partition(":") for line in found.read_text(encoding="latin-1").splitlines()]
    return {key.strip(): value.strip() for key, _, value in lines if key.strip() and value.strip()}
