"""What ScanImage notes in its TIFF files: which channels were saved, planes of volumes, and the frame rate.

Channels are interleaved, page by page; with fast focusing, so are the planes of a volume, and at its end there may be
pages recorded while the focus moves back, which are left out. The settings are lines of MATLAB. Pixels are signed, and
are returned as stored, also below zero.
"""

import re
from pathlib import Path
from typing import Any, NoReturn

import tifffile

from ..._base import ArgumentError, MissingFileError
from ..._images import Directories, read_directories, reading_tags
from ..checks import counted, noted_number

COUNTER = re.compile(r"^frameNumberAcquisition\s*=\s*(\d+)", re.MULTILINE)
PART = re.compile(r"(.*_)(\d+)(\.tiff?)", re.IGNORECASE)
LINE = re.compile(r"^(?:scanimage\.)?((?:SI\d?|state)\.[\w.]+)\s*=\s*(.*?)\s*$", re.MULTILINE)


def scanimage_settings(tif: tifffile.TiffFile) -> dict[str, Any]:
    """Return the settings under their own names."""
    found = (tif.scanimage_metadata or {}).get("FrameData")
    if found:
        return dict(found)
    page = tif.pages.first
    texts = [text.replace("\r\n", "\n").replace("\r", "\n") for text in (page.description, page.software)]  # version 3
    return {name: _value(value) for text in texts for name, value in LINE.findall(text)}


def _value(text: str) -> Any:
    """Return a value of MATLAB: a number, a list, true or false; otherwise the text."""
    if text[:1] == "[" and text[-1:] == "]":
        return [_value(item) for item in re.split(r"[;,\s]+", text[1:-1]) if item]
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text.strip("'\"")


