"""Masks of images by a threshold, and their figure: background_mask, foreground_mask, show_mask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Unpack, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._base import ArgumentError, ArgumentTypeError, Array, MaskKeywords, check_flag, finite_number
from .._draw import as_image, check_axes, check_scale, draw_image, new_axes, show_figures

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Mask = NDArray[np.bool_]
MOST_EXPONENT = 400  # of numbers whose squares neither overflow nor vanish
BINS = 4096  # of images that do not hold integers


def detect_background_threshold(image: ArrayLike) -> float:
    """Return the brightness that separates the background of an image from the tissue.

    It is that with the smallest error if both have brightnesses with normal distributions.

    Parameters
    ----------
    image : (H, W) array-like
        NaN and infinity do not count; neither do 0 and the largest value of unsigned integers, which stand for masked
        and for saturated pixels.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the image has less than two values.
    TypeError
        If the pixels are not real numbers.

    References
    ----------
    Kittler, J., Illingworth, J. Minimum error thresholding. Pattern Recognition 19, 41-47 (1986). Barron, J. T. A
    generalization of Otsu's method and minimum error thresholding. ECCV 2020, of which this is a special case.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.image import detect_background_threshold
    >>> rng = np.random.default_rng(0)
    >>> image = np.concatenate([rng.normal(100, 10, (20, 40)), rng.normal(400, 40, (20, 40))])
    >>> 130 < detect_background_threshold(image) < 250
    True
    """
    pixels, exponent = _in_range(_pixels(image))
    values, counts, width = _histogram(pixels)
    if len(values) < 2:
        problem = "has the same brightness everywhere"
        raise ArgumentError("image", image, problem, "give threshold=", subject="image", keyword="threshold")
    splits = slice(None, -1)
    centred = values - values.mean()
    below, above = np.cumsum(counts)[splits], counts[::-1].cumsum()[::-1][1:]
    score = np.zeros(len(values) - 1)
    for weights, order in ((below, slice(None)), (above, slice(None, None, -1))):
        first = np.cumsum((counts * centred)[order])[splits][order] / weights
        second = np.cumsum((counts * centred**2)[order])[splits][order] / weights
        # A class of a single brightness has at least the variance of rounding; otherwise, it would always win.
        variance = np.maximum(second - first**2, width**2 / 12)
        score += weights * (2 * np.log(weights) - np.log(variance))
    best = int(score.argmax())
    return float(np.ldexp(float(values[best] + values[best + 1]) / 2, exponent))


def _pixels(image: ArrayLike) -> Array:
    """Return an image, or raise an error."""
    pixels = as_image(image)
    if pixels.ndim != 2:
        raise ArgumentError("image", image, "is in colour", "give an image (H, W)", subject="image")
    return pixels


def _in_range(pixels: Array) -> tuple[Array, int]:
    """Return pixels divided by a power of two if squares of their numbers overflow or vanish, and its exponent."""
    if pixels.dtype.kind != "f":
        return pixels, 0
    with np.errstate(over="ignore"):
        pixels = pixels.astype(np.float64)  # of long doubles, those beyond are infinite
    known = np.ma.filled(pixels, np.nan)
    size = np.abs(known, where=np.isfinite(known), out=np.zeros(known.shape)).max(initial=0)
    exponent = int(np.frexp(size)[1])
    return (pixels, 0) if abs(exponent) < MOST_EXPONENT else (np.ldexp(pixels, -exponent), exponent)


def _histogram(pixels: Array) -> tuple[Array, Array, float]:
    """Return brightnesses in their order, the number of pixels with each, and the width of a step."""
    known = pixels.compressed() if isinstance(pixels, np.ma.MaskedArray) else pixels.ravel()
    if known.dtype.kind in "biu":
        values, counts = _integers(known)
        limits = np.iinfo(known.dtype) if known.dtype.kind == "u" else None
        inside = np.ones(len(values), bool) if limits is None else (values > 0) & (values < limits.max)
        return values[inside].astype(np.float64), counts[inside].astype(np.float64), 1.0
    known = known[np.isfinite(known)].astype(np.float64)
    if not known.size or known.min() == known.max():
        return known[:1], np.ones(len(known[:1])), 1.0
    counts, edges = np.histogram(known, BINS)
    inside = counts > 0
    return ((edges[1:] + edges[:-1]) / 2)[inside], counts[inside].astype(np.float64), float(edges[1] - edges[0])


def _integers(known: Array) -> tuple[Array, Array]:
    """Return the values that occur, in their order, and how often."""
    if known.dtype.kind == "u" and known.dtype.itemsize <= 2:  # ten times as fast as sorting
        counts = np.bincount(known)
        values = np.flatnonzero(counts)
        return values.astype(known.dtype), counts[values]
    values, counts = np.unique(known, return_counts=True)
    return values, counts


@overload
def background_mask(
    image: ArrayLike,
    threshold: float | None = None,
    show: bool = True,
    return_threshold: Literal[False] = False,
    **kwargs: Unpack[MaskKeywords],
) -> Mask: ...
@overload
def background_mask(
    image: ArrayLike,
    threshold: float | None = None,
    show: bool = True,
    *,
    return_threshold: Literal[True],
    **kwargs: Unpack[MaskKeywords],
) -> tuple[Mask, float]: ...
def background_mask(
    image: ArrayLike,
    threshold: float | None = None,
    show: bool = True,
    return_threshold: bool = False,
    **kwargs: Unpack[MaskKeywords],
) -> Mask | tuple[Mask, float]:
    """Return which pixels of an image are background: those that are darker than a threshold.

    Parameters
    ----------
    image : (H, W) array-like
    threshold : float, optional
        By default `detect_background_threshold` of the image.
    show : bool
        Show the mask on the image with `show_mask`.
    return_threshold : bool
        Return the threshold, too.
    **kwargs
        Passed to `show_mask`.

    Returns
    -------
    (H, W) array of bool, or (mask, threshold)
        Every pixel is either background or foreground; those that are NaN or masked are background.

    Raises
    ------
    ValueError
        If `image` is not an image (H, W), or there is no threshold, because it is the same everywhere.
    TypeError
        If the pixels are not real numbers.

    See Also
    --------
    foreground_mask, optimap.activation.mask_tissue

    Examples
    --------
    >>> from optimap.image import background_mask
    >>> background_mask([[10, 200], [11, 210]], threshold=100, show=False).tolist()
    [[True, False], [True, False]]
    """
    return _by_threshold(image, threshold, show, return_threshold, False, **kwargs)


@overload
def foreground_mask(
    image: ArrayLike,
    threshold: float | None = None,
    show: bool = True,
    return_threshold: Literal[False] = False,
    **kwargs: Unpack[MaskKeywords],
) -> Mask: ...
@overload
def foreground_mask(
    image: ArrayLike,
    threshold: float | None = None,
    show: bool = True,
    *,
    return_threshold: Literal[True],
    **kwargs: Unpack[MaskKeywords],
) -> tuple[Mask, float]: ...
def foreground_mask(
    image: ArrayLike,
    threshold: float | None = None,
    show: bool = True,
    return_threshold: bool = False,
    **kwargs: Unpack[MaskKeywords],
) -> Mask | tuple[Mask, float]:
    """Return which pixels of an image are tissue: those that reach a threshold.

    Parameters
    ----------
    image, threshold, show, return_threshold, **kwargs
        As for `background_mask`.

    Returns
    -------
    (H, W) array of bool, or (mask, threshold)
        Every pixel is either background or foreground.

    Raises
    ------
    ValueError, TypeError
        As for `background_mask`.

    Examples
    --------
    >>> from optimap.image import foreground_mask
    >>> foreground_mask([[10, 200], [11, 210]], threshold=200, show=False).tolist()
    [[False, True], [False, True]]
    """
    return _by_threshold(image, threshold, show, return_threshold, True, **kwargs)


def _by_threshold(
    image: ArrayLike,
    threshold: float | None,
    show: bool,
    return_threshold: bool,
    bright: bool,
    **kwargs: Unpack[MaskKeywords],
) -> Mask | tuple[Mask, float]:
    """Return the mask of bright or dark pixels."""
    check_flag(show, "show")
    check_flag(return_threshold, "return_threshold")
    for name, value in kwargs.items():
        if name not in MaskKeywords.__annotations__:
            cure = f"give {', '.join(MaskKeywords.__annotations__)}, or leave it out"
            raise ArgumentTypeError(name, value, "is not a keyword of show_mask()", cure)
    pixels = _pixels(image)
    given = None if threshold is None else finite_number(threshold, "threshold", "a finite number, or left out")
    limit = detect_background_threshold(image) if given is None else given
    with np.errstate(invalid="ignore"):
        above = np.ma.filled(pixels >= limit, False)
    mask: Mask = above if bright else ~above
    if show:
        show_mask(mask, image, **{"title": f"Threshold {limit:g}", **kwargs})  # type: ignore[arg-type]  # the same keys
    return (mask, limit) if return_threshold else mask


def parse_mask(mask: ArrayLike, name: str = "mask") -> Mask:
    """Return a mask as truth values, or raise an error for anything but an image of 0 and 1, or of False and True."""
    values = np.asarray(mask)
    if values.ndim != 2:
        raise ArgumentError(name, mask, f"has shape {values.shape}", "give a mask (H, W)", subject=name)
    if values.dtype.kind not in "biuf" or not np.isin(values, (0, 1)).all():
        cure = "give an array of True and False, for example image > 5"
        raise ArgumentTypeError(name, mask, "is not a mask", cure, subject=name)
    return values.astype(bool)


def show_mask(
    mask: ArrayLike,
    image: ArrayLike | None = None,
    title: str = "",
    alpha: float = 0.3,
    color: object = "red",
    cmap: str = "gray",
    ax: Axes | None = None,
) -> Axes:
    """Show a mask in colour over an image, or alone.

    Parameters
    ----------
    mask : (H, W) array-like of bool
    image : (H, W) or (H, W, 3) array-like, optional
        Drawn below the mask.
    title : str
    alpha : float
        Opacity of the colour over an image, from 0 to 1.
    color : color
        Of the pixels in the mask.
    cmap : str or matplotlib colormap
        Of the image.
    ax : matplotlib Axes, optional
        Draw there; by default in a new figure, which is shown.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the mask is not 2-D, or does not have the shape of the image; `color` or `cmap` is unknown; `alpha` is not in
        0..1.
    TypeError
        If the mask holds anything but True and False, or 1 and 0.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.image import show_mask
    >>> ax = show_mask(np.eye(8, dtype=bool), np.zeros((8, 8)), title="a diagonal")
    """
    from matplotlib.colors import is_color_like, to_rgba

    truth = parse_mask(mask)
    if not truth.size:
        raise ArgumentError("mask", mask, "has no pixels", "give at least one", subject="mask")
    below = None if image is None else as_image(image)
    if below is not None and below.shape[:2] != truth.shape:
        cure = f"give an image of the shape of the mask, {truth.shape}"
        raise ArgumentError("image", image, f"has shape {below.shape}", cure, subject="image")
    if not is_color_like(color):
        raise ArgumentError("color", color, "is not a colour known to matplotlib", "give a name such as 'red'")
    if not 0 <= finite_number(alpha, "alpha", "a number from 0 to 1") <= 1:
        raise ArgumentError.must_be("alpha", alpha, "a number from 0 to 1")
    check_scale(cmap, None, None)
    check_axes(ax)
    new = ax is None
    if ax is None:
        ax = new_axes()
    if below is not None:
        draw_image(ax, below, cmap=cmap)
    layer = np.zeros((*truth.shape, 4))
    layer[truth] = to_rgba(color, alpha if below is not None else 1)  # type: ignore[arg-type]  # a colour
    ax.imshow(layer, interpolation="none")
    ax.set_title(title)
    ax.set_axis_off()
    if new:
        show_figures()
    return ax
