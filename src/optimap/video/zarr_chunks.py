"""Chunks of zarr arrays in folders, read and decompressed in all threads.

zarr copies each chunk from a buffer to its place, one after the other. Here chunks are decompressed straight into the
result (`threaded_chunks`), with the same checks (`zarr_codecs`). Shards, zip files, filters, checksums and other orders
of bytes are left to zarr.
"""

from pathlib import Path
from threading import local
from typing import TYPE_CHECKING, Any

import numpy as np
from zarr.codecs import BytesCodec

from .._base import Array
from .threaded_chunks import Bytes, Chunk, ThreadedChunks, of_size
from .zarr_codecs import ROOM, Bounded, BoundedV3, decode

if TYPE_CHECKING:
    import zarr


class ThreadedArray(ThreadedChunks):
    """An array that is sliced like the original; `codec` is the name of its compression and what matters of it."""

    def __init__(self, array: "zarr.Array[Any]", folder: Path, codec: tuple[str, dict[str, Any]] | None) -> None:
        super().__init__(array, array.chunks)
        self._folder, self._codec, self._key = folder, codec, array.metadata.encode_chunk_key
        self._fill, noted = array.fill_value or 0, dict(array.attrs).get("optimap")
        self._is_whole = isinstance(noted, dict) and bool(noted.get("complete"))  # or it would not have been opened

    def _decode_into(self, target: Array, offset: Chunk, own: local) -> None:
        key = self._key(tuple(place // size for place, size in zip(offset, self.chunks, strict=True)))
        file = self._folder / key
        try:
            size = file.stat().st_size
        except FileNotFoundError:
            if self._is_whole:
                raise ValueError(f"a chunk, {key}, was removed") from None
            target[...] = self._fill  # by the rules of zarr
            return
        if size > 2 * (self._nbytes + ROOM):
            raise ValueError(f"a chunk, {key}, has {size} bytes, which is more than it can use")
        data: Bytes = np.fromfile(file, np.uint8)
        is_straight = target.flags.c_contiguous
        place: Bytes = target.reshape(-1).view(np.uint8) if is_straight else self._memory(own, "values")
        if self._codec is not None:
            name, configuration = self._codec
            found = decode(name, configuration, data, self._nbytes + ROOM, place)
            data = np.frombuffer(found, np.uint8) if not isinstance(found, np.ndarray) else found
        data = of_size(data, self._nbytes)
        if data is not place:
            place[...] = data
        if not is_straight:
            target[...] = place.view(self.dtype).reshape(self.chunks)


def threaded(array: "zarr.Array[Any]", root: Path) -> "ThreadedArray | zarr.Array[Any]":
    """Return an array in a folder that is decompressed in threads, or the array itself where that is not possible."""
    dtype = np.dtype(array.dtype)
    if array.shards is not None or dtype.kind not in "biuf" or not dtype.isnative or array.ndim == 0:
        return array
    found = _codec_of_2(array.metadata) if array.metadata.zarr_format == 2 else _codec_of_3(array.metadata)
    return array if found is None else ThreadedArray(array, root / array.path, found[0])


Codec = tuple[str, dict[str, Any]] | None


def _codec_of_2(metadata: Any) -> tuple[Codec] | None:
    """Return the compression of an array of version 2; None if anything else was done to its bytes."""
    codec = metadata.compressor
    if metadata.order != "C" or metadata.filters:
        return None
    if codec is None:
        return (None,)
    return ((codec.codec["id"], codec.codec),) if isinstance(codec, Bounded) else None


def _codec_of_3(metadata: Any) -> tuple[Codec] | None:
    """Return the same for version 3, whose first codec turns values into bytes."""
    first, *rest = metadata.codecs
    little = isinstance(first, BytesCodec) and getattr(first.endian, "value", "little") == "little"
    if not little or len(rest) > 1 or not all(isinstance(codec, BoundedV3) for codec in rest):
        return None
    return ((rest[0].codec, {"format": rest[0].format, "filters": rest[0].filters}) if rest else None,)
