"""Codecs of zarr arrays: which are allowed, and how much they may give.

Anything in a store may come from anybody. Codecs that make Python objects, pickles above all, can run code, so each
codec in the description of an array must be in `ALLOWED`. Decompressors of zarr return whatever a chunk holds, however
small the array is; in the descriptions that zarr is given, they are replaced by `Bounded` and `BoundedV3`, which stop
at the size of a chunk. The description is changed in memory only.
"""

import asyncio
import bz2
import lzma
import math
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numcodecs
import numpy as np
from numcodecs.abc import Codec
from zarr.abc.codec import BytesBytesCodec
from zarr.core.buffer.cpu import as_numpy_array_wrapper
from zarr.registry import register_codec

NAME = "optimap_bounded"
COMPRESSORS = ("blosc", "bz2", "gzip", "lz4", "lzma", "zlib", "zstd")
# Codecs of numbers and of text: none can do more than return data.
ALLOWED = {
    *COMPRESSORS,
    *("bytes", "endian", "crc32c", "transpose", "sharding_indexed", "vlen-utf8", "vlen-bytes", "string", "base64"),
    *("adler32", "astype", "bitround", "crc32", "delta", "fixedscaleoffset", "fletcher32", "jenkins_lookup3"),
    *("packbits", "quantize", "shuffle"),
}
MOST_CODECS = 16  # one after the other; zarr takes minutes for 100,000
ROOM = 2**16  # for checksums, and for filters that add a few bytes
WIDEST = 16  # bytes of a value in a filter, whose type need not be that of the array


class RefusedCodecError(ValueError):
    """An array uses a codec that is not allowed."""


