"""What the image of a picking window shows: a still picture, the frame at the cursor, its signal, or the map of a beat.

The signal lies over the still picture, the anatomy: red above the baseline, blue below, transparent near it. The still
picture and the frames have limits of their own, so that switching between them does not change the contrast.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import Array
from .._draw import contrast_limits
from .._reading import Source, mean_image, read_frame
from .beat_map import BeatAtCursor, MapLayer
from .wave import Wave

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

PICTURE, FRAME, SIGNAL, MAP = MODES = ("picture", "frame", "signal", "map")
CLEAR, OPAQUE = 0.15, 0.6  # of the largest signal: from where to where it covers the anatomy more and more

Limits = tuple[float | None, float | None]


class Pictures:
    """The layers of an image, of which `show` shows one."""

    def __init__(
        self,
        ax: "Axes",
        drawn: "AxesImage",
        video: Source,
        *,
        is_frame: bool,
        limits_are_given: bool,
        unit: float | None,
    ) -> None:
        self.mode = FRAME if is_frame else PICTURE
        self._ax, self._drawn, self._video, self._given = ax, drawn, video, limits_are_given
        self._unit = unit  # milliseconds of a frame, if they are known
        array: Any = drawn.get_array()
        self._pixels: Array = np.asarray(array)  # which are drawn
        self._still: Array | None = None if is_frame else self._pixels
        self._limits: dict[str, Limits] = {self.mode: drawn.get_clim()}
        self._beats, self._map, self._wave = BeatAtCursor(video), MapLayer(ax), Wave(video)
        self._overlay: AxesImage | None = None

    @property
    def image(self) -> "AxesImage":
        """The image whose contrast can be changed."""
        return self._overlay if self.mode == SIGNAL and self._overlay is not None else self._drawn

    def show(self, mode: str, frame: int) -> str:
        """Show one of `MODES` at a frame; return its title, or an empty text if it needs none.

        Raises
        ------
        ValueError, OSError, RuntimeError, MemoryError
            If it cannot be read or computed; what was shown before stays.
        """
        if mode == FRAME:
            self._grey(FRAME, read_frame(self._video, frame))
            title = ""
        elif mode == SIGNAL:
            signal, limit = self._wave.signal(frame), self._wave.limit
            self._show_still()
            self._lay_over(signal, limit)
            title = f"ΔF/F, \u00b1{limit:.2g} %"
        elif mode == MAP:
            at, times = self._beats.find(frame)
            scale, unit = (1.0, "frames") if self._unit is None else (self._unit, "ms")
            self._show_still()
            self._map.hide()
            self._map.show(times * scale, unit)
            title = f"activation of the beat at {at * scale:.4g} {unit}"
        else:
            self._show_still()
            title = ""
        if mode != MAP:
            self._map.hide()
        if self._overlay is not None:
            self._overlay.set_visible(mode == SIGNAL)
        self.mode = mode
        return title

    def release(self, nothing: Source) -> None:
        """Release the video."""
        self._video, self._beats, self._wave = nothing, BeatAtCursor(nothing), Wave(nothing)

    def _show_still(self) -> None:
        if self._still is None:
            self._still = mean_image(self._video)
        self._grey(PICTURE, self._still)

    def _grey(self, mode: str, pixels: Array) -> None:
        """Draw the still picture or a frame, with the limits that it had before."""
        shown = PICTURE if self.mode in (SIGNAL, MAP) else self.mode
        low, high = self._drawn.get_clim()
        if low is not None and high is not None and low < high:  # not of a blank picture
            self._limits[shown] = low, high
        else:
            self._limits.pop(shown, None)
        if pixels is not self._pixels:
            self._drawn.set_data(pixels)
            self._pixels = pixels
        if mode == shown and mode in self._limits:
            return
        limits = self._limits.get(mode) or (self._drawn.get_clim() if self._given else contrast_limits(pixels))
        if limits[0] is not None and limits[1] is not None:
            self._drawn.set_clim(*limits)

    def _lay_over(self, signal: Array, limit: float) -> None:
        """Draw a signal over the still picture."""
        if self._overlay is None:
            edges = self._ax.get_xlim(), self._ax.get_ylim()
            self._overlay = self._ax.imshow(
                signal, cmap=_over_grey(), vmin=-limit, vmax=limit, interpolation="none", zorder=0.1
            )
            self._ax.set(xlim=edges[0], ylim=edges[1])
        else:
            self._overlay.set_data(signal)


def _over_grey() -> Any:
    """Return a map of colours from blue over nothing to red."""
    import matplotlib as mpl
    from matplotlib.colors import ListedColormap

    colors = mpl.colormaps["RdBu_r"](np.linspace(0, 1, 256))
    size = np.abs(np.linspace(-1, 1, 256))
    colors[:, 3] = np.clip((size - CLEAR) / (OPAQUE - CLEAR), 0, 1)
    return ListedColormap(colors, name="signal")
