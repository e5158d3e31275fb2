"""The file behind a memory map: finding where a view's bytes are in it, and reading frames from there.

Touching a page of a map for the first time costs a fault, and the faults of a process are handled one at a time: 0.07 s
for 1 GB in the system's cache if it is kept in small pages, as for most files. If all bytes are needed anyway, reading
is faster, since all threads can read at once, each into a buffer of its own: 100 windows of 31 x 31 in 1 GB took
0.095 s mapped and 0.055 s read (in a file of large pages, 0.053 s both ways).
"""

import mmap
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._base import Array, DamagedFileError
from .memory_maps import mapping_of

MAPS = Path("/proc/self/maps")


# Largest step from frame to frame, in frames; some cameras write a time or a counter between them.
MOST_GAP = 1.25


@dataclass
class FrameFile:
    """Frames in a file, open for reading: the first begins at `offset`, the next `strides[0]` bytes after it."""

    path: str
    descriptor: int
    offset: int
    shape: tuple[int, int, int]
    dtype: "np.dtype[Any]"
    strides: tuple[int, int, int]

    def read(self, start: int, buffer: NDArray[np.uint8]) -> Array:
        """Read frames from `start` on into the buffer, as many as are left and fit; return them without a copy.

        A buffer may be that of a single frame, without the gap after it.
        """
        frames = min(max(1, len(buffer) // self.strides[0]), self.shape[0] - start)
        # The last frame of a file may end sooner than the next one would begin.
        wanted = (frames - 1) * self.strides[0] + self.shape[1] * self.strides[1]
        place, got = self.offset + start * self.strides[0], 0
        while got < wanted:
            read = os.preadv(self.descriptor, [memoryview(buffer.data)[got:wanted]], place + got)
            if read == 0:
                problem, cure = "was truncated while it was open", "copy it again, and open it again"
                raise DamagedFileError("path", Path(self.path), problem, cure, subject=self.path)
            got += read
        return np.ndarray((frames, *self.shape[1:]), self.dtype, buffer.data, 0, self.strides)

    def close(self) -> None:
        """Close the file."""
        os.close(self.descriptor)


def open_frames(view: Array, maps: Path = MAPS) -> FrameFile | None:
    """Open the file that a view (T, H, W) of a memory map shows; None if that is not possible, or not on Linux.

    Only the file that is mapped is opened, not one that replaced it since; and none for a map
    with private changes (mode "c"). `maps` is the system's list of what is mapped where.
    """
    if mapping_of(view) is None or isinstance(view, np.ma.MaskedArray) or not _frames_follow(view):
        return None
    found = _find(view.__array_interface__["data"][0], maps)
    if found is None:
        return None
    path, inode, offset = found
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # opening a pipe would block, and a device may do anything
            return None
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    if os.fstat(descriptor).st_ino != inode:
        os.close(descriptor)
        return None
    return FrameFile(path, descriptor, offset, view.shape, view.dtype, view.strides)  # type: ignore[arg-type]


def open_fresh(view: Array) -> FrameFile | None:
    """Open the file that a view (T, H, W) of a map shows, which was made just now; None if it shows a part of frames.

    Unlike `open_frames`, this trusts the name of the file, and need not search the list of the system.
    """
    below: Any = view
    while below is not None and not (isinstance(below, np.memmap) and isinstance(below.base, mmap.mmap)):
        below = getattr(below, "base", None)
    is_whole = view.ndim == 3 and view.size > 0 and _frames_follow(view)
    if below is None or below.filename is None or not is_whole or below.mode == "c" or not hasattr(os, "preadv"):
        return None
    start = view.__array_interface__["data"][0] - below.__array_interface__["data"][0]
    descriptor = os.open(below.filename, os.O_RDONLY)
    return FrameFile(
        str(below.filename),
        descriptor,
        int(below.offset) + start,
        view.shape,
        view.dtype,
        view.strides,
    )


def _frames_follow(view: Array) -> bool:
    """Whether rows follow without a gap, and frames with a small one: the bytes between them are read, too."""
    rows_follow = view.strides[2] == view.itemsize and view.strides[1] == view.shape[2] * view.itemsize
    frame = view.shape[1] * view.strides[1]
    return rows_follow and frame <= view.strides[0] <= MOST_GAP * frame


def _find(address: int, maps: Path) -> tuple[str, int, int] | None:
    """Return path, inode and offset of the file mapped at an address, if changes are shared, from the system's list."""
    try:
        lines = maps.read_bytes().split(b"\n")  # paths may hold all other characters that end a line of text
    except OSError:
        return None
    for line in lines[:-1]:  # start-end rights offset device inode path
        places, rights, offset, _, inode, *path = line.split(maxsplit=5)
        start, end = (int(place, 16) for place in places.split(b"-"))
        if start <= address < end:
            is_file = bool(path) and rights.endswith(b"s")
            return (os.fsdecode(path[0]), int(inode), int(offset, 16) + address - start) if is_file else None
    return None
