"""TIFF through tifffile: single files, BigTIFF, ImageJ, OME, compressed, appended page by page.

Contiguous pixels are memory-mapped; anything else is read by ranges of pages. tifffile stops quietly where a chain of
pages breaks off, so the chain and what the metadata promise are checked here.
"""

import os
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import tifffile
from numpy.typing import NDArray

from ..recording import Recording
from ..save import frame_blocks, unsupported
from .units import MM, SECONDS, rate

IMAGEJ_DTYPES = ("u1", "u2", "f4")
OME_DTYPES = ("u1", "u2", "u4", "i1", "i2", "i4", "f4", "f8")
# Bytes of a value of the types that tags have.
VALUE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
# What tifffile decodes by itself: none, deflate (two numbers of it), PackBits.
BUILT_IN = (1, 8, 32946, 32773)
# What tifffile raises on bytes that make no sense, besides ValueError.
DAMAGED = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, SyntaxError, TypeError),
    *(struct.error, zlib.error, tifffile.TiffFileError),
)


class PageFrames:
    """Frames that are pages of the file."""

    def __init__(self, tif: Any, shape: tuple[int, int, int], dtype: "np.dtype[Any]") -> None:
        self._tif, self.shape, self.dtype = tif, shape, dtype

    def read(self, frames: range) -> NDArray[Any]:
        """Read a range of pages."""
        if not len(frames):
            return np.empty((0, *self.shape[1:]), self.dtype)
        try:
            pages = self._tif.asarray(key=list(frames))
        except (*DAMAGED, ValueError) as error:
            path = self._tif.filehandle.path
            raise ValueError(f"{path} is damaged, frames {frames} cannot be decoded: {error}") from error
        return np.asarray(pages, self.dtype).reshape(len(frames), *self.shape[1:])

    def close(self) -> None:
        """Close the file."""
        self._tif.close()


def open_recording(path: Path) -> Recording:
    """Open a TIFF file."""
    pages = _count_pages(path)
    try:
        return _open(path, pages)
    except DAMAGED as error:
        raise ValueError(f"{path} is damaged, its tags make no sense: {error}") from error


def _open(path: Path, pages: int) -> Recording:
    tif = tifffile.TiffFile(path)
    try:
        shape, dtype = _layout(tif, path, pages)
        _check_compression(tif.pages[0], path)
        metadata, fps, pixel_size = _describe(tif)
        software = tif.pages.first.software
        if software.startswith("{"):  # ours: the one tag that ImageJ files, OME-TIFF and plain ones leave free
            metadata["made"] = software
        frames: PageFrames | NDArray[Any]
        if len(tif.series) == 1 and tif.series[0].dataoffset is not None:
            frames = _mapped(tif, path, shape)
            tif.close()
        else:
            _check_pages(tif, path)
            frames = PageFrames(tif, shape, dtype)
        return Recording(
            frames,
            path=path,
            format="TIFF",
            fps=fps,
            pixel_size=pixel_size,
            metadata=metadata,
        )
    except BaseException:
        tif.close()
        raise


def _count_pages(path: Path) -> int:
    """Follow the chain of page directories to its end; a chain that leaves the file is a truncated file."""
    size = path.stat().st_size
    with open(path, "rb") as file:
        start = file.read(16)
        order = {b"II": "<", b"MM": ">"}.get(start[:2])
        version = struct.unpack_from(f"{order}H", start, 2)[0] if order and len(start) == 16 else 0
        if version not in (42, 43):
            raise ValueError(f"{path} is not a TIFF file: its first bytes are {start[:4]!r}")
        # Classic: counts of 2, offsets of 4 bytes, entries of 12. BigTIFF: 8, 8 and 20.
        count_code, offset_code, entry = ("H", "I", 12) if version == 42 else ("Q", "Q", 20)
        count_bytes, offset_bytes = struct.calcsize(f"={count_code}"), struct.calcsize(f"={offset_code}")
        (offset,) = struct.unpack_from(f"{order}{offset_code}", start, 4 if version == 42 else 8)
        seen: set[int] = set()
        while offset:
            if offset in seen:
                raise ValueError(f"{path} is damaged: the page after page {len(seen) - 1} is an earlier one")
            file.seek(min(offset, size))
            raw = file.read(count_bytes)
            entries = struct.unpack(f"{order}{count_code}", raw)[0] if len(raw) == count_bytes else 0
            table = file.read(min(entries * entry, size))
            raw = file.read(offset_bytes)
            if not entries or len(raw) < offset_bytes:
                raise ValueError(
                    f"{path} is truncated: page {len(seen)} should stand at byte {offset}, the file has {size} bytes; "
                    "copy the recording again"
                )
            if not seen:
                _check_values(
                    path, struct.iter_unpack(f"{order}2xH{offset_code}{offset_code}", table), offset_bytes, size
                )
            seen.add(offset)
            (offset,) = struct.unpack(f"{order}{offset_code}", raw)
    return len(seen)


