"""Andor ``.sif``, as Solis writes it: the header is read with the package sif_parser, float32 frames are memory-mapped.

The package reads on for ever at the end of a truncated header; here, a file that ends is an error. Folders of spooled
frames are not read here.
"""

import io
from pathlib import Path
from typing import Any

import numpy as np
import sif_parser

from ..._base import ArgumentError, Array
from ..._files import reading
from ..recording import Recording
from ..units import SECONDS, interval, rate

KEPT = (
    "ExposureTime",
    "CycleTime",
    "DetectorType",
    "DetectorTemperature",
    "ExperimentTime",
    "xbin",
    "ybin",
    "SifVersion",
)
ROUND = 2.0**32  # at which the time stamps, in µs, start from zero again


class _EndingFile(io.BufferedReader):
    """A file that raises an error at its end instead of returning nothing."""

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        if size and not found:
            raise EOFError("the header ends too early")
        return found


def open_recording(path: Path) -> Recording:
    """Open a SIF file."""
    guard = reading(path, "sif_parser", "cannot be read as SIF and may be truncated", "copy the recording again")
    with guard, _EndingFile(io.FileIO(path)) as file:
        frames, info = sif_parser.np_open(file, lazy="memmap")
        parts, step = info["NumberOfSubImages"], info["StackCycleTime"]
        times = _times(info, len(frames))
    if parts != 1:
        problem = f"holds {parts} tracks or sub-images in each frame, which are not one image"
        raise ArgumentError("path", path, problem, "export the recording as TIFF from Solis", subject=str(path))
    _check_sizes(path, frames.shape, info["ImageLength"], info["TotalLength"])
    return Recording(
        frames,
        path=path,
        format="Andor SIF",
        fps=rate(interval(step, "s", SECONDS)),
        times=times,
        metadata={name: info[name] for name in KEPT if name in info},
    )


def _check_sizes(path: Path, shape: tuple[int, ...], in_frame: int, in_all: int) -> None:
    """Raise an error if the number of pixels, which the header states too, is not that of its frames.

    Totals may have been counted in 32 bits.
    """
    frames, height, width = shape
    if (in_frame - height * width) % 2**32 or (in_all - frames * height * width) % 2**32:
        problem = f"has a damaged header, which states {frames} frames of {width} x {height} pixels, but {in_frame} "
        problem += f"pixels a frame and {in_all} in all"
        raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))


def _times(info: dict[str, Any], frames: int) -> Array | None:
    """Return the times of the frames in s; None if the camera did not stamp them."""
    stamps = np.array([info.get(f"timestamp_of_{i}", 0) for i in range(frames)], float)
    rounds = np.cumsum(np.diff(stamps, prepend=stamps[:1]) < -ROUND / 2)
    times: Array = (stamps + ROUND * rounds) * 1e-6
    return times if frames > 1 and (np.diff(times) > 0).all() else None
