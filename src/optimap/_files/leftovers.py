"""Hidden files of unfinished work: their names, and what interrupted runs left behind."""

import glob
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

ANY = "?" * 8  # eight letters of a hidden name


LONGEST_STEM = 200  # bytes, in hidden names


# Threads of one worker may do jobs of several runs.
_run: ContextVar[str] = ContextVar("run", default="")


def leftovers_of(path: Path, kind: str = "partial") -> list[Path]:
    """Return what interrupted runs that could not clean up (power, kill -9) left hidden beside `path`.

    Of the kind ``"partial"`` is what they wrote, of ``"old"`` a folder that they were replacing. Some may be what
    another process is writing now.
    """
    stem, suffix = glob.escape(_hidden_stem(path)), glob.escape(path.suffix)
    return sorted(found for mark in (ANY, ANY + ANY) for found in path.parent.glob(f".{stem}.{mark}.{kind}{suffix}"))


def leftovers_in(folder: Path) -> list[Path]:
    """Return what interrupted runs left hidden in a folder, or what others are writing there now."""
    return sorted(found for mark in (ANY, ANY + ANY) for found in folder.glob(f".*.{mark}.partial*"))


def remove_leftovers(folder: Path, run: str) -> None:
    """Remove what processes of a run (see `written_by`) left in a folder that were killed; none may be writing now.

    What others write is left alone.
    """
    for partial in folder.glob(f".*.{run}{ANY}.partial*"):
        remove(partial)


def new_run() -> str:
    """Return a mark for the files of one run, whichever processes and machines write them."""
    return secrets.token_hex(4)


@contextmanager
def written_by(run: str) -> Iterator[None]:
    """Mark unfinished files that this thread makes in the block as those of a run, for `remove_leftovers`."""
    before = _run.set(run)
    try:
        yield
    finally:
        _run.reset(before)


def _hidden_stem(path: Path) -> str:
    """Return as much of a name as leaves room for the rest of a hidden one; file systems take some 255 bytes."""
    return path.stem.encode(errors="surrogateescape")[:LONGEST_STEM].decode(errors="ignore")


def hidden_beside(path: Path, kind: str) -> Path:
    return path.with_name(f".{_hidden_stem(path)}.{_run.get()}{secrets.token_hex(4)}.{kind}{path.suffix}")


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