def _check_values(path: Path, entries: Iterable[tuple[int, int, int]], inline_bytes: int, size: int) -> None:
    """Raise an error where a value of the first page is cut off; OME's description of the whole file may stand last."""
    for kind, count, offset in entries:
        value_bytes = VALUE_BYTES.get(kind, 0) * count
        if value_bytes > inline_bytes and offset + value_bytes > size:
            raise ValueError(
                f"{path} is truncated: its description needs {offset + value_bytes} bytes, the file has {size}; "
                "copy the recording again"
            )


def _layout(tif: Any, path: Path, pages: int) -> tuple[tuple[int, int, int], "np.dtype[Any]"]:
    """Return shape and dtype of the recording, or say why the file is none."""
    if not tif.series:
        raise ValueError(f"{path} holds no image")
    page = tif.series[0].keyframe
    if page.samplesperpixel > 1:
        raise ValueError(f"{path} is a colour recording: save its grey values, or one channel, first")
    frames = 0
    for series in tif.series:
        key = series.keyframe
        if (key.imagelength, key.imagewidth, key.dtype) != (page.imagelength, page.imagewidth, page.dtype):
            raise ValueError(
                f"{path} holds images of different sizes or types, {page.imagelength} x {page.imagewidth} {page.dtype} "
                f"and {key.imagelength} x {key.imagewidth} {key.dtype}: save the recording in a file of its own"
            )
        along = [(axis, n) for axis, n in zip(series.axes, series.shape, strict=True) if axis not in "YX" and n > 1]
        if len(along) > 1 or (along and _are_colours(*along[0])):
            raise ValueError(
                f"{path} has the axes {series.axes} of shape {series.shape}: a recording has time, rows and columns; "
                "split channels and planes into files of their own first (Fiji: Image > Color > Split Channels; where "
                "they are frames: Image > Hyperstacks > Re-order Hyperstack, or write them with axes='TYX')"
            )
        frames += int(along[0][1]) if along else 1
    promised = _promised_frames(tif) or frames
    # Some writers describe all frames in one page; `_mapped` checks that their pixels are there.
    in_one_page = pages == 1 and len(tif.series) == 1 and tif.series[0].dataoffset is not None
    if promised != frames or (pages != frames and not in_one_page):
        raise ValueError(
            f"{path} is truncated or damaged: its header promises {promised} frames, it has {pages} pages; "
            "copy the recording again"
        )
    return (frames, int(page.imagelength), int(page.imagewidth)), np.dtype(page.dtype)


def _are_colours(axis: str, n: int) -> bool:
    """Whether an axis is one of colours. More channels than ImageJ has, seven, are frames whose writer gave no axes."""
    return axis == "S" or (axis == "C" and n <= 7)


def _promised_frames(tif: Any) -> int | None:
    """Return the number of frames that ImageJ or tifffile wrote into the header."""
    if len(tif.series) > 1:
        return None
    if tif.is_imagej:
        return int((tif.imagej_metadata or {}).get("images", 0)) or None
    notes: dict[str, Any] = (tif.shaped_metadata or ({},))[0]
    shape = notes.get("shape", ())
    return int(np.prod(shape)) // int(np.prod(tif.pages[0].shape)) or None


def _check_compression(page: Any, path: Path) -> None:
    if int(page.compression) in BUILT_IN and int(page.predictor or 1) == 1:
        return
    try:
        import imagecodecs  # noqa: F401
    except ImportError as error:
        raise ImportError(
            f"{path} is compressed ({page.compression.name}), which needs imagecodecs: "
            "pip install 'optimap-trace[tiff]'"
        ) from error


