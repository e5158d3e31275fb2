"""The file below a memory map: where in which file a view's bytes are, and reading frames from there.

Touching a page of a map for the first time costs a fault, and faults of a process wait for each other: 0.07 s for 1 GB
in the system's cache, where that holds it in small pages, as for most files. Whoever needs all bytes anyway is better
served by reading, which all threads can do at once, each into a buffer of its own: 100 windows of 31 x 31 in 1 GB took
0.095 s mapped and 0.055 s read (in a file of large pages, 0.053 s both ways).
"""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._base import Array
from .memory_maps import mapping_of

MAPS = Path("/proc/self/maps")


# From one frame to the next, in frames; some cameras put a time or a counter between them.
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
        """Read frames from `start` on, as many as are left and fit, into the buffer; return them, without a copy."""
        frames = min(len(buffer) // self.strides[0], self.shape[0] - start)
        # The last frame of a file may end sooner than the next one would begin.
        wanted = (frames - 1) * self.strides[0] + self.shape[1] * self.strides[1]
        place, got = self.offset + start * self.strides[0], 0
        while got < wanted:
            read = os.preadv(self.descriptor, [memoryview(buffer.data)[got:wanted]], place + got)
            if read == 0:
                raise OSError(
                    f"{self.path} was cut off while it was read: it ends before frame {start + frames - 1} does"
                )
            got += read
        return np.ndarray((frames, *self.shape[1:]), self.dtype, buffer.data, 0, self.strides)

    def close(self) -> None:
        """Close the file."""
        os.close(self.descriptor)


def open_frames(view: Array) -> FrameFile | None:
    """Open the file that a view (T, H, W) of a memory map shows; None where that cannot be, or is not Linux.

    What is opened is what is mapped: a file that was deleted or replaced since is not taken for it, and of a map
    whose changes are private (mode "c") nothing is.
    """
    if mapping_of(view) is None or isinstance(view, np.ma.MaskedArray) or not _frames_follow(view):
        return None
    found = _find(view.__array_interface__["data"][0])
    if found is None:
        return None
    path, inode, offset = found
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # a pipe would keep us waiting, a device may do anything
            return None
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    if os.fstat(descriptor).st_ino != inode:
        os.close(descriptor)
        return None
    return FrameFile(path, descriptor, offset, view.shape, view.dtype, view.strides)  # type: ignore[arg-type]


def _frames_follow(view: Array) -> bool:
    """Whether rows follow each other without a gap, and frames with a small one: what is between them is read too."""
    rows_follow = view.strides[2] == view.itemsize and view.strides[1] == view.shape[2] * view.itemsize
    frame = view.shape[1] * view.strides[1]
    return rows_follow and frame <= view.strides[0] <= MOST_GAP * frame


def _find(address: int) -> tuple[str, int, int] | None:
    """Return path, inode and place in the file of what is shared at an address, from the system's list of maps."""
    try:
        lines = MAPS.read_bytes().split(b"\n")  # of all that ends a line in text, paths may hold the rest
    except OSError:
        return None
    for line in lines[:-1]:  # start-end rights offset device inode path
        places, rights, offset, _, inode, *path = line.split(maxsplit=5)
        start, end = (int(place, 16) for place in places.split(b"-"))
        if start <= address < end:
            is_file = bool(path) and rights.endswith(b"s")
            return (os.fsdecode(path[0]), int(inode), int(offset, 16) + address - start) if is_file else None
    return None
