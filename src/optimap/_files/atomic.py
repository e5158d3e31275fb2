"""Writing files and folders whole or not at all, and the checks before writing.

An interrupt may come between any two steps, also while unfinished files are removed. What is removed at the end is
therefore removed a second time, which does nothing unless the first time was interrupted. `leftovers` finds the files
that runs leave behind which were killed.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import NamedTuple

from .._base import ExistingFileError, FolderError, MissingFileError, NotAFileError, bound
from .leftovers import hidden_path, place_of, remove_path
from .room import explained, refuse_without_room
from .special import special_kind

KEEP_OR_REPLACE = "choose another name, or set overwrite=True"


def check_output(path: Path, overwrite: bool, is_folder: bool = False) -> None:
    """Raise an error, before any work, if `path` cannot be written; with `is_folder`, it may be a folder."""
    if path.is_dir() and not is_folder:
        raise FolderError("path", path, "is a folder", "give the name of a file", subject=str(path))
    kind = special_kind(path)
    if kind is not None:
        raise NotAFileError("path", path, f"is {kind}", "give the name of a file", subject=str(path))
    if path.exists() and not overwrite:
        raise ExistingFileError("path", path, "exists", KEEP_OR_REPLACE, subject=str(path), keyword="overwrite")
    place = place_of(path)
    if not place.is_dir():
        folder = f"the folder {place}"
        raise MissingFileError("path", path, "does not exist", "create it, or choose another", subject=folder)
    try:
        tempfile.TemporaryFile(dir=place).close()
    except OSError as error:
        refuse_without_room(path, error)
        raise type(error)(f"{path} cannot be written ({error.strerror}): choose another folder") from error


def missing_folders(path: Path) -> list[Path]:
    """Return a folder and those above it that do not exist, the lowest first."""
    return [folder for folder in (path, *path.parents) if not folder.exists()]


def remove_empty(folders: Iterable[Path]) -> None:
    """Remove those folders that are empty."""
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def make_folder(path: Path) -> None:
    """Create a folder, and those above it, if it does not exist yet."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        refuse_without_room(path, error)
        raise type(error)(f"the folder {path} cannot be created ({error.strerror}): choose another") from error


@contextmanager
def written_whole(path: Path, overwrite: bool = False, is_folder: bool = False) -> Iterator[Path]:
    """Yield a temporary path next to `path` for a file or folder; rename it after the block, remove it on failure.

    If `path` is a link, the file that it leads to is written. Whatever a library raises because there is no room left
    is turned into a `NoRoomError` about `path`.
    """
    check_output(path, overwrite, is_folder)
    target = path.resolve() if path.is_symlink() else path
    partial = hidden_path(path, "partial")
    held = _held.get()
    try:
        try:
            with _in_words(path, partial):
                yield partial
                if held is None:
                    _put(partial, target, overwrite)
                else:
                    held.append(_Finished(partial, path, target, overwrite, os.stat(partial)))
        finally:
            if held is None or not held or held[-1].partial != partial:
                remove_path(partial)
    finally:
        if held is None or not held or held[-1].partial != partial:
            remove_path(partial)  # again


class _Finished(NamedTuple):
    """An output that is written, and will get its name when others are written, too."""

    partial: Path
    path: Path
    target: Path
    overwrite: bool
    written: os.stat_result

    @property
    def has_name(self) -> bool:
        """Whether it has its name already."""
        return is_file_of(self.target, self.written)


