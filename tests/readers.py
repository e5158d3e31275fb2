"""Videos of which only slices can be read, as from a file; they note what is read."""

from optimap._reading import blocks


class Sliceable:
    """The least that a video must be: shape, dtype and slices of frames; it counts what is read."""

    def __init__(self, array):
        self._array, self.shape, self.dtype = array, array.shape, array.dtype
        self.read = []

    def __getitem__(self, key):
        assert isinstance(key, slice)
        self.read.append((key.start, key.stop))
        return self._array[key].copy()


class Chunked:
    """An array that says how it is stored, and writes down what is read."""

    def __init__(self, array, chunks, shards=None):
        self._array, self.shape, self.dtype = array, array.shape, array.dtype
        self.chunks, self.shards = chunks, shards
        self.read = []

    def __getitem__(self, key):
        keys = key if isinstance(key, tuple) else (key,)
        assert all(isinstance(part, slice) for part in keys)
        self.read.append(tuple((part.start, part.stop) for part in keys))
        return self._array[key].copy()


def small_blocks(monkeypatch, nbytes):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", nbytes)
    monkeypatch.setattr(blocks, "READ_BYTES", nbytes)
