"""Sidecars: a file next to another one that holds what the other cannot; either both appear or neither."""

import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .._base import Array, ExistingFileError
from .atomic import check_output, is_file_of, keep, put_back, written_whole
from .leftovers import hidden_path

# The entry of a sidecar that identifies its file by the `checksum`.
CHECKSUM = "table_crc32"


def sidecar_path(path: Path) -> Path:
    """Return the name of the sidecar of a file, which says how the file was made.

    It is ``traces.csv.json``, not ``traces.json``: the folder may also contain ``traces.tsv``, or a JSON file of the
    user.
    """
    return path.with_name(f"{path.name}.json")


def is_sidecar(path: Path) -> bool:
    """Return whether a file is a sidecar written by optimap."""
    if not path.is_file():
        return False
    with open(path, "rb") as file:
        return b'"optimap_' in file.read(100)


def check_sidecar(path: Path, overwrite: bool) -> None:
    """Raise an error, before any work, if the sidecar of `path` cannot be written, or was not written by optimap.

    A sidecar without its file may be replaced: it remained when the file was removed.
    """
    sidecar = sidecar_path(path)
    if sidecar.is_file() and sidecar.stat().st_size and not is_sidecar(sidecar):
        raise ExistingFileError(
            "path",
            path,
            f"exists and was not written by optimap, but the description of {path.name} would replace it",
            "move it away or choose another name",
            subject=str(sidecar),
        )
    check_output(sidecar, overwrite or (not path.exists() and is_sidecar(sidecar)))


def checksum(path: Path) -> str:
    """Return a checksum of the text in a file that does not depend on line endings."""
    crc = 0
    with open(path, "rb") as file:
        while block := file.read(2**20):
            crc = zlib.crc32(block.replace(b"\r", b""), crc)
    return f"{crc:08x}"


def array_checksum(*arrays: Array) -> str:
    """Return a checksum of the values of arrays that does not depend on their byte order."""
    crc = 0
    for array in arrays:
        crc = zlib.crc32(array.astype(array.dtype.newbyteorder("<")).tobytes(), crc)
    return f"{crc:08x}"


@contextmanager
def written_with_sidecar(
    path: Path, sidecar: Path, describe: Callable[[Path], str], overwrite: bool = False
) -> Iterator[Path]:
    """Like `written_whole`, with a second file that describes the first: either both appear or neither.

    `describe` returns its text once the first file is written. A process that is killed between the two
    renames leaves a new description of an old file, so the text should identify its file (`checksum`).
    The caller checks whether `sidecar` may be replaced (`check_sidecar`).
    """
    placed: tuple[os.stat_result, os.stat_result] | None = None
    before = hidden_path(sidecar, "old")
    try:
        try:
            with written_whole(path, overwrite) as partial:
                yield partial
                text = describe(partial)
                # Read only now: another process may have written both in the meantime.
                existed = sidecar.exists()
                if existed:
                    keep(sidecar, before)
                # The description first: a process that waits for the file finds both.
                with written_whole(sidecar, overwrite or existed) as partial_sidecar:
                    partial_sidecar.write_text(text, encoding="utf-8")
                    placed = os.stat(partial), os.stat(partial_sidecar)
        except BaseException:  # for example, a table that is open in a spreadsheet program cannot be replaced
            if placed is not None and not is_file_of(path, placed[0]) and is_file_of(sidecar, placed[1]):
                put_back(sidecar, before if existed else None)
            raise
        finally:
            before.unlink(missing_ok=True)
    finally:
        before.unlink(missing_ok=True)  # again
