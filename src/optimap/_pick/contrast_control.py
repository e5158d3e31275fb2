"""The contrast of the image in a picking window: a small slider with two handles, and keys.

The values that are drawn black and white start as percentiles of the pixels (`contrast_limits`), unless the user gave
them. The slider reaches half their distance beyond them. It follows whatever image is shown at the time.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .layout import Box, Layout, Place

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

KEYS = {"+": 0.8, "-": 1.25}  # factors of the distance of black and white
RESET = "0"
BEYOND = 0.5  # of the distance of black and white: how far the slider reaches on each side
LABEL = 0.75  # inches left of the slider


class ContrastControl:
    """The slider and keys that change which values an image shows as black and white."""

    def __init__(self, figure: "Figure", layout: Layout, place: Place, changed: Callable[[], None]) -> None:
        from matplotlib.transforms import ScaledTranslation
        from matplotlib.widgets import RangeSlider

        self.ax = figure.add_axes((0, 0, 1, 1))
        self.slider = RangeSlider(self.ax, "contrast", 0, 1, valinit=(0, 1), color="0.6")
        self.slider.drawon = False  # otherwise it would redraw the whole figure
        self.slider.valtext.set_visible(False)
        label: Any = self.slider.label
        label.set(x=0, transform=self.ax.transAxes + ScaledTranslation(-0.1, 0, figure.dpi_scale_trans))
        layout.add(self.ax, place, Box(LABEL, 0.06, 0.15, 0.06))
        self._changed = changed
        self._image: AxesImage | None = None
        self._first = 0.0, 1.0
        self.slider.on_changed(self._slide)

    @property
    def limits(self) -> tuple[float, float]:
        """The values that are black and white."""
        return self._image.get_clim() if self._image is not None else self._first

    def follow(self, image: "AxesImage") -> None:
        """Change the contrast of an image from now on; its present limits are those that a key goes back to."""
        low, high = image.get_clim()
        array: Any = image.get_array()
        has_limits = array.ndim == 2 and low is not None and high is not None and low < high
        self._image = image if has_limits else None
        self.ax.set_visible(has_limits)
        if has_limits:
            self._first = float(low), float(high)
            self._reach(*self._first)

    def press_key(self, key: str) -> bool:
        """Act on a key; return whether it has a meaning here."""
        if key not in KEYS and key != RESET:
            return False
        if self._image is not None:
            low, high = self.limits
            middle, half = (low + high) / 2, (high - low) / 2
            factor = KEYS.get(key, 1.0)
            limits = self._first if key == RESET else (middle - factor * half, middle + factor * half)
            self._reach(*limits)
            self._set(*limits)
        return True

    def _reach(self, low: float, high: float) -> None:
        """Let the slider reach beyond limits, and put its handles there."""
        beyond = BEYOND * (high - low)
        slider = self.slider
        slider.valmin, slider.valmax = low - beyond, high + beyond
        self.ax.set_xlim(slider.valmin, slider.valmax)
        slider.eventson = False
        slider.set_val((low, high))
        slider.eventson = True

    def _slide(self, limits: tuple[float, float]) -> None:
        low, high = (float(limit) for limit in limits)
        self._set(low, max(high, float(np.nextafter(low, np.inf))))

    def _set(self, low: float, high: float) -> None:
        if self._image is not None:
            self._image.set_clim(low, high)
            self._changed()
