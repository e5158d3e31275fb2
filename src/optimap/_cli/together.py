"""Files that are given together although they are parts of one recording: no recording is worked on twice.

Each of them is read alone, as it was given, and this is said; where a file alone holds no more than an image, or says
that it cannot be read alone, the recording is read once. One file alone, or a folder, is the whole recording.
"""

import os
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from .. import video
from .._base import Advice, ArgumentError, counted
from .errors import error_of, say_warning
from .options import Reading

# What is said of files that are not surely parts of one recording.
MAYBE = "may be parts of one recording, and each is read alone, as it was given: give only one of them, with --option "
MAYBE += "parts=True, to read them as one"
UNFIT = "have the names of parts of one recording, but do not fit together, and each is read alone, as it was given"
SUFFIXES = tuple(suffix for row in video.FORMATS if "parts" in row.options for suffix in row.suffixes)


class Together(NamedTuple):
    """The files that are read alone, and those that are left out, since another one stands for their recording."""

    alone: frozenset[Path]
    left_out: frozenset[Path]


def given_together(files: Sequence[Path], reading: Reading) -> Together:
    """Return how files are read that are parts of one recording, after reporting it."""
    alone, left_out = set[Path](), set[Path]()
    for parts, doubt in _groups(files, reading):
        first, more = parts[0], len(parts) - 1
        if doubt is not None:
            say_warning(f"{first} and {counted(more, 'more file')} {doubt}")
            alone |= set(parts)
        elif all(_has_frames(part, reading) for part in parts):
            say_warning(
                f"{first} and {counted(more, 'more file')} are parts of one recording, and each is read alone, as it "
                "was given: give only one of them to read the whole recording"
            )
            alone |= set(parts)
        else:
            say_warning(f"{first} and {counted(more, 'more file')} are one recording, which is read once")
            left_out |= set(parts[1:])
    return Together(frozenset(alone), frozenset(left_out))


def _groups(files: Sequence[Path], reading: Reading) -> Iterator[tuple[list[Path], str | None]]:
    """Yield files that are parts of the same recording, and what is said where this is not sure."""
    beside: dict[tuple[Path, str], list[Path]] = defaultdict(list)
    for path in dict.fromkeys(files):
        if path.suffix.lower() in SUFFIXES and "parts" not in dict(reading):
            beside[path.parent, path.suffix.lower()].append(path)
    for group in beside.values():
        left, maybe = group if len(group) > 1 else [], defaultdict[tuple[str, str], list[Path]](list)
        while left:
            path, *left = left
            members, doubt = _members(path, reading)
            parts = [path, *(other for other in left if _key(other) in members)]
            left = [other for other in left if other not in parts]
            if len(parts) > 1:
                yield parts, None
            elif doubt is not None:
                maybe[path.stem.rstrip("0123456789").rstrip(" _.-"), doubt].append(path)
        yield from ((parts, doubt) for (_, doubt), parts in maybe.items() if len(parts) > 1)


def _members(path: Path, reading: Reading) -> tuple[set[str], str | None]:
    """Return the files of the recording that a file opens, and what is said if it may be a part of another one."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        files = set[str]()
        error = error_of(lambda: files.update(_files_of(path, reading)))
        if error is not None:  # reported when the file is worked on, unless it is about the others
            return set(), UNFIT if isinstance(error, ArgumentError) and error.keyword == "parts" else None
    said = [warning.message for warning in caught]
    return files, MAYBE if any(isinstance(advice, Advice) and advice.keyword == "parts" for advice in said) else None


def _has_frames(path: Path, reading: Reading) -> bool:
    """Whether a file holds more than one frame by itself."""
    found = list[int]()
    error_of(lambda: found.append(_frames_of(path, reading)))
    return bool(found) and found[0] > 1


def _files_of(path: Path, reading: Reading) -> list[str]:
    with video.open_video(path, **dict(reading)) as recording:
        return [_key(file) for file in recording.files]


def _frames_of(path: Path, reading: Reading) -> int:
    with video.open_video(path, **{**dict(reading), "parts": False}) as recording:
        return len(recording)


def _key(path: Path) -> str:
    return os.path.normcase(path.absolute())