def scanimage_axes(settings: dict[str, Any], path: Path, pages: int) -> tuple[list[tuple[str, int]], list[str], int]:
    """Return the axes of the pages, slowest first, names of the channels, and how many planes of a volume are kept."""
    channels = _channels(settings)
    labels = [f"channel {number}" for number in channels]
    planes, kept, is_fast = _planes(settings)
    per_step = len(channels) * planes
    if pages % per_step:
        problem = f"holds {pages} pages, which are not whole steps of {counted(len(channels), 'channel')}"
        problem += f" and {counted(planes, 'plane')}" if planes > 1 else ""
        cure = "read its pages in the order in which they are stored with axes='TYX'"
        raise ArgumentError("path", path, problem, cure, subject=str(path), keyword="axes")
    steps = [("T", pages // per_step), ("Z", planes)] if is_fast else [("Z", planes), ("T", pages // per_step)]
    return [*steps, ("C", len(channels))], labels, kept


def _channels(settings: dict[str, Any]) -> list[Any]:
    """Return the numbers of the channels that were saved."""
    names = ("SI.hChannels.channelSave", "SI5.channelsSave", "SI4.channelsSave")
    saved = next((settings[name] for name in names if name in settings), None)
    if saved is None:  # version 3: a switch for each channel, and how many were on
        count = int(noted_number(settings.get("state.acq.numberOfChannelsSave")) or 1)
        found = [number for number in range(1, 9) if settings.get(f"state.acq.savingChannel{number}") in (1, True)]
        return found if len(found) == count else list(range(1, count + 1))
    rows = saved if isinstance(saved, (list, tuple)) else [saved]
    return [item for row in rows for item in (row if isinstance(row, (list, tuple)) else [row])]


def _planes(settings: dict[str, Any]) -> tuple[int, int, bool]:
    """Return how many planes were recorded, how many of them are images, and whether each volume has all of them."""
    older = [name for name in ("SI5", "SI4") if f"{name}.stackNumSlices" in settings]
    if older:
        return _planes_of_version_4(settings, older[0])
    is_fast = settings.get("SI.hFastZ.enable") in (True, 1) or settings.get("SI.hStackManager.stackMode") == "fast"
    is_stack = settings.get("SI.hStackManager.enable") in (True, 1)
    noted = settings.get("SI.hStackManager.actualNumSlices", settings.get("SI.hStackManager.numSlices"))
    if not is_stack and noted is None:  # version 3
        noted, is_stack = settings.get("state.acq.numberOfZSlices"), True
    planes = int(noted_number(noted) or 1)
    if planes == 1 or not (is_fast or is_stack or "SI.hStackManager.actualNumSlices" in settings):
        return 1, 1, True
    if not is_fast:
        return planes, planes, False
    with_flyback = noted_number(settings.get("SI.hFastZ.numFramesPerVolume")) or planes
    with_flyback = noted_number(settings.get("SI.hStackManager.numFramesPerVolumeWithFlyback")) or with_flyback
    back = noted_number(settings.get("SI.hFastZ.numDiscardFlybackFrames")) or 0
    recorded = int(with_flyback) if with_flyback >= planes + back else planes + int(back)
    return recorded, planes, True


def _planes_of_version_4(settings: dict[str, Any], name: str) -> tuple[int, int, bool]:
    """Return the same for versions 4 and 5."""
    planes = int(noted_number(settings[f"{name}.stackNumSlices"]) or 1)
    is_fast = settings.get(f"{name}.fastZEnable") in (True, 1)
    if planes == 1 or not is_fast:
        return planes, planes, planes == 1
    is_discarding = settings.get(f"{name}.fastZDiscardFlybackFrames") in (True, 1)
    back = noted_number(settings.get(f"{name}.fastZNumDiscardFrames")) if is_discarding else None
    return planes + int(back or 0), planes, True


def scanimage_rate(settings: dict[str, Any]) -> float | None:
    """Return the frame rate; of volumes, if there are several planes in each."""
    planes, _, is_fast = _planes(settings)
    older = next(
        (rate for name in ("SI5", "SI4") if (rate := noted_number(settings.get(f"{name}.scanFrameRate")))), None
    )
    if older is not None:
        return older / planes if is_fast else older
    names = ["SI.hRoiManager.scanFrameRate", "state.acq.frameRate"]
    if planes > 1 and is_fast:
        names = ["SI.hRoiManager.scanVolumeRate"]
    found = next((rate for name in names if (rate := noted_number(settings.get(name)))), None)
    return None if found is None else found / _averaged(settings)


def _averaged(settings: dict[str, Any]) -> float:
    """Return how many frames were averaged into one."""
    names = ["SI.hScan2D.logAverageFactor", "state.acq.numAvgFramesSave"]
    found = next((count for name in names if (count := noted_number(settings.get(name)))), 1)
    if found == 1 and settings.get("state.acq.averaging") in (1, True):
        return noted_number(settings.get("state.acq.numberOfFrames")) or 1
    return found


def acquisition_files(path: Path) -> list[Path]:
    """Return the files of the acquisition that a file belongs to; none if ScanImage did not count its frames."""
    with reading_tags(path), tifffile.TiffFile(path) as tif:
        is_counted = tif.is_scanimage and COUNTER.search(tif.pages.first.description) is not None
    return scanimage_parts(path, read_directories(path)) if is_counted else []


def scanimage_parts(path: Path, directories: Directories) -> list[Path]:
    """Return the files of the acquisition that a file belongs to, by the counters of its frames.

    ScanImage begins a new file when one is full; the counter goes on where that of the file before ended. A part that
    is missing between this file and the first is an error that names it.
    """
    counted_here, name = _counters(path, directories), PART.fullmatch(path.name)
    if counted_here is None or name is None:
        return [path]
    parts, (first, last) = [path], counted_here
    while first > 1:
        before = _beside(path, name, len(parts), -1)
        found = _counters(before) if before.is_file() else None
        if found is None or found[1] != first - 1:
            _refuse_missing_part(path, before, first)
        parts.insert(0, before)
        first = found[0]
    step = 1
    while (after := _beside(path, name, step, 1)).is_file():
        found = _counters(after)
        if found is None or found[0] != last + 1:
            return parts
        parts.append(after)
        last, step = found[1], step + 1
    later = _later_part(after, name)
    found = None if later is None else _counters(later)
    if later is not None and found is not None and found[0] > last + 1:
        _refuse_missing_part(later, after, found[0])
    return parts


def _later_part(missing: Path, name: re.Match[str]) -> Path | None:
    """Return the first file whose number is higher than that of one that is not there, or None."""
    least = int(PART.fullmatch(missing.name)[2])  # type: ignore[index]
    found = [PART.fullmatch(file.name) for file in missing.parent.iterdir()]
    alike = [match for match in found if match and (match[1], match[3]) == (name[1], name[3]) and int(match[2]) > least]
    return missing.with_name(min(alike, key=lambda match: int(match[2]))[0]) if alike else None


def _refuse_missing_part(path: Path, before: Path, first: int) -> NoReturn:
    """Raise the error for a part whose first frame does not follow on the file before it."""
    if before.is_file():
        problem = f"does not end where {path.name} begins, at frame {first} of its acquisition"
        cure = "keep the files of one acquisition in a folder"
        raise ArgumentError("path", path, problem, cure, subject=str(before))
    cure = f"copy it next to {path.name}, which begins at frame {first} of the recording"
    raise MissingFileError("path", path, "is missing", cure, subject=str(before))


def _beside(path: Path, name: re.Match[str], steps: int, direction: int) -> Path:
    """Return the file whose number is some steps before or after that of another one."""
    number = max(0, int(name[2]) + direction * steps)
    return path.with_name(f"{name[1]}{number:0{len(name[2])}d}{name[3]}")


def _counters(path: Path, directories: Directories | None = None) -> tuple[int, int] | None:
    """Return the numbers of the first and the last frame of a file within its acquisition, if they are noted."""
    directories = directories or read_directories(path)
    if not len(directories):
        return None
    found = [COUNTER.search(directories.description(page)) for page in (0, len(directories) - 1)]
    first, last = (int(match[1]) if match else 0 for match in found)
    return (first, last) if 0 < first <= last else None
