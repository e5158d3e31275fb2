"""show_image: an image, drawn pixel by pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from numpy.typing import ArrayLike

from .._base import ImageKeywords
from .._draw import (
    add_length_bar,
    as_image,
    beyond,
    check_axes,
    check_keywords,
    check_length_bar,
    check_scale,
    draw_image,
    hidden_axes,
    new_axes,
    show_figures,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def show_image(
    image: ArrayLike,
    title: str = "",
    vmin: float | None = None,
    vmax: float | None = None,
    cmap: str = "gray",
    show_colorbar: bool = False,
    colorbar_title: str = "",
    ax: Axes | None = None,
    *,
    scale_bar: bool = False,
    pixel_size: float | None = None,
    **kwargs: Unpack[ImageKeywords],
) -> Axes:
    """Show an image pixel by pixel, without interpolation.

    Parameters
    ----------
    image : (H, W) grey or mask, or (H, W, 3) or (H, W, 4) colour
        Masked pixels and NaN stay blank.
    title : str
    vmin, vmax : float, optional
        Values drawn black and white (or as the ends of `cmap`); by default the 1st and the 99th percentile of the
        known pixels, so that a single hot pixel does not turn everything else black. Masks have their whole range, and
        colour images are drawn as they are.
    cmap : str or matplotlib colormap
    show_colorbar : bool
        Draw the colour scale on the right.
    colorbar_title : str
    ax : matplotlib Axes, optional
        Draw there; by default in a new figure, which is shown.
    scale_bar : bool
        Draw a bar below the image whose length is written next to it, in mm if `pixel_size` is given, else in pixels.
    pixel_size : float, optional
        Width of a pixel in mm, such as that of `optimap.video.Recording`.
    **kwargs
        Passed to `matplotlib.axes.Axes.imshow`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If `image` is neither 2-D nor colour, `cmap` is unknown, `vmin` or `vmax` is not finite, `vmin` is more than
        `vmax`, or a keyword has a wrong value.
    TypeError
        If `image` does not hold real numbers, or `ax` is not Axes.
    AttributeError
        If a keyword is unknown to matplotlib.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.image import show_image
    >>> ax = show_image(np.eye(8), title="a diagonal", show_colorbar=True)
    """
    pixels = as_image(image)
    check_axes(ax)
    check_scale(cmap, vmin, vmax)
    check_length_bar(scale_bar, pixel_size)
    style: dict[str, Any] = {"cmap": cmap, **kwargs}
    if kwargs:
        limits = {"vmin": vmin, "vmax": vmax}
        check_keywords(lambda **some: hidden_axes().imshow(pixels, **some), {**style, **limits})

    new = ax is None
    if ax is None:
        ax = new_axes()
    drawn = draw_image(ax, pixels, vmin, vmax, **style)
    ax.set_title(title)
    if show_colorbar:
        how: dict[str, Any] = {"extend": beyond(drawn, pixels), "fraction": 0.046, "pad": 0.04}
        ax.figure.colorbar(drawn, ax=ax, label=colorbar_title, **how)
    if scale_bar:
        add_length_bar(ax, pixel_size)
    if new:
        show_figures()
    return ax
