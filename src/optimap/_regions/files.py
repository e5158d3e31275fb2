"""Regions in files: ImageJ's own, and images that hold masks, labels or stacks."""

from pathlib import Path
from typing import Any

import numpy as np

from .imagej import read_rois
from .kinds import IMAGE_SUFFIXES, ROI_SUFFIXES
from .position_files import read_positions

SHAPES = "masks and labels are images (H, W), stacks are (N, H, W)"


def read_region_file(path: Path) -> Any:
    """Return ImageJ regions as `Drawn`, an image or ``.npy`` file as an array, a ``.csv`` file as a list of (x, y)."""
    suffix = path.suffix.lower()
    suffixes = ROI_SUFFIXES + IMAGE_SUFFIXES + (".csv",)
    if suffix not in suffixes:
        known = " ".join(suffixes)
        raise ValueError(f"{path} has an unknown suffix {suffix!r}: regions are read from {known}")
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist")
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: give one file of regions")
    if suffix in ROI_SUFFIXES:
        return read_rois(path)
    if suffix == ".csv":
        return read_positions(path)
    if suffix == ".npy":
        return _read_npy(path)
    return _read_png(path) if suffix == ".png" else _read_tiff(path)


def _read_npy(path: Path) -> Any:
    try:
        array = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ValueError(f"{path} is no .npy file of numbers: {error}") from error
    if array.ndim not in (2, 3) and array.shape != (2,):
        raise ValueError(f"{path} has shape {array.shape}: {SHAPES}, positions (N, 2)")
    return array


def _read_png(path: Path) -> Any:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            # Of a palette image, the numbers in the palette are the labels.
            if image.mode not in ("1", "L", "P", "I", "I;16", "F"):
                raise ValueError(f"{path} is a colour image ({image.mode}): masks and labels are grey values")
            return np.asarray(image)
    except UnidentifiedImageError as error:
        raise ValueError(f"{path} is no PNG image, or is damaged: {error}") from error


def _read_tiff(path: Path) -> Any:
    import tifffile

    try:
        with tifffile.TiffFile(path) as file:
            if file.pages.first.photometric == tifffile.PHOTOMETRIC.RGB:
                raise ValueError(f"{path} is a colour image: masks and labels are grey values")
            image = file.asarray()
    except tifffile.TiffFileError as error:
        raise ValueError(f"{path} is no TIFF image, or is damaged: {error}") from error
    if image.ndim not in (2, 3):
        raise ValueError(f"{path} has shape {image.shape}: {SHAPES}")
    return image
