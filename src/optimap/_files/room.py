"""Why a file could not be written: no room left, or its folder gone; one sentence, whatever a library made of it.

Libraries report a full disk in many ways, some without its number ("4096 requested and 1528 written"). The error of the
system is looked for among the causes of an error; if there is none, but there is no room, that is the reason. Files
that are half written are removed by `atomic`.
"""

import errno
import os
from pathlib import Path

from .._base import Explained, MissingFileError, NoRoomError

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment, unused-ignore]

ELSEWHERE = "choose another folder"
REASONS = {
    errno.ENOSPC: ("because the disk is full", f"make room on it, or {ELSEWHERE}"),
    getattr(errno, "EDQUOT", -1): (
        "because your quota on this disk is used up",
        f"delete files that you no longer need, or {ELSEWHERE}",
    ),
}
NO_ROOM = {*REASONS, errno.EFBIG}
# Of what a disk says is free, this much may not be there for a file.
LITTLE_BYTES = 2**16


def explained(path: Path, partial: Path, error: BaseException) -> Explained | None:
    """Return an error in words for what went wrong when `path` was written, as `partial` at first; None if unknown."""
    if isinstance(error, Explained) or not isinstance(error, Exception):
        return None
    numbers = [cause.errno for cause in _causes(error) if isinstance(cause, OSError)]
    known = next((number for number in numbers if number in NO_ROOM), None)
    if known is None and None in numbers:
        known = _missing_room(partial)
    if known is not None:
        return no_room(path, known)
    if numbers and not path.parent.is_dir():
        problem, cure = f"was removed while {path.name} was being written to it", f"create it again, or {ELSEWHERE}"
        return MissingFileError("path", path, problem, cure, subject=f"the folder {path.parent}")
    return None


def no_room(path: Path, number: int) -> NoRoomError:
    """Return the error for a file that does not fit, by the number of the system's error."""
    if number in REASONS:
        why, cure = REASONS[number]
    else:
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0] if resource else -1
        is_limited = resource and limit != resource.RLIM_INFINITY
        most = f"the {limit} bytes that files of this process may have" if is_limited else "files may be on this disk"
        why, cure = f"because it would be larger than {most}", f"raise that limit, or {ELSEWHERE}"
    return NoRoomError("path", path, f"cannot be written, {why}", cure, subject=str(path), errno=number)


def refuse_without_room(path: Path, error: OSError) -> None:
    """Raise the error in words if there is no room for a file or folder; do nothing for other errors."""
    if error.errno in NO_ROOM:
        raise no_room(path, error.errno or 0) from error


def _causes(error: BaseException) -> list[BaseException]:
    """Return an error, and those that led to it."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return found


def _missing_room(partial: Path) -> int | None:
    """Return the number of the error that writing a few bytes more raises; None if there is room."""
    try:
        if partial.is_file():
            with open(partial, "ab", buffering=0) as file:
                for _ in range(2):  # the first may write what still fits
                    file.write(bytes(LITTLE_BYTES))
    except OSError as error:
        return error.errno if error.errno in NO_ROOM else None
    if hasattr(os, "statvfs") and partial.parent.is_dir():
        state = os.statvfs(partial.parent)
        if state.f_bavail * state.f_frsize < LITTLE_BYTES:
            return errno.ENOSPC
    return None
