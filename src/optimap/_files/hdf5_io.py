"""The bytes between the HDF5 library and a file pass through here, because the library itself trusts files and disks.

Reading: HDF5 fills what a file has lost since it was opened with zeros, and never ends if a size in the heap that holds
text of variable length is damaged. `HDF5Input` raises an error for the first, and looks at each heap before the library
does. Writing: HDF5 ends the process if it cannot write what it still holds when a file is closed, so `hdf5_output`
writes to a `PatientFile`. What the bytes mean is left to the library.
"""

import atexit
import io
import os
import struct
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._base import DamagedFileError, deferred_interrupts
from .hdf5_lengths import LARGEST_BLOCK, SIZES, check_notes, describes_objects
from .patient import written_patiently

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment, unused-ignore]

if TYPE_CHECKING:
    import h5py

# A collection of a global heap: signature, version, size of the whole; its objects: index, references, size.
HEAP, HEAP_OBJECT = struct.Struct("<4sB3xQ"), struct.Struct("<HH4xQ")
SIGNATURE, HEAP_START = b"\x89HDF\r\n\x1a\n", b"GCOL\x01\0\0\0"
HAS_PREADV = hasattr(os, "preadv")

# HDF5 closes what is open at the very end, when Python can no longer read or write for it.
_open_files: "weakref.WeakValueDictionary[int, h5py.File]" = weakref.WeakValueDictionary()


class HDF5Input(io.RawIOBase):
    """A file that HDF5 reads through: like a file that is open for reading in binary mode."""

    def __init__(self, path: Path) -> None:
        self._path, self._descriptor = path, os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self._size, self._place = os.fstat(self._descriptor).st_size, 0
        self._has_usual_sizes = True
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
        if place + length > self._size or _read_at(self._descriptor, buffer, place) < length:
            self._read_piecewise(buffer, place)
        if 2 * HEAP.size <= length <= LARGEST_BLOCK or bytes(buffer[:8]) == HEAP_START:
            self._look_at(memoryview(buffer))  # h5py's own view never equals bytes
        self._place = place + length
        return length

    def _look_at(self, block: memoryview) -> None:
        """Raise an error for a block that HDF5 would not survive; pixels pass."""
        start = bytes(block[:8])
        if start == SIGNATURE:
            at = 13 if block[8] < 2 else 9
            self._has_usual_sizes = tuple(block[at : at + 2]) == SIZES
        elif not self._has_usual_sizes:
            pass
        elif start == HEAP_START:
            _check_heap(self._path, block)
        elif describes_objects(start):
            check_notes(self._path, bytes(block), self._size)

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


def _read_at(descriptor: int, view: Any, place: int) -> int:
    """Read bytes at a place; return how many were there."""
    if HAS_PREADV:
        return os.preadv(descriptor, (view,), place)
    os.lseek(descriptor, place, os.SEEK_SET)  # Windows
    data = os.read(descriptor, len(view))
    view[: len(data)] = data
    return len(data)


def _check_heap(path: Path, view: memoryview) -> None:
    """Raise an error unless the objects of a heap follow each other up to its end, as far as it was read."""
    _, _, size = HEAP.unpack_from(view)
    place, end = HEAP.size, min(size, len(view))
    while place + HEAP_OBJECT.size <= end:
        number, _, nbytes = HEAP_OBJECT.unpack_from(view, place)
        # The object with number 0 is the free space, whose size includes its own header.
        step = nbytes if number == 0 else HEAP_OBJECT.size + nbytes + -nbytes % 8
        if step < HEAP_OBJECT.size or place + step > size:
            raise _refused(path, "is damaged, because text in it is said to be larger than the heap that holds it")
        place += step


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
    _open_files[id(file)] = file
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
            _open_files[id(file)] = file
        try:
            yield file, target.check
        finally:
            with deferred_interrupts():
                file.close()


@atexit.register
def _close_all() -> None:
    for file in list(_open_files.values()):
        file.close()
