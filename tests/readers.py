"""Videos of which only slices can be read, as from a file; they note what is read."""

import numpy as np

from optimap._base import budgeted


class Sliceable:
    """The least that a video must be: shape, dtype and slices of frames; it notes what is read."""

    def __init__(self, array):
        self._array, self.shape, self.dtype = array, array.shape, array.dtype
        self.read = []

    def __getitem__(self, key):
        assert isinstance(key, slice)
        self.read.append((key.start, key.stop))
        return self._array[key].copy()


class Chunked:
    """An array that gives the size of its chunks; it notes what is read."""

    def __init__(self, array, chunks, shards=None):
        self._array, self.shape, self.dtype = array, array.shape, array.dtype
        self.chunks, self.shards = chunks, shards
        self.read = []

    def __getitem__(self, key):
        keys = key if isinstance(key, tuple) else (key,)
        assert all(isinstance(part, slice) for part in keys)
        self.read.append(tuple((part.start, part.stop) for part in keys))
        return self._array[key].copy()


def mapped(folder, video):
    """Return a memory map of a file in a folder that holds a video."""
    np.save(folder / "video.npy", video)
    return np.load(folder / "video.npy", mmap_mode="r")


def small_blocks(nbytes):
    """Return a context in which frames are read in blocks of at most so many bytes."""
    return budgeted(block_bytes=nbytes, read_bytes=nbytes)


class Untouchable(Sliceable):
    """A video that must not be read: its arguments are still being checked."""

    def __getitem__(self, key):
        raise AssertionError("frames were read before the arguments were checked")
