"""show_image: an image, pixel for pixel."""

from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from .._draw import as_image, check_scale, new_axes, show_figures

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
    ax: "Axes | None" = None,
    **kwargs: Any,
) -> "Axes":
    """Show an image, pixel for pixel, without interpolation.

    Parameters
    ----------
    image : (H, W) grey or mask, or (H, W, 3) or (H, W, 4) colour
        Masked pixels and NaN stay blank.
    title : str
    vmin, vmax : float, optional
        Values that are black and white (or the ends of `cmap`).
    cmap : str or matplotlib colormap
    show_colorbar : bool
        Draw the colour scale at the right.
    colorbar_title : str
    ax : matplotlib Axes, optional
        Draw there; by default in a new figure, which is shown.
    **kwargs
        Passed to `matplotlib.axes.Axes.imshow`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If `image` is neither 2-D nor colour, `cmap` is unknown, or `vmin` and `vmax` are no range.
    TypeError
        If `image` holds no real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from optimap.image import show_image
    >>> ax = show_image(np.eye(8), title="a diagonal", show_colorbar=True)
    """
    pixels = as_image(image)
    check_scale(cmap, vmin, vmax)
    new = ax is None
    if ax is None:
        ax = new_axes()
    drawn = ax.imshow(pixels, **{"cmap": cmap, "vmin": vmin, "vmax": vmax, "interpolation": "none", **kwargs})
    ax.set_title(title)
    ax.set_axis_off()
    if show_colorbar:
        ax.figure.colorbar(drawn, ax=ax, label=colorbar_title, fraction=0.046, pad=0.04)
    if new:
        show_figures()
    return ax
