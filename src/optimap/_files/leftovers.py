"""Hidden files of unfinished work: their names, and those that interrupted runs left behind."""

import glob
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from .._base import bound

ANY = "?" * 8  # the eight random letters of a hidden name
LONGEST_STEM = 200  # bytes, in hidden names

# A context variable, because threads of one worker may do jobs of several runs.
_run: ContextVar[str] = ContextVar("run", default="")


def leftovers_of(path: Path, kind: str = "partial") -> list[Path]:
    """Return the hidden files next to `path` of interrupted runs that could not clean up (power failure, kill -9).

    The kind ``"partial"`` is an unfinished output, ``"old"`` a folder that was being replaced. Some of the files may
    belong to a process that is still writing.
    """
    stem, suffix, place = glob.escape(_hidden_stem(path)), glob.escape(path.suffix), place_of(path)
    return sorted(found for mark in (ANY, ANY + ANY) for found in place.glob(f".{stem}.{mark}.{kind}{suffix}"))


def leftovers_in(folder: Path) -> list[Path]:
    """Return the hidden files of interrupted runs in a folder, and of processes that are writing there now."""
    return sorted(found for mark in (ANY, ANY + ANY) for found in folder.glob(f".*.{mark}.partial*"))


def remove_leftovers(folder: Path, run: str) -> None:
    """Remove files that killed processes of a run left in a folder (see `written_by`); no process may be writing now.

    Files of other runs are kept.
    """
    for partial in folder.glob(f".*.{run}{ANY}.partial*"):
        remove_path(partial)


def new_run() -> str:
    """Return a mark for the files of one run, which may be written by several processes and machines."""
    return secrets.token_hex(4)


@contextmanager
def written_by(run: str) -> Iterator[None]:
    """Mark unfinished files that this thread writes in the block as files of a run, for `remove_leftovers`."""
    with bound(_run, run):
        yield


def _hidden_stem(path: Path) -> str:
    """Return the start of a name, short enough for a hidden name: most file systems allow 255 bytes."""
    return path.stem.encode(errors="surrogateescape")[:LONGEST_STEM].decode(errors="ignore")


def hidden_path(path: Path, kind: str) -> Path:
    """Return a new hidden name next to a file, for unfinished work of a kind."""
    return place_of(path) / (f".{_hidden_stem(path)}.{_run.get()}{secrets.token_hex(4)}.{kind}{path.suffix}")


def place_of(path: Path) -> Path:
    """Return the folder of a file; if its name is a link, that of the file it leads to."""
    return path.resolve().parent if path.is_symlink() else path.parent


def remove_path(path: Path) -> None:
    """Remove a file or a whole folder if it exists."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
