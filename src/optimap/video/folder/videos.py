"""Folders of encoded video that was cut into files, as miniscopes write it, with the times of the frames next to it.

Times are in ``timeStamps.csv``, or in ``timestamp.dat`` of older programs. They are used only if there is one for each
frame.
"""

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._base import ArgumentError, import_extra
from ..axes import Wanted, channel_number
from ..chained import ChainedFrames
from ..recording import Recording
from ..units import SECONDS, interval
from .names import arrange
from .parts import NEWER, OLDER


def open_videos(path: Path, videos: Sequence[Path], files: Sequence[Path], wanted: Wanted, gaps: bool) -> Recording:
    """Open the parts of a video in the order of their numbers."""
    for name, value in (("axes", wanted.axes), ("z", wanted.z)):
        if value is not None:
            raise ArgumentError(name, value, f"cannot be used for video, as in {path}", f"leave {name} out")
    import_extra("av", "video", f"{videos[0].suffix} files")
    from ..formats.encoded import open_recording  # an optional package

    found = arrange(path, videos, "videos")
    several = len(found.channels) > 1
    number = channel_number(path, wanted.channel, len(found.channels), found.channels) if several else 0
    parts, _ = found.chosen(path, 0, number, gaps)
    colour: Any = None if several else wanted.channel  # checked there
    frames = ChainedFrames(path, parts, lambda file: open_recording(file, colour))
    times, note = frame_times(files, frames.shape[0])
    return Recording(
        frames,
        path=path,
        format="encoded video",
        fps=frames.fps,
        times=times,
        metadata={**frames.first.metadata, "files": str(len(parts)), **note},
    )


def frame_times(files: Sequence[Path], frames: int) -> tuple[NDArray[np.float64] | None, dict[str, str]]:
    """Return the times of the frames in s if a file gives them, otherwise the reason, as metadata."""
    by_name = {file.name.lower(): file for file in files}
    file = by_name.get(NEWER, by_name.get(OLDER))
    if file is None:
        return None, {}
    times = _newer(file) if file.name.lower() == NEWER else _older(file, frames)
    is_usable = len(times) == frames and np.isfinite(times).all() and (np.diff(times) > 0).all()
    if is_usable:
        return times, {}
    reason = f"holds {len(times)} times for {frames} frames" if len(times) != frames else "holds times that do not grow"
    return None, {file.name: f"not used, because it {reason}"}


def _newer(file: Path) -> NDArray[np.float64]:
    """Return the column of times, which is in ms unless its name says otherwise: Time Stamp (ms)."""
    with open(file, newline="", encoding="utf-8-sig", errors="replace") as text:
        rows = [[cell.strip().lower() for cell in row] for row in csv.reader(text)]
    named = [i for i, cell in enumerate(rows[0]) if "time" in cell] if rows else []
    if not named:
        return np.empty(0)
    unit = re.search(r"\((\w+)\)", rows[0][named[0]])
    step = interval(1, unit[1] if unit else "ms", SECONDS) or np.nan
    return _numbers([row[named[0]] for row in rows[1:] if len(row) > named[0]]) * step


def _older(file: Path, frames: int) -> NDArray[np.float64]:
    """Return the times of the only camera with as many frames: columns for camera, frame, clock in ms and buffer."""
    rows = [line.split() for line in file.read_text(encoding="utf-8", errors="replace").splitlines()[1:]]
    rows = [row for row in rows if len(row) >= 3]
    cameras = [[row[2] for row in rows if row[0] == camera] for camera in sorted({row[0] for row in rows})]
    fitting = [column for column in cameras if len(column) == frames]
    return _numbers(fitting[0] if len(fitting) == 1 else []) / 1e3


def _numbers(column: Sequence[str]) -> NDArray[np.float64]:
    """Return numbers written as text, NaN where they are not."""
    values = []
    for cell in column:
        try:
            values.append(float(cell))
        except ValueError:
            values.append(np.nan)
    return np.array(values, float)
