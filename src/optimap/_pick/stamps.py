"""Short texts drawn from bitmaps: the numbers of points and lines, many of which move whenever one is added.

Matplotlib lays out and draws a text each time, which takes 1 ms; laying a bitmap of it on the canvas takes 0.05 ms. So
these texts need no layer. Other renderers than that of the screen (vector files) get the text. This module imports
matplotlib, so it is imported only to draw.
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.patheffects import Stroke, withStroke
from matplotlib.text import Annotation, Text
from matplotlib.transforms import IdentityTransform

from .._base import Array
from .layers import cropped

OUTLINE = 2.5  # points: of the white line around texts on an image

# The bitmaps of texts, by what they depend on, and how far right and up of the text's place they begin.
Bitmaps = dict[tuple[object, ...], tuple[int, int, Array | None]]


class Stamp(Annotation):
    """A text that is drawn from a bitmap, a few points away from a place in data, or from the right edge of the axes.

    Texts with the same `bitmaps` share them.
    """

    is_quick = True  # to draw: layers keep no bitmap of it

    def __init__(
        self, ax: Axes, bitmaps: Bitmaps, *, away: tuple[float, float], at_edge: bool = False, **style: Any
    ) -> None:
        coordinates: Any = ("axes fraction", "data") if at_edge else "data"
        super().__init__(
            "", (1, 0), away, xycoords=coordinates, textcoords="offset points", annotation_clip=not at_edge, **style
        )
        self.set_transform(IdentityTransform())
        self._at_edge, self._bitmaps = at_edge, bitmaps
        ax.add_artist(self)
        self.set_clip_on(False)

    @classmethod
    def on_image(cls, ax: Axes, bitmaps: Bitmaps, *, away: tuple[float, float], **style: Any) -> "Stamp":
        """Return a bold text with a white outline, which can be read on any image."""
        outline = [withStroke(linewidth=OUTLINE, foreground="white")]
        return cls(ax, bitmaps, away=away, fontweight="bold", path_effects=outline, **style)

    def draw(self, renderer: Any) -> None:
        """Draw the text."""
        ax: Any = self.axes
        if not hasattr(renderer, "buffer_rgba") or ax is None:
            self._draw_as_text(renderer)
            return
        self.stale = False
        if not self.get_visible() or not self.get_text():
            return
        x, y = ax.transData.transform(self.xy)
        if self._at_edge:
            x = ax.bbox.x1
        elif not ax.bbox.contains(x, y):
            return
        left, bottom, pixels = self._bitmap(renderer)
        if pixels is not None and np.isfinite((x, y)).all():
            pixel = renderer.dpi / 72
            right, up = self.get_position()
            place = round(x + pixel * right) + left, round(y + pixel * up) + bottom
            renderer.draw_image(renderer.new_gc(), *place, pixels)

    def _draw_as_text(self, renderer: Any) -> None:
        """Draw a text for vector files: with effects, it would be paths, so the outline is drawn first, alone."""
        effects = self.get_path_effects()
        if effects:
            self.set_path_effects([Stroke(linewidth=OUTLINE, foreground="white")])
            super().draw(renderer)
            self.set_path_effects([])
        super().draw(renderer)
        self.set_path_effects(effects)

    def _bitmap(self, renderer: Any) -> tuple[int, int, Array | None]:
        """Return where the bitmap begins, and its pixels."""
        text, color, size = self.get_text(), self.get_color(), self.get_fontsize()
        place = self.get_horizontalalignment(), self.get_verticalalignment()
        key = text, color, size, place, renderer.dpi
        if key not in self._bitmaps:
            side = int(size * renderer.dpi / 72 * (len(text) + 3))
            scratch = RendererAgg(2 * side, 2 * side, renderer.dpi)  # type: ignore[no-untyped-call]
            scratch.clear()  # type: ignore[no-untyped-call]
            drawn = Text(side, side, text, color=color, fontproperties=self.get_fontproperties())
            drawn.set(ha=place[0], va=place[1], path_effects=self.get_path_effects(), figure=self.get_figure())
            drawn.draw(scratch)
            (left, bottom), pixels = cropped(np.asarray(scratch.buffer_rgba()))  # type: ignore[no-untyped-call]
            self._bitmaps[key] = left - side, bottom - side, pixels
        return self._bitmaps[key]
