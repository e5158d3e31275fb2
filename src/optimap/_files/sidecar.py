"""The file beside another that says what that one cannot hold; both appear, or neither does."""

import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .atomic import check_output, written_whole

# The entry of a sidecar that says which file it is of, by its `checksum`.
CHECKSUM = "table_crc32"


def sidecar_path(path: Path) -> Path:
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
    beside = sidecar_path(path)
    if beside.is_file() and beside.stat().st_size and not is_sidecar(beside):
        raise FileExistsError(
            f"{beside} exists and was not made by optimap: what describes {path.name} would replace it, "
            "move it away or choose another name"
        )
    check_output(beside, overwrite or (not path.exists() and is_sidecar(beside)))


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
