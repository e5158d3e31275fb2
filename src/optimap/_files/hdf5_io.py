"""The bytes between the HDF5 library and a file pass through here, because the library itself trusts files and disks.

Reading: HDF5 fills what a file has lost since it was opened with zeros, and never ends if the structure of the file is
damaged. `HDF5Input` raises an error for the first, and shows each piece to `hdf5_blocks` before the library has it.
Writing: HDF5 ends the process if it cannot write what it still holds when a file is closed, so `hdf5_output` writes to
a `PatientFile`.
"""

import atexit
import io
import os
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._base import DamagedFileError, deferred_interrupts
from .hdf5_blocks import Blocks
from .patient import written_patiently

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment, unused-ignore]

if TYPE_CHECKING:
    import h5py

LONGEST_BEYOND = 2**16  # bytes that the library may ask for behind the end of a file: it looks there for signatures
HAS_PREADV = hasattr(os, "preadv")

# HDF5 closes what is open at the very end, when Python can no longer read or write for it. Dictionaries of weak
# references would call Python when a file is no longer used, and an interrupt that comes there is lost.
_open_files: "list[weakref.ref[h5py.File]]" = []


class HDF5Input(io.RawIOBase):
    """A file that HDF5 reads through: like a file that is open for reading in binary mode."""

    def __init__(self, path: Path) -> None:
        self._path, self._descriptor = path, os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self._size, self._place = os.fstat(self._descriptor).st_size, 0
        self._blocks = Blocks(path, self._size, partial(_read_piece, self._descriptor))
        try:
            _lock(self._descriptor)
        except OSError:
            self.close()
            raise

    def __repr__(self) -> str:
        return str(self._path)  # the name of the file, for h5py

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Go to a place in the file; it has the size that it had when it was opened."""
        start = 0 if whence == os.SEEK_SET else self._size if whence == os.SEEK_END else self._place
        self._place = start + offset
        return self._place

    def tell(self) -> int:
        """Return the place in the file."""
        return self._place

    def readinto(self, buffer: Any, /) -> int:
        """Fill a buffer with what follows, and zeros beyond the end, or raise an error if the end is missing."""
        place, length = self._place, len(buffer)
        if place >= self._size and length > LONGEST_BEYOND:
            raise _refused(self._path, f"is damaged, because it states that something lies at byte {place}")
        if place + length > self._size or _read_at(self._descriptor, buffer, place) < length:
            self._read_piecewise(buffer, place)
        self._blocks.look_at(memoryview(buffer), place)  # h5py's own view never equals bytes
        self._place = place + length
        return length

    def _read_piecewise(self, buffer: Any, place: int) -> None:
        """Read up to the end of the file, in as many pieces as the system gives."""
        got, wanted = 0, min(len(buffer), max(0, self._size - place))
        while got < wanted:
            read = _read_at(self._descriptor, buffer[got:wanted], place + got)
            if read == 0:
                raise _refused(self._path, "was truncated while it was open")
            got += read
        buffer[got:] = bytes(len(buffer) - got)

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            os.close(self._descriptor)
        super().close()


def _lock(descriptor: int) -> None:
    """Lock a file against programs that write to it with HDF5, as the library does; an error if one does."""
    if fcntl is None or os.environ.get("HDF5_USE_FILE_LOCKING", "").upper() in ("FALSE", "0"):
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:  # file systems without locks
        return


def _read_piece(descriptor: int, place: int, nbytes: int) -> bytes:
    """Return bytes at a place, fewer at the end of the file."""
    piece = bytearray(nbytes)
    return bytes(piece[: _read_at(descriptor, memoryview(piece), place)])


def _read_at(descriptor: int, view: Any, place: int) -> int:
    """Read bytes at a place; return how many were there."""
    if HAS_PREADV:
        return os.preadv(descriptor, (view,), place)
    os.lseek(descriptor, place, os.SEEK_SET)  # Windows
    data = os.read(descriptor, len(view))
    view[: len(data)] = data
    return len(data)


def _refused(path: Path, problem: str) -> DamagedFileError:
    return DamagedFileError("path", path, problem, "copy the file again", subject=str(path))


def hdf5_input(path: Path) -> "h5py.File":
    """Open an HDF5 file for reading."""
    import h5py

    source = HDF5Input(path)
    try:
        file = h5py.File(source, "r")
    except BaseException:
        source.close()
        raise
    _remember(file)
    return file


@contextmanager
def hdf5_output(path: Path) -> "Iterator[tuple[h5py.File, Callable[[], None]]]":
    """Create an HDF5 file; yield it, and a function that raises the error of the disk if there was one.

    That error is raised at the end in any case. Ctrl-C is delayed while the file is created and closed; whoever writes
    to it in the main thread must delay it as well, because HDF5 would lose the exception.
    """
    import h5py

    with written_patiently(path) as target:
        with deferred_interrupts():
            file = h5py.File(target, "w")
            _remember(file)
        try:
            yield file, target.check
        finally:
            with deferred_interrupts():
                file.close()


def _remember(file: "h5py.File") -> None:
    """Note that a file is open, and forget those that are no longer used."""
    _open_files[:] = [*(known for known in _open_files if known() is not None), weakref.ref(file)]


@atexit.register
def _close_all() -> None:
    for known in list(_open_files):
        file = known()
        if file is not None:
            file.close()
