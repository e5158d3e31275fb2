"""TIFF, read with tifffile: single files, BigTIFF, ImageJ, OME, compressed, appended page by page.

Contiguous pixels are memory-mapped; others are read by ranges of pages. tifffile stops silently if the chain of pages
ends early, so the chain is followed here and compared with the number of frames in the metadata.
"""

import os
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn
from xml.etree import ElementTree

import numpy as np
import tifffile

from ..._base import ArgumentError, Array, VideoLike
from ..recording import Recording
from ..units import MM, SECONDS, rate
from ..writing import frame_blocks, refuse_dtype

IMAGEJ_DTYPES = ("u1", "u2", "f4")
OME_DTYPES = ("u1", "u2", "u4", "i1", "i2", "i4", "f4", "f8")
# Bytes of one value, by the type code in tags.
VALUE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
# Compressions that tifffile decodes without imagecodecs: none, deflate (two numbers), PackBits.
BUILT_IN = (1, 8, 32946, 32773)
# Errors that tifffile raises for damaged bytes, besides ValueError.
DAMAGED = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, SyntaxError, TypeError),
    *(struct.error, zlib.error, tifffile.TiffFileError),
)


class PageFrames:
    """Frames that are pages of the file."""

    def __init__(self, tif: tifffile.TiffFile, shape: tuple[int, int, int], dtype: "np.dtype[Any]") -> None:
        self._tif, self.shape, self.dtype = tif, shape, dtype

    def read(self, frames: range) -> Array:
        """Read a range of pages."""
        if not len(frames):
            return np.empty((0, *self.shape[1:]), self.dtype)
        try:
            pages = self._tif.asarray(key=list(frames))
        except (*DAMAGED, ValueError) as error:
            path = Path(self._tif.filehandle.path)
            problem = f"is damaged, frames {frames.start} to {frames[-1]} cannot be decoded ({error})"
            raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path)) from error
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
        problem = f"is damaged, because its tags cannot be read ({error})"
        raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path)) from error


def _open(path: Path, pages: int) -> Recording:
    """Open a file after checking that its chain of pages is complete."""
    tif = tifffile.TiffFile(path)
    try:
        shape, dtype = _layout(tif, path, pages)
        _check_compression(tif.pages.first, path)
        metadata, fps, pixel_size = _describe(tif)
        software = tif.pages.first.software
        if software.startswith("{"):  # written by optimap: this tag is free in ImageJ files, OME-TIFF and plain ones
            metadata["made"] = software
        frames: PageFrames | Array
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
            problem = f"is not a TIFF file, because its first bytes are {start[:4]!r}"
            raise ArgumentError("path", path, problem, "give a TIFF file, or correct its suffix", subject=str(path))
        # Classic: counts of 2, offsets of 4 bytes, entries of 12. BigTIFF: 8, 8 and 20.
        count_code, offset_code, entry = ("H", "I", 12) if version == 42 else ("Q", "Q", 20)
        count_bytes, offset_bytes = struct.calcsize(f"={count_code}"), struct.calcsize(f"={offset_code}")
        (offset,) = struct.unpack_from(f"{order}{offset_code}", start, 4 if version == 42 else 8)
        seen: set[int] = set()
        while offset:
            if offset in seen:
                problem = f"is damaged, because the page after page {len(seen) - 1} is an earlier one"
                raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))
            file.seek(min(offset, size))
            raw = file.read(count_bytes)
            entries = struct.unpack(f"{order}{count_code}", raw)[0] if len(raw) == count_bytes else 0
            table = file.read(min(entries * entry, size))
            raw = file.read(offset_bytes)
            if not entries or len(raw) < offset_bytes:
                _refuse_truncated(
                    path, f"page {len(seen)} should start at byte {offset}, but the file has {size} bytes"
                )
            if not seen:
                values = struct.iter_unpack(f"{order}2xH{offset_code}{offset_code}", table)
                _check_values(path, values, offset_bytes, size)
            seen.add(offset)
            (offset,) = struct.unpack(f"{order}{offset_code}", raw)
    return len(seen)


def _refuse_truncated(path: Path, reason: str) -> NoReturn:
    """Raise the error for a file that is too short."""
    problem = f"is truncated ({reason})"
    raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))


