"""Files are written whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .leftovers import hidden_beside, remove


def check_output(path: Path, overwrite: bool, is_folder: bool = False) -> None:
    """Raise an error, before any work, where `path` cannot be written; `is_folder`: it is one that may be replaced."""
    if path.is_dir() and not is_folder:
        raise IsADirectoryError(f"{path} is a folder: give the name of a file")
    if path.exists() and not overwrite:
        raise FileExistsError(
            f"{path} exists: choose another name, or ask for overwriting (overwrite=True, --overwrite)"
        )
    if not path.parent.is_dir():
        raise FileNotFoundError(f"the folder {path.parent} does not exist: make it, or choose another")
    try:
        tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as error:
        raise type(error)(f"{path} cannot be written ({error.strerror}): choose another folder") from error


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, where it is not there yet."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise type(error)(f"the folder {path} cannot be made ({error.strerror}): choose another") from error


@contextmanager
def written_whole(path: Path, overwrite: bool = False, is_folder: bool = False) -> Iterator[Path]:
    """Yield a temporary path beside `path`, for a file or folder; rename it when the block succeeds, else remove it."""
    check_output(path, overwrite, is_folder)
    partial = hidden_beside(path, "partial")
    try:
        yield partial
        if not overwrite:
            _put_new(partial, path)
        elif path.exists() and (path.is_dir() or partial.is_dir()):
            _swap(partial, path)
        else:
            os.replace(partial, path)
    finally:
        remove(partial)


def _put_new(partial: Path, path: Path) -> None:
    """Give a file or folder its name, which must still be free: nobody else's work is lost."""
    try:
        if partial.is_dir():  # renaming replaces no folder that holds something
            os.rename(partial, path)
            return
        os.link(partial, path)  # fails where there is something; renaming would not
    except OSError as error:
        if path.exists():
            raise FileExistsError(
                f"{path} was made by somebody else meanwhile: it is kept, and nothing written"
            ) from error
        os.replace(partial, path)  # disks without links


def _swap(new: Path, path: Path) -> None:
    """Put a folder in the place of another, which no system does in one step."""
    old = hidden_beside(path, "old")
    os.rename(path, old)
    try:
        os.rename(new, path)
    except BaseException:
        os.rename(old, path)
        raise
    remove(old)
