"""Positions placed by a rule: at random, on a line, on a grid, in a collage. They are lists of tuples ``(x, y)``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from .._base import ArgumentError, FrameShape, Ints, counted, whole_number
from .positions import parse_positions


def random_positions(
    shape_or_mask: ArrayLike, N: int = 1, *, rng: np.random.Generator | int | None = None
) -> list[tuple[int, int]]:
    """Draw random pixel positions without repetition.

    Parameters
    ----------
    shape_or_mask : (H, W) or 2-D array
        Frame shape (any sequence of two whole numbers), or a mask ``(H, W)`` from which non-zero pixels are drawn.
    N : int
        Number of positions.
    rng : numpy.random.Generator or int, optional
        Source of randomness or its seed.

    Returns
    -------
    list of (x, y)
        `N` tuples of Python ints.

    Raises
    ------
    ValueError
        If the mask is empty or holds fewer than `N` pixels, or the argument is neither a shape nor a mask.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.trace import random_positions
    >>> mask = np.zeros((4, 6), dtype=bool)
    >>> mask[2, 5] = True
    >>> random_positions(mask)
    [(5, 2)]
    >>> len(set(random_positions((128, 64), 100, rng=1)))
    100
    """
    count = whole_number(N, "N")
    given = np.asarray(shape_or_mask)
    if given.ndim == 1 and given.size == 2:
        height, width = (whole_number(n, "shape_or_mask", minimum=1) for n in given.tolist())
        pixels: Ints | int = height * width
        where = f"a frame of {height} x {width}"
    elif given.ndim == 2:
        width = given.shape[1]
        pixels = np.flatnonzero(given)
        where = "the mask"
    else:
        cure = "give a frame shape (H, W) or a 2-D mask"
        raise ArgumentError("shape_or_mask", given, f"has shape {given.shape}", cure, subject="shape_or_mask")
    available = pixels if isinstance(pixels, int) else len(pixels)
    if available == 0:
        cure = "set the pixels to draw from"
        raise ArgumentError("shape_or_mask", given, "is an empty mask", cure, subject="shape_or_mask")
    if count > available:
        problem = f"is more than the {counted(available, 'pixel')} of {where}"
        raise ArgumentError("N", count, problem, f"give {available} or fewer, as pixels are drawn without repetition")
    drawn = np.random.default_rng(rng).choice(pixels, size=count, replace=False)
    y, x = np.divmod(drawn, width)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def positions_from_A_to_B(
    N: int, A: Sequence[float], B: Sequence[float], *, as_integers: bool = True
) -> list[tuple[int, int]] | list[tuple[float, float]]:
    """Place positions evenly on the straight line from `A` to `B`, both included.

    Parameters
    ----------
    N : int
        Number of positions, at least 2.
    A, B : (x, y)
        The ends of the line, in pixels.
    as_integers : bool
        Return the pixels that contain the positions (default); otherwise, the exact positions.

    Returns
    -------
    list of (x, y)

    Examples
    --------
    >>> from optimap.trace import positions_from_A_to_B
    >>> positions_from_A_to_B(3, (0, 0), (10, 4))
    [(0, 0), (5, 2), (10, 4)]
    >>> positions_from_A_to_B(3, (0, 0), (5, 1), as_integers=False)
    [(0.0, 0.0), (2.5, 0.5), (5.0, 1.0)]
    """
    count = whole_number(N, "N", minimum=2)
    ends = []
    for name, end in (("A", A), ("B", B)):
        position, single = parse_positions(end, name=name)
        if not single:
            raise ArgumentError(name, end, "is not one position", "give (x, y), two numbers")
        ends.append(position[0])
    points = np.linspace(ends[0], ends[1], count)
    # floor(x + 0.5) is the pixel that x lies in; rounding halves to even would favour even pixels.
    points = np.floor(points + 0.5).astype(int) if as_integers else points
    return [(x, y) for x, y in points.tolist()]


def collage_positions(
    positions: Sequence[ArrayLike], image_shape: Sequence[int], ncols: int = 6, *, padding: int = 0
) -> list[tuple[float, float]]:
    """Move positions in several images to where those images are in an `optimap.image.collage`.

    Parameters
    ----------
    positions : sequence of (one position or a sequence of (x, y))
        One entry per image; an image without positions has an empty entry. The entries are not modified.
    image_shape : (H, W)
        Shape of each image; further axes (colour) are ignored.
    ncols : int
        Images per row of the collage.
    padding : int
        Pixels between images, as given to `optimap.image.collage`.

    Returns
    -------
    list of (x, y)
        In the order given; whole numbers stay Python ints.

    Examples
    --------
    >>> from optimap.trace import collage_positions
    >>> collage_positions([[(1, 2)], [(1, 2)], [(1, 2)]], image_shape=(10, 20), ncols=2)
    [(1, 2), (21, 2), (1, 12)]
    """
    ncols, padding = whole_number(ncols, "ncols", minimum=1), whole_number(padding, "padding")
    if not hasattr(image_shape, "__len__") or len(image_shape) < 2:
        raise ArgumentError("image_shape", image_shape, "is not the shape of an image", "give (H, W)")
    height, width = (whole_number(n, "image_shape", minimum=1) for n in list(image_shape)[:2])
    moved: list[tuple[float, float]] = []
    for i, points in enumerate(positions):
        listed = list(points) if isinstance(points, Iterable) and not hasattr(points, "__len__") else points
        parsed, _ = parse_positions(listed, (height, width), name=f"positions[{i}]")
        row, column = divmod(i, ncols)
        parsed = parsed + np.array([column * (width + padding), row * (height + padding)])
        whole = np.asarray(listed).dtype.kind in "iu"
        moved.extend((x, y) for x, y in (parsed.astype(int) if whole else parsed).tolist())
    return moved


def grid_positions(shape: FrameShape, N: int) -> list[tuple[int, int]]:
    """Return the centres of N x N equal parts of a frame (H, W), row by row."""
    count = whole_number(N, "N", minimum=1)
    if count > min(shape):
        problem = f"is more than a frame of {shape[0]} x {shape[1]} has pixels on a side"
        raise ArgumentError("N", count, problem, f"give {min(shape)} or fewer")
    y, x = (((np.arange(count) + 0.5) * n / count).astype(int).tolist() for n in shape)
    return [(column, row) for row in y for column in x]
