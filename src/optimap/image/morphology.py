"""Masks made larger, smaller, whole: the operations of `scipy.ndimage` under the names of the published package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._base import ArgumentError, MaskImageKeywords, check_flag, whole_number
from .._draw import as_image
from .._reading import parse_sigma
from .masks import parse_mask, show_mask

if TYPE_CHECKING:
    from collections.abc import Callable

Mask = NDArray[np.bool_]


def invert_mask(mask: ArrayLike) -> Mask:
    """Return the pixels that are not in a mask.

    Parameters
    ----------
    mask : (H, W) array-like of bool

    Returns
    -------
    (H, W) array of bool

    Raises
    ------
    ValueError, TypeError
        If it is not a mask.

    Examples
    --------
    >>> from optimap.image import invert_mask
    >>> invert_mask([[True, False]]).tolist()
    [[False, True]]
    """
    return ~parse_mask(mask)


def erode_mask(
    binary_mask: ArrayLike,
    iterations: int = 1,
    border_value: int = 0,
    structure: ArrayLike | None = None,
    show: bool = True,
    **kwargs: Unpack[MaskImageKeywords],
) -> Mask:
    """Remove the pixels at the edges of a mask.

    Parameters
    ----------
    binary_mask : (H, W) array-like of bool
    iterations : int
        How often, 1 or more: about the width of the edge in pixels.
    border_value : {0, 1}
        Whether the mask continues beyond the edges of the image.
    structure : array-like of bool, optional
        Which neighbours count, see `scipy.ndimage.generate_binary_structure`; by default the four next ones.
    show : bool
        Show the result with `show_mask`.
    **kwargs
        Passed to `show_mask`, such as ``image``, ``title``, ``ax``.

    Returns
    -------
    (H, W) array of bool

    Raises
    ------
    ValueError
        If `iterations` is less than 1, or `structure` is not 2-D.
    TypeError
        If it is not a mask.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.image import erode_mask
    >>> int(erode_mask(np.pad(np.ones((5, 5)), 2), show=False).sum())
    9
    """
    from scipy.ndimage import binary_erosion

    options = {"iterations": _times(iterations), "border_value": _border(border_value)}
    return _changed(binary_mask, binary_erosion, structure, show, kwargs, **options)


def dilate_mask(
    binary_mask: ArrayLike,
    iterations: int = 1,
    border_value: int = 0,
    structure: ArrayLike | None = None,
    show: bool = True,
    **kwargs: Unpack[MaskImageKeywords],
) -> Mask:
    """Add the pixels around the edges of a mask.

    Parameters
    ----------
    binary_mask, iterations, border_value, structure, show, **kwargs
        As for `erode_mask`.

    Returns
    -------
    (H, W) array of bool

    Raises
    ------
    ValueError, TypeError
        As for `erode_mask`.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.image import dilate_mask
    >>> int(dilate_mask(np.eye(5)[2:3].repeat(5, axis=0) * np.eye(5)[2], show=False).sum()) > 5
    True
    """
    from scipy.ndimage import binary_dilation

    options = {"iterations": _times(iterations), "border_value": _border(border_value)}
    return _changed(binary_mask, binary_dilation, structure, show, kwargs, **options)


def open_mask(
    binary_mask: ArrayLike,
    iterations: int = 1,
    border_value: int = 0,
    structure: ArrayLike | None = None,
    show: bool = True,
    **kwargs: Unpack[MaskImageKeywords],
) -> Mask:
    """Remove small parts of a mask: eroded, then dilated.

    Parameters
    ----------
    binary_mask, iterations, border_value, structure, show, **kwargs
        As for `erode_mask`.

    Returns
    -------
    (H, W) array of bool

    Raises
    ------
    ValueError, TypeError
        As for `erode_mask`.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.image import open_mask
    >>> bool(open_mask(np.eye(5, dtype=bool), show=False).any())
    False
    """
    return dilate_mask(
        erode_mask(binary_mask, iterations, border_value, structure, show=False),
        iterations,
        border_value,
        structure,
        show,
        **kwargs,
    )


def close_mask(
    binary_mask: ArrayLike,
    iterations: int = 1,
    border_value: int = 0,
    structure: ArrayLike | None = None,
    show: bool = True,
    **kwargs: Unpack[MaskImageKeywords],
) -> Mask:
    """Fill small holes and gaps of a mask: dilated, then eroded.

    Parameters
    ----------
    binary_mask, iterations, border_value, structure, show, **kwargs
        As for `erode_mask`.

    Returns
    -------
    (H, W) array of bool

    Raises
    ------
    ValueError, TypeError
        As for `erode_mask`.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.image import close_mask
    >>> ring = np.pad(np.ones((3, 3)), 2)
    >>> ring[3, 3] = 0
    >>> int(close_mask(ring, show=False).sum())
    9
    """
    return erode_mask(
        dilate_mask(binary_mask, iterations, border_value, structure, show=False),
        iterations,
        border_value,
        structure,
        show,
        **kwargs,
    )


def fill_mask(
    binary_mask: ArrayLike,
    structure: ArrayLike | None = None,
    show: bool = True,
    **kwargs: Unpack[MaskImageKeywords],
) -> Mask:
    """Fill the holes of a mask, whatever their size.

    Parameters
    ----------
    binary_mask, structure, show, **kwargs
        As for `erode_mask`.

    Returns
    -------
    (H, W) array of bool

    Raises
    ------
    ValueError, TypeError
        As for `erode_mask`.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.image import fill_mask
    >>> ring = np.ones((5, 5))
    >>> ring[1:4, 1:4] = 0
    >>> bool(fill_mask(ring, show=False).all())
    True
    """
    from scipy.ndimage import binary_fill_holes

    return _changed(binary_mask, binary_fill_holes, structure, show, kwargs)


def largest_mask_component(
    mask: ArrayLike, invert: bool = False, show: bool = True, **kwargs: Unpack[MaskImageKeywords]
) -> Mask:
    """Keep the largest connected part of a mask.

    Parameters
    ----------
    mask : (H, W) array-like of bool
    invert : bool
        Keep the largest connected part of what is not in the mask: everything else is in it.
    show, **kwargs
        As for `erode_mask`.

    Returns
    -------
    (H, W) array of bool
        Without any pixel if the mask has none.

    Raises
    ------
    ValueError, TypeError
        As for `erode_mask`.

    Examples
    --------
    >>> from optimap.image import largest_mask_component
    >>> largest_mask_component([[1, 0, 1, 1]], show=False).tolist()
    [[False, False, True, True]]
    """
    from scipy.ndimage import label

    check_flag(invert, "invert")
    check_flag(show, "show")
    truth = parse_mask(mask) != bool(invert)
    parts, count = label(truth)
    if count > 1:
        truth = parts == 1 + np.bincount(parts.ravel())[1:].argmax()
    found: Mask = truth != bool(invert)
    if show:
        show_mask(found, **kwargs)
    return found


def smooth_gaussian(image: ArrayLike, sigma: float) -> NDArray[np.floating[Any]]:
    """Smooth an image with a Gaussian; pixels that are NaN are left out of the means around them, and stay NaN.

    Parameters
    ----------
    image : (H, W) or (H, W, 3) array-like
        Beyond its edges, it continues with the pixels at the edges.
    sigma : float
        Standard deviation in pixels; 0 for none.

    Returns
    -------
    array with the shape of the image
        float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        If `sigma` is negative or not finite, or it is not an image.
    TypeError
        If the pixels are not real numbers.

    Examples
    --------
    >>> from optimap.image import smooth_gaussian
    >>> smooth_gaussian([[0, 1, 0]], 1).round(2).tolist()
    [[0.24, 0.4, 0.24]]
    """
    from scipy.ndimage import gaussian_filter

    sigma = parse_sigma(sigma, "sigma")
    pixels = as_image(image)
    values = np.ma.filled(pixels.astype(np.float64), np.nan)
    widths = (sigma, sigma, 0)[: values.ndim]
    there = np.isfinite(values)
    sums = gaussian_filter(np.where(there, values, 0), widths, mode="nearest")
    if not there.all():
        shares = gaussian_filter(there.astype(np.float64), widths, mode="nearest")
        sums = np.divide(sums, shares, out=np.full_like(values, np.nan), where=there)
    small = pixels.dtype.kind == "f" and pixels.dtype.itemsize <= 4
    return sums.astype(np.float32 if small else np.float64)


def _times(iterations: object) -> int:
    """Return how often an operation is applied; 0 would repeat it until nothing changes any more."""
    return whole_number(iterations, "iterations", minimum=1)


def _border(value: object) -> int:
    """Return 0 or 1."""
    if value not in (0, 1):
        raise ArgumentError.must_be("border_value", value, "0 or 1")
    return int(bool(value))


def _changed(
    mask: ArrayLike,
    change: Callable[..., Mask],
    structure: ArrayLike | None,
    show: bool,
    kwargs: MaskImageKeywords,
    **options: int,
) -> Mask:
    """Return a mask after an operation, and show it."""
    check_flag(show, "show")
    shape = None if structure is None else np.asarray(structure, bool)
    if shape is not None and shape.ndim != 2:
        raise ArgumentError("structure", structure, f"has shape {shape.shape}", "give a 2-D array", subject="structure")
    found = change(parse_mask(mask, "binary_mask"), structure=shape, **options)
    if show:
        show_mask(found, **kwargs)
    return found