def _check_values(path: Path, entries: Iterable[tuple[int, int, int]], inline_bytes: int, size: int) -> None:
    """Raise an error if a value of the first page is truncated: the OME description of all pages may come last."""
    for kind, count, offset in entries:
        value_bytes = VALUE_BYTES.get(kind, 0) * count
        if value_bytes > inline_bytes and offset + value_bytes > size:
            _refuse_truncated(path, f"its description needs {offset + value_bytes} bytes, but the file has {size}")


def _layout(tif: tifffile.TiffFile, path: Path, pages: int) -> tuple[tuple[int, int, int], "np.dtype[Any]"]:
    """Return shape and dtype of the recording, or raise an error that says why the file does not hold one."""
    if not tif.series:
        raise ArgumentError("path", path, "holds no image", "copy the recording again", subject=str(path))
    page = tif.series[0].keyframe
    if page.samplesperpixel > 1:
        cure = "save its grey values, or one channel, first"
        raise ArgumentError("path", path, "is a colour recording", cure, subject=str(path))
    frames = sum(_frames_in(series, page, path) for series in tif.series)
    noted = _noted_frames(tif) or frames
    # Some writers describe all frames in one page; `_mapped` checks that their pixels are there.
    in_one_page = pages == 1 and len(tif.series) == 1 and tif.series[0].dataoffset is not None
    if noted != frames or (pages != frames and not in_one_page):
        problem = f"is truncated or damaged, because its header says {noted} frames, but it has {pages} pages"
        raise ArgumentError("path", path, problem, "copy the recording again", subject=str(path))
    return (frames, int(page.imagelength), int(page.imagewidth)), np.dtype(page.dtype)


def _frames_in(series: tifffile.TiffPageSeries, page: tifffile.TiffPage, path: Path) -> int:
    """Return the number of frames in a series, or raise an error if its images are not frames like `page`."""
    key = series.keyframe
    if (key.imagelength, key.imagewidth, key.dtype) != (page.imagelength, page.imagewidth, page.dtype):
        raise ArgumentError(
            "path",
            path,
            f"holds images of different sizes or types, {page.imagelength} x {page.imagewidth} {page.dtype} "
            f"and {key.imagelength} x {key.imagewidth} {key.dtype}",
            "save the recording in a file of its own",
            subject=str(path),
        )
    along = [(axis, n) for axis, n in zip(series.axes, series.shape, strict=True) if axis not in "YX" and n > 1]
    if len(along) > 1 or (along and _are_colours(*along[0])):
        raise ArgumentError(
            "path",
            path,
            f"has the axes {series.axes} of shape {series.shape}, but a recording has time, rows and columns",
            "split channels and planes into separate files first (Fiji: Image > Color > Split Channels; where "
            "they are frames: Image > Hyperstacks > Re-order Hyperstack, or write them with axes='TYX')",
            subject=str(path),
        )
    return int(along[0][1]) if along else 1


def _are_colours(axis: str, n: int) -> bool:
    """Whether an axis holds colours. ImageJ has up to seven channels; more are frames that were saved without axes."""
    return axis == "S" or (axis == "C" and n <= 7)


def _noted_frames(tif: tifffile.TiffFile) -> int | None:
    """Return the number of frames that ImageJ or tifffile wrote in the header."""
    if len(tif.series) > 1:
        return None
    if tif.is_imagej:
        return int((tif.imagej_metadata or {}).get("images", 0)) or None
    notes: dict[str, Any] = (tif.shaped_metadata or ({},))[0]
    shape = notes.get("shape", ())
    return int(np.prod(shape)) // int(np.prod(tif.pages[0].shape)) or None


def _check_compression(page: tifffile.TiffPage, path: Path) -> None:
    """Raise an error if decoding needs a package that is missing."""
    if int(page.compression) in BUILT_IN and int(page.predictor or 1) == 1:
        return
    try:
        import imagecodecs  # noqa: F401
    except ImportError as error:
        raise ImportError(
            f"{path} is compressed ({getattr(page.compression, 'name', page.compression)}), which needs imagecodecs: "
            "pip install 'optimap-trace[tiff]'"
        ) from error


def _mapped(tif: tifffile.TiffFile, path: Path, shape: tuple[int, int, int]) -> Array:
    """Map the pixels, which are contiguous in the file."""
    series = tif.series[0]
    dtype = np.dtype(tif.byteorder + series.dtype.str[1:])
    offset = int(series.dataoffset or 0)
    needed = offset + int(np.prod(shape)) * dtype.itemsize
    size = os.path.getsize(path)
    if size < needed:
        _refuse_truncated(path, f"{shape[0]} frames need {needed} bytes, but the file has {size}")
    return np.memmap(path, dtype, mode="r", offset=offset, shape=shape)


