"""Opening the recording given to a command, or raising an error that says what the file is instead."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _files, _regions, _tables, activation, video
from .._base import ArgumentError, Array
from .._reading import as_source

if TYPE_CHECKING:
    from ..video import Recording

NUMBERS, TIMES = "Frame", "Time [s]"  # labels of an axis that no rate gives


def open_recording(path: Path, reading: Mapping[str, Any]) -> "Recording":
    """Open a recording; for tables, their descriptions and regions, raise an error that says what they are."""
    check_not_empty(path)
    with asked():
        other = _other_kind(path)
    if other is not None:
        problem, cure = other
        raise ArgumentError("FILE", path, f"is not a recording, because it {problem}", cure, subject=str(path))
    return video.open_video(path, **reading)


@contextmanager
def asked() -> Iterator[None]:
    """Say nothing about a file that is asked what it is: whatever reads it afterwards says what is wrong with it."""
    with _files.held_reports() as reports:
        yield
        reports.clear()


def times_on_axis(recording: "Recording", fps: float | None) -> Array | None:
    """Return the irregular times of a recording, for the axis of its traces; None if its rate is known or given.

    A rate that would close the gaps of a folder from which frames are missing is an error.
    """
    if fps is not None and recording.times is None and "frame_numbers" in recording.metadata:
        problem = f"would close the gaps of {recording.path}, from which frames are missing"
        cure = f"give the rate with --option fps={fps:g}, so that the gaps show in the times"
        raise ArgumentError("--fps", fps, problem, cure, subject=f"--fps {fps:g}")
    return None if fps is not None or recording.fps is not None else as_source(recording).axis_times


def numbers_on_axis(recording: "Recording", fps: float | None) -> Array | None:
    """Return the numbers of the frames of a folder from which some are missing, for the axis; None for others.

    Where the rate is known, the times show what is missing.
    """
    numbers = recording.metadata.get("frame_numbers") if fps is None and recording.times is None else None
    return None if numbers is None else np.asarray(numbers)


def described_axis(times: Array | None, numbers: Array | None) -> dict[str, str]:
    """Return what tables say about an axis of times or numbers, which they store as one that was given."""
    if times is not None:
        return {"x": "the time of each frame in s, as stated by the recording"}
    return {} if numbers is None else {"x": "the number of each frame in the name of its file; some are missing"}


def check_not_empty(path: Path) -> None:
    """Raise an error for a file of 0 bytes, for which each format would report something different, and for a pipe."""
    _files.refuse_special(path)
    if path.is_file() and not path.stat().st_size:
        raise ArgumentError("FILE", path, "is empty (0 bytes)", "copy it again", subject=str(path))


def described(path: Path) -> Path | None:
    """Return the table that a sidecar written by optimap describes, which may be missing; None for other files."""
    return path.with_suffix("") if path.suffix.lower() == ".json" and _files.is_sidecar(path) else None


def _other_kind(path: Path) -> tuple[str, str] | None:
    """Return what a file is instead of a recording, and the cure; None if it may be a recording."""
    table = described(path)
    if table is not None:
        return f"describes {table.name}", "keep the two files together, and give a recording"
    regions = _regions.content_of(path)
    if regions is not None:
        return f"holds {regions}", "give a recording, and this file with --regions"
    if activation.holds_beat_maps(path):
        return "holds maps of beats", "give the recording that they were made from, or draw them with optimap plot"
    if path.suffix.lower() in (".csv", ".tsv") and path.is_file():
        return "is a table", "give the recording that it was made from"
    if _tables.is_table(path):
        if _tables.holds_columns(path):
            return "is a table of beats", "give the recording that they were measured in"
        return "is a table of traces", "give the recording that they were made from"
    return None
