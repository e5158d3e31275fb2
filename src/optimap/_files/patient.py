"""Writing through libraries that cannot bear a full disk: HDF5 ends the process, and some others leave pieces behind.

A `PatientFile` keeps the first error of the disk and takes everything else into memory, so that the library comes to
its end; then the error is raised. Whoever writes much asks for it from time to time. Half-written files are removed by
`atomic`, which also says what is wrong.
"""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class PatientFile(io.RawIOBase):
    """A new file that takes everything; `check` raises the first error of the disk."""

    def __init__(self, path: Path) -> None:
        self._file = open(path, "w+b", buffering=0)  # noqa: SIM115 - `close` closes it
        self._place = 0
        self._error: OSError | None = None
        self._lost: list[tuple[int, bytes]] = []  # what did not fit, which a library may want to read again

    def check(self) -> None:
        """Raise the error of the disk, if there was one."""
        if self._error is not None:
            raise self._error

    def readable(self) -> bool:
        """Return True: what was written can be read."""
        return True

    def writable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True: any place can be written."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Go to a place in the file."""
        if whence == os.SEEK_END:
            offset += max([self._file.seek(0, os.SEEK_END), *(place + len(data) for place, data in self._lost)])
        self._place = offset + (self._place if whence == os.SEEK_CUR else 0)
        return self._place

    def tell(self) -> int:
        """Return the place in the file."""
        return self._place

    def write(self, data: Any, /) -> int:
        """Write bytes, or keep them if there is no room."""
        view, done = memoryview(data).cast("B"), 0
        try:
            if self._error is None:
                self._file.seek(self._place)
                while done < len(view):
                    done += self._file.write(view[done:]) or 0
        except OSError as error:
            self._error = error
        if done < len(view):
            self._lost.append((self._place + done, bytes(view[done:])))
        self._place += len(view)
        return len(view)

    def readinto(self, buffer: Any, /) -> int:
        """Fill a buffer with what was written."""
        view = memoryview(buffer).cast("B")
        self._file.seek(self._place)
        got = self._file.readinto(view) or 0
        view[got:] = bytes(len(view) - got)
        for place, data in self._lost:
            first, stop = max(place, self._place), min(place + len(data), self._place + len(view))
            if first < stop:
                view[first - self._place : stop - self._place] = data[first - place : stop - place]
        self._place += len(view)
        return len(view)

    def truncate(self, size: int | None = None, /) -> int:
        """Set the size of the file."""
        size = self._place if size is None else size
        try:
            if self._error is None:
                self._file.truncate(size)
        except OSError as error:
            self._error = error
        return size

    def close(self) -> None:
        """Close the file."""
        try:
            self._file.close()
        except OSError as error:
            self._error = self._error or error
        super().close()


@contextmanager
def written_patiently(path: Path) -> Iterator[PatientFile]:
    """Create a file for a library to write to; the error of the disk, if there was one, is raised at the end."""
    target = PatientFile(path)
    try:
        yield target
    finally:
        target.close()
        target.check()  # also instead of what the library makes of it
