"""Images side by side in a grid."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._base import whole_number


def collage(
    images: Sequence[ArrayLike] | NDArray[Any], ncols: int = 6, padding: int = 0, padding_value: ArrayLike = 0
) -> NDArray[Any]:
    """Arrange images of one shape in a grid, row by row.

    Parameters
    ----------
    images : sequence of (H, W) or (H, W, C) arrays
        Grey or colour images, masks; all of one shape.
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
        raise ValueError("images is empty: give at least one image")
    shape = arrays[0].shape
    if len(shape) not in (2, 3):
        raise ValueError(f"images[0] has shape {shape}: an image is (H, W) or (H, W, C)")
    for i, array in enumerate(arrays):
        if array.shape != shape:
            raise ValueError(f"images[{i}] has shape {array.shape}, images[0] has {shape}: give images of one shape")

    height, width = shape[:2]
    nrows = -(-len(arrays) // ncols)
    canvas_shape = (nrows * (height + padding) - padding, ncols * (width + padding) - padding, *shape[2:])
    canvas = np.full(canvas_shape, padding_value, dtype=np.result_type(*arrays))
    for i, array in enumerate(arrays):
        row, column = divmod(i, ncols)
        top, left = row * (height + padding), column * (width + padding)
        canvas[top : top + height, left : left + width] = array
    return canvas
