"""Pipes, sockets and devices are no files: opening one may wait for ever, and replacing one would destroy it.

Every function that is given the name of a file to read calls `refuse_special` first, and `atomic` does so for outputs.
"""

import os
import stat
from pathlib import Path

from .._base import NotAFileError

KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def special_kind(path: Path) -> str | None:
    """Return what a path is, in words, if it is neither a file nor a folder; None if it is, or does not exist."""
    try:
        return KINDS.get(stat.S_IFMT(os.stat(path).st_mode))
    except (OSError, ValueError):  # missing, or not a name; the caller goes on to say which
        return None


def refuse_special(path: Path, argument: str = "path", subject: str | None = None) -> None:
    """Raise an error if a file to read is a pipe, a socket or a device."""
    kind = special_kind(path)
    if kind is not None:
        cure = "save its content as a file, and give the name of that file"
        raise NotAFileError(argument, path, f"is {kind}, not a file", cure, subject=subject or str(path))
