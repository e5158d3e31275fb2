"""Images in files of their own, one frame each: TIFF or PNG. Headers are read when a folder is opened, pixels later."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..._base import ArgumentError, Array
from ..._images import open_png, png_pixels, read_directories
from ...kernels import run_in_threads, thread_count
from ..paged import Images
from .names import natural_key

if TYPE_CHECKING:
    from PIL import Image

SUFFIXES = {".tif": "TIFF", ".tiff": "TIFF", ".png": "PNG"}


class PngFiles:
    """PNG images of one size and type: number ``i`` is file ``i``."""

    def __init__(self, files: Sequence[Path], shape: tuple[int, ...], dtype: "np.dtype[Any]") -> None:
        self._files, self.shape, self.dtype = list(files), shape, dtype

    def read(self, numbers: NDArray[np.int64]) -> Array:
        """Return the images with these numbers, (n, H, W)."""
        result = np.empty((len(numbers), *self.shape), self.dtype)

        def work(place: int) -> None:
            result[place] = _read(self._files[int(numbers[place])])

        run_in_threads(work, len(numbers), thread_count())
        return result

    def close(self) -> None:
        """Do nothing: no file stays open."""


def pages_of(files: Sequence[Path]) -> dict[Path, tuple[int, int, object]]:
    """Return for each TIFF file its pages, the frames that may be colours of one page, and how the first is stored."""
    from ..tiff.axes import stacked_frames  # tifffile, which folders of PNG images do not need

    found: dict[Path, tuple[int, int, object]] = {}
    for file in files:
        directories = read_directories(file)
        if len(directories):
            found[file] = len(directories), stacked_frames(directories), directories.storage()
        else:
            found[file] = 0, 0, None
    return found


def image_files(folder: Path, files: Sequence[Path], stored: Mapping[Path, object]) -> Images:
    """Return the images in files, or raise an error that names the first file of another size or type.

    `stored` is what `pages_of` found in TIFF files; those that are like the first need no other look.
    """
    model = min(files, key=natural_key)
    shape, dtype = _shape(model)
    for file in files:
        if file == model or (model in stored and stored.get(file) == stored[model]):
            continue
        other = _shape(file)
        if other != (shape, dtype):
            cure = f"keep only frames of one size and type in the folder, or leave it out with ignore={file.name!r}"
            problem = f"is {other[0]} of {other[1]}, but {model.name} is {shape} of {dtype}"
            raise ArgumentError("path", folder, problem, cure, subject=str(file), keyword="ignore")
    if SUFFIXES[model.suffix.lower()] == "PNG":
        return PngFiles(files, shape, dtype)
    from ..tiff.files import PagesOfFiles, open_pages

    numbers = np.arange(len(files))
    return PagesOfFiles(files, numbers, np.zeros_like(numbers), open_pages(model))


def _shape(file: Path) -> tuple[tuple[int, ...], "np.dtype[Any]"]:
    """Return size and type from the header alone."""
    if SUFFIXES[file.suffix.lower()] == "TIFF":
        return _shape_of_tiff(file)
    with _open_png(file) as image:
        kind = {"1": "u1", "L": "u1", "I;16": "u2", "I;16B": "u2", "I": "i4", "F": "f4"}.get(image.mode)
        if kind is None:
            problem, cure = f"is a colour image (mode {image.mode})", "save the frames as grey images first"
            raise ArgumentError("path", file, problem, cure, subject=str(file))
        return (image.height, image.width), np.dtype("u2" if image.mode == "I" else kind)


def _shape_of_tiff(file: Path) -> tuple[tuple[int, ...], "np.dtype[Any]"]:
    from ..tiff.axes import stacked_frames
    from ..tiff.files import open_pages

    pages = open_pages(file)
    try:
        if len(pages) != 1:
            cure = "save each frame in a file of its own, or open the file instead of the folder"
            raise ArgumentError("path", file, f"holds {len(pages)} images", cure, subject=str(file))
        if len(pages.shape) != 2:
            frames = stacked_frames(read_directories(file))
            problem, cure = "is a colour recording", "save the frames as grey images first"
            if frames:
                problem = f"holds {frames} colours of one image, or {frames} frames that were stored like this"
                cure = "give axes='TYX' if they are frames, or save one of the colours first"
            keyword = "axes" if frames else None
            raise ArgumentError("path", file, problem, cure, subject=str(file), keyword=keyword)
        return pages.shape, pages.dtype
    finally:
        pages.close()


def _open_png(file: Path) -> "Image.Image":
    """Open an image, or raise an error that names the file."""
    return open_png(file, "is not a complete PNG image", "remove it from the folder, or copy it again")


def _read(file: Path) -> Array:
    """Return the pixels of one image."""
    with _open_png(file) as image:
        return png_pixels(image, file, "is truncated or damaged", "copy the image again")
