"""A folder of TIFF or PNG images, one frame each, in natural order: frame_2 before frame_10."""

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..recording import Recording

SUFFIXES = {".tif": "TIFF", ".tiff": "TIFF", ".png": "PNG"}
UNREADABLE = (OSError, SyntaxError)  # what Pillow raises for damaged files
STRETCHED = {"L;2": 85, "L;4": 17}  # what Pillow multiplies grey values of 2 and 4 bits with


class ImageFrames:
    """Frames in files of their own."""

    def __init__(self, files: list[Path], shape: tuple[int, int], dtype: "np.dtype[Any]") -> None:
        self._files = files
        self.shape = (len(files), *shape)
        self.dtype = dtype

    def read(self, frames: range) -> NDArray[Any]:
        """Read a range of frames."""
        result = np.empty((len(frames), *self.shape[1:]), self.dtype)
        for i, t in enumerate(frames):
            result[i] = _read(self._files[t])
        return result

    def close(self) -> None:
        """No file stays open."""


def open_recording(path: Path) -> Recording:
    """Open a folder of images."""
    files = [
        file
        for file in path.iterdir()
        if file.suffix.lower() in SUFFIXES and file.is_file() and not file.name.startswith(".")
    ]
    kinds = {SUFFIXES[file.suffix.lower()] for file in files}
    if not files:
        raise ValueError(f"{path} holds no .tif, .tiff or .png image: give a folder of images, one frame each")
    if len(kinds) > 1:
        raise ValueError(f"{path} holds TIFF and PNG images: keep one kind of them, in a folder of their own")
    files.sort(key=natural_key)
    shape, dtype = _shape(files[0])
    for file in files[1:]:
        other = _shape(file)
        if other != (shape, dtype):
            raise ValueError(
                f"{file} is {other[0]} of {other[1]}, {files[0].name} is {shape} of {dtype}: "
                "the frames of a recording have one size and one type"
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
        from . import tiff

        with tiff.open_recording(file) as image:
            if len(image) != 1:
                raise ValueError(f"{file} holds {len(image)} images: in a folder each file is one frame")
            return image.shape[1:], image.dtype
    with _png(file) as image:
        kind = {"1": "u1", "L": "u1", "I;16": "u2", "I;16B": "u2", "I": "i4", "F": "f4"}.get(image.mode)
        if kind is None:
            raise ValueError(f"{file} is a colour image (mode {image.mode}): save the frames as grey images first")
        return (image.height, image.width), np.dtype("u2" if image.mode == "I" else kind)


def _png(file: Path) -> Any:
    from PIL import Image

    try:
        return Image.open(file, formats=["PNG"])
    except UNREADABLE as error:
        raise ValueError(f"{file} is not a whole PNG image: remove it from the folder, or copy it again") from error


def _read(file: Path) -> NDArray[Any]:
    if SUFFIXES[file.suffix.lower()] == "TIFF":
        from . import tiff

        with tiff.open_recording(file) as image:
            return image[0]
    with _png(file) as image:
        stretched = STRETCHED.get(str(image.tile[0][3]), 1) if image.tile else 1
        try:
            return np.asarray(image) // stretched if stretched > 1 else np.asarray(image)
        except UNREADABLE as error:
            raise ValueError(f"{file} is truncated or damaged: {error}") from error
