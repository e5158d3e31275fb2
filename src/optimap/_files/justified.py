"""How much a file can hold: nothing is allocated or decompressed that its size cannot justify.

A header of a few bytes can state any size, and a few kB can be decompressed to gigabytes. Before memory is taken, what
is asked for is compared with the bytes that the file has, times the largest ratio that its compression reaches. Small
amounts (`free_bytes` of the budget) are never refused.
"""

import io
import math
import os
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np

from .._base import DamagedFileError, budget

# The most bytes that one stored byte can become.
STORED = 1
PACKBITS = 64
LZ4 = 255
DEFLATE = 1032
LZW = 4096
# Zstandard stores a block of 128 kB of one value in 4 bytes; formats whose compression is not known are no better.
MOST = 2**15
VIDEO = 2**20  # encoded video: frames without a change take a few bytes
AS_TEXT = 8  # a number in a text: a comma can stand for a missing value of 8 bytes
PNG = 8 * DEFLATE  # with 8 pixels in a byte
MEMBERS = 200  # in a zip of XML, whose compression rarely reaches 50

MAGIC = b"\x93NUMPY"
AT_ONCE = 2**20  # bytes of a text that are read at once
COPY_AGAIN = "copy the file again; if it is whole, it was made to take up memory"


def check_justified(
    path: Path,
    asked: int,
    ratio: int = MOST,
    what: str = "values",
    *,
    argument: str = "path",
    stored: int | None = None,
) -> None:
    """Raise an error if a file cannot hold as many bytes as it asks for, or `stored` bytes of it.

    Examples
    --------
    >>> from pathlib import Path
    >>> from optimap._files import check_justified
    >>> check_justified(Path("rec.npy"), 10**12, 1, "pixels", stored=128)
    Traceback (most recent call last):
    optimap._base.errors.DamagedFileError: rec.npy states 1000000000000 bytes of pixels, but its 128 bytes cannot hold more than 128: copy the file again; if it is whole, it was made to take up memory
    """  # noqa: E501
    if asked <= budget().free_bytes:
        return
    has = bytes_on_disk(path, -(-asked // ratio)) if stored is None else stored
    if asked > has * ratio:
        problem = f"states {asked} bytes of {what}, but its {has} bytes cannot hold more than {has * ratio}"
        raise DamagedFileError(argument, path, problem, COPY_AGAIN, subject=str(path))


def bytes_on_disk(path: Path, enough: int) -> int:
    """Return the size of a file, or of all files in a folder, which are counted until there are enough."""
    total = 0
    for size in _sizes(path):
        total += size
        if total >= enough:
            break
    return total


def _sizes(path: Path) -> Iterator[int]:
    if not path.is_dir():
        yield path.stat().st_size
        return
    for folder, _, names in os.walk(path):
        for name in names:
            file = Path(folder) / name
            if file.is_file():
                yield file.stat().st_size


def check_zip(archive: zipfile.ZipFile, path: Path, ratio: int = DEFLATE, argument: str = "path") -> None:
    """Raise an error if the members of a zip file state more bytes than it can hold, or share their bytes.

    The module `zipfile` reads no more of a member than it states.
    """
    size, total = path.stat().st_size, 0
    for entry in archive.infolist():
        total += entry.compress_size
        most = entry.compress_size * (ratio if entry.compress_type else STORED)
        if entry.file_size > max(most, budget().free_bytes):
            problem = f"states {entry.file_size} bytes for {entry.filename}, whose {entry.compress_size} bytes cannot "
            problem += f"hold more than {most}"
            raise DamagedFileError(argument, path, problem, COPY_AGAIN, subject=str(path))
    if total > size:
        problem = f"states {total} compressed bytes in its {size} bytes, so that its members share them"
        raise DamagedFileError(argument, path, problem, COPY_AGAIN, subject=str(path))


def read_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int, path: Path, argument: str) -> bytes:
    """Return the bytes of a member of a zip file, or raise an error if it has more than a number of bytes."""
    if entry.file_size > most:
        problem = f"states {entry.file_size} bytes for {entry.filename}, which can have {most}"
        raise DamagedFileError(argument, path, problem, COPY_AGAIN, subject=str(path))
    return archive.read(entry)


def check_npz(archive: zipfile.ZipFile, path: Path, argument: str = "path") -> None:
    """Raise an error if arrays in a ``.npz`` file state more bytes than they have: NumPy takes the memory first.

    NumPy reads arrays without a suffix, too, and the last of several of one name.
    """
    check_zip(archive, path, argument=argument)
    names = Counter(name.removesuffix(".npy") for name in archive.namelist())
    name, times = names.most_common(1)[0] if names else ("", 0)
    if times > 1:
        problem, cure = f"holds {times} arrays called {name!r}", "copy the file again, or save it again"
        raise DamagedFileError(argument, path, problem, cure, subject=str(path))
    for entry in archive.infolist():
        with archive.open(entry) as member:
            if entry.filename.endswith(".npy") or member.read(len(MAGIC)) == MAGIC:
                member.seek(0)
                check_npy(member, entry.file_size, path, argument)


def check_npy(file: IO[bytes], size: int, path: Path, argument: str = "path") -> None:
    """Raise an error if the header of a ``.npy`` file of some size states more; NumPy reports most other damage."""
    shape, dtype = npy_header(file, size)
    if not dtype.hasobject:
        check_justified(path, math.prod(shape) * dtype.itemsize, STORED, argument=argument, stored=size)
    if dtype.kind == "U":
        _check_text(file, dtype)


def _check_text(file: IO[bytes], dtype: "np.dtype[Any]") -> None:
    """Raise an error for characters that do not exist: NumPy makes text of them, which Python does not survive."""
    codes = np.dtype(np.uint32).newbyteorder(dtype.byteorder)
    while piece := file.read(AT_ONCE):
        whole = len(piece) // codes.itemsize * codes.itemsize
        if np.frombuffer(piece[:whole], codes).max(initial=0) > sys.maxunicode:
            raise ValueError("a text has characters that do not exist")


def npy_header(file: IO[bytes], size: int) -> tuple[tuple[int, ...], "np.dtype[Any]"]:
    """Return shape and dtype from the header of a ``.npy`` file of some size, which is not longer than the file."""
    start = file.read(8)
    start += file.read(2 if start[6:8] == b"\1\0" else 4)
    length = int.from_bytes(start[8:], "little")
    if length > size:
        raise ValueError(f"the header should have {length} bytes, but the file has {size}")
    whole = io.BytesIO(start + file.read(length))
    np.lib.format.read_magic(whole)
    read = np.lib.format.read_array_header_1_0 if start[6:8] == b"\1\0" else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(whole)
    return tuple(shape), dtype
