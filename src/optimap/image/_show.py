"""show_image, and what every drawing function needs: new axes that appear by themselves, a checked image."""

import math
from typing import TYPE_CHECKING, Any, SupportsFloat

import numpy as np
from numpy.typing import ArrayLike, NDArray

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


def as_image(image: ArrayLike, name: str = "image") -> NDArray[Any]:
    """Return an image as an array matplotlib draws, or raise an error."""
    pixels = image if isinstance(image, np.ma.MaskedArray) else np.asarray(image)
    if pixels.dtype.kind not in "biuf":
        raise TypeError(f"{name} holds {pixels.dtype} values: an image holds real numbers, or True and False")
    if pixels.ndim == 3 and pixels.shape[-1] in (3, 4):
        return pixels
    if pixels.ndim != 2:
        cure = f": for a video, give one frame, for example {name}[0]" if pixels.ndim == 3 else ""
        raise ValueError(f"{name} has shape {pixels.shape}; an image is (H, W), or (H, W, 3) in colour{cure}")
    return pixels


def check_scale(cmap: Any, vmin: Any, vmax: Any) -> None:
    """Raise an error, before a figure is made, for what is no colour map or no range of values."""
    import matplotlib
    from matplotlib.colors import Colormap

    if not (cmap is None or isinstance(cmap, Colormap) or (isinstance(cmap, str) and cmap in matplotlib.colormaps)):
        raise ValueError(f"cmap = {cmap!r} is no colour map that matplotlib knows, such as 'gray' or 'viridis'")
    for name, value in (("vmin", vmin), ("vmax", vmax)):
        is_number = isinstance(value, SupportsFloat) and getattr(value, "ndim", 0) == 0 and math.isfinite(float(value))
        if value is not None and not is_number:
            raise ValueError(f"{name} = {value!r}: it must be a finite number, or left out")
    if vmin is not None and vmax is not None and vmin > vmax:
        raise ValueError(f"vmin = {vmin!r} is more than vmax = {vmax!r}: exchange them, or take cmap='gray_r'")


def new_axes(**subplots: Any) -> Any:
    """Return the axes (array) of a new figure."""
    import matplotlib.pyplot as plt

    return plt.subplots(**{"layout": "constrained", **subplots})[1]


def show_figures() -> None:
    """Show new figures where there is something to show them on; a file-only backend stays silent."""
    import matplotlib.pyplot as plt
    from matplotlib.backends.registry import BackendFilter, backend_registry

    file_only = backend_registry.list_builtin(BackendFilter.NON_INTERACTIVE)  # type: ignore[no-untyped-call]
    if plt.get_backend().lower() not in file_only:
        plt.show()
