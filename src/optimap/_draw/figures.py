"""What every drawing function needs: new axes that appear by themselves, checked images, scales and colours."""

import math
from typing import TYPE_CHECKING, Any, SupportsFloat

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    pass


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


def check_axes(ax: Any, name: str = "ax") -> None:
    """Raise an error where something else than Axes is given to draw on."""
    if ax is not None and not hasattr(ax, "plot"):
        raise TypeError(f"{name} = {ax!r}: give matplotlib Axes")


def parse_colors(colors: Any, count: int, name: str = "colors", things: str = "traces") -> list[Any]:
    """Return one colour for each thing, from one for all or one each."""
    from matplotlib.colors import is_color_like

    if is_color_like(colors):
        return [colors] * count
    if isinstance(colors, str) or not hasattr(colors, "__len__"):
        raise ValueError(f"{name} = {colors!r} is not a colour that matplotlib knows")
    if len(colors) != count:
        raise ValueError(f"{name} has {len(colors)} entries for {count} {things}: give one for all or one for each")
    for i, color in enumerate(colors):
        if color is not None and not is_color_like(color):
            raise ValueError(f"{name}[{i}] = {color!r} is not a colour that matplotlib knows")
    return [f"C{i}" if color is None else color for i, color in enumerate(colors)]
