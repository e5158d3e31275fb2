"""The names of files in a row, of which one file is a part: those that a program gave when it cut a recording.

Only names are looked at. A mark such as ``_X2`` (Andor), ``@0001`` (PCO) or ``-file002`` (MetaMorph, HCImage) is given
by programs alone; a plain number may count recordings as well, so what the files hold decides (`tiff.cut`). Other files
say what they belong to: OME-TIFF, NDTiff and ScanImage (`tiff.sets`, `tiff.ndtiff`, `tiff.scanimage`), and videos by
the times next to them (`joined`).
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from .names import CHANNEL, PLANE, RECORDINGS

VIDEOS = (".avi", ".mkv", ".mp4", ".m4v", ".mov", ".webm", ".wmv")
NEWER, OLDER = "timestamps.csv", "timestamp.dat"  # the times of a miniscope, of newer and older programs
MARKED = re.compile(r"(.+?)(_X|@|[ _.-](?:file|part|pt|chunk|split)[ _.-]?)(\d+)", re.IGNORECASE)
NUMBERED = re.compile(r"(.*?)([ _.-]?)(\d+)")
DATE = re.compile(r"(?<!\d)(?:19|20)\d\d([ _.-]?)(?:0[1-9]|1[0-2])\1$")  # year and month before a day
FROM_SECOND = ("_x", "@")  # marks of second and later parts only: the first has the name alone


@dataclass(frozen=True)
class Row:
    """Files in a row, in order; `lead` comes before those with a number, as the first of a recording without one.

    `missing` is the first file that is not there, and `absent` how many are not; `is_marked` says whether only a
    program gives such names, and `from_start` whether numbers begin where those of parts do.
    """

    files: tuple[Path, ...]
    lead: Path | None
    missing: Path | None
    absent: int
    is_marked: bool
    from_start: bool

    @property
    def all_files(self) -> list[Path]:
        """The files, with the one without a number."""
        return [*([] if self.lead is None else [self.lead]), *self.files]

    def span(self) -> str:
        """Return the names of the first and the last file."""
        files = self.all_files
        return f"{files[0].name} to {files[-1].name}"


def has_mark(path: Path) -> bool:
    """Whether only a program gives a part such a name."""
    return MARKED.fullmatch(path.stem) is not None


def find_row(path: Path, insist: bool = False) -> Row | None:
    """Return the files in a row with a file, or None if there are none, or their numbers count recordings.

    With `insist`, numbers may be anything.
    """
    beside = [file for file in path.parent.iterdir() if file.suffix.lower() == path.suffix.lower()]
    beside = [file for file in beside if not file.name.startswith(".") and file.is_file()]
    return _row(path, beside, MARKED, insist) or _row(path, beside, NUMBERED, insist)


def _row(path: Path, beside: list[Path], pattern: re.Pattern[str], insist: bool) -> Row | None:
    """Return the row of a file by one kind of names: as one of those with a number, or else as the first, without."""
    groups: dict[tuple[str, str], list[tuple[Path, int]]] = defaultdict(list)
    for file in beside:
        match = pattern.fullmatch(file.stem)
        if match is not None:
            groups[match[1], match[2]].append((file, int(match[3])))
    own = [key for key, found in groups.items() if any(file == path for file, _ in found)]
    after = [key for key in groups if key[0] == path.stem]
    for key in (*own, *(after if len(after) == 1 else ())):
        row = _numbered(path, groups[key], key, beside, insist)
        if row is not None:
            return row
    return None


def _numbered(
    path: Path, found: list[tuple[Path, int]], key: tuple[str, str], beside: list[Path], insist: bool
) -> Row | None:
    """Return the row of files with the same name before their number."""
    numbers = {number: file for file, number in found}
    lead = next((file for file in beside if file.stem == key[0]), None)
    is_marked, mark = bool(re.search("[A-Za-z@]", key[1])), key[1].lower()
    if len(numbers) < len(found) or (is_marked and lead is None and mark in FROM_SECOND and not insist):
        return None
    if not insist and not is_marked and _counts_recordings("".join(key), path.stem):
        return None
    first = min(numbers)
    if lead is None:
        expected = first if first == 0 or (insist and not is_marked) else 1
    else:
        expected = min(first, 1 if mark == "@" else 2)
    from_start = is_marked or insist or expected == first
    expected = expected if from_start else first
    # Counted, not listed: numbers may have many digits.
    absent = max(numbers) - expected + 1 - len(numbers)
    gap = next(number for number in count(expected) if number not in numbers)
    missing = _named(found[0][0], key, gap, found) if absent else None
    files = tuple(numbers[number] for number in sorted(numbers))
    row = Row(files, lead, missing, absent, is_marked, from_start)
    return row if len(row.all_files) + absent > 1 else None


def _counts_recordings(before: str, stem: str) -> bool:
    """Whether the number after a word counts recordings, days, channels or planes instead of parts."""
    ends = (match.end() for kind in (CHANNEL, PLANE) for match in kind.finditer(stem))
    return any(kind.search(before) for kind in (RECORDINGS, DATE)) or len(stem) in ends


def _named(like: Path, key: tuple[str, str], number: int, found: list[tuple[Path, int]]) -> Path:
    """Return the name of a file with another number."""
    width = min(len(file.stem) for file, _ in found) - len("".join(key))
    return like.with_name(f"{''.join(key)}{number:0{width}d}{like.suffix}")
