"""Inscopix ``.isxd``: the frames of a miniscope, then a description in JSON at the end of the file.

The frames are memory-mapped. Frames that were dropped, cropped or left blank are not stored, and show as gaps in the
times. Recordings that come directly from the microscope have lines before and after each frame that are not part of the
image; those of newer microscopes hold the time of the frame in us.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import numpy as np

from ..._base import ArgumentError, Array
from ..._files import reading
from ..recording import Recording
from ..units import MM, interval, rate

DTYPES: "dict[object, np.dtype[Any]]" = {0: np.dtype("<u2"), 1: np.dtype("<f4"), 2: np.dtype("u1")}
COLOURS = 3
MOVIE, IMAGE = 0, 4
MOST_FRAMES = 10**8  # more are a damaged number: at 1000 frames/s, this is more than a day
LONGEST_PERIOD = 1e9  # s; with more, times overflow
LINES_BYTES = 2 * 2560  # before each frame, and again after it
TIME_AT, TIME_VALUES = 1272, 8  # where the lines before a frame hold its time, in 16-bit values
TIMES_SINCE = (1, 1, 1)  # the version of the microscope's program


class Layout(NamedTuple):
    """How the frames are stored."""

    dtype: "np.dtype[Any]"
    shape: tuple[int, int]
    missing: list[tuple[int, int]]  # the frames that were shown but not stored: first, and the one after the last
    total: int  # the number of all that were shown
    has_lines: bool
    has_times: bool
    period: float

    @property
    def step(self) -> int:
        """Bytes from one frame to the next."""
        rows, columns = self.shape
        return rows * columns * self.dtype.itemsize + (2 * LINES_BYTES if self.has_lines else 0)

    @property
    def stored(self) -> int:
        """The number of stored frames."""
        return self.total - sum(after - first for first, after in self.missing)

    def shown(self) -> Array:
        """Return the place of each stored frame among all that were shown."""
        edges = [0, *(edge for run in self.missing for edge in run), self.total]
        return np.concatenate([np.arange(*run) for run in zip(edges[::2], edges[1::2], strict=True)])


def open_recording(path: Path) -> Recording:
    """Open a recording of an Inscopix microscope."""
    described, end = _read_description(path)
    if described.get("type") not in (MOVIE, IMAGE):
        _refuse(path, "holds no recording, but another kind of data of Inscopix", "give the .isxd file of the movie")
    if described.get("dataType") == COLOURS:
        _refuse(path, "is a colour recording", "export its grey values from the Inscopix software, for example as TIFF")
    with reading(path, "header", "has a damaged description", "copy the recording again"):
        layout = _layout(described)
        size = described["spacingInfo"].get("pixelSize", {})
        pixel_size = interval(_ratio(size.get("x", {})), "µm", MM) or None
    count, step = layout.stored, layout.step
    if count * step != end or not count:
        state = "truncated" if count * step > end else "longer than its description says"
        _refuse(path, f"is {state} ({count} frames need {count * step} bytes, but the file has {end})")
    shown = layout.shown()  # only now: a small file can state very many
    raw = np.memmap(path, np.uint8, mode="r")
    strides = (step, layout.shape[1] * layout.dtype.itemsize, layout.dtype.itemsize)
    start = LINES_BYTES if layout.has_lines else 0
    pixels: Array = np.ndarray((count, *layout.shape), layout.dtype, raw, start, strides)
    recording = Recording(
        pixels,
        path=path,
        format="Inscopix",
        fps=rate(layout.period),
        times=_times(raw, layout, shown),
        pixel_size=pixel_size,
        metadata=described,
    )
    if (np.diff(shown) > 1).any():  # stated by the file, whether or not it shows in the times
        recording.fps = None
    return recording


def _refuse(path: Path, problem: str, cure: str = "copy the recording again") -> NoReturn:
    raise ArgumentError("path", path, problem, cure, subject=str(path))


def _read_description(path: Path) -> tuple[dict[str, Any], int]:
    """Return the description and the byte where it begins; its length is in the last 8 bytes, a zero before them."""
    size = path.stat().st_size
    with open(path, "rb") as file:
        file.seek(max(0, size - 8))
        length = int.from_bytes(file.read(8), "little")
        start = size - 8 - 1 - length
        if start < 0:
            _refuse(path, "is truncated, because it does not end with a description as Inscopix writes it")
        file.seek(start)
        text = file.read(length)
    problem = "is damaged, because the description at its end cannot be read"
    with reading(path, "json", problem, "copy the recording again"):
        described = json.loads(text)
    if not isinstance(described, dict):
        _refuse(path, "is damaged, because the description at its end is not one of a recording")
    return described, start


def _layout(described: dict[str, Any]) -> Layout:
    """Return how the frames are stored; what the description lacks, or states wrongly, is an error in the caller."""
    timing, pixels = described["timingInfo"], described["spacingInfo"]["numPixels"]
    total = int(timing["numTimes"])
    if not 0 < total <= MOST_FRAMES:
        raise ValueError(f"numTimes is {total}")
    rows, columns = int(pixels["y"]), int(pixels["x"])
    if min(rows, columns) < 1:
        raise ValueError(f"numPixels are {columns} x {rows}")
    has_lines = bool(described.get("fileVersion", 0) and described.get("hasFrameHeaderFooter", False))
    version = ((described.get("extraProperties") or {}).get("producer") or {}).get("version")
    numbers = tuple(map(int, version.split("."))) if isinstance(version, str) else ()
    return Layout(
        DTYPES[described["dataType"]],
        (rows, columns),
        _missing(timing, total),
        total,
        has_lines,
        has_lines and numbers >= TIMES_SINCE,
        _ratio(timing.get("period", {})),
    )


def _missing(timing: dict[str, Any], total: int) -> list[tuple[int, int]]:
    """Return runs of frames that are not stored, in order and apart: the first one, and the one after the last."""
    runs = [(int(i), int(i) + 1) for name in ("dropped", "blank") for i in timing.get(name) or ()]
    for text in timing.get("cropped") or ():  # "4 - 9", or "4"
        start, _, end = str(text).partition("-")
        runs.append((int(start), int(end or start) + 1))
    joined: list[tuple[int, int]] = []
    for first, after in sorted(runs):
        if not 0 <= first < after <= total:
            raise ValueError(f"frames {first} to {after - 1} of {total} are missing")
        if joined and first <= joined[-1][1]:
            first, after = joined[-1][0], max(after, joined.pop()[1])
        joined.append((first, after))
    return joined


def _ratio(parts: dict[str, Any]) -> float:
    """Return a number stored as a fraction, 0.0 if it is not one."""
    numerator, denominator = parts.get("num", 0), parts.get("den", 0)
    return float(numerator) / float(denominator) if denominator else 0.0


def _times(raw: Array, layout: Layout, shown: Array) -> Array | None:
    """Return the time of each frame in s: as the microscope noted it, or from its place if frames are missing."""
    if layout.has_times:
        values = np.ndarray((len(shown), TIME_VALUES), "<u2", raw, 2 * TIME_AT, (layout.step, 2)).astype(np.uint64)
        words = values[:, 1::2] << np.uint64(4) | values[:, ::2] >> np.uint64(4)
        micros = (words << np.arange(0, 64, 16, dtype=np.uint64)).sum(axis=1, dtype=np.uint64).astype(np.int64)
        if (np.diff(micros) > 0).all():
            return np.asarray((micros - micros[0]) / 1e6)
    if len(shown) == layout.total or not 0 < layout.period < LONGEST_PERIOD:
        return None
    return np.asarray((shown - shown[0]) * layout.period)