def arrays_in(described: object, prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the arrays in the description of an array or a group, with their places; groups may describe members."""
    if not isinstance(described, dict):
        return
    if "chunks" in described or described.get("node_type") == "array":
        yield prefix, described
        return
    inline = described.get("consolidated_metadata")
    members = inline.get("metadata") if isinstance(inline, dict) else described.get("metadata")
    for name, member in members.items() if isinstance(members, dict) else ():
        place = str(name).removesuffix(".zarray").rstrip("/")
        if not place.endswith((".zattrs", ".zgroup")):
            yield from arrays_in(member, f"{prefix}/{place}".strip("/"))


def bound(array: dict[str, Any], place: str, version: int) -> int:
    """Replace the decompressors in the description of an array by bounded ones; return the most bytes of a chunk.

    The version is that of the file which holds the description: what it says itself may be wrong.

    A codec that is not allowed is an error. The size is 0 where it is not known, for arrays of text.
    """
    if version == 3:
        shape = array["chunk_grid"]["configuration"]["chunk_shape"]
        most = _nbytes(shape, array.get("data_type"), WIDEST)
        array["codecs"] = _bounded_v3(array.get("codecs", ()), place)
        return most
    filters = array.get("filters")
    if filters and len(filters) > MOST_CODECS:
        raise ValueError(f"array {place or '.'} uses {len(filters)} filters, one after the other")
    most = _nbytes(array["chunks"], array.get("dtype"), WIDEST if filters else 1)
    array["compressor"] = _bounded_v2(array.get("compressor"), most, place)
    if filters:
        array["filters"] = [_bounded_v2(one, most, place) for one in filters]
    return most


def _nbytes(shape: Any, dtype: object, least: int) -> int:
    """Return the most bytes of a chunk, with values of `least` bytes or more; 0 if they are not numbers."""
    try:
        known = np.dtype(dtype) if isinstance(dtype, str) else None
    except (TypeError, ValueError, SyntaxError):
        known = None
    if known is None or known.kind not in "biufcmM":
        return 0
    return math.prod(int(n) for n in shape) * max(known.itemsize, least) + ROOM


def _check(name: object, place: str) -> str:
    plain = str(name).removeprefix("numcodecs.")
    if plain not in ALLOWED:
        problem = f"array {place or '.'} uses the codec {plain!r}, which is not in the list of codecs of data"
        raise RefusedCodecError(problem)
    return plain


def _bounded_v2(codec: Any, most: int, place: str) -> Any:
    if codec is None:
        return None
    name = _check(codec.get("id") if isinstance(codec, dict) else codec, place)
    return {"id": NAME, "codec": codec, "most": most} if name in COMPRESSORS and most else codec


def _bounded_v3(codecs: Any, place: str) -> list[Any]:
    found = []
    if len(codecs) > MOST_CODECS:
        raise ValueError(f"array {place or '.'} uses {len(codecs)} codecs, one after the other")
    for codec in codecs:
        name = _check(codec.get("name") if isinstance(codec, dict) else codec, place)
        if name == "sharding_indexed":
            inner = dict(codec.get("configuration", {}))
            for key in ("codecs", "index_codecs"):
                inner[key] = _bounded_v3(inner.get(key, ()), place)
            codec = {**codec, "configuration": inner}
        elif name in COMPRESSORS:
            stored = codec if isinstance(codec, dict) else {"name": codec}
            codec = {"name": NAME, "configuration": {"codec": name, **_plain(stored.get("configuration"))}}
        found.append(codec)
    return found


def _plain(configuration: object) -> dict[str, Any]:
    """Return what matters for decoding: the filters of LZMA."""
    given = configuration if isinstance(configuration, dict) else {}
    return {key: given[key] for key in ("format", "filters") if key in given}


# --- decoding -------------------------------------------------------------------------------------------------------


def decode(name: str, configuration: dict[str, Any], data: Any, most: int, place: Any = None) -> Any:
    """Return decompressed bytes, or raise an error where they would be more than `most`.

    Where it is certain that they fit exactly, they are written to `place`, which is returned.
    """
    raw = np.ascontiguousarray(data).reshape(-1).view(np.uint8)
    if name in STREAMS:
        return _decoded_stream(name, configuration, raw, most)
    size = SIZES[name](raw)
    if size > most:
        raise ValueError(f"a chunk of at most {most} bytes would become {size} bytes")
    codec = numcodecs.get_codec({"id": name})
    if place is None or size != place.nbytes:
        return codec.decode(raw)
    codec.decode(raw, out=place)
    return place


def _decoded_stream(name: str, configuration: dict[str, Any], raw: Any, most: int) -> bytes:
    """Return the members of a stream, one after the other."""
    parts: list[bytes] = []
    rest: Any = raw.data
    while len(rest) and bytes(rest[:1]) != b"\0":  # gzip files may be padded with zeros
        decoder = STREAMS[name](configuration)
        part = decoder.decompress(rest, most + 1 - sum(map(len, parts)))
        parts.append(part)
        if sum(map(len, parts)) > most:
            raise ValueError(f"a chunk would become more than {most} bytes")
        if not decoder.eof:
            raise ValueError("a chunk is truncated")
        rest = memoryview(decoder.unused_data)
    return b"".join(parts)


def _lzma(configuration: dict[str, Any]) -> Any:
    kind, filters = configuration.get("format", lzma.FORMAT_XZ), configuration.get("filters")
    return lzma.LZMADecompressor(kind, filters=filters if kind == lzma.FORMAT_RAW else None)


STREAMS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "zlib": lambda _: zlib.decompressobj(),
    "gzip": lambda _: zlib.decompressobj(31),
    "bz2": lambda _: bz2.BZ2Decompressor(),
    "lzma": _lzma,
}


def _blosc_size(raw: Any) -> int:
    """Return the size in the header of Blosc, which would read beyond the end of a truncated chunk."""
    if len(raw) < 16 or len(raw) < int.from_bytes(raw[12:16].tobytes(), "little"):
        raise ValueError("a chunk is truncated")
    return int.from_bytes(raw[4:8].tobytes(), "little")


def _lz4_size(raw: Any) -> int:
    return int.from_bytes(raw[:4].tobytes(), "little")


def _zstd_size(raw: Any) -> int:
    """Return the sizes in the headers of all frames; where one states none, the most that its blocks can hold."""
    data, at, total = raw.data, 0, 0  # not a copy, which would take as long as decompressing
    while at < len(data):
        magic = int.from_bytes(data[at : at + 4], "little")
        if magic & 0xFFFFFFF0 == 0x184D2A50:  # a frame to be skipped
            at += 8 + int.from_bytes(data[at + 4 : at + 8], "little")
            continue
        if magic != 0xFD2FB528 or at + 5 > len(data):
            raise ValueError("a chunk is truncated or damaged")
        flags = data[at + 4]
        single, sized = flags >> 5 & 1, (flags >> 6 & 3)
        before = at + 5 + (not single) + (0, 1, 2, 4)[flags & 3]
        width = (single, 2, 4, 8)[sized]
        stated = int.from_bytes(data[before : before + width], "little") + 256 * (width == 2)
        at, blocks = _after_blocks(data, before + width)
        at += 4 * (flags >> 2 & 1)
        total += stated if width else blocks
    return total


def _after_blocks(data: memoryview, at: int) -> tuple[int, int]:
    """Return where the blocks of a frame end, and the most that they can hold, 128 kB each."""
    most, last = 0, 0
    while not last:
        if at + 3 > len(data):
            raise ValueError("a chunk is truncated")
        header = int.from_bytes(data[at : at + 3], "little")
        last, kind, size = header & 1, header >> 1 & 3, header >> 3
        most += 2**17 if kind == 2 else size
        at += 3 + (1 if kind == 1 else size)
    return at, most


SIZES: dict[str, Callable[[Any], int]] = {"blosc": _blosc_size, "lz4": _lz4_size, "zstd": _zstd_size}


class Bounded(Codec):  # type: ignore[misc, unused-ignore]  # untyped where zarr is not installed
    """A decompressor of version 2 that stops at the size of a chunk."""

    codec_id = NAME

    def __init__(self, codec: dict[str, Any], most: int) -> None:
        self.codec, self.most = codec, most

    def encode(self, buf: Any) -> Any:
        """Refuse to encode: arrays with this codec are only read."""
        raise NotImplementedError(NAME)

    def decode(self, buf: Any, out: Any = None) -> Any:
        """Return the decompressed bytes."""
        return decode(self.codec["id"], self.codec, numcodecs.compat.ensure_ndarray(buf), self.most)


@dataclass(frozen=True)
class BoundedV3(BytesBytesCodec):  # type: ignore[misc, unused-ignore]  # as above
    """A decompressor of version 3 that stops at the size of a chunk."""

    codec: str = ""
    format: int = lzma.FORMAT_XZ
    filters: Any = None
    is_fixed_size = False

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "BoundedV3":
        """Return the codec in a description."""
        return cls(**data["configuration"])

    def to_dict(self) -> dict[str, Any]:
        """Return its description."""
        return {"name": NAME, "configuration": {"codec": self.codec, "format": self.format, "filters": self.filters}}

    def compute_encoded_size(self, input_byte_length: int, chunk_spec: Any) -> int:
        """Refuse to say, as the size depends on the values."""
        raise NotImplementedError(NAME)

    async def _decode_single(self, chunk_bytes: Any, chunk_spec: Any) -> Any:
        most = math.prod(chunk_spec.shape) * chunk_spec.dtype.to_native_dtype().itemsize + ROOM

        def decoded(data: Any) -> Any:
            return decode(self.codec, {"format": self.format, "filters": self.filters}, data, most)

        return await asyncio.to_thread(as_numpy_array_wrapper, decoded, chunk_bytes, chunk_spec.prototype)


numcodecs.register_codec(Bounded)
register_codec(NAME, BoundedV3)
