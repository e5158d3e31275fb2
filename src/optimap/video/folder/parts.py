"""One file that may be a part of a recording that was cut into several.

Multi-page TIFF files in a row may as well be recordings of their own, so such a file is read alone; if all of them but
a shorter last one are of the same size, a warning says what else they may be. Other files say what they belong to:
OME-TIFF, NDTiff and ScanImage (`tiff.sets`, `tiff.ndtiff`, `tiff.scanimage`), and videos by the times next to them
(`joined`).
"""

import re
from pathlib import Path

from ..._base import Advice
from ..checks import counted
from .names import RECORDINGS

VIDEOS = (".avi", ".mkv", ".mp4", ".m4v", ".mov", ".webm", ".wmv")
NEWER, OLDER = "timestamps.csv", "timestamp.dat"  # the times of a miniscope, of newer and older programs
NUMBERED = re.compile(r"(.*?)(\d+)")
MULTI_PAGE = (".tif", ".tiff", ".btf", ".tf8")


def part_advice(path: Path, frames: int) -> Advice | None:
    """Return a warning about a file that looks like a part of a recording in several files; None for others."""
    if path.suffix.lower() not in MULTI_PAGE or frames < 2 or not path.is_file():
        return None
    files = _in_a_row(path)
    sizes = [file.stat().st_size for file in files]
    if len(files) < 2 or len(set(sizes[:-1])) > 1 or not sizes[-1] < sizes[0]:
        return None
    return Advice(
        "path",
        path,
        f"is read alone, but it looks like one of {counted(len(files), 'part')} of a recording, {files[0].name} to "
        f"{files[-1].name}",
        f"open the folder {path.parent} to read them as one",
        subject=str(path),
    )


def _in_a_row(path: Path) -> list[Path]:
    """Return the files whose names differ from that of a file in their number alone, if no number is missing."""
    name = NUMBERED.fullmatch(path.stem)
    if name is None or RECORDINGS.search(name[1]):
        return []
    found = {}
    for file in path.parent.iterdir():
        other = NUMBERED.fullmatch(file.stem)
        if other is not None and other[1] == name[1] and file.suffix == path.suffix:
            found[int(other[2])] = file
    numbers = sorted(found)
    return [found[number] for number in numbers] if numbers[-1] - numbers[0] == len(numbers) - 1 else []