def _mapped(tif: Any, path: Path, shape: tuple[int, int, int]) -> NDArray[Any]:
    """Map the pixels, which stand one after the other in the file."""
    series = tif.series[0]
    dtype = np.dtype(tif.byteorder + series.dtype.str[1:])
    needed = series.dataoffset + int(np.prod(shape)) * dtype.itemsize
    size = os.path.getsize(path)
    if size < needed:
        raise ValueError(
            f"{path} is truncated: {shape[0]} frames need {needed} bytes, the file has {size}; copy the recording again"
        )
    return np.memmap(path, dtype, mode="r", offset=series.dataoffset, shape=shape)


def _check_pages(tif: Any, path: Path) -> None:
    """The pixels of the last page end where the file ends, or before."""
    page = tif.pages[-1]
    end = max((a + b for a, b in zip(page.dataoffsets, page.databytecounts, strict=True)), default=0)
    size = os.path.getsize(path)
    if end > size:
        raise ValueError(f"{path} is truncated: its pixels need {end} bytes, the file has {size}; copy it again")


def _describe(tif: Any) -> tuple[dict[str, Any], float | None, float | None]:
    """Return metadata, frames per second and pixel size in mm."""
    if tif.is_imagej:
        metadata = dict(tif.imagej_metadata or {})
        interval = float(metadata.get("finterval") or 0) * SECONDS.get(metadata.get("tunit", "s"), 0.0)
        return (
            metadata,
            rate(interval, metadata.get("fps")),
            _imagej_pixel_size(tif.pages[0], str(metadata.get("unit", ""))),
        )
    if tif.is_ome:
        pixels = _ome_pixels(tif.ome_metadata)
        interval = float(pixels.get("TimeIncrement", 0)) * SECONDS.get(pixels.get("TimeIncrementUnit", "s"), 0.0)
        size = float(pixels.get("PhysicalSizeX", 0)) * MM.get(pixels.get("PhysicalSizeXUnit", "µm"), 0.0)
        return pixels, rate(interval), size or None
    shaped: dict[str, Any] = (tif.shaped_metadata or ({},))[0]
    fps = shaped.get("fps")
    metadata = {key: value for key, value in shaped.items() if key != "shape"}
    return metadata, None if fps is None else float(fps), None


def _imagej_pixel_size(page: Any, unit: str) -> float | None:
    tag = page.tags.get("XResolution")
    unit = unit.encode().decode("unicode_escape") if "\\u" in unit else unit
    if tag is None or unit not in MM or not tag.value[0]:
        return None
    per_unit = tag.value[0] / tag.value[1]
    # Writers that know no scale write one pixel per unit.
    return None if per_unit == 1 else MM[unit] / per_unit


def _ome_pixels(xml: str) -> dict[str, str]:
    for element in ElementTree.fromstring(xml).iter():
        if element.tag.endswith("}Pixels"):
            return dict(element.attrib)
    return {}


def check_dtype(dtype: "np.dtype[Any]") -> None:
    """Integers and floats of up to 8 bytes will do."""
    if dtype.kind not in "iuf" or dtype.itemsize > 8:
        raise unsupported(dtype, ".tif", "integers and floats of up to 64 bits")


def save(path: Path, video: Any, fps: float | None, made: str | None = None) -> None:
    """Write an ImageJ file where ImageJ can hold it, else OME-TIFF, else a plain one."""
    shape, dtype = tuple(int(n) for n in video.shape), np.dtype(video.dtype).newbyteorder("=")
    nbytes = int(np.prod(shape)) * dtype.itemsize
    code = dtype.str[1:]
    interval = {} if fps is None else {"finterval": 1 / fps, "fps": fps}
    increment = {} if fps is None else {"TimeIncrement": 1 / fps, "TimeIncrementUnit": "s"}
    options: dict[str, Any] = {"bigtiff": nbytes >= 2**32 - 2**25, "metadata": {"axes": "TYX", **interval}}
    if shape[2] == 1:  # tifffile takes a last axis of one for the samples of a pixel
        raise ValueError(f"video has shape {shape}: .tif files cannot hold frames of one column; choose .npy or .h5")
    if code in IMAGEJ_DTYPES and not options["bigtiff"]:
        options["imagej"] = True
    elif code in OME_DTYPES:
        options |= {"ome": True, "metadata": {"axes": "TYX", **increment}}
    frames = (frame for block in frame_blocks(video) for frame in block)
    tifffile.imwrite(path, frames, shape=shape, dtype=dtype, photometric="minisblack", software=made, **options)
