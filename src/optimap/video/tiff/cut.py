"""A multi-page TIFF file that may be one of several into which a program cut a recording.

Parts have frames of one size and type. Names that only programs give make them one recording; with plain numbers, they
are one if all but the last are of equal length and the last is shorter, which is said. Files of equal length look
like recordings of one protocol, and are read alone, which is said, too. What names say is found in `folder.parts`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import tifffile

from ..._base import Advice, ArgumentError, MissingFileError
from ..._images import Directories, read_directories, reading_tags
from ..checks import counted
from ..folder.parts import Row, find_row
from .axes import stacked_frames

SELF_DESCRIBED = ("is_ome", "is_scanimage", "is_lsm", "is_stk", "is_micromanager")
INSIST, ALONE = "give parts=True", "give parts=False"
MOST_COMPARED = 32  # files of equal length, to say that they may be parts
IMAGES = (".tif", ".tiff", ".png")  # that a folder is opened by


@dataclass(frozen=True)
class Look:
    """The frames of a file as its directory shows them: how many, their size and type, and how they are stored."""

    frames: int
    shape: tuple[int, ...]
    dtype: str
    is_stacked: bool  # as the colours of one page

    def is_like(self, other: "Look | None") -> bool:
        """Whether the frames of two files have one size and type."""
        return other is not None and (self.shape, self.dtype) == (other.shape, other.dtype)


def look_at(path: Path, directories: Directories | None = None) -> Look | None:
    """Return what the directory of a file shows; None if it cannot be read, or says itself what it belongs to."""
    try:
        directories = directories or read_directories(path)
        with reading_tags(path), tifffile.TiffFile(path) as tif:
            page = tif.pages.first
            if any(getattr(tif, flag) for flag in SELF_DESCRIBED):
                return None
            stacked = stacked_frames(directories)
            shape = page.shape[1:] if stacked else page.shape
            return Look(stacked or len(directories), shape, str(page.dtype), stacked > 0)
    except ArgumentError:
        return None


class Looks(dict[Path, "Look | None"]):
    """What the directories of files show, each read once, when it is asked for."""

    def __missing__(self, file: Path) -> Look | None:
        self[file] = look_at(file)
        return self[file]

    def frames(self, file: Path) -> int:
        """Return the number of frames; 0 if the file cannot be read."""
        look = self[file]
        return 0 if look is None else look.frames

    def unlike(self, path: Path, files: Iterable[Path]) -> Path | None:
        """Return the first file whose frames have another size or type than those of a file; None if all are alike."""
        own = self[path]
        return next((file for file in files if own is None or not own.is_like(self[file])), None)


def files_to_read(path: Path, directories: Directories, parts: bool | None) -> tuple[list[Path], Advice | None]:
    """Return the files of the recording that a file is a part of, or the file alone, and what to say about it.

    `parts` is what the user said: True if the files in a row are one recording, False if they are not.
    """
    row = None if parts is False else find_row(path, insist=parts is True)
    if row is None and not parts:
        return [path], None
    looks = Looks({path: look_at(path, directories)})
    if parts is True or row is None:
        return _as_asked(path, row, looks), None
    if looks[path] is None:
        return [path], None
    return _marked(path, row, looks) if row.is_marked else _numbered(path, row, looks)


def _as_asked(path: Path, row: Row | None, looks: Looks) -> list[Path]:
    """Return the files in a row, or raise an error that says why they cannot be read as one."""
    problem = None
    if looks[path] is None:
        refuse_parts(path)
    elif row is None:
        problem = f"cannot be used, because no file beside {path} differs from it in its number alone"
    else:
        unlike = looks.unlike(path, row.all_files)
        if unlike is not None:
            problem = f"cannot be used, because the frames of {unlike.name} are not like those of {path}"
    if problem is not None or row is None:
        raise ArgumentError("parts", True, str(problem), "leave parts out")
    _check_complete(path, row)
    return row.all_files


def _marked(path: Path, row: Row, looks: Looks) -> tuple[list[Path], Advice | None]:
    """Return the files whose names only a program gives, if their frames are alike."""
    files = row.all_files
    if all(looks.frames(file) == 1 for file in files):  # images
        return [path], None
    unlike = looks.unlike(path, files)
    if unlike is None:
        _check_complete(path, row)
        return files, None
    problem = "is read alone, although its name is that of a part of a recording, because the frames of "
    problem += f"{unlike.name} are not like its own"
    cure = f"copy {unlike.name} again if it is damaged, or {ALONE} if it is another recording"
    return [path], Advice("path", path, problem, cure, subject=str(path), keyword="parts")


def _numbered(path: Path, row: Row, looks: Looks) -> tuple[list[Path], Advice | None]:
    """Return the files whose names have plain numbers, if all but the last are of equal length and it is shorter.

    A file and one with a number more, which may also be a part that ImageJ copied, are too few to show this.
    """
    files, alone = row.all_files, ([path], None)
    if row.lead is not None and len(files) == 2 and row.from_start and not row.absent:
        first, second = (looks.frames(file) for file in files)
        is_part = first >= second > 0 and first > 1 and looks.unlike(path, files) is None
        return [path], _maybe_a_part(path, files) if is_part else None
    if row.lead is not None and (not row.from_start or looks.frames(row.lead) != looks.frames(row.files[0])):
        files = list(row.files)
    if path not in files or len(files) < 2 or row.absent >= len(files):
        return alone
    own, (first, last) = looks.frames(path), (looks.frames(file) for file in (files[0], files[-1]))
    if first < 2 or last > first or looks.unlike(path, (files[0], files[-1])) is not None:
        return alone
    if first == last:
        is_even = own == first and all(looks.frames(file) == first for file in files[:MOST_COMPARED])
        return [path], _maybe_a_part(path, files) if is_even and row.from_start else None
    if any(looks.frames(file) != first for file in files[:-1]) or looks.unlike(path, files) is not None:
        return alone
    if not row.from_start:
        return [path], _maybe_a_part(path, files)
    _check_complete(path, row)
    return files, _read_as_one(path, files)


def refuse_parts(path: Path) -> NoReturn:
    """Raise the error for a file that says itself which recording it belongs to."""
    problem = f"cannot be used, because {path.name} says itself what it belongs to"
    raise ArgumentError("parts", True, problem, "leave parts out")


def _check_complete(path: Path, row: Row) -> None:
    """Raise an error that names the first missing part."""
    if row.missing is not None:
        more = f", with {row.absent - 1} more" if row.absent > 1 else ""
        cure = f"copy it next to {path.name}, since the recording is in both, or {ALONE} to read {path.name} alone"
        raise MissingFileError("path", path, f"is missing{more}", cure, subject=str(row.missing), keyword="parts")


def _maybe_a_part(path: Path, files: Sequence[Path]) -> Advice:
    """Return the warning about a file that is read alone, and may be a part."""
    problem = f"is read alone, but may be one of {counted(len(files), 'part')} of a recording, {files[0].name} to "
    problem += files[-1].name
    others = {file for file in path.parent.iterdir() if not file.name.startswith(".")} - set(files)
    folder = "" if any(file.suffix.lower() in IMAGES for file in others) else f" or open the folder {path.parent}"
    cure = f"{INSIST}{folder} to read them as one, and {ALONE} if each is a recording of its own"
    return Advice("path", path, problem, cure, subject=str(path), keyword="parts")


def _read_as_one(path: Path, files: Sequence[Path]) -> Advice:
    """Return the warning about files that are read as one because of their lengths."""
    problem = f"is read as one recording with the others of {counted(len(files), 'part')}, {files[0].name} to "
    problem += f"{files[-1].name}, because all but the last, which is shorter, have the same number of frames"
    return Advice("path", path, problem, f"{ALONE} to read it alone", subject=str(path), keyword="parts")
