"""The pixels of PNG images as they are stored: grey values of any depth, and the indices of a palette."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import Array
from .._files import PNG, check_justified, reading

if TYPE_CHECKING:
    from PIL import Image

STRETCHED = {"L;2": 85, "L;4": 17}  # Pillow multiplies grey values of 2 and 4 bits by these factors


def open_png(path: Path, problem: str, cure: str, argument: str = "path") -> "Image.Image":
    """Open an image, or raise an error that says `problem` and `cure`; its pixels are not read yet."""
    from PIL import Image

    with reading(path, "pillow", problem, cure, argument=argument):
        return Image.open(path, formats=["PNG"])


def check_png(image: "Image.Image", path: Path, argument: str = "path") -> None:
    """Raise an error for an open image of more pixels than its file can hold."""
    check_justified(path, image.width * image.height * 4, PNG, "pixels", argument=argument)


def png_pixels(image: "Image.Image", path: Path, problem: str, cure: str, argument: str = "path") -> Array:
    """Return the pixels (H, W) of an open image, or raise an error that says `problem` and `cure`."""
    tiles: Any = getattr(image, "tile", None)
    stretched = STRETCHED.get(str(tiles[0][3]), 1) if tiles else 1
    check_png(image, path, argument)
    with reading(path, "pillow", problem, cure, argument=argument):
        pixels: Array = np.asarray(image)
    return pixels // stretched if stretched > 1 else pixels
