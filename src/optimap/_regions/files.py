"""Regions from files: ImageJ regions, images that hold masks, labels or stacks, and tables of positions."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from .._base import ArgumentError, Array, FolderError, MissingFileError
from .imagej import read_rois
from .polygons import Outlines
from .position_files import read_positions

SHAPES = "give masks and labels as images (H, W), stacks as (N, H, W)"


def read_region_file(path: Path, name: str = "path") -> Outlines | Array | list[tuple[float, float]]:
    """Return what a file holds: outlines, an array of pixels or positions, or a list of positions (x, y).

    Errors call the argument that names the file by `name`.
    """
    suffix = path.suffix.lower()
    if suffix not in READERS:
        problem = f"has an unknown suffix {suffix!r}" if suffix else "has no suffix"
        cure = f"give a file that ends in one of {' '.join(READERS)}"
        if not suffix:
            cure += ", or positions as numbers, without quotes"
        raise ArgumentError(name, path, problem, cure, subject=str(path))
    if not path.exists():
        raise MissingFileError(name, path, "does not exist", "check the name and the folder", subject=str(path))
    if path.is_dir():
        raise FolderError(name, path, "is a folder", "give one file of regions", subject=str(path))
    return READERS[suffix](path, name)


def _read_npy(path: Path, name: str) -> Array:
    """Return the array in a ``.npy`` file."""
    try:
        array: Array = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        cure = "save an array of numbers with numpy.save"
        raise ArgumentError(
            name, path, f"cannot be read as a .npy file of numbers ({error})", cure, subject=str(path)
        ) from error
    if array.ndim not in (2, 3) and array.shape != (2,):
        cure = f"{SHAPES}, positions (N, 2)"
        raise ArgumentError(name, path, f"has shape {array.shape}", cure, subject=str(path))
    return array


def _read_png(path: Path, name: str) -> Array:
    """Return the grey values of a PNG image; for a palette image, the palette indices, which are the labels."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            if image.mode not in ("1", "L", "P", "I", "I;16", "F"):
                raise _colour_error(path, name, f" ({image.mode})")
            return np.asarray(image)
    except UnidentifiedImageError as error:
        raise _damaged_error(path, name, "PNG", error) from error


def _read_tiff(path: Path, name: str) -> Array:
    """Return the grey values of a TIFF image or stack."""
    import tifffile

    try:
        with tifffile.TiffFile(path) as file:
            if file.pages.first.photometric == tifffile.PHOTOMETRIC.RGB:
                raise _colour_error(path, name, "")
            image = np.asarray(file.asarray())
    except tifffile.TiffFileError as error:
        raise _damaged_error(path, name, "TIFF", error) from error
    if image.ndim not in (2, 3):
        raise ArgumentError(name, path, f"has shape {image.shape}", SHAPES, subject=str(path))
    return image


def _colour_error(path: Path, name: str, mode: str) -> ArgumentError:
    cure = "save it as a grey image, since masks and labels are grey values"
    return ArgumentError(name, path, f"is a colour image{mode}", cure, subject=str(path))


def _damaged_error(path: Path, name: str, kind: str, error: Exception) -> ArgumentError:
    problem = f"cannot be read as a {kind} image, or is damaged ({error})"
    return ArgumentError(name, path, problem, "save the image again", subject=str(path))


# THE table of region files: a new kind is a row here, and a function that returns outlines, an array or positions.
READERS: dict[str, Callable[[Path, str], Outlines | Array | list[tuple[float, float]]]] = {
    ".roi": read_rois,
    ".zip": read_rois,
    ".png": _read_png,
    ".tif": _read_tiff,
    ".tiff": _read_tiff,
    ".npy": _read_npy,
    ".csv": read_positions,
}
