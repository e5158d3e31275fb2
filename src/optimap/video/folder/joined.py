"""Encoded video that was cut into files, as miniscopes write it, with the times of the frames next to it.

A folder is opened as a whole. One of its files opens the others too if the times of their frames lie next to it: they
show that the files are one recording, which numbers in the names alone do not. Times are in ``timeStamps.csv``, or in
``timestamp.dat`` of older programs. They are used only if there is one for each frame.
"""

import csv
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..._base import DamagedFileError, MissingFileError
from ..._files import reading
from ..chained import ChainedFrames
from ..recording import Recording
from ..units import SECONDS, interval
from .parts import NEWER, OLDER

PART = re.compile(r"(\D*)(\d+)(\.\w+)")
OpenPart = Callable[[Path], Recording]


def open_with_others(path: Path, open_part: OpenPart, insist: bool = False) -> Recording | None:
    """Open the recording that a video is a part of, or return None if no times next to it show that it is one.

    With `insist`, numbers are enough.
    """
    files = [file for file in path.parent.iterdir() if not file.name.startswith(".")]
    name = PART.fullmatch(path.name)
    if name is None or not (insist or any(file.name.lower() in (NEWER, OLDER) for file in files)):
        return None
    found = [
        match for file in files if (match := PART.fullmatch(file.name)) and (match[1], match[3]) == name.group(1, 3)
    ]
    numbers = {int(match[2]): path.with_name(match[0]) for match in found}
    for number in range(min(numbers), max(numbers)):
        if number not in numbers:
            width = min(len(match[2]) for match in found)
            missing = path.with_name(f"{name[1]}{number:0{width}d}{name[3]}")
            cure = f"copy it next to {path.name}, since the recording is in both, or give parts=False to read "
            cure += f"{path.name} alone"
            raise MissingFileError("path", path, "is missing", cure, subject=str(missing), keyword="parts")
    joined = joined_videos(path, [numbers[number] for number in sorted(numbers)], files, open_part)
    if len(numbers) > 1 or joined.times is not None:
        return joined
    joined.close()
    return None


def joined_videos(
    path: Path, parts: Sequence[Path], files: Sequence[Path], open_part: OpenPart, places: Sequence[int] = (0,)
) -> Recording:
    """Return the recording that consists of several videos, with the times in one of the files next to them.

    `places` are the numbers in their names, if some may be missing.
    """
    frames = ChainedFrames(path, parts, open_part)
    try:
        gap = frames.gap(places)
        numbers = np.arange(frames.shape[0]) if gap.numbers is None else gap.numbers
        times, note = frame_times(files, int(numbers[-1]) + 1)
        times = gap.times(frames.fps) if times is None else times[numbers]
        return Recording(
            frames,
            path=path,
            format="encoded video",
            fps=gap.rate(frames.fps) if times is None else frames.first.fps,  # the times show whether it is right
            times=times,
            metadata={**frames.first.metadata, "files": str(len(parts)), **gap.notes(), **note},
            files=parts,
        )
    except BaseException:
        frames.close()
        raise


def frame_times(files: Sequence[Path], frames: int) -> tuple[NDArray[np.float64] | None, dict[str, str]]:
    """Return the times of the frames in s if a file gives them, otherwise the reason, as metadata."""
    by_name = {file.name.lower(): file for file in files}
    file = by_name.get(NEWER, by_name.get(OLDER))
    if file is None:
        return None, {}
    found = [_newer(file)] if file.name.lower() == NEWER else _older(file)
    fitting = [times for times in found if len(times) == frames]
    if len(fitting) == 1 and np.isfinite(fitting[0]).all() and (np.diff(fitting[0]) > 0).all():
        return fitting[0], {}
    reason = f"holds {' and '.join(str(len(times)) for times in found) or 'no'} times for {frames} frames"
    if fitting:
        reason = "holds times that do not grow" if len(fitting) == 1 else "holds as many times of two cameras"
    return None, {file.name: f"not used, because it {reason}"}


def _newer(file: Path) -> NDArray[np.float64]:
    """Return the column of times, which is in ms unless its name says otherwise: Time Stamp (ms).

    Columns are separated by commas, or by what spreadsheets write in other countries: semicolons or tabs.
    """
    text = file.read_text(encoding="utf-8-sig", errors="replace")
    first = text.partition("\n")[0]
    delimiter = next((mark for mark in (";", "\t") if mark in first), ",")
    rows: list[list[str]] = []
    with suppress(DamagedFileError), reading(file, "text", "cannot be read as a table of times"):  # no time is found
        rows = [[cell.strip().lower() for cell in row] for row in csv.reader(text.splitlines(), delimiter=delimiter)]
    named = [i for i, cell in enumerate(rows[0]) if "time" in cell] if rows else []
    if not named:
        return np.empty(0)
    unit = re.search(r"\((\w+)\)", rows[0][named[0]])
    step = interval(1, unit[1] if unit else "ms", SECONDS) or np.nan
    column = [row[named[0]] for row in rows[1:] if len(row) > named[0]]
    if delimiter != ",":
        column = [cell.replace(",", ".") for cell in column]  # decimal commas, where commas do not separate columns
    return _numbers(column) * step


def _older(file: Path) -> list[NDArray[np.float64]]:
    """Return the times of each camera: columns for camera, frame, clock in ms and buffer."""
    rows = [line.split() for line in file.read_text(encoding="utf-8", errors="replace").splitlines()[1:]]
    rows = [row for row in rows if len(row) >= 3]
    clocks = [_numbers([row[2] for row in rows if row[0] == camera]) for camera in sorted({row[0] for row in rows})]
    # The clock has a sign and 32 bits, but is written without the sign: the first frame may come just before zero.
    return [np.where((clock >= 2**31) & (clock < 2**32), clock - 2**32, clock) / 1e3 for clock in clocks]


def _numbers(column: Sequence[str]) -> NDArray[np.float64]:
    """Return numbers written as text, NaN where they are not."""
    values = []
    for cell in column:
        try:
            values.append(float(cell))
        except ValueError:
            values.append(np.nan)
    return np.array(values, float)