# A context variable, because threads may do several jobs.
_held: ContextVar[list[_Finished] | None] = ContextVar("held", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Let all files that are written in the block appear at its end, or none of them if anything fails."""
    finished: list[_Finished] = []
    try:
        try:
            with bound(_held, finished):
                yield
            _put_all(finished)
        finally:
            _remove_all(finished)
    finally:
        _remove_all(finished)  # again


def _remove_all(finished: list[_Finished]) -> None:
    for output in finished:
        remove_path(output.partial)


def _put_all(finished: list[_Finished]) -> None:
    """Give all files their names; if one cannot have it, put back those that the others replaced."""
    if len(finished) == 1:  # no other can fail after it
        partial, path, target, overwrite, _ = finished[0]
        with _in_words(path, partial):
            _put(partial, target, overwrite)
        return
    replaced: dict[Path, Path] = {}  # target -> what was there before
    try:
        try:
            for partial, path, target, overwrite, _ in finished:
                if overwrite and target.is_file():
                    replaced[target] = hidden_path(target, "old")  # noted first
                    keep(target, replaced[target])
                with _in_words(path, partial):
                    _put(partial, target, overwrite)
        except BaseException:
            for output in reversed(finished):
                if output.has_name:
                    put_back(output.target, replaced.get(output.target))
            raise
        finally:
            _remove_old(replaced)
    finally:
        _remove_old(replaced)  # again


def _remove_old(replaced: dict[Path, Path]) -> None:
    for before in replaced.values():
        before.unlink(missing_ok=True)


@contextmanager
def _in_words(path: Path, partial: Path) -> Iterator[None]:
    """Say in words what goes wrong when a file is written."""
    try:
        yield
    except BaseException as error:
        interrupt = _interrupt_behind(error)
        if interrupt is not None:
            raise interrupt from None
        reason = explained(path, partial, error)
        if reason is not None:
            raise reason from error
        raise


def _interrupt_behind(error: BaseException) -> BaseException | None:
    """Return the interrupt that a library was handling when it failed: closing a file that is half written may fail."""
    behind = error.__context__
    while behind is not None and not isinstance(behind, (KeyboardInterrupt, SystemExit)):
        behind = behind.__context__
    return behind


def is_file_of(path: Path, written: os.stat_result) -> bool:
    """Return whether a path leads to a file or folder that was written, by whatever name."""
    return path.exists() and os.path.samestat(os.stat(path), written)


def keep(path: Path, second: Path) -> None:
    """Give a file a second name, or copy it where there are no hard links."""
    try:
        os.link(path.resolve(), second)  # takes no room, unlike a copy
    except OSError:
        shutil.copy2(path, second)


def put_back(path: Path, before: Path | None) -> None:
    """Restore the file that was kept, or remove the new one if there was none."""
    if before is None:
        remove_path(path)
    elif before.exists():
        os.replace(before, path.resolve())


def _put(partial: Path, target: Path, overwrite: bool) -> None:
    """Give a file or folder its final name."""
    if not overwrite:
        _put_new(partial, target)
    elif target.exists() and (target.is_dir() or partial.is_dir()):
        _swap(partial, target)
    else:
        os.replace(partial, target)


def _put_new(partial: Path, path: Path) -> None:
    """Give a file or folder its final name, which must still be free: the work of other processes is never lost."""
    try:
        if partial.is_dir():  # renaming never replaces a folder that is not empty
            os.rename(partial, path)
            return
        os.link(partial, path)  # fails if the name is taken; renaming would not
    except OSError as error:
        if path.exists():
            problem = "was written by another process in the meantime and is kept"
            raise ExistingFileError(
                "path", path, problem, KEEP_OR_REPLACE, subject=str(path), keyword="overwrite"
            ) from error
        os.replace(partial, path)  # file systems without hard links


def _swap(new: Path, path: Path) -> None:
    """Replace a folder by another, which no operating system does in one step."""
    old = hidden_path(path, "old")
    try:
        try:
            os.rename(path, old)
            os.rename(new, path)
        except BaseException:
            if not path.exists():
                os.rename(old, path)
            raise
        finally:
            _remove_replaced(old, new)
    finally:
        _remove_replaced(old, new)  # again


def _remove_replaced(old: Path, new: Path) -> None:
    """Remove what was replaced, but only if the new one is in its place: nothing is lost if it cannot be put back."""
    if not new.exists():
        remove_path(old)
