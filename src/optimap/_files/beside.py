"""Files that a file names: they are in its folder, or in folders in that, whoever wrote the name.

A name with ``..``, a drive or a root would lead elsewhere; those of all systems are known, since recordings are copied
from one to another. Links in the file system were made by the user, and are followed.
"""

from pathlib import Path, PurePosixPath, PureWindowsPath

from .._base import ArgumentError

LONGEST_NAME = 255  # characters; file systems know none that is longer


def file_beside(file: Path, name: str, path: Path | None = None) -> Path:
    """Return the file of a name that another file lists, or raise an error if it is not in the folder of that.

    `path` is what the user gave, if that is not the file with the name.

    Examples
    --------
    >>> from pathlib import Path
    >>> from optimap._files import file_beside
    >>> file_beside(Path("folder/rec.rsh"), "rec(0).rsd").as_posix()
    'folder/rec(0).rsd'
    >>> file_beside(Path("folder/rec.rsh"), "../secret.rsd")
    Traceback (most recent call last):
    optimap._base.errors.ArgumentError: folder/rec.rsh lists '../secret.rsd', which is not a file in its own folder: write only the name of the file there, and copy the file next to it
    """  # noqa: E501
    if leads_out(name) or len(name) > LONGEST_NAME:
        problem = f"lists {name[:LONGEST_NAME]!r}, which is not a file in its own folder"
        cure = "write only the name of the file there, and copy the file next to it"
        raise ArgumentError("path", file if path is None else path, problem, cure, subject=str(file))
    return file.parent / name


def leads_out(name: str) -> bool:
    """Return whether a name leads out of a folder, on this system or on another one."""
    windows = PureWindowsPath(name)
    return bool(windows.anchor) or PurePosixPath(name).is_absolute() or ".." in windows.parts or "\0" in name


def in_any_case(file: Path) -> Path:
    """Return a file, or else the only one in its folder whose name differs in case alone: other systems do not care."""
    if file.exists() or not file.parent.is_dir():
        return file
    alike = [other for other in file.parent.iterdir() if other.name.lower() == file.name.lower()]
    return alike[0] if len(alike) == 1 else file
