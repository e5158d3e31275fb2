"""collage: images side by side in a grid."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, Array, whole_number


def collage(
    images: Sequence[ArrayLike] | Array, ncols: int = 6, padding: int = 0, padding_value: ArrayLike = 0
) -> Array:
    """Arrange images of one shape in a grid, row by row.

    Parameters
    ----------
    images : sequence of (H, W) or (H, W, C) arrays
        Grey or colour images, or masks; all of one shape.
    ncols : int
        Images per row. The collage is always `ncols` images wide; cells without an image are filled.
    padding : int
        Pixels between images (none around the collage).
    padding_value : scalar or (C,) array
        Value between images and in cells without one.

    Returns
    -------
    (rows, columns) or (rows, columns, C) array
        With the images' common dtype.

    Raises
    ------
    ValueError
        If there are no images, or they are not images of one shape.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.image import collage
    >>> collage([np.full((2, 3), i) for i in (1, 2, 3)], ncols=2, padding=1).shape
    (5, 7)
    """
    ncols, padding = whole_number(ncols, "ncols", minimum=1), whole_number(padding, "padding")
    arrays = [np.asarray(image) for image in images]
    if not arrays:
        raise ArgumentError("images", images, "is empty", "give at least one image", subject="images")
    shape = arrays[0].shape
    if len(shape) not in (2, 3):
        problem, cure = f"has shape {shape}", "give images (H, W) or (H, W, C)"
        raise ArgumentError("images[0]", arrays[0], problem, cure, subject="images[0]")
    for i, array in enumerate(arrays):
        if array.shape != shape:
            problem = f"has shape {array.shape}, but images[0] has shape {shape}"
            raise ArgumentError(f"images[{i}]", array, problem, "give images of one shape", subject=f"images[{i}]")

    height, width = shape[:2]
    nrows = -(-len(arrays) // ncols)
    canvas_shape = (nrows * (height + padding) - padding, ncols * (width + padding) - padding, *shape[2:])
    canvas = np.full(canvas_shape, padding_value, dtype=np.result_type(*arrays))
    for i, array in enumerate(arrays):
        row, column = divmod(i, ncols)
        top, left = row * (height + padding), column * (width + padding)
        canvas[top : top + height, left : left + width] = array
    return canvas