def _check_pages(tif: tifffile.TiffFile, path: Path) -> None:
    """Raise an error if the pixels of the last page are incomplete."""
    page = tif.pages[-1]
    end = max((a + b for a, b in zip(page.dataoffsets, page.databytecounts, strict=True)), default=0)
    size = os.path.getsize(path)
    if end > size:
        _refuse_truncated(path, f"its pixels need {end} bytes, but the file has {size}")


def _describe(tif: tifffile.TiffFile) -> tuple[dict[str, Any], float | None, float | None]:
    """Return metadata, frames per second and pixel size in mm."""
    if tif.is_imagej:
        metadata = dict(tif.imagej_metadata or {})
        interval = float(metadata.get("finterval") or 0) * SECONDS.get(metadata.get("tunit", "s"), 0.0)
        return (
            metadata,
            rate(interval, metadata.get("fps")),
            _imagej_pixel_size(tif.pages.first, str(metadata.get("unit", ""))),
        )
    if tif.is_ome:
        pixels = _ome_pixels(tif.ome_metadata or "")
        interval = float(pixels.get("TimeIncrement", 0)) * SECONDS.get(pixels.get("TimeIncrementUnit", "s"), 0.0)
        size = float(pixels.get("PhysicalSizeX", 0)) * MM.get(pixels.get("PhysicalSizeXUnit", "µm"), 0.0)
        return pixels, rate(interval), size or None
    shaped: dict[str, Any] = (tif.shaped_metadata or ({},))[0]
    fps = shaped.get("fps")
    metadata = {key: value for key, value in shaped.items() if key != "shape"}
    return metadata, None if fps is None else float(fps), None


def _imagej_pixel_size(page: tifffile.TiffPage, unit: str) -> float | None:
    """Return the pixel size in mm, if ImageJ stored one."""
    tag = page.tags.get("XResolution")
    unit = unit.encode().decode("unicode_escape") if "\\u" in unit else unit
    if tag is None or unit not in MM or not tag.value[0]:
        return None
    per_unit = tag.value[0] / tag.value[1]
    # Writers that do not know the scale write one pixel per unit.
    return None if per_unit == 1 else MM[unit] / per_unit


def _ome_pixels(xml: str) -> dict[str, str]:
    """Return the attributes of the first image in an OME description."""
    for element in ElementTree.fromstring(xml).iter():
        if element.tag.endswith("}Pixels"):
            return dict(element.attrib)
    return {}


def check_video(shape: tuple[int, ...], dtype: "np.dtype[Any]") -> None:
    """Raise an error for pixels other than integers and floats of up to 8 bytes, and for frames of one column."""
    if dtype.kind not in "iuf" or dtype.itemsize > 8:
        refuse_dtype(dtype, ".tif", "integers and floats of up to 64 bits")
    if shape[2] == 1:  # tifffile takes a last axis of length one for the samples of a pixel
        problem = f"has shape {shape}, but .tif files cannot hold frames of one column"
        raise ArgumentError("video", shape, problem, "choose .npy or .h5", subject="video")


def save(path: Path, video: VideoLike, fps: float | None, made: str | None = None) -> None:
    """Write an ImageJ file if ImageJ can hold the video, else OME-TIFF, else a plain one."""
    shape, dtype = tuple(int(n) for n in video.shape), np.dtype(video.dtype).newbyteorder("=")
    nbytes = int(np.prod(shape)) * dtype.itemsize
    code = dtype.str[1:]
    interval = {} if fps is None else {"finterval": 1 / fps, "fps": fps}
    increment = {} if fps is None else {"TimeIncrement": 1 / fps, "TimeIncrementUnit": "s"}
    options: dict[str, Any] = {"bigtiff": nbytes >= 2**32 - 2**25, "metadata": {"axes": "TYX", **interval}}
    if code in IMAGEJ_DTYPES and not options["bigtiff"]:
        options["imagej"] = True
    elif code in OME_DTYPES:
        options |= {"ome": True, "metadata": {"axes": "TYX", **increment}}
    frames = (frame for block in frame_blocks(video) for frame in block)
    tifffile.imwrite(path, frames, shape=shape, dtype=dtype, photometric="minisblack", software=made, **options)
