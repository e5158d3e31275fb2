"""Images below positions, regions and maps: one way to draw them, so that all have the same contrast.

The ends of the colours are the 1st and the 99th percentile unless the user says otherwise, and colour bars show with
pointed ends that there are values beyond.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import ArgumentError, Array, check_flag, positive_number
from .contrast import contrast_limits
from .scale_bars import add_bar

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorizer import ColorizingArtist
    from matplotlib.image import AxesImage


def draw_image(
    ax: Axes, pixels: Array, vmin: float | None = None, vmax: float | None = None, **style: Any
) -> AxesImage:
    """Draw an image pixel by pixel, without axes around it; `style` holds keywords of `imshow`."""
    if 0 in pixels.shape[:2]:
        raise ArgumentError("image", pixels, "has no pixels", "give at least one", subject="the image")
    if style.get("norm") is None:
        style["vmin"], style["vmax"] = image_limits(pixels, vmin, vmax)
    drawn = ax.imshow(pixels, **{"interpolation": "none", **style})
    ax.set_axis_off()
    return drawn


def image_limits(pixels: Array, vmin: float | None, vmax: float | None) -> tuple[float | None, float | None]:
    """Return the range of colours: what the user gives, and percentiles in place of what is left out."""
    low, high = contrast_limits(pixels) if vmin is None or vmax is None else (vmin, vmax)
    low, high = (low if vmin is None else vmin), (high if vmax is None else vmax)
    if low is not None and high is not None and low > high:  # all values are beyond the limit that is given
        low, high = (high, high) if vmin is None else (low, low)
    return low, high


def check_length_bar(scale_bar: bool, pixel_size: float | None) -> None:
    """Raise an error unless the width of a pixel is a positive number, or left out."""
    check_flag(scale_bar, "scale_bar")
    if pixel_size is not None:
        positive_number(pixel_size, "pixel_size", "a positive number of mm, or left out")


def add_length_bar(ax: Axes, pixel_size: float | None) -> None:
    """Draw how long a distance is, below the right corner of an image; in pixels if their size (mm) is not known."""
    add_bar(ax, horizontal=True, pixel_size=pixel_size, is_image=True)


def beyond(drawn: ColorizingArtist, values: Array) -> str:
    """Return at which ends of a colour bar there are values beyond, for its keyword `extend`."""
    low, high = drawn.get_clim()
    if low is None or high is None or getattr(drawn.get_array(), "ndim", 2) == 3:  # nothing to scale, or in colour
        return "neither"
    with np.errstate(invalid="ignore"):
        ends = bool(np.ma.filled(np.ma.any(values < low), False)), bool(np.ma.filled(np.ma.any(values > high), False))
    return {(False, False): "neither", (True, False): "min", (False, True): "max", (True, True): "both"}[ends]
