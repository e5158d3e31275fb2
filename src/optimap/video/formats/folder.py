"""A folder of TIFF or PNG images, one frame each, in natural order: frame_2 before frame_10."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._base import ArgumentError, Array
from ..recording import Recording

if TYPE_CHECKING:
    from PIL import Image

SUFFIXES = {".tif": "TIFF", ".tiff": "TIFF", ".png": "PNG"}
UNREADABLE = (OSError, SyntaxError)  # raised by Pillow for damaged files
STRETCHED = {"L;2": 85, "L;4": 17}  # Pillow multiplies grey values of 2 and 4 bits by these factors


class ImageFrames:
    """Frames stored in separate files."""

    def __init__(self, files: list[Path], shape: tuple[int, int], dtype: "np.dtype[Any]") -> None:
        self._files = files
        self.shape = (len(files), *shape)
        self.dtype = dtype

    def read(self, frames: range) -> Array:
        """Read a range of frames."""
        result = np.empty((len(frames), *self.shape[1:]), self.dtype)
        for i, t in enumerate(frames):
            result[i] = _read(self._files[t])
        return result

    def close(self) -> None:
        """Do nothing: no file stays open."""


def open_recording(path: Path) -> Recording:
    """Open a folder of images."""
    files = [
        file
        for file in path.iterdir()
        if file.suffix.lower() in SUFFIXES and file.is_file() and not file.name.startswith(".")
    ]
    kinds = {SUFFIXES[file.suffix.lower()] for file in files}
    if len(kinds) != 1:
        problem = "holds TIFF and PNG images" if kinds else "holds no .tif, .tiff or .png image"
        cure = "keep one kind of image in the folder" if kinds else "give a folder of images, one frame each"
        raise ArgumentError("path", path, problem, cure, subject=str(path))
    files.sort(key=natural_key)
    shape, dtype = _shape(files[0])
    for file in files[1:]:
        other = _shape(file)
        if other != (shape, dtype):
            raise ArgumentError(
                "path",
                path,
                f"is {other[0]} of {other[1]}, but {files[0].name} is {shape} of {dtype}",
                "keep only frames of one size and type in the folder",
                subject=str(file),
            )
    return Recording(
        ImageFrames(files, shape, dtype),
        path=path,
        format=f"folder of {kinds.pop()} images",
        metadata={"first": files[0].name, "last": files[-1].name},
    )


def natural_key(path: Path) -> list[tuple[int, int, str]]:
    """Return a key that sorts numbers in names by their value."""
    parts = re.split(r"(\d+)", path.name.lower())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def _shape(file: Path) -> tuple[tuple[int, int], "np.dtype[Any]"]:
    """Return size and type from the header alone."""
    if SUFFIXES[file.suffix.lower()] == "TIFF":
        with _open_tiff(file) as recording:
            if len(recording) != 1:
                cure = "save each frame in a file of its own, or open the file instead of the folder"
                raise ArgumentError("path", file, f"holds {len(recording)} images", cure, subject=str(file))
            return recording.shape[1:], recording.dtype
    with _open_png(file) as image:
        kind = {"1": "u1", "L": "u1", "I;16": "u2", "I;16B": "u2", "I": "i4", "F": "f4"}.get(image.mode)
        if kind is None:
            problem, cure = f"is a colour image (mode {image.mode})", "save the frames as grey images first"
            raise ArgumentError("path", file, problem, cure, subject=str(file))
        return (image.height, image.width), np.dtype("u2" if image.mode == "I" else kind)


def _open_tiff(file: Path) -> Recording:
    from . import tiff  # tifffile, which folders of PNG images do not need

    return tiff.open_recording(file)


def _open_png(file: Path) -> "Image.Image":
    """Open an image, or raise an error that names the file."""
    from PIL import Image

    try:
        return Image.open(file, formats=["PNG"])
    except UNREADABLE as error:
        cure = "remove it from the folder, or copy it again"
        raise ArgumentError("path", file, "is not a complete PNG image", cure, subject=str(file)) from error


def _read(file: Path) -> Array:
    """Return the pixels of one image."""
    if SUFFIXES[file.suffix.lower()] == "TIFF":
        with _open_tiff(file) as recording:
            return recording[0]
    with _open_png(file) as image:
        tiles: Any = getattr(image, "tile", None)
        stretched = STRETCHED.get(str(tiles[0][3]), 1) if tiles else 1
        try:
            return np.asarray(image) // stretched if stretched > 1 else np.asarray(image)
        except UNREADABLE as error:
            problem = f"is truncated or damaged ({error})"
            raise ArgumentError("path", file, problem, "copy the image again", subject=str(file)) from error
