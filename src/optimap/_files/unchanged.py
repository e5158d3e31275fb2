"""Whether what is read by its name, again or piece by piece, is still what was opened.

A file that is held open stays the same file when another one takes its name. A video that is decoded from its beginning
again is opened by its name, and the chunks of a folder are: these would be frames of another recording, or none.
"""

import os
from pathlib import Path

from .._base import DamagedFileError


class OpenedFile:
    """A file as it was when it was opened; it may have grown since."""

    def __init__(self, path: Path) -> None:
        self._path, self._place, self._size = path, _place(path), path.stat().st_size

    def check(self) -> None:
        """Raise an error if another file has taken its name, or its end is gone."""
        if _place(self._path) != self._place or self._path.stat().st_size < self._size:
            raise _replaced(self._path)


class OpenedFolder:
    """A folder as it was when it was opened, with the file that describes the others in it."""

    def __init__(self, path: Path, description: Path) -> None:
        self._path, self._description = path, description
        self._found = self._look()

    def _look(self) -> tuple[tuple[int, int], bytes]:
        return _place(self._description.parent), self._description.read_bytes()

    def check(self) -> None:
        """Raise an error if another folder has taken its name, or the description is gone, or says something else."""
        try:
            is_same = self._look() == self._found
        except FileNotFoundError:
            is_same = False
        if not is_same:
            raise _replaced(self._path)


def _place(path: Path) -> tuple[int, int]:
    """Return what distinguishes a file or folder from any other that has its name."""
    found = os.stat(path)
    return found.st_dev, found.st_ino


def _replaced(path: Path) -> DamagedFileError:
    """Return the error for a recording that is not the one that was opened."""
    problem, cure = "was removed, replaced or written again while it was open", "open it again"
    return DamagedFileError("path", path, problem, cure, subject=str(path))
