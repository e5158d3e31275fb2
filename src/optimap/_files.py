"""Files are written whole or not at all."""

import glob
import os
import secrets
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

# The entry of a sidecar that says which file it is of, by its `checksum`.
CHECKSUM = "table_crc32"
ANY = "?" * 8  # eight letters of a hidden name
LONGEST_STEM = 200  # bytes, in hidden names
# Threads of one worker may do jobs of several runs.
_run: ContextVar[str] = ContextVar("run", default="")


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


def sidecar(path: Path) -> Path:
    """Return the file beside another that says what that one cannot hold: how it was made.

    ``traces.csv.json``, not ``traces.json``: in the same folder may lie ``traces.tsv``, and a JSON of the user's.
    """
    return path.with_name(f"{path.name}.json")


def is_sidecar(path: Path) -> bool:
    """Whether a file is one of those."""
    if not path.is_file():
        return False
    with open(path, "rb") as file:
        return b'"optimap_' in file.read(100)


def check_sidecar(path: Path, overwrite: bool) -> None:
    """Raise an error, before any work, where the sidecar of `path` cannot be written, or is a file of somebody else.

    Alone, one of ours was left by whoever removed its table.
    """
    beside = sidecar(path)
    if beside.is_file() and beside.stat().st_size and not is_sidecar(beside):
        raise FileExistsError(
            f"{beside} exists and was not made by optimap: what describes {path.name} would replace it, "
            "move it away or choose another name"
        )
    check_output(beside, overwrite or (not path.exists() and is_sidecar(beside)))


@contextmanager
def written_whole(path: Path, overwrite: bool = False, is_folder: bool = False) -> Iterator[Path]:
    """Yield a temporary path beside `path`, for a file or folder; rename it when the block succeeds, else remove it."""
    check_output(path, overwrite, is_folder)
    partial = _beside(path, "partial")
    try:
        yield partial
        if not overwrite:
            _put_new(partial, path)
        elif path.exists() and (path.is_dir() or partial.is_dir()):
            _swap(partial, path)
        else:
            os.replace(partial, path)
    finally:
        _remove(partial)


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
    old = _beside(path, "old")
    os.rename(path, old)
    try:
        os.rename(new, path)
    except BaseException:
        os.rename(old, path)
        raise
    _remove(old)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)


def leftovers(path: Path, kind: str = "partial") -> list[Path]:
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
        _remove(partial)


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


def _beside(path: Path, kind: str) -> Path:
    return path.with_name(f".{_hidden_stem(path)}.{_run.get()}{secrets.token_hex(4)}.{kind}{path.suffix}")


def checksum(path: Path) -> str:
    """Return a number for the text in a file, whichever way its lines end."""
    crc = 0
    with open(path, "rb") as file:
        while block := file.read(2**20):
            crc = zlib.crc32(block.replace(b"\r", b""), crc)
    return f"{crc:08x}"


def array_checksum(*arrays: Any) -> str:
    """Return a number for the values of arrays, whichever way their bytes lie."""
    crc = 0
    for array in arrays:
        crc = zlib.crc32(array.astype(array.dtype.newbyteorder("<")).tobytes(), crc)
    return f"{crc:08x}"


@contextmanager
def written_with_sidecar(
    path: Path, sidecar: Path, describe: Callable[[Path], str], overwrite: bool = False
) -> Iterator[Path]:
    """Like `written_whole`, with a second file that describes the first: both appear, or neither does.

    Its text is what `describe` says of the first, once that is written. A process that is killed between the two
    renames leaves a new description of an old file: the text should tell which file it is of (`checksum`).
    Whether `sidecar` may be replaced is for the caller to ask (`check_sidecar`).
    """
    placed: tuple[os.stat_result, os.stat_result] | None = None
    before: bytes | None = None
    try:
        with written_whole(path, overwrite) as partial:
            yield partial
            text = describe(partial)
            # Not earlier: another process may have made both meanwhile.
            before = sidecar.read_bytes() if sidecar.exists() else None
            # The description first: whoever waits for the file finds both.
            with written_whole(sidecar, overwrite or before is not None) as partial_sidecar:
                partial_sidecar.write_text(text, encoding="utf-8")
                placed = os.stat(partial), os.stat(partial_sidecar)
    except BaseException:  # such as a table that is open in a spreadsheet program and cannot be replaced
        if placed is not None and not _is_file(path, placed[0]) and _is_file(sidecar, placed[1]):
            _put_back(sidecar, before)
        raise


def _is_file(path: Path, file: os.stat_result) -> bool:
    """Whether a path leads to this very file."""
    return path.exists() and os.path.samestat(os.stat(path), file)


def _put_back(path: Path, content: bytes | None) -> None:
    """Let a file be what it was, or gone."""
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
