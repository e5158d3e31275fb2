"""What an image file would be as regions, in words: for files that may be a mask or labels, and are no recordings."""

from pathlib import Path

import numpy as np

from .._base import ArgumentError, DamagedFileError, counted
from .files import read_region_file
from .kinds import find_kind
from .likeness import distinct
from .pickles import has_objects, npy_shape

IMAGES = (".png", ".tif", ".tiff", ".npy")


def image_summary(path: Path) -> str | None:
    """Return what one image in a file would be as regions; None if it would not be regions, or there are several."""
    suffix = path.suffix.lower()
    if suffix not in IMAGES or not path.is_file():
        return None
    try:
        found = read_region_file(path)
        if not isinstance(found, np.ndarray):
            return None
        if suffix == ".npy" and found.ndim == 2 and found.shape[1] == 2 and found.dtype.kind != "b":
            return counted(len(found), "position")
        kind, image = find_kind(found, None, "image")
    except ArgumentError:
        return None
    if kind == "mask":
        return "a mask"
    if kind != "labels":
        return None
    labels = distinct(np.asarray(image))
    if labels.dtype.kind == "f" and not (labels == np.floor(labels)).all():
        return None
    return counted(int(np.count_nonzero(labels)), "label") if labels.any() else None


def is_flat(path: Path) -> bool:
    """Return whether a ``.npy`` file holds an array of two axes, as images and positions have, and no recording."""
    if path.suffix.lower() != ".npy" or not path.is_file() or has_objects(path) is not None:
        return False
    try:
        return len(npy_shape(path)) == 2
    except DamagedFileError:
        return False
